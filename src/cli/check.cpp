// bonafide check FILE…: provenance, forensics, verdict.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "app/check.h"
#include "base/files.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/credential/trust_flags.h"
#include "cli/kit/inputs.h"
#include "cli/kit/terminal.h"
#include "cli/verbs.h"
#include "forensics/detector.h"
#include "report/explain.h"
#include "report/report.h"

namespace bonafide::cli {

namespace {

struct CheckFlags {
  InputRequest inputs;
  TrustFlags trust;
  std::vector<std::string> only, skip;
  std::string explain;
  std::string budget;
  bool whole = false;
  std::string fail_at;
  int jobs = 0;
  std::string save, html;
  bool force = false;
  bool exit_zero = false;
  std::string log_policy, log_folder, original, calibration;
};

/// "30s", "2m", "1h", "45" (seconds). Nothing when it is none of these.
std::optional<double> parse_duration(std::string_view text) {
  double unit = 1;
  if (text.ends_with("ms")) return std::nullopt;
  if (text.ends_with('s'))
    text.remove_suffix(1);
  else if (text.ends_with('m'))
    unit = 60, text.remove_suffix(1);
  else if (text.ends_with('h'))
    unit = 3600, text.remove_suffix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value > 0) || value > 1e7) return std::nullopt;
  return value * unit;
}

/// What one file came to: its exit code and the text to print, in the order of the files.
struct Answer {
  ExitCode code = kDone;
  std::string out;
  std::optional<Error> error;
};

ExitCode code_of(const verdict::Verdict& verdict, const std::string& fail_at) {
  if (!verdict.strength) return kCouldNotTell;
  for (const auto strength : {verdict::Strength::weak, verdict::Strength::moderate, verdict::Strength::strong,
                              verdict::Strength::very_strong}) {
    if (fail_at == forensics::to_string(strength)) return *verdict.strength >= strength ? kAdverse : kDone;
  }
  return kDone;
}

/// A broken credential and a mark that shows changes are adverse whatever the tests say; otherwise the verdict decides.
ExitCode code_of(const report::Report& report, const std::string& fail_at) {
  const provenance::State state = report.provenance.state;
  if (state == provenance::State::broken || state == provenance::State::altered) return kAdverse;
  return code_of(report.verdict, fail_at);
}

/// Where --save or --html goes: the name itself, or inside it when it is a folder.
std::string output_path(const std::string& wish, const Input& input, std::string_view extension) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(wish, ignored)) return wish;
  const std::string name = input.shown == "-" ? "stdin" : std::filesystem::path(input.path).filename().string();
  return (std::filesystem::path(wish) / (name + std::string(extension))).string();
}

class Checker {
 public:
  Checker(const CheckFlags& flags, const app::Trust& trust, const verdict::Calibration* calibration,
          const Globals& globals, bool many)
      : flags_(flags),
        trust_(trust),
        calibration_(calibration),
        globals_(globals),
        many_(many),
        budget_(parse_duration(flags.budget)) {}

  Answer check(const Input& input) const {
    app::CheckRequest request;
    request.path = input.path;
    request.pipeline.only = flags_.only;
    request.pipeline.skip = flags_.skip;
    request.pipeline.whole = flags_.whole;
    request.pipeline.previews = !flags_.save.empty() || !flags_.html.empty();
    request.budget_s = budget_;
    request.command = command(input);
    request.trust = &trust_;
    request.calibration = calibration_;
    request.log_policy = flags_.log_policy;
    request.original = flags_.original;
    request.log_folder = flags_.log_folder;
    const auto began = Clock::now();
    auto report = app::check(request, globals_.context(input.shown));
    if (!report) {
      if (input.shown == "-") report.error().file = "-";
      const std::chrono::duration<double> taken = Clock::now() - began;
      const bool late = budget_ && report.error().code == Code::limit && taken.count() >= *budget_;
      return {late ? kDeadline : exit_code_of(report.error()), {}, report.error()};
    }
    if (input.shown == "-") report->media.path = "-";
    Answer answer{flags_.exit_zero ? kDone : code_of(*report, fail_at()), render(*report), std::nullopt};
    if (auto written = write(*report, input); !written) {
      answer.error = written.error();
      answer.code = kInput;
    }
    return answer;
  }

 private:
  std::string fail_at() const { return flags_.fail_at.empty() ? globals_.config.fail_at : flags_.fail_at; }

  std::string render(const report::Report& report) const {
    if (globals_.json) return dump_json(report::to_json(report, false), many_ ? -1 : 2) + "\n";
    const TextStyle style{use_colour(globals_.config.colour), terminal_width()};
    if (!flags_.explain.empty()) return report::explain(report, flags_.explain, style) + (many_ ? "\n" : "");
    return report::to_text(report, style) + (many_ ? "\n" : "");
  }

