#include "provenance/mark/key_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/time.h"
#include "provenance/mark/key.h"
#include "provenance/mark/tile_layout.h"

namespace bonafide::provenance::mark {

namespace {

constexpr std::string_view kFirstLine = "bonafide-mark-key 1";
constexpr std::string_view kAnyVersion = "bonafide-mark-key ";
constexpr std::size_t kSalt = 16, kTag = 16;
constexpr std::size_t kFingerprint = 12;

// What everybody may read, as it is written: the seal covers these very bytes.
std::string open_lines(const KeyFile& file) {
  return fmt::format("{}\nname {}\nmade {}\nfingerprint {}\n", kFirstLine, file.name, unix_to_rfc3339(file.made),
                     file.fingerprint);
}

Result<std::string> fingerprint_of(ByteView secret) { return TRY(MarkKey::secret(kTileProfile, secret)).fingerprint(); }

class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  /// What follows `word` and a space on the next line.
  Result<std::string_view> take(std::string_view word) {
    ++number_;
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos || !rest_.starts_with(word) || end <= word.size() || rest_[word.size()] != ' ')
      return wrong(fmt::format("it should begin with \"{}\"", word));
    const std::string_view value = rest_.substr(word.size() + 1, end - word.size() - 1);
    rest_ = rest_.substr(end + 1);
    return value;
  }
  Error wrong(std::string_view why) const {
    return make_error(Code::corrupt, fmt::format("line {} of this mark key is wrong: {}", number_, why));
  }
  bool next_is(std::string_view word) const { return rest_.starts_with(word); }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  int number_ = 1;
};

Result<Bytes> hex_of(std::string_view text, std::size_t size, const Lines& lines) {
  auto bytes = from_hex(text);
  if (!bytes || bytes->size() != size) return lines.wrong(fmt::format("{} hex digits are due", 2 * size));
  return bytes;
}

bool number_of(std::string_view text, unsigned& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

// "scrypt 16 8 1 SALT SEALED"
Result<crypto::SealedBox> box_of(std::string_view value, const Lines& lines) {
  std::array<std::string_view, 6> words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t end = value.find(' ');
    if ((end == std::string_view::npos) != (i + 1 == words.size())) return lines.wrong("six words are due");
    words[i] = value.substr(0, end);
    value = end == std::string_view::npos ? std::string_view() : value.substr(end + 1);
  }
  if (words[0] != "scrypt") return make_error(Code::unsupported, "its passphrase is stretched in a way we do not know");
  crypto::SealedBox box;
  if (!number_of(words[1], box.cost.log2_n) || !number_of(words[2], box.cost.r) || !number_of(words[3], box.cost.p))
    return lines.wrong("the cost of scrypt is three numbers");
  if (!crypto::bearable(box.cost))
    return make_error(Code::limit, "this mark key asks for more memory or work than its passphrase may cost");
  box.salt = TRY(hex_of(words[4], kSalt, lines));
  box.sealed = TRY(hex_of(words[5], kSecretSize + kTag, lines));
  return box;
}

}  // namespace

bool is_key_name(std::string_view name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 64 && name.front() != '-' && std::ranges::all_of(name, good);
}

Result<KeyFile> make_key_file(std::string_view name, std::int64_t made, ByteView secret,
                              const std::optional<std::string>& passphrase, const crypto::ScryptCost& cost) {
  if (!is_key_name(name))
    return make_error(Code::invalid_argument, "a key's name has 1 to 64 letters, digits, '-' and '_'");
  if (secret.size() != kSecretSize) return make_error(Code::invalid_argument, "a mark key's secret has 32 bytes");
  KeyFile file{.name = std::string(name), .made = made, .fingerprint = TRY(fingerprint_of(secret)), .secret = {}};
  if (passphrase) {
    if (passphrase->empty()) return make_error(Code::invalid_argument, "an empty passphrase protects nothing");
    file.secret = TRY(crypto::seal(secret, *passphrase, as_bytes(open_lines(file)), cost));
  } else {
    file.secret = Bytes(secret.begin(), secret.end());
  }
  return file;
}

Result<KeyFile> parse_key_file(std::string_view text) {
  if (text.size() > kMostKeyFile) return make_error(Code::limit, "too large for a mark key");
  if (!text.starts_with(kAnyVersion)) return make_error(Code::corrupt, "not a mark key (bonafide mark key new)");
  if (!text.starts_with(std::string(kFirstLine) + "\n"))
    return make_error(Code::unsupported, "a mark key of a version we do not know");
  Lines lines(text.substr(kFirstLine.size() + 1));
  KeyFile file;
  file.name = TRY(lines.take("name"));
  if (!is_key_name(file.name)) return lines.wrong("that is no name for a key");
  const std::string_view date = TRY(lines.take("made"));
  const auto made = parse_rfc3339(date);
  if (!made) return lines.wrong("that is no date");
  file.made = std::chrono::duration_cast<std::chrono::seconds>(made->time_since_epoch()).count();
  if (unix_to_rfc3339(file.made) != date) return lines.wrong("the date is to be in whole seconds of UTC");
  const std::string_view fingerprint = TRY(lines.take("fingerprint"));
  file.fingerprint = to_hex(TRY(hex_of(fingerprint, kFingerprint / 2, lines)));
  const bool sealed = lines.next_is("sealed");
  const std::string_view value = TRY(lines.take(sealed ? "sealed" : "secret"));
  if (sealed)
    file.secret = TRY(box_of(value, lines));
  else
    file.secret = TRY(hex_of(value, kSecretSize, lines));
  if (!lines.at_end()) return make_error(Code::corrupt, "something follows the mark key");
  return file;
}

std::string key_file_text(const KeyFile& file) {
  std::string text = open_lines(file);
  if (const auto* const box = std::get_if<crypto::SealedBox>(&file.secret))
    return text + fmt::format("sealed scrypt {} {} {} {} {}\n", box->cost.log2_n, box->cost.r, box->cost.p,
                              to_hex(box->salt), to_hex(box->sealed));
  return text + "secret " + to_hex(std::get<Bytes>(file.secret)) + "\n";
}

Result<Bytes> secret_of(const KeyFile& file, std::string_view passphrase) {
  const auto* const box = std::get_if<crypto::SealedBox>(&file.secret);
  Bytes secret = box != nullptr ? TRY(crypto::open_sealed(*box, passphrase, as_bytes(open_lines(file))))
                                : std::get<Bytes>(file.secret);
  if (TRY(fingerprint_of(secret)) != file.fingerprint)
    return make_error(Code::corrupt, "its secret is not the one that its fingerprint names");
  return secret;
}

}  // namespace bonafide::provenance::mark
