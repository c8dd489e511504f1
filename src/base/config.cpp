#include "base/config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <cstdlib>

#include "base/files.h"

namespace bonafide {

namespace {
Error bad(const std::string& path, std::string message) {
  Error error = make_error(Code::invalid_argument, std::move(message));
  error.file = path;
  return error;
}

// One key of the file and how its value is taken.
struct Key {
  std::string_view section, name;
  bool (*take)(const toml::node&, Config&);
};

template <typename T>
bool take_integer(const toml::node& node, std::int64_t least, std::int64_t most, std::int64_t scale, T& into) {
  const auto value = node.value_exact<std::int64_t>();
  if (!value || *value < least || *value > most) return false;
  into = static_cast<T>(*value * scale);
  return true;
}

bool take_word(const toml::node& node, std::initializer_list<std::string_view> words, std::string& into) {
  const auto value = node.value_exact<std::string>();
  if (!value) return false;
  for (const std::string_view word : words) {
    if (*value == word) {
      into = *value;
      return true;
    }
  }
  return false;
}

bool take_text(const toml::node& node, std::string& into) {
  const auto value = node.value_exact<std::string>();
  if (!value) return false;
  into = *value;
  return true;
}

constexpr std::int64_t kMiB = 1 << 20;

const Key kKeys[] = {
    {"limits", "memory",
     [](const toml::node& node, Config& config) {
       return take_integer(node, 64, 1 << 20, kMiB, config.limits.memory);
     }},
    {"limits", "pixels",
     [](const toml::node& node, Config& config) {
       return take_integer(node, 1, 4'000'000'000, 1, config.limits.pixels);
     }},
    {"limits", "depth",
     [](const toml::node& node, Config& config) { return take_integer(node, 1, 1000, 1, config.limits.depth); }},
    {"limits", "nodes",
     [](const toml::node& node, Config& config) { return take_integer(node, 1, 10'000'000, 1, config.limits.nodes); }},
    {"check", "fail_at",
     [](const toml::node& node, Config& config) {
       return take_word(node, {"weak", "moderate", "strong", "very_strong"}, config.fail_at);
     }},
    {"check", "jobs",
     [](const toml::node& node, Config& config) { return take_integer(node, 0, 256, 1, config.jobs); }},
    {"sign", "keys", [](const toml::node& node, Config& config) { return take_text(node, config.sign_keys); }},
    {"sign", "key", [](const toml::node& node, Config& config) { return take_text(node, config.sign_key); }},
    {"sign", "certificate",
     [](const toml::node& node, Config& config) { return take_text(node, config.sign_certificate); }},
    {"sign", "tsa", [](const toml::node& node, Config& config) { return take_text(node, config.sign_tsa); }},
    {"output", "color",
     [](const toml::node& node, Config& config) {
       return take_word(node, {"auto", "always", "never"}, config.colour);
     }},
};

const Key* find_key(std::string_view section, std::string_view name) {
  for (const Key& key : kKeys) {
    if (key.section == section && key.name == name) return &key;
  }
  return nullptr;
}
}  // namespace

std::string config_path() {
  if (const char* const path = std::getenv("BONAFIDE_CONFIG")) return path;
  if (const char* const folder = std::getenv("XDG_CONFIG_HOME"); folder != nullptr && *folder != '\0') {
    return std::string(folder) + "/bonafide/config.toml";
  }
  const char* const home = std::getenv("HOME");
  return home != nullptr ? std::string(home) + "/.config/bonafide/config.toml" : std::string();
}

Result<Config> load_config(const std::string& path) {
  Config config;
  if (path.empty()) return config;
  constexpr std::uint64_t kMost = 1 << 20;
  auto text = read_file(path, kMost);
  if (!text && text.error().code == Code::not_found) return config;
  if (!text) return text.error();
  config.path = path;
  toml::table table;
  try {
    table = toml::parse(*text, path);
  } catch (const toml::parse_error& error) {
    return bad(path, fmt::format("line {}: {}", error.source().begin.line, error.description()));
  }
  for (const auto& [section, content] : table) {
    const toml::table* const keys = content.as_table();
    if (keys == nullptr) return bad(path, fmt::format("unknown key \"{}\"", section.str()));
    for (const auto& [name, node] : *keys) {
      const Key* const key = find_key(section.str(), name.str());
      if (key == nullptr) return bad(path, fmt::format("unknown key \"{}.{}\"", section.str(), name.str()));
      if (!key->take(node, config)) {
        return bad(path, fmt::format("line {}: {}.{} does not take this value", node.source().begin.line, section.str(),
                                     name.str()));
      }
    }
  }
  return config;
}

}  // namespace bonafide
