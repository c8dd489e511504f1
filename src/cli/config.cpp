// bonafide config: the settings in force and where they come from.
#include "base/config.h"

#include <fmt/format.h>

#include "base/json.h"
#include "cli/verbs.h"

namespace bonafide::cli {

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
                             {"output", {{"color", config.colour}}}},
                            2) +
                  "\n");
            return kDone;
          }
          print(fmt::format(
              "# {}{}\n[limits]\nmemory = {}  # MiB\npixels = {}\ndepth = {}\nnodes = {}\n\n"
              "[check]\nfail_at = \"{}\"\njobs = {}  # 0: half the cores\n\n[output]\ncolor = \"{}\"\n",
              config_path(), config.path.empty() ? " (not there: built-in settings)" : "", memory, config.limits.pixels,
              config.limits.depth, config.limits.nodes, config.fail_at, config.jobs, config.colour));
          return kDone;
        };
      });
}

}  // namespace bonafide::cli
