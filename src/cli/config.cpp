// bonafide config: the settings in force and where they come from.
#include "base/config.h"

#include <fmt/format.h>

#include "base/json.h"
#include "cli/verbs.h"

namespace bonafide::cli {

namespace {

/// A TOML basic string.
std::string quoted(const std::string& text) { return dump_json(text); }

}  // namespace

void add_config(VerbTable& verbs) {
  verbs.add("config", "The settings in force and where they come from", "  bonafide config\n  bonafide config --json")
      ->callback([&globals = verbs.globals, &chosen = verbs.chosen] {
        chosen = [&globals] {
          const Config& config = globals.config;
          const std::uint64_t memory = config.limits.memory >> 20;
          if (globals.json) {
            print(dump_json({{"schema", "bonafide.config/1"},
                             {"path", config_path()},
                             {"read", !config.path.empty()},
                             {"limits",
                              {{"memory", memory},
                               {"pixels", config.limits.pixels},
                               {"depth", config.limits.depth},
                               {"nodes", config.limits.nodes}}},
                             {"check", {{"fail_at", config.fail_at}, {"jobs", config.jobs}}},
                             {"sign",
                              {{"keys", config.sign_keys},
                               {"key", config.sign_key},
                               {"certificate", config.sign_certificate},
                               {"tsa", config.sign_tsa}}},
                             {"output", {{"color", config.colour}}}},
                            2) +
                  "\n");
            return kDone;
          }
          print(fmt::format(
              "# {}{}\n[limits]\nmemory = {}  # MiB\npixels = {}\ndepth = {}\nnodes = {}\n\n"
              "[check]\nfail_at = \"{}\"\njobs = {}  # 0: half the cores\n\n[sign]\nkeys = {}\nkey = {}\ncertificate = "
              "{}\ntsa = {}\n\n"
              "[output]\ncolor = \"{}\"\n",
              config_path(), config.path.empty() ? " (not there: built-in settings)" : "", memory, config.limits.pixels,
              config.limits.depth, config.limits.nodes, config.fail_at, config.jobs, quoted(config.sign_keys),
              quoted(config.sign_key), quoted(config.sign_certificate), quoted(config.sign_tsa), config.colour));
          return kDone;
        };
      });
}

}  // namespace bonafide::cli
