// Signed notes (c2sp.org/signed-note): a text and, below it, who vouches for it. Keys are Ed25519: 0x01 signs the text,
// 0x04 is a witness's cosignature with its time (c2sp.org/tlog-cosignature). Other kinds are read and passed over.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "crypto/ed25519.h"

namespace bonafide::provenance::log {

enum class KeyKind : std::uint8_t {
  note = 0x01,         ///< Ed25519 over the text
  cosignature = 0x04,  ///< Ed25519 with a time, by a witness
  ml_dsa_44 = 0x06,    ///< the coming kind of witness: parsed, never counted
};

/// Whom to believe: "example.com/log+33d7b496+AeHTu4…".
struct NoteKey {
  std::string name;
  std::uint32_t id = 0;
  std::uint8_t kind = 0;  ///< a KeyKind, or one that we do not know
  Bytes key;              ///< the public key

  bool is(KeyKind wanted) const { return kind == static_cast<std::uint8_t>(wanted); }
  std::string text() const;  ///< as it is written into files
};
/// Non-empty UTF-8 without white space, plus signs and control characters.
bool is_key_name(std::string_view name);
/// The first four bytes of SHA-256(name, newline, kind, key).
std::uint32_t key_id(std::string_view name, std::uint8_t kind, ByteView key);
NoteKey make_note_key(std::string name, KeyKind kind, ByteView public_key);
/// `corrupt` when it is none or its id is not its own.
Result<NoteKey> parse_note_key(std::string_view text);

/// Who signs: "PRIVATE+KEY+example.com/log+33d7b496+AeymY…".
class NoteSigner {
 public:
  static Result<NoteSigner> generate(std::string name, KeyKind kind);
  static Result<NoteSigner> parse(std::string_view text);
  const NoteKey& key() const { return key_; }
  /// For a file that nobody else may read.
  std::string secret_text() const;
  /// The same under a passphrase: a line with the public key, then PKCS#8 as PEM.
  Result<std::string> sealed_text(const std::string& passphrase) const;
  /// Either form. denied: it is sealed, and the passphrase is missing or wrong.
  static Result<NoteSigner> parse_file(std::string_view text, const crypto::Passphrase& passphrase);
  /// The public key in a file of either form; no passphrase is needed.
  static Result<NoteKey> key_in_file(std::string_view text);
  /// The signature line for a note's text; `time` (seconds since 1970) is what a cosignature says, and unused
  /// otherwise.
  Result<std::string> sign(std::string_view text, std::uint64_t time = 0) const;
  /// Ed25519 over bytes that can never be a note's text: for the same log's statements in other formats.
  Result<Bytes> sign_bytes(ByteView message) const;

 private:
  NoteSigner(NoteKey key, crypto::Ed25519Key secret) : key_(std::move(key)), secret_(std::move(secret)) {}
  NoteKey key_;
  crypto::Ed25519Key secret_;
};

struct NoteSignature {
  std::string name;
  std::uint32_t id = 0;
  Bytes signature;   ///< what follows the id
  std::string line;  ///< as it came, with its newline
};
struct Note {
  std::string text;  ///< with its last newline
  std::vector<NoteSignature> signatures;
};
inline constexpr std::size_t kMostNoteBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMostSignatures = 128;  // 32 witnesses with two keys each, twice over

/// `corrupt` when it is no signed note, `limit` above the bounds.
Result<Note> parse_note(std::string_view bytes);
/// Signature lines alone, as a witness answers them; none is fine.
Result<std::vector<NoteSignature>> parse_signature_lines(std::string_view lines);
std::string write_note(const Note& note);

struct Vouched {
  std::size_t key = 0;                ///< which of the keys given
  std::optional<std::uint64_t> time;  ///< a cosignature's
};
/// Which of these keys signed the text. Signatures by others are passed over; `corrupt` when one that claims to be by a
/// known key does not fit, since then somebody changed the note.
Result<std::vector<Vouched>> check_note(const Note& note, const std::vector<NoteKey>& keys);

}  // namespace bonafide::provenance::log
