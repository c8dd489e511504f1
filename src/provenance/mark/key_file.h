// A mark's secret in a file: five lines of text. The secret stands there in hex, guarded by the file's mode alone, or
// sealed under a passphrase. Name, date and fingerprint can be read without it and cannot be changed behind its back.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "crypto/sealed_box.h"

namespace bonafide::provenance::mark {

inline constexpr std::size_t kMostKeyFile = 2048;  ///< bytes; such a file has about 300
inline constexpr std::size_t kSecretSize = 32;

struct KeyFile {
  std::string name;         ///< letters, digits, '-' and '_', at most 64: never a path
  std::int64_t made = 0;    ///< seconds since 1970
  std::string fingerprint;  ///< MarkKey's, of the secret's key for pictures
  std::variant<Bytes, crypto::SealedBox> secret;

  bool is_sealed() const { return std::holds_alternative<crypto::SealedBox>(secret); }
};

/// Whether this may be a key's name.
bool is_key_name(std::string_view name);

/// `passphrase`: nothing leaves the secret in the open. invalid_argument: the name, or a secret that is not of
/// kSecretSize.
Result<KeyFile> make_key_file(std::string_view name, std::int64_t made, ByteView secret,
                              const std::optional<std::string>& passphrase, const crypto::ScryptCost& cost = {});
/// corrupt: not such a file, with the line that is wrong; unsupported: of a later version; limit: too large, or it asks
/// for more work than is bearable.
Result<KeyFile> parse_key_file(std::string_view text);
std::string key_file_text(const KeyFile& file);

/// `passphrase` is looked at only when it is sealed. denied: the wrong one, or it was changed; corrupt: an open secret
/// that is not the one its fingerprint names.
Result<Bytes> secret_of(const KeyFile& file, std::string_view passphrase);

}  // namespace bonafide::provenance::mark
