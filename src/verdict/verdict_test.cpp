#include "verdict/verdict.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace bonafide::verdict {
namespace {

using forensics::Outcome;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Finding sign(std::string detector, Group group, Strength grade, std::optional<double> log10_lr = std::nullopt) {
  Finding finding;
  finding.detector = std::move(detector);
  finding.group = group;
  finding.outcome = Outcome::sign;
  finding.grade = grade;
  finding.log10_lr = log10_lr;
  finding.sentence = fmt::format("Sign of {}.", finding.detector);
  return finding;
}

Finding other(std::string detector, Group group, Outcome outcome, std::string reason = "") {
  Finding finding;
  finding.detector = std::move(detector);
  finding.group = group;
  finding.outcome = outcome;
  finding.reason = std::move(reason);
  return finding;
}

TEST(Verdict, WordsFollowTheBands) {
  struct Row {
    double log10_lr;
    Strength word;
  };
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  for (const Row& row : {Row{-3, Strength::none}, Row{0, Strength::none}, Row{0.3, Strength::none},
                         Row{0.31, Strength::weak}, Row{0.99, Strength::weak}, Row{1, Strength::moderate},
                         Row{2.99, Strength::moderate}, Row{3, Strength::strong}, Row{3.99, Strength::strong},
                         Row{4, Strength::very_strong}, Row{99, Strength::very_strong}, Row{kNan, Strength::none}}) {
    EXPECT_EQ(strength_of(row.log10_lr), row.word) << row.log10_lr;
  }
}

TEST(Verdict, OnlySignsContribute) {
  for (const Outcome outcome :
       {Outcome::nothing_found, Outcome::fact, Outcome::not_applicable, Outcome::not_examined, Outcome::failed}) {
    Finding finding = sign("x", Group::file, Strength::moderate, 5.0);
    finding.outcome = outcome;
    EXPECT_EQ(contribution(finding), 0) << forensics::to_string(outcome);
  }
  EXPECT_EQ(contribution(sign("x", Group::file, Strength::none)), 0);
  EXPECT_EQ(contribution(sign("x", Group::file, Strength::weak)), 0.5);
  EXPECT_EQ(contribution(sign("x", Group::file, Strength::moderate)), 1.0);
  EXPECT_EQ(contribution(sign("x", Group::file, Strength::very_strong)), 1.0) << "uncalibrated";
  EXPECT_EQ(contribution(sign("x", Group::file, Strength::weak, 3.5)), 3.5) << "the table speaks, not the grade";
  EXPECT_EQ(contribution(sign("x", Group::file, Strength::moderate, -2.0)), 0) << "never for genuineness";
  EXPECT_EQ(contribution(sign("x", Group::file, Strength::moderate, std::nan(""))), 0);
}

struct FuseCase {
  std::string name;
  std::vector<Finding> findings;
  std::optional<Strength> word;
  double log10_lr;
  bool calibrated;
};

std::vector<FuseCase> fuse_cases() {
  const auto silent = [](Group group) { return other("silent", group, Outcome::nothing_found); };
  const auto weak = [](Group group) { return sign("w", group, Strength::weak); };
  const auto moderate = [](Group group) { return sign("m", group, Strength::moderate); };
  std::vector<FuseCase> cases = {
      {"nothing at all", {}, std::nullopt, 0, false},
      {"one group silent", {silent(Group::noise)}, std::nullopt, 0, false},
      {"two groups silent", {silent(Group::noise), silent(Group::compression)}, Strength::none, 0, false},
      {"facts do not make a group look",
       {other("f", Group::file, Outcome::fact), silent(Group::noise)},
       std::nullopt,
       0,
       false},
      {"only facts", {other("f", Group::file, Outcome::fact), other("g", Group::noise, Outcome::fact)}, {}, 0, false},
      {"one weak group cannot tell", {weak(Group::face)}, std::nullopt, 0, false},
      {"weak beside silence", {weak(Group::face), silent(Group::sync)}, Strength::weak, 0.5, false},
      {"one moderate group is enough", {moderate(Group::face)}, Strength::moderate, 1, false},
      {"two weak groups add up", {weak(Group::face), weak(Group::sync)}, Strength::moderate, 1, false},
      {"silence takes nothing away",
       {moderate(Group::face), silent(Group::sync), silent(Group::noise), silent(Group::face)},
       Strength::moderate,
       1,
       false},
      {"stand-ins never pass moderate",
       {moderate(Group::file), moderate(Group::compression), moderate(Group::noise), moderate(Group::synthesis),
        moderate(Group::face), moderate(Group::sync)},
       Strength::moderate,
       6,
       false},
      {"a table alone says strong", {sign("c", Group::sync, Strength::none, 3.2)}, Strength::strong, 3.2, true},
      {"two tables add up",
       {sign("c", Group::sync, Strength::none, 2.5), sign("d", Group::noise, Strength::none, 2)},
       Strength::very_strong,
       4.5,
       true},
      {"stand-ins do not lift a table to strong",
       {sign("c", Group::sync, Strength::none, 2.5), moderate(Group::noise)},
       Strength::moderate,
       3.5,
       false},
      {"nor lower it",
       {sign("c", Group::sync, Strength::none, 3.1), moderate(Group::noise)},
       Strength::strong,
       4.1,
       false},
      {"never for genuineness",
       {sign("c", Group::sync, Strength::none, -4), moderate(Group::noise)},
       Strength::moderate,
       1,
       false},
  };
  cases.push_back({"ten weak ones of a group stay weak", {silent(Group::sync)}, Strength::weak, 0.5, false});
  for (int i = 0; i < 10; ++i) {
    cases.back().findings.push_back(sign(fmt::format("w{}", i), Group::face, Strength::weak));
  }
  cases.push_back({"many detectors, no maximum over them", {silent(Group::sync)}, Strength::moderate, 1, false});
  for (int i = 0; i < 50; ++i) {
    cases.back().findings.push_back(sign(fmt::format("m{}", i), Group::face, Strength::very_strong));
  }
  return cases;
}

TEST(Verdict, FusesByGroup) {
  for (const FuseCase& row : fuse_cases()) {
    SCOPED_TRACE(row.name);
    const Verdict verdict = fuse(row.findings);
    EXPECT_EQ(verdict.strength, row.word);
    EXPECT_DOUBLE_EQ(verdict.log10_lr, row.log10_lr);
    EXPECT_EQ(verdict.calibrated, row.calibrated);
    EXPECT_FALSE(verdict.reasons.empty());
    EXPECT_FALSE(verdict.change.empty());
  }
}

TEST(Verdict, OrderOfFindingsDoesNotMatter) {
  std::vector<Finding> findings = {sign("a", Group::face, Strength::weak), sign("b", Group::face, Strength::none, 0.5),
                                   other("c", Group::sync, Outcome::nothing_found)};
  const Verdict forward = fuse(findings);
  std::reverse(findings.begin(), findings.end());
  const Verdict backward = fuse(findings);
  EXPECT_EQ(forward.strength, backward.strength);
  EXPECT_EQ(forward.calibrated, backward.calibrated);
  EXPECT_TRUE(forward.calibrated);
}

TEST(Verdict, GroupsListTheirFindings) {
  const Verdict verdict = fuse({other("a", Group::sync, Outcome::nothing_found), sign("b", Group::file, Strength::weak),
                                other("c", Group::sync, Outcome::fact)});
  ASSERT_EQ(verdict.groups.size(), 2U);
  EXPECT_EQ(verdict.groups[0].group, Group::file);
  EXPECT_THAT(verdict.groups[0].findings, ElementsAre(1U));
  EXPECT_EQ(verdict.groups[1].group, Group::sync);
  EXPECT_THAT(verdict.groups[1].findings, ElementsAre(0U, 2U));
}

TEST(Verdict, CountsDetectorsNotFindings) {
  const Verdict verdict =
      fuse({sign("a", Group::face, Strength::weak), sign("a", Group::face, Strength::weak),
            other("b", Group::sync, Outcome::not_applicable, "no sound"), other("c", Group::file, Outcome::fact),
            other("d", Group::noise, Outcome::failed, "out of memory")});
  EXPECT_EQ(verdict.tests, 4);
  EXPECT_EQ(verdict.applied, 2);
}

TEST(Verdict, FailedTestsAreNamed) {
  const Verdict verdict =
      fuse({other("audio.band", Group::synthesis, Outcome::failed, "the disk went away"),
            other("a", Group::sync, Outcome::nothing_found), other("b", Group::face, Outcome::nothing_found)});
  EXPECT_EQ(verdict.strength, Strength::none);
  EXPECT_THAT(verdict.limits, Contains("audio.band failed and says nothing: the disk went away"));
  EXPECT_THAT(verdict.change, Contains(HasSubstr("no test fails")));
}

TEST(Verdict, AbstentionGivesItsReasons) {
  const Finding silent = other("c", Group::face, Outcome::nothing_found);
  const Finding none = other("a", Group::sync, Outcome::not_applicable, "There is no sound.");
  const Finding late = other("d", Group::noise, Outcome::not_examined, "No time was left.");
  EXPECT_EQ(fuse({none, silent, late}).strength, std::nullopt);
  EXPECT_THAT(
      fuse({none, silent, late}).reasons,
      ElementsAre("Only one kind of test could look at this file (faces); an answer needs two.", "No time was left."));
  EXPECT_THAT(fuse({none, none}).reasons,
              ElementsAre("No test of this build could look for manipulation in this file.", "There is no sound."));
  EXPECT_THAT(fuse({}).reasons, ElementsAre("No test was run."));
}

TEST(Verdict, LimitsComeOnceAndOnlyFromTestsThatLooked) {
  Finding a = sign("a", Group::sync, Strength::weak);
  Finding b = other("b", Group::face, Outcome::nothing_found);
  Finding c = other("c", Group::noise, Outcome::not_applicable, "no");
  a.limits = {"Music hides speech."};
  b.limits = {"Music hides speech.", "Small faces."};
  c.limits = {"Never shown."};
  const Verdict verdict = fuse({a, b, c});
  EXPECT_EQ(std::count(verdict.limits.begin(), verdict.limits.end(), "Music hides speech."), 1);
  EXPECT_THAT(verdict.limits, Contains("Small faces."));
  EXPECT_THAT(verdict.limits, Not(Contains("Never shown.")));
  EXPECT_THAT(verdict.limits, Contains(HasSubstr("not calibrated yet")));
}

TEST(Verdict, ConflictsWithinAGroupAreSaid) {
  const Verdict verdict = fuse({sign("image.grid", Group::compression, Strength::moderate),
                                other("image.double", Group::compression, Outcome::nothing_found)});
  EXPECT_THAT(verdict.limits,
              Contains("The tests of compression do not agree: image.grid found a sign, image.double did not."));
}

TEST(Verdict, SilenceIsNeverCalledGenuine) {
  const Verdict verdict =
      fuse({other("a", Group::sync, Outcome::nothing_found), other("b", Group::face, Outcome::nothing_found)});
  for (const auto* list : {&verdict.reasons, &verdict.limits, &verdict.change}) {
    for (const std::string& text : *list) {
      EXPECT_THAT(text, Not(HasSubstr("genuine"))) << text;
      EXPECT_THAT(text, Not(HasSubstr("authentic"))) << text;
    }
  }
}

}  // namespace
}  // namespace bonafide::verdict
