#include "lab/calibrate.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "base/files.h"
#include "forensics/detector.h"
#include "lab/summary.h"

namespace bonafide::lab {

namespace {

constexpr double kRidge = 1;

int version_of(const std::string& detector) {
  for (const forensics::Detector* known : forensics::detectors()) {
    if (known->id == detector) return known->version;
  }
  return 0;
}

struct Rows {
  std::vector<Scored> scores;
  std::vector<std::string> sources;
};

double rounded(double value) { return std::round(value * 1e4) / 1e4; }

// The line, or why there is none.
Result<Json> line_of(const std::string& detector, const Rows& rows) {
  std::vector<std::vector<double>> x;
  std::vector<bool> fake;
  std::size_t genuine = 0;
  for (const Scored& scored : rows.scores) {
    x.push_back({scored.score});
    fake.push_back(scored.fake);
    genuine += scored.fake ? 0U : 1U;
  }
  const std::size_t fakes = rows.scores.size() - genuine;
  const auto no = [](std::string why) { return make_error(Code::unavailable, std::move(why)); };
  if (version_of(detector) == 0) return no("no such test in this version");
  if (genuine < kFewest || fakes < kFewest) {
    return no(fmt::format("{} genuine and {} fake files were judged, {} of each are needed", genuine, fakes, kFewest));
  }
  if (std::set<std::string>(rows.sources.begin(), rows.sources.end()).size() < 3) return no("fewer than three sources");
  const Logistic model = fit_logistic(x, fake, kRidge);
  if (!(model.weights[1] > 0)) return no("its score does not rise with the label");
  const double cost = cllr(calibrated_without_own(rows.scores, rows.sources));
  if (!(cost < 1)) return no(fmt::format("its ratios are worth nothing in sources left out (Cllr {:.2f})", cost));
  const double decades = std::log(10.0);
  // Rounded towards 0, so that the table never claims more than the files allow.
  const auto bound = [&](std::size_t files) { return std::floor(bound_of(files) / decades * 1e4) / 1e4; };
  return Json{{"version", version_of(detector)},
              {"intercept", rounded(model.weights[0] / decades)},
              {"slope", std::max(1e-4, rounded(model.weights[1] / decades))},
              {"least", -bound(fakes)},
              {"most", bound(genuine)},
              {"genuine", genuine},
              {"fake", fakes},
              {"cllr", rounded(cost)}};
}

}  // namespace

Result<std::vector<Trial>> read_trials(const std::string& journal) {
  std::istringstream lines(TRY(read_file(journal, std::uint64_t{1} << 30)));
  std::vector<Trial> trials;
  std::string line;
  bool first = true;
  while (std::getline(lines, line)) {
    const auto json = parse_json(line);
    const bool last = lines.peek() == std::char_traits<char>::eof();
    const auto wrong = [&](Error error) {
      error.file = journal;
      return error;
    };
    if (!json) {
      if (last && !first) break;
      return wrong(json.error());
    }
    if (std::exchange(first, false)) {
      if (json->is_object() && json->value("schema", "") == "bonafide.journal/1") continue;
      return wrong(make_error(Code::unsupported, "is no journal of `bonafide eval`"));
    }
    auto trial = trial_from_json(*json);
    if (!trial) return wrong(trial.error());
    trials.push_back(std::move(*trial));
  }
  return trials;
}

Fitted fit_calibration(const std::vector<Trial>& trials, const std::string& journal_hash, const std::string& made_at,
                       const std::string& version) {
  std::map<std::string, Rows> rows;
  std::map<std::string, std::size_t> sets;
  for (const Trial& trial : trials) {
    if (!trial.error.empty()) continue;
    ++sets[trial.dataset];
    for (const auto& [detector, answer] : trial.answers) {
      Rows& mine = rows[detector];
      if (!answer.judged) continue;
      mine.scores.push_back({answer.score, trial.fake});
      mine.sources.push_back(trial.source);
    }
  }
  Fitted fitted;
  Json detectors = Json::object(), names = Json::object();
  for (const auto& [detector, mine] : rows) {
    auto line = line_of(detector, mine);
    if (line) {
      detectors[detector] = std::move(*line);
    } else {
      fitted.left.push_back({detector, line.error().message});
    }
  }
  for (const auto& [name, files] : sets) names[name] = files;
  fitted.table = {{"schema", "bonafide.calibration/1"},
                  {"made_at", made_at},
                  {"version", version},
                  {"journal", journal_hash},
                  {"datasets", names},
                  {"detectors", detectors}};
  return fitted;
}

}  // namespace bonafide::lab
