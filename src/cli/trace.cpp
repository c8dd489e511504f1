// bonafide trace FILE: where does it lead?
#include "app/trace.h"

#include "base/time.h"
#include "cli/credential/trust_flags.h"
#include "cli/kit/terminal.h"
#include "cli/verbs.h"

namespace bonafide::cli {

namespace {

struct TraceFlags {
  std::string file, keep, policy;
  std::vector<std::string> logs, witnesses;
  TrustFlags trust;
  bool deep = false;
};

Result<report::TraceReport> traced(const TraceFlags& flags, const Globals& globals) {
  if (!flags.keep.empty() && flags.logs.size() != 1)
    return make_error(Code::invalid_argument, "--keep goes with one --log");
  app::TraceRequest request;
  request.file = flags.file;
  request.deep = flags.deep;
  request.at = unix_now();
  for (const std::string& folder : flags.logs)
    request.sources.push_back(app::trace_folder({folder, flags.keep}, flags.policy, flags.witnesses));
  const app::Trust trust = TRY(load_trust(flags.trust, request.at));
  return app::trace(request, trust, globals.context(flags.file));
}

ExitCode run_trace(const TraceFlags& flags, const Globals& globals) {
  const auto report = traced(flags, globals);
  end_progress();
  if (!report) return globals.json ? fail_json(report.error()) : fail(report.error());
  const TextStyle style{use_colour(globals.config.colour), terminal_width()};
  print(globals.json ? dump_json(report::trace_json(*report), 2) + "\n" : report::trace_text(*report, style));
  for (const report::TracePlace& place : report->places)
    if (!place.problem.empty() && report->hits.empty()) return kEnvironment;
  switch (report::answer_of(*report)) {
    case report::TraceAnswer::original:
    case report::TraceAnswer::copy: return kDone;
    case report::TraceAnswer::altered:
    case report::TraceAnswer::broken: return kAdverse;
    case report::TraceAnswer::resembles: return kCouldNotTell;
    case report::TraceAnswer::unknown: return kNothing;
  }
  return kBug;
}

}  // namespace

void add_trace(VerbTable& verbs) {
  CLI::App* const verb = verbs.add(
      "trace", "Where does a file lead: its credential, its mark, entries of logs, and the works that it resembles",
      "  bonafide trace found.jpg --log record\n"
      "  bonafide trace found.mp4 --log record --log-policy policy --witness w --json\n"
      "Exit: 0 registered or a copy with the same content, 10 altered or not to be believed, 11 it only resembles a\n"
      "work, 12 unknown here (which says nothing of whether it is genuine), 4 a log could not be asked");
  const auto flags = std::make_shared<TraceFlags>();
  verb->add_option("file", flags->file, "A picture, clip or sound")->required();
  verb->add_option("--log", flags->logs, "A log's folder, with the registry that is kept beside it")
      ->allow_extra_args(false);
  verb->add_option("--keep", flags->keep, "Where its registry is kept; default: the log's name + .keep");
  verb->add_option("--log-policy", flags->policy,
                   "Which logs and witnesses to believe (c2sp.org/tlog-policy); default: the one that is kept");
  verb->add_option("--witness", flags->witnesses, "Folder of a witness to cosign the log as it is now")
      ->allow_extra_args(false);
  verb->add_flag("--deep", flags->deep, "Look for marks in other scales, speeds and tempos too");
  add_trust_flags(*verb, flags->trust);
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  verb->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_trace(*flags, globals); }; });
}

}  // namespace bonafide::cli
