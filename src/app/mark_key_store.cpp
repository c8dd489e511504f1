#include "app/mark_key_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "base/time.h"
#include "crypto/random.h"

namespace bonafide::app {

namespace {

namespace fs = std::filesystem;
using provenance::mark::KeyFile;

constexpr std::string_view kEnding = ".key";
constexpr fs::perms kOthers = fs::perms::group_all | fs::perms::others_all;
constexpr std::string_view kOpenToOthers =
    "others can read this key, and it has no passphrase: chmod 600, and count it as known to them";

Error about(Error error, const std::string& path) {
  if (error.file.empty()) error.file = path;
  return error;
}

Result<std::string> path_of(const std::string& folder, const std::string& key) {
  if (key.find_first_of("./") != std::string::npos) return key;
  if (!provenance::mark::is_key_name(key))
    return make_error(
        Code::invalid_argument,
        fmt::format("\"{}\" is no name for a key (letters, digits, '-' and '_'), nor a file", clean_utf8(key)));
  if (folder.empty())
    return make_error(Code::unavailable, "there is no folder of mark keys: neither BONAFIDE_MARK_KEYS nor HOME is set");
  return (fs::path(folder) / (key + std::string(kEnding))).string();
}

Result<KeyFile> load(const std::string& path, const std::string& key) {
  std::error_code error;
  if (!fs::exists(path, error) && path != key)
    return make_error(Code::not_found, fmt::format("there is no mark key \"{}\" (bonafide mark key list)", key));
  auto text = read_file(path, provenance::mark::kMostKeyFile);
  if (!text) return about(text.error(), path);
  auto file = provenance::mark::parse_key_file(*text);
  if (!file) return about(file.error(), path);
  return file;
}

bool open_to_others(const std::string& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  return error || (status.permissions() & kOthers) != fs::perms::none;
}

MarkKeyFacts facts_of(const KeyFile& file, const std::string& path) {
  MarkKeyFacts facts{file.name, path, file.fingerprint, file.made, file.is_sealed(), {}};
  if (!facts.sealed && open_to_others(path)) facts.trouble = kOpenToOthers;
  return facts;
}

Result<void> make_folder(const std::string& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return {};
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return about(make_error(Code::io, "cannot make the folder of mark keys: " + error.message()), folder);
  return {};
}

Result<void> save(const KeyFile& file, const std::string& path, bool replace) {
  constexpr unsigned kOwnerAlone = 0600;
  FileWriter writer = TRY(FileWriter::create(path, replace, kOwnerAlone));
  TRY(writer.write(provenance::mark::key_file_text(file)));
  return writer.commit();
}

}  // namespace

std::string mark_key_folder() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr ? std::string(value) : std::string();
  };
  if (std::string folder = variable("BONAFIDE_MARK_KEYS"); !folder.empty()) return folder;
  if (const std::string folder = variable("XDG_CONFIG_HOME"); !folder.empty()) return folder + "/bonafide/mark-keys";
  const std::string home = variable("HOME");
  return home.empty() ? std::string() : home + "/.config/bonafide/mark-keys";
}

Json mark_keys_json(const std::string& folder, const std::vector<MarkKeyFacts>& keys) {
  Json json{{"schema", "bonafide.mark_keys/1"}, {"folder", clean_utf8(folder)}, {"keys", Json::array()}};
  for (const MarkKeyFacts& key : keys) {
    json["keys"].push_back({{"name", clean_utf8(key.name)},
                            {"file", clean_utf8(key.path)},
                            {"fingerprint", key.fingerprint},
                            {"made", key.made == 0 ? Json() : Json(unix_to_rfc3339(key.made))},
                            {"passphrase", key.sealed},
                            {"trouble", key.trouble}});
  }
  return json;
}

Result<MarkKeyFacts> new_mark_key(const std::string& folder, const std::string& name, std::int64_t now,
                                  const std::optional<std::string>& passphrase) {
  if (!provenance::mark::is_key_name(name))
    return make_error(Code::invalid_argument, "a key's name has 1 to 64 letters, digits, '-' and '_'");
  const std::string path = TRY(path_of(folder, name));
  std::error_code error;
  if (fs::exists(path, error))
    return make_error(Code::invalid_argument,
                      fmt::format("there is a mark key \"{}\" already; keys are never replaced", name));
  TRY(make_folder(folder));
  const Bytes secret = TRY(crypto::Random().bytes(provenance::mark::kSecretSize));
  const KeyFile file = TRY(provenance::mark::make_key_file(name, now, secret, passphrase));
  TRY(save(file, path, false));
  return facts_of(file, path);
}

Result<std::vector<MarkKeyFacts>> list_mark_keys(const std::string& folder) {
  if (folder.empty())
    return make_error(Code::unavailable, "there is no folder of mark keys: neither BONAFIDE_MARK_KEYS nor HOME is set");
  std::vector<MarkKeyFacts> keys;
  std::error_code error;
  if (!fs::exists(folder, error)) return keys;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const fs::path& path = at->path();
    if (path.extension() != kEnding) continue;
    const auto file = load(path.string(), path.string());
    if (file)
      keys.push_back(facts_of(*file, path.string()));
    else
      keys.push_back({path.stem().string(), path.string(), {}, 0, false, file.error().message});
  }
  if (error) return about(make_error(Code::io, "cannot be listed: " + error.message()), folder);
  std::ranges::sort(keys, {}, &MarkKeyFacts::path);
  return keys;
}

Result<MarkKeyFacts> describe_mark_key(const std::string& folder, const std::string& key) {
  const std::string path = TRY(path_of(folder, key));
  return facts_of(TRY(load(path, key)), path);
}

Result<Bytes> open_mark_key(const std::string& folder, const std::string& key, const AskPassphrase& ask) {
  const std::string path = TRY(path_of(folder, key));
  const KeyFile file = TRY(load(path, key));
  if (!file.is_sealed() && open_to_others(path))
    return about(make_error(Code::denied, std::string(kOpenToOthers)), path);
  const std::string passphrase = file.is_sealed() ? TRY(ask(file.name)) : std::string();
  auto secret = provenance::mark::secret_of(file, passphrase);
  if (!secret) return about(secret.error(), path);
  return secret;
}

Result<MarkKeyFacts> reseal_mark_key(const std::string& folder, const std::string& key, const AskPassphrase& ask,
                                     const std::function<Result<std::optional<std::string>>()>& passphrase) {
  const std::string path = TRY(path_of(folder, key));
  const KeyFile old = TRY(load(path, key));
  const Bytes secret = TRY(open_mark_key(folder, key, ask));
  const std::optional<std::string> next = TRY(passphrase());
  const KeyFile file = TRY(provenance::mark::make_key_file(old.name, old.made, secret, next));
  std::error_code ignored;  // a sealed file may lie open to others; once its seal is gone it must not
  fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write, ignored);
  TRY(save(file, path, true));
  return facts_of(file, path);
}

}  // namespace bonafide::app