  Result<void> write(const report::Report& report, const Input& input) const {
    if (!flags_.save.empty()) {
      TRY(write_file(output_path(flags_.save, input, ".report.json"), dump_json(report::to_json(report, true), 1),
                     flags_.force));
    }
    if (!flags_.html.empty()) {
      TRY(write_file(output_path(flags_.html, input, ".report.html"), report::to_html(report), flags_.force));
    }
    return {};
  }

  // What to type to get the same report; names with blanks are quoted as a shell wants them.
  std::string command(const Input& input) const {
    std::string line = "bonafide check";
    for (const std::string& id : flags_.only) line += " --only " + shell_quoted(id);
    for (const std::string& id : flags_.skip) line += " --skip " + shell_quoted(id);
    if (flags_.whole) line += " --whole";
    if (!flags_.budget.empty()) line += " --budget " + shell_quoted(flags_.budget);
    if (!flags_.original.empty()) line += " --original " + shell_quoted(flags_.original);
    if (!flags_.calibration.empty()) line += " --calibration " + shell_quoted(flags_.calibration);
    if (!flags_.log_policy.empty()) line += " --log-policy " + shell_quoted(flags_.log_policy);
    return line + words_of(flags_.trust) + " " + shell_quoted(input.shown);
  }

  const CheckFlags& flags_;
  const app::Trust& trust_;
  const verdict::Calibration* calibration_;
  const Globals& globals_;
  bool many_;
  std::optional<double> budget_;
};

/// Checks all files on `jobs` threads and prints the answers in the files' order, each as soon as it can be.
std::vector<ExitCode> check_all(const Inputs& inputs, const Checker& checker, const Globals& globals, int jobs) {
  std::vector<std::optional<Answer>> answers(inputs.files.size());
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t next = 0;
  const auto work = [&] {
    for (;;) {
      std::size_t mine = 0;
      {
        const std::lock_guard lock(mutex);
        if (next >= inputs.files.size() || globals.stop.stop_requested()) return;
        mine = next++;
      }
      Answer answer = checker.check(inputs.files[mine]);
      const std::lock_guard lock(mutex);
      answers[mine] = std::move(answer);
      changed.notify_all();
    }
  };
  std::vector<std::jthread> workers;
  for (int i = 0; i < jobs; ++i) workers.emplace_back(work);
  std::vector<ExitCode> codes;
  for (std::optional<Answer>& slot : answers) {
    std::unique_lock lock(mutex);
    while (!slot && !globals.stop.stop_requested()) changed.wait_for(lock, std::chrono::milliseconds(200));
    if (!slot) break;
    const Answer answer = std::move(*slot);
    slot.emplace();
    lock.unlock();
    end_progress();
    print(answer.out);
    std::fflush(stdout);
    if (answer.error) globals.json&& answer.out.empty() ? fail_json(*answer.error) : fail(*answer.error);
    codes.push_back(answer.code);
  }
  if (globals.stop.stop_requested()) codes.push_back(kInterrupted);
  return codes;
}

/// A misspelt test must not end in "could not tell".
Result<void> check_names(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto meant = [&](const forensics::Detector* detector) {
      return detector->id == name || (name.ends_with('.') && detector->id.starts_with(name));
    };
    if (std::ranges::none_of(forensics::detectors(), meant)) {
      return make_error(Code::invalid_argument, "no test is called \"" + name + "\"; see bonafide detectors");
    }
  }
  return {};
}

Result<verdict::Calibration> read_calibration(const std::string& path) {
  const std::string text = TRY(read_file(path, 1 << 20));
  const auto json = parse_json(text);
  auto calibration = json ? verdict::calibration_from_json(*json) : Result<verdict::Calibration>(json.error());
  if (!calibration) calibration.error().file = path;
  return calibration;
}

