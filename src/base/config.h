// Configuration: one small TOML file. Command-line flags win over it, it wins over the built-in defaults.
#pragma once
#include <optional>
#include <string>

#include "base/context.h"
#include "base/result.h"

namespace bonafide {

/// Keys of config.toml; an absent key keeps its default. An unknown key is an error: a typo must not pass silently.
struct Config {
  Limits limits;                                      ///< [limits] memory (MiB), pixels, depth, nodes
  std::string fail_at = "strong";                     ///< [check] fail_at: weak, moderate, strong, very_strong
  int jobs = 0;                                       ///< [check] jobs: files at once; 0 = half the cores
  std::string sign_keys, sign_key, sign_certificate;  ///< [sign] keys (a folder), key, certificate (PEM files)
  std::string sign_tsa;                               ///< [sign] tsa: URL, or "local"
  std::string colour = "auto";                        ///< [output] color: auto, always, never
  std::string path;                                   ///< where it was read from; empty: built-in defaults only
};

/// $BONAFIDE_CONFIG, else $XDG_CONFIG_HOME/bonafide/config.toml, else ~/.config/bonafide/config.toml.
std::string config_path();
/// The file's settings, or the defaults when there is no file. Fails on bad TOML, types, ranges and unknown keys.
Result<Config> load_config(const std::string& path);

}  // namespace bonafide
