#include "verdict/calibration.h"

#include <gtest/gtest.h>

#include "verdict/verdict.h"

namespace bonafide::verdict {
namespace {

using forensics::Outcome;

Json table() {
  return Json::parse(R"({"schema": "bonafide.calibration/1", "journal": "sha256:00", "detectors": {"audio.x": {
    "version": 1, "intercept": -1.0, "slope": 0.5, "least": -1.5, "most": 3.5, "genuine": 12000, "fake": 120, "cllr": 0.4}}})");
}

Finding sign(double score, const std::string& name) {
  Finding finding;
  finding.detector = "audio.x";
  finding.group = Group::synthesis;
  finding.outcome = Outcome::sign;
  finding.grade = Strength::weak;
  finding.score_name = name;
  finding.score = score;
  return finding;
}

TEST(Calibration, TurnsScoresIntoBoundedRatios) {
  const auto calibration = calibration_from_json(table());
  ASSERT_TRUE(calibration.has_value()) << calibration.error().to_string();
  std::vector<Finding> findings{sign(4, "z"), sign(-4, "log10 NFA"), sign(100, "z"), sign(-100, "z")};
  findings.push_back(sign(-9, "z"));
  findings.back().outcome = Outcome::nothing_found;
  calibrate(*calibration, findings);
  EXPECT_DOUBLE_EQ(*findings[0].log10_lr, 1);
  EXPECT_DOUBLE_EQ(*findings[1].log10_lr, 1);
  EXPECT_DOUBLE_EQ(*findings[2].log10_lr, 3.5);
  EXPECT_DOUBLE_EQ(*findings[3].log10_lr, 0);      // a sign never speaks for genuineness
  EXPECT_DOUBLE_EQ(*findings[4].log10_lr, -0.15);  // nor does silence, but for a trifle
}

// The same sign: strong with a table, at most moderate without.
TEST(Calibration, OnlyATableMakesStrong) {
  std::vector<Finding> findings{sign(100, "z")};
  findings[0].grade = Strength::very_strong;
  EXPECT_LE(*fuse(findings).strength, Strength::moderate);
  calibrate(calibration_from_json(table()).value(), findings);
  EXPECT_EQ(*fuse(findings).strength, Strength::strong);
  EXPECT_TRUE(fuse(findings).calibrated);
}

TEST(Calibration, KnowsItsDetectorAndVersion) {
  const auto calibration = calibration_from_json(table());
  std::vector<Finding> findings{sign(4, "z"), sign(4, "z"), sign(4, "z")};
  findings[0].detector = "audio.y";
  findings[1].version = 2;
  findings[2].score.reset();
  calibrate(*calibration, findings);
  for (const Finding& finding : findings) EXPECT_FALSE(finding.log10_lr.has_value());
}

TEST(Calibration, RefusesWhatItsCountsDoNotAllow) {
  for (const auto& [key, value] : std::vector<std::pair<std::string, Json>>{
           {"most", 9.0}, {"least", -9.0}, {"slope", 0.0}, {"slope", -1.0}, {"genuine", 3}, {"version", "one"}}) {
    Json bad = table();
    bad["detectors"]["audio.x"][key] = value;
    EXPECT_FALSE(calibration_from_json(bad).has_value()) << key;
  }
  EXPECT_FALSE(calibration_from_json(Json::array()).has_value());
  EXPECT_EQ(calibration_from_json(Json{{"schema", "other"}}).error().code, Code::unsupported);
}

}  // namespace
}  // namespace bonafide::verdict
