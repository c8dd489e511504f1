#include "lab/evaluate.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

#include "base/files.h"
#include "lab/ladder.h"

namespace bonafide::lab {

namespace {

constexpr std::uint64_t kMostJournal = std::uint64_t{1} << 30;

struct Job {
  Item item;
  std::string dataset;
};

// Evenly over the manifest, so that a small run sees every source.
std::vector<Item> thinned(std::vector<Item> items, std::size_t limit) {
  if (limit == 0) return items;
  std::map<bool, std::size_t> count, taken, seen;
  for (const Item& item : items) ++count[item.fake];
  std::vector<Item> kept;
  for (Item& item : items) {
    const std::size_t n = count[item.fake], i = seen[item.fake]++;
    if (taken[item.fake] * n > i * limit || taken[item.fake] >= limit) continue;
    ++taken[item.fake];
    kept.push_back(std::move(item));
  }
  return kept;
}

std::string dataset_name(const std::string& path) {
  std::filesystem::path clean = std::filesystem::path(path).lexically_normal();
  if (clean.filename().empty() || clean.extension() == ".csv") clean = clean.parent_path();
  return clean.filename().string();
}

Result<std::vector<Job>> jobs_of(const EvaluateRequest& request) {
  std::vector<Job> jobs;
  std::set<std::string> names;
  for (const std::string& path : request.datasets) {
    const std::string name = dataset_name(path);
    if (!names.insert(name).second) {
      return make_error(Code::invalid_argument, "two datasets are called \"" + name + "\"; one must be renamed");
    }
    std::vector<Item> items = TRY(read_dataset(path));
    if (!request.kinds.empty()) {
      const std::set<std::string> wanted(request.kinds.begin(), request.kinds.end());
      std::erase_if(items, [&](const Item& item) { return wanted.count(item.kind) == 0; });
    }
    for (Item& item : thinned(std::move(items), request.limit)) jobs.push_back({std::move(item), name});
  }
  return jobs;
}

Json heading(const EvaluateRequest& request) {
  Json json{{"schema", "bonafide.journal/1"}, {"only", request.pipeline.only}, {"skip", request.pipeline.skip}};
  if (!request.worn.empty()) json["worn"] = request.worn;
  return json;
}

using Done = std::map<std::pair<std::string, std::string>, Trial>;

// Lines that stand whole; a last line that was cut off by a stop is dropped, and its file checked again.
Result<Done> read_journal(const EvaluateRequest& request) {
  Done done;
  std::error_code ignored;
  if (request.journal.empty() || !std::filesystem::exists(request.journal, ignored)) return done;
  std::istringstream lines(TRY(read_file(request.journal, kMostJournal)));
  std::string line;
  bool first = true;
  while (std::getline(lines, line)) {
    const auto json = parse_json(line);
    if (!json) {
      if (lines.peek() == std::char_traits<char>::eof()) break;
      return json.error();
    }
    if (std::exchange(first, false)) {
      if (*json == heading(request)) continue;
      Error error = make_error(Code::invalid_argument, "is a journal of other tests: " + line);
      error.file = request.journal;
      return error;
    }
    Trial trial = TRY(trial_from_json(*json));
    done[{trial.dataset, trial.file}] = std::move(trial);
  }
  return done;
}

/// Appends a line at a time.
class Journal {
 public:
  static Result<std::unique_ptr<Journal>> open(const EvaluateRequest& request, const Done& done) {
    auto journal = std::make_unique<Journal>();
    if (request.journal.empty()) return journal;
    // Written anew first: a cut line goes, and the heading stands.
    std::string text = dump_json(heading(request)) + "\n";
    for (const auto& [key, trial] : done) text += dump_json(to_json(trial)) + "\n";
    TRY(write_file(request.journal, text, true));
    journal->out_.open(request.journal, std::ios::app);
    if (!journal->out_) return make_error(Code::io, "cannot be written to");
    return journal;
  }
  void add(const Trial& trial) {
    if (out_.is_open()) out_ << dump_json(to_json(trial)) << "\n" << std::flush;
  }
  bool failed() const { return out_.is_open() && !out_; }

 private:
  std::ofstream out_;
};

// A folder for worked-over copies that goes away with us.
class Scratch {
 public:
  Scratch() {
    std::error_code failed;
    path_ = (std::filesystem::temp_directory_path(failed) / "bonafide-eval-XXXXXX").string();
    if (failed || mkdtemp(path_.data()) == nullptr) path_.clear();
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Nothing when the rung does not concern this kind of file. A file that cannot be worked over is tried as a missing
// one.
Result<std::optional<Trial>> trial_of(const Job& job, std::size_t number, const EvaluateRequest& request,
                                      const Scratch& scratch, const Context& context) {
  if (request.worn.empty())
    return std::optional<Trial>(TRY(run_trial(job.item, job.dataset, request.pipeline, context)));
  if (scratch.path().empty()) return make_error(Code::io, "no temporary folder can be made");
  Item item = job.item;
  auto copy = work_over(item.path, request.worn, scratch.path(), fmt::format("{}", number), context);
  if (!copy && copy.error().code == Code::unavailable) return copy.error();
  if (copy && !*copy) return std::optional<Trial>();
  if (copy) item.path = **copy;
  auto trial = run_trial(item, job.dataset, request.pipeline, context);
  std::error_code ignored;
  if (copy) std::filesystem::remove(item.path, ignored);
  if (!trial) return trial.error();
  return std::optional<Trial>(std::move(*trial));
}

Result<void> known_rung(const std::string& name) {
  for (const Rung& rung : ladder())
    if (name.empty() || rung.name == name) return {};
  return make_error(Code::invalid_argument, "no wear is called \"" + name + "\"");
}

}  // namespace

Result<std::vector<Trial>> evaluate(const EvaluateRequest& request, const Context& context) {
  TRY(known_rung(request.worn));
  const Scratch scratch;
  const std::vector<Job> jobs = TRY(jobs_of(request));
  Done done = TRY(read_journal(request));
  const std::unique_ptr<Journal> journal = TRY(Journal::open(request, done));
  std::vector<const Job*> open;
  for (const Job& job : jobs) {
    if (done.count({job.dataset, job.item.file}) == 0) open.push_back(&job);
  }
  std::mutex mutex;
  std::atomic<std::size_t> next = 0;
  std::size_t finished = jobs.size() - open.size();
  std::optional<Error> problem;
  const auto work = [&] {
    for (;;) {
      const std::size_t mine = next++;
      if (mine >= open.size() || context.stopped()) return;
      Context quiet = context;
      quiet.progress = nullptr;
      auto trial = trial_of(*open[mine], mine, request, scratch, quiet);
      const std::lock_guard lock(mutex);
      if (!trial) {
        if (!problem) problem = trial.error();
        return;
      }
      if (*trial) {
        journal->add(**trial);
        done[{(*trial)->dataset, (*trial)->file}] = std::move(**trial);
      }
      context.report("evaluating", ++finished, jobs.size());
    }
  };
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < std::max(1, request.jobs); ++i) workers.emplace_back(work);
  }
  if (problem) return *problem;
  if (context.stopped()) return make_error(Code::cancelled, "stopped; the journal holds what was done");
  if (journal->failed()) return make_error(Code::io, "the journal could not be written");
  std::vector<Trial> trials;
  for (const Job& job : jobs)
    if (const auto at = done.find({job.dataset, job.item.file}); at != done.end()) trials.push_back(at->second);
  return trials;
}

}  // namespace bonafide::lab