ExitCode run_check(const CheckFlags& flags, const Globals& globals) {
  for (const auto& names : {flags.only, flags.skip}) {
    if (auto known = check_names(names); !known) return fail(known.error());
  }
  if (!flags.explain.empty()) {
    if (flags.explain.ends_with('.'))
      return fail(make_error(Code::invalid_argument, "--explain takes one test; see bonafide detectors"));
    if (auto known = check_names({flags.explain}); !known) return fail(known.error());
  }
  auto inputs = collect_inputs(flags.inputs, globals.context("-"));
  if (!inputs) return fail(inputs.error());
  std::error_code ignored;
  for (const std::string& wish : {flags.save, flags.html}) {
    if (!wish.empty() && inputs->many && !std::filesystem::is_directory(wish, ignored)) {
      Error error = make_error(Code::invalid_argument, "must be an existing folder when several files are checked");
      error.file = wish;
      return fail(error);
    }
  }
  const auto trust = load_trust(flags.trust, unix_now());
  if (!trust) return globals.json ? fail_json(trust.error()) : fail(trust.error());
  std::optional<verdict::Calibration> table;
  if (!flags.calibration.empty()) {
    auto read = read_calibration(flags.calibration);
    if (!read) return globals.json ? fail_json(read.error()) : fail(read.error());
    table = std::move(*read);
  }
  std::vector<ExitCode> codes;
  for (const Error& error : inputs->errors) codes.push_back(globals.json ? fail_json(error) : fail(error));
  if (inputs->passed_over > 0) {
    log(LogLevel::warning, fmt::format("{} file(s) passed over: not a known kind of media", inputs->passed_over));
  }
  const int half = static_cast<int>(std::max(1U, std::thread::hardware_concurrency() / 2));
  const int jobs = flags.jobs > 0 ? flags.jobs : globals.config.jobs > 0 ? globals.config.jobs : half;
  const Checker checker(flags, *trust, table ? &*table : nullptr, globals, inputs->many);
  const auto checked =
      check_all(*inputs, checker, globals, std::min<int>(jobs, static_cast<int>(inputs->files.size())));
  codes.insert(codes.end(), checked.begin(), checked.end());
  return combine(codes);
}

std::string valid_duration(const std::string& text) {
  return parse_duration(text) ? std::string() : "a time such as 30s, 2m or 1h is wanted, not \"" + text + "\"";
}

}  // namespace

void add_check(VerbTable& verbs) {
  CLI::App* const verb = verbs.add("check", "Where does it come from, and what do picture and sound say?",
                                   "  bonafide check photo.jpg\n"
                                   "  bonafide check clip.mp4 --html clip.html\n"
                                   "  bonafide check --recursive evidence/ --json > reports.jsonl");
  const auto flags = std::make_shared<CheckFlags>();
  verb->add_option("file", flags->inputs.arguments, "Files, folders (with --recursive), or - for standard input");
  verb->add_flag("-r,--recursive", flags->inputs.recursive, "Look inside folders");
  verb->add_option("--files-from", flags->inputs.files_from, "A list of files, one a line; - is standard input");
  verb->add_option("--only", flags->only, "Only these tests: an id, or a prefix such as image.")
      ->allow_extra_args(false);  // or it would swallow the file that follows
  verb->add_option("--skip", flags->skip, "All but these tests")->allow_extra_args(false);
  verb->add_option("--explain", flags->explain,
                   "Print what this one test looked at, what it measured and how to read it, instead of the report");
  verb->add_option("--budget", flags->budget,
                   "Most time for each file (30s, 2m): stops in time and says what was not examined")
      ->check(CLI::Validator(valid_duration, "TIME"));
  verb->add_flag("--whole", flags->whole, "Examine long files whole instead of in samples");
  add_trust_flags(*verb, flags->trust);
  verb->add_option("--original", flags->original,
                   "What it should be: a signed work or its credential (.c2pa); says where and when it differs");
  verb->add_option("--log", flags->log_folder,
                   "With --log-policy: the log's folder, looked through for a revocation of the issuer's key");
  verb->add_option("--log-policy", flags->log_policy,
                   "Which logs to believe, for a proof that lies beside the file (FILE.tlog-proof)");
  verb->add_option("--calibration", flags->calibration,
                   "A table from `bonafide calibrate`: only with one can signs be called more than moderate");
  verb->add_option("--fail-at", flags->fail_at,
                   "Exit with 10 at signs of this strength: weak, moderate, strong, very_strong")
      ->check(CLI::IsMember({"weak", "moderate", "strong", "very_strong"}));
  verb->add_option("-j,--jobs", flags->jobs, "Files at once; default: half the cores")->check(CLI::Range(1, 256));
  verb->add_option("--save", flags->save, "Write the whole report as JSON (a folder for many files)");
  verb->add_option("--html", flags->html, "Write the report as one HTML page (a folder for many files)");
  verb->add_flag("--force", flags->force, "Replace an existing report");
  verb->add_flag("--exit-zero", flags->exit_zero, "Exit with 0 whatever the answer (not on failure)");
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  verb->callback([flags, verb, &globals, &chosen] {
    if (flags->inputs.arguments.empty() && flags->inputs.files_from.empty()) {
      throw CLI::RequiredError("a file to check");
    }
    chosen = [flags, &globals] { return run_check(*flags, globals); };
  });
}

}  // namespace bonafide::cli
