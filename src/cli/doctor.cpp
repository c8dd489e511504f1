// bonafide doctor: what is missing here, and the one command that fixes it.
#include "app/doctor.h"

#include <fmt/format.h>

#include "base/json.h"
#include "cli/verbs.h"

namespace bonafide::cli {

namespace {

ExitCode run_doctor(const Globals& globals) {
  const auto symptoms = app::examine_machine(globals.config.limits);
  bool well = true;
  Json list = Json::array();
  for (const app::Symptom& symptom : symptoms) {
    well = well && symptom.good;
    list.push_back({{"name", symptom.name},
                    {"good", symptom.good},
                    {"needed", symptom.needed},
                    {"note", symptom.note},
                    {"fix", symptom.fix}});
    if (globals.json) continue;
    print(fmt::format("{}  {:<18} {}\n", symptom.good ? "ok     " : "missing", symptom.name, symptom.note));
    if (!symptom.fix.empty()) print(fmt::format("         to fix it: {}\n", symptom.fix));
  }
  if (globals.json) print(dump_json({{"schema", "bonafide.doctor/1"}, {"good", well}, {"symptoms", list}}, 2) + "\n");
  return well ? kDone : kEnvironment;
}

}  // namespace

void add_doctor(VerbTable& verbs) {
  verbs
      .add("doctor", "What is missing on this machine, and the one command that fixes it",
           "  bonafide doctor\n  bonafide doctor --json")
      ->callback(
          [&globals = verbs.globals, &chosen = verbs.chosen] { chosen = [&globals] { return run_doctor(globals); }; });
}

}  // namespace bonafide::cli
