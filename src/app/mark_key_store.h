// Where an issuer's mark keys lie: one file each, in a folder that only its owner enters.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "provenance/mark/key_file.h"

namespace bonafide::app {

/// $BONAFIDE_MARK_KEYS, else $XDG_CONFIG_HOME/bonafide/mark-keys, else ~/.config/bonafide/mark-keys; empty without any.
std::string mark_key_folder();

/// What is known of a key without its passphrase.
struct MarkKeyFacts {
  std::string name, path, fingerprint;
  std::int64_t made = 0;
  bool sealed = false;  ///< by a passphrase; otherwise by the file's mode alone
  std::string trouble;  ///< why it cannot be used as it lies there: "others can read it"; or empty
};
/// Schema bonafide.mark_keys/1.
Json mark_keys_json(const std::string& folder, const std::vector<MarkKeyFacts>& keys);

/// Asked only when a file is sealed; `what` is the key's name, for a prompt.
using AskPassphrase = std::function<Result<std::string>(const std::string& what)>;

/// `key` everywhere: the name of one in `folder`, or a file: what holds a '.' or a '/' is a file.
/// not_found, corrupt, unsupported, limit: as the file is; denied: others could read an open secret.

/// Nothing is replaced: invalid_argument when the name is taken. `passphrase`: nothing leaves it to the file's mode.
Result<MarkKeyFacts> new_mark_key(const std::string& folder, const std::string& name, std::int64_t now,
                                  const std::optional<std::string>& passphrase);
/// Sorted by name. What cannot be read is listed with its trouble; no folder is no keys.
Result<std::vector<MarkKeyFacts>> list_mark_keys(const std::string& folder);
Result<MarkKeyFacts> describe_mark_key(const std::string& folder, const std::string& key);
/// The secret itself.
Result<Bytes> open_mark_key(const std::string& folder, const std::string& key, const AskPassphrase& ask);
/// The file is replaced as a whole; `passphrase`: nothing takes the seal away.
Result<MarkKeyFacts> reseal_mark_key(const std::string& folder, const std::string& key, const AskPassphrase& ask,
                                     const std::function<Result<std::optional<std::string>>()>& passphrase);

}  // namespace bonafide::app
