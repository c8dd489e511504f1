// bonafide mark trace FILE WORK: is the file the work that its mark stands for?
#include "app/mark_trace.h"

#include <fmt/format.h>

#include "base/time.h"
#include "cli/credential/trust_flags.h"
#include "cli/kit/terminal.h"
#include "cli/mark.h"
#include "cli/verbs.h"

namespace bonafide::cli {

namespace {

struct TraceFlags {
  std::string file, work;
  MarkKeyFlags key;
  TrustFlags trust;
  bool deep = false;
};

Result<app::MarkTrace> traced(const TraceFlags& flags, const Globals& globals) {
  const app::MarkKeys keys = TRY(mark_keys_of(flags.key));
  const auto now = unix_now();
  const app::Trust trust = TRY(load_trust(flags.trust, now));
  return app::trace_mark({flags.file, flags.work, keys, flags.deep, now}, trust, globals.context(flags.file));
}

ExitCode run_trace(const TraceFlags& flags, const Globals& globals) {
  const auto trace = traced(flags, globals);
  if (!trace) return tell_failure(trace.error(), flags.file, globals);
  end_progress();
  if (globals.json) {
    print(dump_json(app::mark_trace_json(*trace), 2) + "\n");
  } else {
    print(clean_utf8(flags.file) + "\n");
    for (const app::FoundMark& mark : trace->found.marks)
      print(fmt::format("  mark {} in the {}\n    {}\n", app::id_words(mark), mark.in,
                        provenance::mark::to_string(mark.evidence)));
    if (trace->found.marks.empty()) print("  no mark found in it; this says nothing of where it comes from\n");
    if (!trace->sentences.empty()) print(fmt::format("  held against {}\n", clean_utf8(flags.work)));
    for (const std::string& sentence : trace->sentences) print("    " + sentence + "\n");
  }
  switch (trace->answer) {
    case app::Traced::same: return kDone;
    case app::Traced::altered:
    case app::Traced::other_work:
    case app::Traced::other_id:
    case app::Traced::contradiction: return kAdverse;
    case app::Traced::unsure: return kCouldNotTell;
    case app::Traced::no_mark: return kNothing;
  }
  return kBug;
}

}  // namespace

void add_mark_trace(VerbTable& verbs, CLI::App& group) {
  const auto flags = std::make_shared<TraceFlags>();
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  CLI::App* const trace =
      verbs.add(group, "trace",
                "Is a file the work that its mark stands for: by that work's credential, its map and what both tell");
  trace->add_option("file", flags->file, "A file with a mark")->required();
  trace->add_option("work", flags->work, "The signed work that the id leads to, or its credential alone (.c2pa)")
      ->required();
  trace->add_flag("--deep", flags->deep, "Look for crops, turns, changed scale, speed and tempo too");
  add_mark_key_flags(*trace, flags->key);
  add_trust_flags(*trace, flags->trust);
  trace->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_trace(*flags, globals); }; });
}

}  // namespace bonafide::cli
