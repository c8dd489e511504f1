#include "lab/summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

namespace bonafide::lab {

namespace {

using forensics::Strength;

constexpr double kRidge = 1;

/// A file as one table sees it.
struct Look {
  const Trial* trial = nullptr;
  Answer answer;
};

void count(Tally& tally, const Answer& answer) {
  ++tally.files;
  if (!answer.judged) return;
  ++tally.judged;
  if (answer.grade >= Strength::weak) ++tally.weak;
  if (answer.grade >= Strength::moderate) ++tally.moderate;
  if (answer.grade >= Strength::strong) ++tally.strong;
}

/// `ratios`: for every look, or empty.
Figures figures_of(const std::vector<Look>& looks, const std::vector<std::size_t>& which,
                   const std::vector<double>& ratios, int draws) {
  Figures figures;
  std::vector<Scored> scores, log_ratios;
  for (const std::size_t i : which) {
    const Look& look = looks[i];
    count(look.trial->fake ? figures.fake : figures.genuine, look.answer);
    if (!look.answer.judged) continue;
    scores.push_back({look.answer.score, look.trial->fake});
    log_ratios.push_back({ratios[i], look.trial->fake});
  }
  figures.auc = auc(scores);
  figures.eer = equal_error_rate(scores);
  figures.detection = detection_at(scores, 0.01);
  figures.auc_range = auc_interval(scores, draws);
  figures.cllr = cllr(log_ratios);
  figures.cllr_min = cllr_min(scores);
  return figures;
}

Table table_of(std::string name, const std::vector<Look>& looks) {
  Table table;
  table.name = std::move(name);
  std::vector<std::string> sources;
  std::vector<std::size_t> judged, all;
  std::map<std::string, std::vector<std::size_t>> by_source, by_generator;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    const Trial& trial = *looks[i].trial;
    all.push_back(i);
    by_source[trial.source].push_back(i);
    if (trial.fake) by_generator[trial.generator.empty() ? "not named" : trial.generator].push_back(i);
    if (!looks[i].answer.judged) continue;
    judged.push_back(i);
    sources.push_back(trial.source);
    table.scores.push_back({looks[i].answer.score, trial.fake});
  }
  table.log_ratios = calibrated_without_own(table.scores, sources);
  std::vector<double> ratios(looks.size(), 0.0);
  for (std::size_t k = 0; k < judged.size(); ++k) ratios[judged[k]] = table.log_ratios[k].score;
  table.all = figures_of(looks, all, ratios, 500);
  for (const auto& [source, which] : by_source) table.by_source[source] = figures_of(looks, which, ratios, 100);
  for (auto& [generator, which] : by_generator) {
    std::set<std::string> of;
    for (const std::size_t i : which) of.insert(looks[i].trial->source);
    std::vector<std::size_t> genuine;
    for (const std::size_t i : all) {
      if (!looks[i].trial->fake && of.count(looks[i].trial->source) > 0) genuine.push_back(i);
    }
    for (const std::size_t i : all) {
      if (genuine.empty() && !looks[i].trial->fake) which.push_back(i);
    }
    which.insert(which.end(), genuine.begin(), genuine.end());
    table.by_generator[generator] = figures_of(looks, which, ratios, 100);
  }
  return table;
}

struct Fact {
  const char* name;
  std::function<double(const Trial&)> value;
};

// What a look at the file's properties gives, without its content.
const std::vector<Fact>& facts() {
  static const std::vector<Fact> list{{"file size", [](const Trial& t) { return std::log(1 + t.bytes); }},
                                      {"resolution", [](const Trial& t) { return std::log(1 + t.width * t.height); }},
                                      {"bytes a pixel or second",
                                       [](const Trial& t) {
                                         const double seconds = t.duration_s > 0 ? t.duration_s : 1;
                                         const double pixels = t.width > 0 ? t.width * t.height : 1;
                                         return std::log(1 + t.bytes) - std::log(pixels) - std::log(seconds);
                                       }},
                                      {"duration", [](const Trial& t) { return std::log(1 + t.duration_s); }},
                                      {"sampling rate", [](const Trial& t) { return std::log(1 + t.rate); }}};
  return list;
}

std::vector<std::vector<double>> standardised(const std::vector<const Trial*>& trials) {
  std::vector<std::vector<double>> rows(trials.size());
  for (const Fact& fact : facts()) {
    double sum = 0, square = 0;
    for (const Trial* trial : trials) {
      const double v = fact.value(*trial);
      sum += v;
      square += v * v;
    }
    const auto n = static_cast<double>(trials.size());
    const double mean = sum / n, deviation = std::sqrt(std::max(square / n - mean * mean, 1e-12));
    for (std::size_t i = 0; i < trials.size(); ++i) rows[i].push_back((fact.value(*trials[i]) - mean) / deviation);
  }
  return rows;
}

std::vector<Table> baselines_of(const std::vector<const Trial*>& trials) {
  std::vector<Table> tables;
  const auto looks_with = [&](const std::function<double(std::size_t)>& score) {
    std::vector<Look> looks;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      looks.push_back({trials[i], {.judged = true, .grade = Strength::none, .score = score(i)}});
    }
    return looks;
  };
  for (const Fact& fact : facts()) {
    tables.push_back(table_of(std::string("baseline: ") + fact.name,
                              looks_with([&](std::size_t i) { return fact.value(*trials[i]); })));
  }
  const auto rows = standardised(trials);
  std::set<std::string> sources;
  for (const Trial* trial : trials) sources.insert(trial->source);
  std::vector<double> scores(trials.size(), 0.0);
  for (const std::string& source : sources) {
    std::vector<std::vector<double>> others;
    std::vector<bool> fake;
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (trials[i]->source == source) continue;
      others.push_back(rows[i]);
      fake.push_back(trials[i]->fake);
    }
    const Logistic model = fit_logistic(others, fake, kRidge);
    for (std::size_t i = 0; i < trials.size(); ++i) {
      if (trials[i]->source == source) scores[i] = model(rows[i]);
    }
  }
  tables.push_back(table_of("baseline: all facts", looks_with([&](std::size_t i) { return scores[i]; })));
  return tables;
}

}  // namespace

