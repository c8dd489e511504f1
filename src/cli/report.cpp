// bonafide report SAVED.json: shows a saved report again, without the file it is about.
#include "report/report.h"

#include "base/files.h"
#include "cli/kit/terminal.h"
#include "cli/verbs.h"

namespace bonafide::cli {

namespace {

struct ReportFlags {
  std::string saved, html;
  bool force = false;
};

Result<void> show(const ReportFlags& flags, const Globals& globals) {
  constexpr std::uint64_t kMost = std::uint64_t{256} << 20;
  const std::string text = TRY(read_file(flags.saved, kMost));
  const Json json = TRY(parse_json(text));
  const report::Report report = TRY(report::from_json(json));
  if (!flags.html.empty()) return write_file(flags.html, report::to_html(report), flags.force);
  if (globals.json)
    print(dump_json(report::to_json(report, false), 2) + "\n");
  else
    print(report::to_text(report, {use_colour(globals.config.colour), terminal_width()}));
  return {};
}

}  // namespace

void add_report(VerbTable& verbs) {
  CLI::App* const verb = verbs.add("report", "Show a saved report again, as text or HTML",
                                   "  bonafide check clip.mp4 --save clip.json\n"
                                   "  bonafide report clip.json\n"
                                   "  bonafide report clip.json --html clip.html");
  const auto flags = std::make_shared<ReportFlags>();
  verb->add_option("saved", flags->saved, "A report written by check --save")->required();
  verb->add_option("--html", flags->html, "Write it as one HTML page");
  verb->add_flag("--force", flags->force, "Replace an existing page");
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  verb->callback([flags, &globals, &chosen] {
    chosen = [flags, &globals] {
      auto shown = show(*flags, globals);
      if (shown) return kDone;
      if (shown.error().file.empty()) shown.error().file = flags->saved;
      return fail(shown.error());
    };
  });
}

}  // namespace bonafide::cli
