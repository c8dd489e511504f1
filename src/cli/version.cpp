// bonafide version: this program and the libraries it decodes with.
#include <fmt/format.h>

#include "app/environment.h"
#include "base/json.h"
#include "cli/verbs.h"

namespace bonafide::cli {

void add_version(VerbTable& verbs) {
  verbs
      .add("version", "This program and the libraries it decodes with", "  bonafide version\n  bonafide version --json")
      ->callback([&globals = verbs.globals, &chosen = verbs.chosen] {
        chosen = [&globals] {
          const report::Environment environment = app::environment("", false);
          if (globals.json) {
            Json libraries = Json::object();
            for (const auto& [name, version] : environment.libraries) libraries[name] = version;
            print(dump_json({{"schema", "bonafide.version/1"},
                             {"version", environment.version},
                             {"system", environment.system},
                             {"libraries", libraries}},
                            2) +
                  "\n");
            return kDone;
          }
          print(fmt::format("bonafide {}\n{}\n", environment.version, environment.system));
          for (const auto& [name, version] : environment.libraries) print(fmt::format("{} {}\n", name, version));
          return kDone;
        };
      });
}

}  // namespace bonafide::cli
