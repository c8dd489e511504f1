#include "provenance/log/note.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "crypto/hash.h"

namespace bonafide::provenance::log {
namespace {

constexpr std::string_view kSealed = "SEALED+KEY+";

constexpr std::string_view kDash = "\u2014 ";
constexpr std::size_t kMostLine = 16'384;  // a post-quantum signature takes up to 7 kB in base64
constexpr std::string_view kPrivate = "PRIVATE+KEY+";
constexpr std::size_t kTimeBytes = 8, kEd25519Bytes = 64;

// Unicode 15, property White_Space, beyond ASCII.
constexpr std::array<std::string_view, 19> kWideSpaces = {
    "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006",
    "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

Error no_note(const std::string& why) { return make_error(Code::corrupt, "this is not a signed note: " + why); }

/// Base64 in its one canonical form, so that two texts are never one signature.
Result<Bytes> strict_base64(std::string_view text) {
  Bytes bytes = TRY(from_base64(text));
  if (to_base64(bytes) != text) return make_error(Code::corrupt, "base64 that is not in its usual form");
  return bytes;
}

std::uint32_t id_of(ByteView bytes) {
  std::uint32_t id = 0;
  for (std::size_t i = 0; i < 4; ++i) id = (id << 8) | bytes[i];
  return id;
}

Bytes id_bytes(std::uint32_t id) {
  Bytes bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(id >> shift));
  return bytes;
}

/// c2sp.org/tlog-cosignature: what a witness signs.
std::string cosigned_text(std::string_view text, std::uint64_t time) {
  return fmt::format("cosignature/v1\ntime {}\n{}", time, text);
}

struct KeyParts {
  std::string name;
  std::uint32_t id = 0;
  Bytes key;  ///< with the kind in front
};
/// NAME+8 hex digits+base64, where the base64 may hold plus signs of its own.
Result<KeyParts> split_key(std::string_view text) {
  const auto first = text.find('+');
  const auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos || text.size() > kMostLine)
    return make_error(Code::corrupt, "this is not a key (NAME+ID+KEY)");
  KeyParts parts;
  parts.name = text.substr(0, first);
  if (!is_key_name(parts.name)) return make_error(Code::corrupt, "the key has no name that can be used");
  const std::string_view hex = text.substr(first + 1, second - first - 1);
  const auto id = from_hex(hex);
  if (!id || id->size() != 4) return make_error(Code::corrupt, "the key's id is not eight hex digits");
  parts.id = id_of(*id);
  const auto key = strict_base64(text.substr(second + 1));
  if (!key || key->size() < 2) return make_error(Code::corrupt, "the key is not in base64");
  parts.key = *key;
  return parts;
}

Result<NoteSignature> parse_line(std::string_view line) {
  if (line.size() > kMostLine) return make_error(Code::limit, "a signature line is longer than 16 kB");
  if (!line.starts_with(kDash)) return no_note("a signature line does not begin with a dash");
  const std::string_view rest = line.substr(kDash.size());
  const auto blank = rest.find(' ');
  if (blank == std::string_view::npos) return no_note("a signature line has no signature");
  NoteSignature signature;
  signature.name = rest.substr(0, blank);
  if (!is_key_name(signature.name)) return no_note("a signature line has no key name");
  const auto bytes = strict_base64(rest.substr(blank + 1));
  if (!bytes || bytes->size() < 5) return no_note("a signature is not in base64");
  signature.id = id_of(*bytes);
  signature.signature.assign(bytes->begin() + 4, bytes->end());
  signature.line = std::string(line) + "\n";
  return signature;
}

/// Whether the signature fits, and the time it states. Kinds that we cannot check say nothing.
Result<std::optional<Vouched>> check_one(const Note& note, const NoteSignature& signature, const NoteKey& key,
                                         std::size_t number) {
  if (!key.is(KeyKind::note) && !key.is(KeyKind::cosignature)) return std::optional<Vouched>();
  Vouched vouched{.key = number, .time = {}};
  bool fits = false;
  if (key.is(KeyKind::note)) {
    fits = TRY(crypto::verify_ed25519(key.key, as_bytes(note.text), signature.signature));
  } else if (signature.signature.size() == kTimeBytes + kEd25519Bytes) {
    ByteReader reader(signature.signature);
    vouched.time = TRY(reader.u64be());
    const std::string signed_text = cosigned_text(note.text, *vouched.time);
    const ByteView rest = TRY(reader.take(kEd25519Bytes));
    fits = TRY(crypto::verify_ed25519(key.key, as_bytes(signed_text), rest));
  }
  if (!fits) return make_error(Code::corrupt, "the signature of " + key.name + " does not fit the text");
  return std::optional(vouched);
}

}  // namespace

