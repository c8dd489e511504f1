#include "report/explain.h"

#include <gtest/gtest.h>

namespace bonafide::report {
namespace {

forensics::Finding sign() {
  forensics::Finding finding;
  finding.detector = "image.jpeg_grid";
  finding.title = "JPEG block grid";
  finding.question = "Does one grid run through?";
  finding.outcome = forensics::Outcome::sign;
  finding.grade = forensics::Strength::moderate;
  finding.sentence = "A part does not line up.";
  finding.score_name = "log10 NFA";
  finding.score = -12.5;
  finding.regions.push_back({16, 32, 64, 48});
  finding.details.emplace_back("main grid", "(0, 0)");
  finding.limits.emplace_back("One part in 64 lines up by chance.");
  finding.maps.push_back({"foreign grid", "Bright: another grid.", {}});
  return finding;
}

TEST(Explain, SaysWhatWasMeasuredAndHowToReadIt) {
  Report report;
  report.forensics.findings.push_back(sign());
  const std::string text = explain(report, "image.jpeg_grid", {false, 80});
  for (const char* const part : {"Does one grid run through?", "a sign, moderate, not calibrated", "log10 NFA -12.50",
                                 "one in a thousand", "main grid: (0, 0)", "x 16, y 32, 64 × 48 pixels",
                                 "Bright: another grid.", "One part in 64", "docs/methods/image.jpeg_grid.md"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
}

TEST(Explain, SilenceIsNotGenuine) {
  Report report;
  report.forensics.findings.push_back(sign());
  report.forensics.findings[0].outcome = forensics::Outcome::nothing_found;
  const std::string text = explain(report, "image.jpeg_grid", {false, 200});
  EXPECT_NE(text.find("does not mean genuine"), std::string::npos);
  EXPECT_EQ(explain(report, "image.other", {false, 80}).find("grid run through"), std::string::npos);
}

}  // namespace
}  // namespace bonafide::report