double bound_of(std::size_t files) { return std::log(std::max(1.0, static_cast<double>(files) / 3)); }

std::vector<Scored> calibrated_without_own(const std::vector<Scored>& scores, const std::vector<std::string>& sources) {
  std::vector<Scored> out(scores);
  std::map<std::string, std::vector<std::size_t>> of;
  for (std::size_t i = 0; i < scores.size(); ++i) of[sources[i]].push_back(i);
  for (const auto& [source, mine] : of) {
    std::vector<std::vector<double>> rows;
    std::vector<bool> fake;
    std::size_t genuine = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (sources[i] == source) continue;
      rows.push_back({scores[i].score});
      fake.push_back(scores[i].fake);
      genuine += scores[i].fake ? 0U : 1U;
    }
    const Logistic model = fit_logistic(rows, fake, kRidge);
    const double most = bound_of(genuine), least = bound_of(rows.size() - genuine);
    for (const std::size_t i : mine) {
      const double ratio = model(std::array{scores[i].score});
      // A score that should speak for "fake" must not speak against it because the other sources say so.
      const bool rising = model.weights.size() == 2 && model.weights[1] > 0;
      out[i].score = rising ? std::clamp(ratio, -least, most) : 0;
    }
  }
  return out;
}

Summary summarise(const std::vector<Trial>& trials) {
  Summary summary;
  summary.files = trials.size();
  std::vector<const Trial*> good;
  std::set<std::string> detectors;
  for (const Trial& trial : trials) {
    if (!trial.error.empty()) {
      ++summary.failed;
      continue;
    }
    good.push_back(&trial);
    for (const auto& [name, answer] : trial.answers) detectors.insert(name);
  }
  for (const std::string& name : detectors) {
    std::vector<Look> looks;
    bool any = false;
    for (const Trial* trial : good) {
      const auto found = trial->answers.find(name);
      looks.push_back({trial, found == trial->answers.end() ? Answer{} : found->second});
      any = any || looks.back().answer.judged;
    }
    if (any) summary.detectors.push_back(table_of(name, looks));
  }
  std::vector<Look> looks;
  for (const Trial* trial : good) {
    Answer answer{.judged = trial->verdict.has_value(),
                  .grade = trial->verdict.value_or(Strength::none),
                  .score = trial->verdict_log10_lr};
    looks.push_back({trial, answer});
  }
  summary.verdict = table_of("verdict", looks);
  if (!good.empty()) summary.baselines = baselines_of(good);
  return summary;
}

}  // namespace bonafide::lab
