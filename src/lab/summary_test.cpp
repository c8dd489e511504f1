#include "lab/summary.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lab/evaluate.h"

namespace bonafide::lab {
namespace {

using forensics::Strength;

// Four sources; the detector sees half of the fakes and accuses one genuine file; the file size gives the label away.
std::vector<Trial> trials() {
  std::vector<Trial> all;
  for (int i = 0; i < 80; ++i) {
    Trial trial;
    trial.dataset = "made";
    trial.file = std::to_string(i);
    trial.source = std::string(1, static_cast<char>('a' + i % 4));
    trial.fake = i % 8 >= 4;
    trial.generator = trial.fake ? "maker" : "";
    trial.bytes = trial.fake ? 2000 + i : 1000 + i;
    const bool seen = (trial.fake && i % 16 >= 8) || i == 1;
    Answer answer{
        .judged = i % 8 != 3, .grade = seen ? Strength::moderate : Strength::none, .score = seen ? 8.0 : i % 3 * 0.1};
    trial.answers["audio.example"] = answer;
    trial.verdict = answer.grade;
    trial.verdict_log10_lr = seen ? 1 : 0;
    all.push_back(std::move(trial));
  }
  return all;
}

TEST(Summary, CountsAndRates) {
  const Summary summary = summarise(trials());
  ASSERT_EQ(summary.detectors.size(), 1U);
  const Figures& all = summary.detectors[0].all;
  EXPECT_EQ(all.genuine.files, 40U);
  EXPECT_EQ(all.genuine.judged, 30U);
  EXPECT_EQ(all.genuine.moderate, 1U);
  EXPECT_EQ(all.fake.moderate, 20U);
  EXPECT_GT(all.auc, 0.6);
  EXPECT_LT(all.auc, 0.85);
  EXPECT_LT(all.cllr_min, all.cllr);
  EXPECT_EQ(summary.detectors[0].by_source.size(), 4U);
  EXPECT_EQ(summary.detectors[0].by_generator.at("maker").fake.files, 40U);
  EXPECT_EQ(summary.verdict.all.fake.strong, 0U);
}

TEST(Summary, TheBaselineSeesWhatTheFilesGiveAway) {
  const Summary summary = summarise(trials());
  ASSERT_FALSE(summary.baselines.empty());
  EXPECT_EQ(summary.baselines.front().name, "baseline: file size");
  EXPECT_DOUBLE_EQ(summary.baselines.front().all.auc, 1);
  EXPECT_GT(summary.baselines.back().all.auc, 0.95);
}

TEST(Summary, RatiosAreBoundedByTheData) {
  std::vector<Scored> scores;
  std::vector<std::string> sources;
  for (int i = 0; i < 30; ++i) {
    scores.push_back({i < 15 ? -100.0 : 100.0, i >= 15});
    sources.push_back(i % 2 == 0 ? "a" : "b");
  }
  for (const Scored& ratio : calibrated_without_own(scores, sources))
    EXPECT_LE(std::abs(ratio.score), std::log(8.0 / 3) + 1e-9);
  EXPECT_DOUBLE_EQ(bound_of(0), 0);
  EXPECT_DOUBLE_EQ(bound_of(300), std::log(100.0));
}

TEST(Summary, FailedFilesAreCountedNotJudged) {
  auto all = trials();
  all[0].error = "is broken";
  const Summary summary = summarise(all);
  EXPECT_EQ(summary.failed, 1U);
  EXPECT_EQ(summary.detectors[0].all.genuine.files + summary.detectors[0].all.fake.files, 79U);
}

TEST(Trials, SurviveTheJournal) {
  for (const Trial& trial : trials()) {
    const auto again = trial_from_json(to_json(trial));
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(dump_json(to_json(*again)), dump_json(to_json(trial)));
  }
  EXPECT_FALSE(trial_from_json(Json::object()).has_value());
  EXPECT_FALSE(trial_from_json(Json{{"dataset", 3}}).has_value());
}

TEST(Trials, ScoresPointTheSameWay) {
  forensics::Finding small;
  small.detector = "image.x";
  small.outcome = forensics::Outcome::sign;
  small.grade = Strength::weak;
  small.score_name = "log10 NFA";
  small.score = -7;
  forensics::Finding quiet = small;
  quiet.outcome = forensics::Outcome::nothing_found;
  quiet.grade = Strength::none;
  quiet.score = 1;
  EXPECT_DOUBLE_EQ(answer_of({quiet, small}, "image.x").score, 7);
  EXPECT_EQ(answer_of({quiet, small}, "image.x").grade, Strength::weak);
  EXPECT_DOUBLE_EQ(answer_of({quiet}, "image.x").score, -1);
  EXPECT_FALSE(answer_of({quiet}, "image.y").judged);
}

}  // namespace
}  // namespace bonafide::lab