bool is_key_name(std::string_view name) {
  if (name.empty() || name.size() > 1024 || !is_utf8(name)) return false;
  for (const char c : name)
    if (c == '+' || c == 0x7f || (static_cast<unsigned char>(c) <= ' ')) return false;
  return std::ranges::none_of(kWideSpaces, [&](std::string_view space) { return name.find(space) != name.npos; });
}

std::uint32_t key_id(std::string_view name, std::uint8_t kind, ByteView key) {
  crypto::Hasher hasher(crypto::HashAlgorithm::sha256);
  const Bytes middle{0x0a, kind};
  hasher.update(as_bytes(name));
  hasher.update(middle);
  hasher.update(key);
  return id_of(hasher.finish());
}

std::string NoteKey::text() const {
  Bytes bytes{kind};
  bytes.insert(bytes.end(), key.begin(), key.end());
  return fmt::format("{}+{:08x}+{}", name, id, to_base64(bytes));
}

NoteKey make_note_key(std::string name, KeyKind kind, ByteView public_key) {
  const auto byte = static_cast<std::uint8_t>(kind);
  const std::uint32_t id = key_id(name, byte, public_key);
  return {std::move(name), id, byte, Bytes(public_key.begin(), public_key.end())};
}

Result<NoteKey> parse_note_key(std::string_view text) {
  if (text.starts_with(kPrivate)) return make_error(Code::corrupt, "this is a private key, where a public one belongs");
  const KeyParts parts = TRY(split_key(text));
  NoteKey key{parts.name, parts.id, parts.key.front(), Bytes(parts.key.begin() + 1, parts.key.end())};
  if (key_id(key.name, key.kind, key.key) != key.id)
    return make_error(Code::corrupt, "the key's id does not fit the key: it was changed or copied wrongly");
  const bool ed25519 = key.is(KeyKind::note) || key.is(KeyKind::cosignature);
  if (ed25519 && key.key.size() != 32) return make_error(Code::corrupt, "an Ed25519 key that is not 32 bytes long");
  return key;
}

Result<NoteSigner> NoteSigner::generate(std::string name, KeyKind kind) {
  if (!is_key_name(name)) return make_error(Code::invalid_argument, "a key's name has no blanks and no plus sign");
  crypto::Ed25519Key secret = TRY(crypto::Ed25519Key::generate());
  NoteKey key = make_note_key(std::move(name), kind, secret.public_key());
  return NoteSigner(std::move(key), std::move(secret));
}

Result<NoteSigner> NoteSigner::parse(std::string_view text) {
  if (!text.starts_with(kPrivate)) return make_error(Code::corrupt, "this is not a private key for notes");
  const KeyParts parts = TRY(split_key(text.substr(kPrivate.size())));
  const std::uint8_t kind = parts.key.front();
  if (kind != static_cast<std::uint8_t>(KeyKind::note) && kind != static_cast<std::uint8_t>(KeyKind::cosignature))
    return make_error(Code::unsupported, "a private key of another kind than Ed25519");
  crypto::Ed25519Key secret = TRY(crypto::Ed25519Key::from_seed(ByteView(parts.key).subspan(1)));
  NoteKey key = make_note_key(parts.name, static_cast<KeyKind>(kind), secret.public_key());
  if (key.id != parts.id) return make_error(Code::corrupt, "the private key's id does not fit the key");
  return NoteSigner(std::move(key), std::move(secret));
}

