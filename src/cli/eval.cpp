// bonafide eval DATASET…: what the tests are worth on labelled files. bonafide calibrate JOURNAL: tables from it.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "base/files.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/kit/terminal.h"
#include "cli/verbs.h"
#include "crypto/hash.h"
#include "lab/calibrate.h"
#include "lab/evaluate.h"
#include "lab/page.h"

namespace bonafide::cli {

namespace {

struct EvalFlags {
  lab::EvaluateRequest request;
  std::string out;
  bool resume = false, force = false;
};

Result<std::string> hash_of(const std::string& path, const Context& context) {
  const FileReader file = TRY(FileReader::open(path));
  return "sha256:" + to_hex(TRY(crypto::digest_file(crypto::HashAlgorithm::sha256, file, context)));
}

std::string command_of(const lab::EvaluateRequest& request) {
  std::string line = "bonafide eval";
  for (const std::string& id : request.pipeline.only) line += " --only " + shell_quoted(id);
  for (const std::string& id : request.pipeline.skip) line += " --skip " + shell_quoted(id);
  for (const std::string& kind : request.kinds) line += " --kind " + shell_quoted(kind);
  if (!request.worn.empty()) line += " --worn " + shell_quoted(request.worn);
  if (request.limit > 0) line += fmt::format(" --limit {}", request.limit);
  for (const std::string& path : request.datasets) line += " " + shell_quoted(path);
  return line;
}

Result<std::string> run_eval(const EvalFlags& flags, const Globals& globals) {
  namespace fs = std::filesystem;
  const Context context = globals.context("eval");
  lab::EvaluateRequest request = flags.request;
  std::error_code problem;
  fs::create_directories(flags.out, problem);
  if (problem) return make_error(Code::io, "cannot make " + flags.out + ": " + problem.message());
  const fs::path folder(flags.out);
  request.journal = (folder / "journal.jsonl").string();
  if (fs::exists(request.journal, problem) && !flags.resume && !flags.force) {
    return make_error(Code::invalid_argument,
                      request.journal + " is there already: --resume goes on with it, --force begins anew");
  }
  if (flags.force && !flags.resume) fs::remove(request.journal, problem);
  const std::vector<lab::Trial> trials = TRY(lab::evaluate(request, context));
  const lab::Summary summary = lab::summarise(trials);
  const lab::Heading heading{.command = command_of(request),
                             .made_at = unix_to_rfc3339(unix_now()),
                             .version = BONAFIDE_VERSION,
                             .journal = TRY(hash_of(request.journal, context))};
  const Json json = lab::to_json(summary, heading);
  TRY(write_file((folder / "results.json").string(), dump_json(json, 1) + "\n", true));
  TRY(write_file((folder / "results.html").string(), lab::to_html(summary, heading), true));
  const std::string table = lab::to_markdown(summary, heading);
  TRY(write_file((folder / "results.md").string(), table, true));
  if (globals.json) return dump_json(json, 2) + "\n";
  return table + fmt::format("\nWritten to {}: results.json, results.html, results.md, journal.jsonl\n", flags.out);
}

struct CalibrateFlags {
  std::string journal, out;
  bool force = false;
};

Result<std::string> run_calibrate(const CalibrateFlags& flags, const Globals& globals) {
  const auto trials = TRY(lab::read_trials(flags.journal));
  const auto fitted = lab::fit_calibration(trials, TRY(hash_of(flags.journal, globals.context("calibrate"))),
                                           unix_to_rfc3339(unix_now()), BONAFIDE_VERSION);
  TRY(write_file(flags.out, dump_json(fitted.table, 1) + "\n", flags.force));
  if (globals.json) return dump_json(fitted.table, 2) + "\n";
  std::string text;
  for (const auto& [detector, line] : fitted.table.at("detectors").items()) {
    text += fmt::format("{:<24} log10 LR {:.2f} to {:.2f} from {} genuine and {} fake files, Cllr {:.2f}\n", detector,
                        line.at("least").get<double>(), line.at("most").get<double>(), line.at("genuine").get<int>(),
                        line.at("fake").get<int>(), line.at("cllr").get<double>());
  }
  for (const lab::Left& left : fitted.left) text += fmt::format("{:<24} no line: {}\n", left.detector, left.reason);
  return text + "Written to " + flags.out + "\n";
}

ExitCode told(const Result<std::string>& text, const Globals& globals) {
  end_progress();
  if (!text) return globals.json ? fail_json(text.error()) : fail(text.error());
  print(*text);
  return kDone;
}

}  // namespace

void add_eval(VerbTable& verbs) {
  CLI::App* const verb = verbs.add("eval", "What the tests are worth: error rates on labelled files, by source",
                                   "  bonafide eval dataset/ --out results\n"
                                   "  bonafide eval a/ b/ --kind speech --only audio. --out results --resume");
  const auto flags = std::make_shared<EvalFlags>();
  flags->request.jobs = std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / 2);
  verb->add_option("dataset", flags->request.datasets, "Folders with a manifest.csv (file, label, source, generator)")
      ->required();
  verb->add_option("-o,--out", flags->out, "Folder for the journal and the results")->required();
  verb->add_option("--only", flags->request.pipeline.only, "Only these tests: an id, or a prefix such as image.")
      ->allow_extra_args(false);
  verb->add_option("--skip", flags->request.pipeline.skip, "All but these tests")->allow_extra_args(false);
  verb->add_option("--kind", flags->request.kinds, "Only rows of this kind")->allow_extra_args(false);
  verb->add_option("--limit", flags->request.limit, "At most so many files of each label and dataset, spread evenly");
  verb->add_option("--worn", flags->request.worn,
                   "Every file as it would be after: normalised (labels then ride on less), jpeg90, jpeg70, half, "
                   "screenshot, noise; mp3_64, opus_24, aac_64, phone");
  verb->add_option("-j,--jobs", flags->request.jobs, "Files at once; default: half the cores")
      ->check(CLI::Range(1, 256));
  verb->add_flag("--resume", flags->resume, "Go on with the journal that is there");
  verb->add_flag("--force", flags->force, "Begin anew over results that are there");
  verb->callback([flags, &globals = verbs.globals, &chosen = verbs.chosen] {
    chosen = [flags, &globals] { return told(run_eval(*flags, globals), globals); };
  });
}

void add_calibrate(VerbTable& verbs) {
  CLI::App* const verb = verbs.add("calibrate", "Turn an eval's journal into a table of likelihood ratios",
                                   "  bonafide calibrate results/journal.jsonl -o table.json\n"
                                   "  bonafide check clip.wav --calibration table.json");
  const auto flags = std::make_shared<CalibrateFlags>();
  verb->add_option("journal", flags->journal, "journal.jsonl of `bonafide eval`")->required();
  verb->add_option("-o,--out", flags->out, "The table to write")->required();
  verb->add_flag("--force", flags->force, "Replace an existing table");
  verb->callback([flags, &globals = verbs.globals, &chosen = verbs.chosen] {
    chosen = [flags, &globals] { return told(run_calibrate(*flags, globals), globals); };
  });
}

}  // namespace bonafide::cli