std::string NoteSigner::secret_text() const {
  Bytes bytes{key_.kind};
  bytes.insert(bytes.end(), secret_.seed().begin(), secret_.seed().end());
  return fmt::format("{}{}+{:08x}+{}", kPrivate, key_.name, key_.id, to_base64(bytes));
}

Result<std::string> NoteSigner::sign(std::string_view text, std::uint64_t time) const {
  Bytes bytes = id_bytes(key_.id);
  Bytes signature;
  if (key_.is(KeyKind::cosignature)) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(time >> shift));
    const std::string signed_text = cosigned_text(text, time);
    signature = TRY(secret_.sign(as_bytes(signed_text)));
  } else {
    signature = TRY(secret_.sign(as_bytes(text)));
  }
  bytes.insert(bytes.end(), signature.begin(), signature.end());
  return fmt::format("{}{} {}\n", kDash, key_.name, to_base64(bytes));
}

Result<std::string> NoteSigner::sealed_text(const std::string& passphrase) const {
  return fmt::format("{}{}\n{}", kSealed, key_.text(), TRY(secret_.pem(passphrase)));
}

Result<NoteKey> NoteSigner::key_in_file(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  if (line.starts_with(kSealed)) return parse_note_key(line.substr(kSealed.size()));
  return TRY(parse(line)).key();
}

Result<NoteSigner> NoteSigner::parse_file(std::string_view text, const crypto::Passphrase& passphrase) {
  const auto end = std::min(text.find('\n'), text.size());
  if (!text.starts_with(kSealed)) return parse(text.substr(0, end));
  NoteKey key = TRY(key_in_file(text));
  crypto::Ed25519Key secret = TRY(crypto::Ed25519Key::from_pem(text.substr(end), passphrase));
  if (secret.public_key() != key.key)
    return make_error(Code::corrupt, "the sealed key is not that of the line above it");
  return NoteSigner(std::move(key), std::move(secret));
}

Result<Bytes> NoteSigner::sign_bytes(ByteView message) const { return secret_.sign(message); }

Result<Note> parse_note(std::string_view bytes) {
  if (bytes.size() > kMostNoteBytes) return make_error(Code::limit, "a signed note of more than 1 MiB");
  if (!is_utf8(bytes)) return no_note("it is not UTF-8");
  const auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\n'; };
  if (std::ranges::any_of(bytes, control)) return no_note("it holds control characters");
  const auto gap = bytes.rfind("\n\n");
  if (gap == std::string_view::npos) return no_note("nothing parts the text from its signatures");
  Note note;
  note.text = bytes.substr(0, gap + 1);
  note.signatures = TRY(parse_signature_lines(bytes.substr(gap + 2)));
  if (note.signatures.empty()) return no_note("nobody signed it");
  return note;
}

Result<std::vector<NoteSignature>> parse_signature_lines(std::string_view lines) {
  if (lines.size() > kMostNoteBytes) return make_error(Code::limit, "signatures of more than 1 MiB");
  std::vector<NoteSignature> signatures;
  while (!lines.empty()) {
    const auto end = lines.find('\n');
    if (end == std::string_view::npos) return no_note("its last line has no end");
    if (signatures.size() == kMostSignatures) return make_error(Code::limit, "a note with more than 128 signatures");
    signatures.push_back(TRY(parse_line(lines.substr(0, end))));
    lines.remove_prefix(end + 1);
  }
  return signatures;
}

std::string write_note(const Note& note) {
  std::string text = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) text += signature.line;
  return text;
}

Result<std::vector<Vouched>> check_note(const Note& note, const std::vector<NoteKey>& keys) {
  std::vector<Vouched> vouched;
  std::vector<bool> seen(keys.size());
  for (const NoteSignature& signature : note.signatures) {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i].name != signature.name || keys[i].id != signature.id) continue;
      const auto one = TRY(check_one(note, signature, keys[i], i));
      if (one && !seen[i]) vouched.push_back(*one);  // a key vouches once, however often it signed
      if (one) seen[i] = true;
    }
  }
  return vouched;
}

}  // namespace bonafide::provenance::log
