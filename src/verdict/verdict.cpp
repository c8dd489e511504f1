#include "verdict/verdict.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

namespace bonafide::verdict {

using forensics::Outcome;

namespace {

// The bands of verdict.h. 4 and 3 are ENFSI's (2015, table of verbal equivalents); 1 is its "moderate" floor (LR 10);
// 0.3 is LR 2, below which ENFSI speaks of no support at all.
constexpr double kVeryStrong = 4;
constexpr double kStrong = 3;
constexpr double kModerate = 1;
constexpr double kWeak = 0.3;

// What an uncalibrated sign stands for until rates are measured: docs/decisions has the reasons.
constexpr double kWeakStandIn = 0.5;
constexpr double kModerateStandIn = 1.0;

constexpr std::size_t kMostReasons = 5;  // more than this is not read

bool looked_for_manipulation(const Finding& finding) {
  return finding.outcome == Outcome::sign || finding.outcome == Outcome::nothing_found;
}

bool calibrated(const Finding& finding) { return finding.log10_lr && std::isfinite(*finding.log10_lr); }

void add_once(std::vector<std::string>& list, std::string text) {
  if (!text.empty() && std::find(list.begin(), list.end(), text) == list.end()) list.push_back(std::move(text));
}

std::string name_of(const Finding& finding) { return finding.detector.empty() ? finding.claim : finding.detector; }

std::string_view plain_name(Group group) {
  switch (group) {
    case Group::file: return "file structure";
    case Group::compression: return "compression";
    case Group::noise: return "noise";
    case Group::synthesis: return "traces of generators";
    case Group::content: return "repeated parts";
    case Group::face: return "faces";
    case Group::sync: return "lips and sound";
  }
  return "file structure";
}

std::vector<GroupResult> by_group(const std::vector<Finding>& findings) {
  constexpr std::array kGroups{Group::file,    Group::compression, Group::noise, Group::synthesis,
                               Group::content, Group::face,        Group::sync};
  std::vector<GroupResult> groups;
  for (const Group group : kGroups) {
    GroupResult result;
    result.group = group;
    for (std::size_t i = 0; i < findings.size(); ++i) {
      const Finding& finding = findings[i];
      if (finding.group != group) continue;
      result.findings.push_back(i);
      result.applicable = result.applicable || looked_for_manipulation(finding);
      const double brought = contribution(finding);
      // At a tie the calibrated one speaks: the same number means more from a table.
      const bool stronger = brought > result.log10_lr || (brought == result.log10_lr && calibrated(finding));
      if (brought > 0 && stronger) {
        result.log10_lr = brought;
        result.calibrated = calibrated(finding);
      }
    }
    if (!result.findings.empty()) groups.push_back(std::move(result));
  }
  return groups;
}

void count_tests(const std::vector<Finding>& findings, Verdict& verdict) {
  std::map<std::string, bool> looked;
  for (const Finding& finding : findings) {
    bool& any = looked[name_of(finding)];
    any = any || looked_for_manipulation(finding) || finding.outcome == Outcome::fact;
  }
  verdict.tests = static_cast<int>(looked.size());
  verdict.applied =
      static_cast<int>(std::count_if(looked.begin(), looked.end(), [](const auto& x) { return x.second; }));
}

// Calibrated evidence alone may say strong; anything resting on stand-ins stops at moderate.
Strength word_for(const std::vector<GroupResult>& groups, double total) {
  double measured = 0;
  for (const GroupResult& group : groups) {
    if (group.calibrated) measured += group.log10_lr;
  }
  return std::max(strength_of(measured), std::min(strength_of(total), Strength::moderate));
}

std::vector<std::size_t> signs_by_weight(const std::vector<Finding>& findings) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    if (contribution(findings[i]) > 0) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return contribution(findings[a]) > contribution(findings[b]); });
  return order;
}

std::string names(const std::vector<GroupResult>& groups) {
  std::string text;
  for (const GroupResult& group : groups) {
    if (group.applicable) text += (text.empty() ? "" : ", ") + std::string(plain_name(group.group));
  }
  return text;
}

void explain_abstention(const std::vector<Finding>& findings, std::ptrdiff_t applicable, Verdict& verdict) {
  if (verdict.tests == 0) {
    add_once(verdict.reasons, "No test was run.");
  } else if (applicable == 0) {
    add_once(verdict.reasons, "No test of this build could look for manipulation in this file.");
  } else {
    add_once(verdict.reasons, fmt::format("Only one kind of test could look at this file ({}); an answer needs two.",
                                          names(verdict.groups)));
  }
  for (const std::size_t i : signs_by_weight(findings)) add_once(verdict.reasons, findings[i].sentence);
  for (const Outcome wanted : {Outcome::failed, Outcome::not_examined, Outcome::not_applicable}) {
    // Why the other tests do not apply matters here only when none did; the report lists it anyway.
    if (wanted == Outcome::not_applicable && applicable > 0) return;
    for (const Finding& finding : findings) {
      if (verdict.reasons.size() >= kMostReasons) return;
      if (finding.outcome == wanted) add_once(verdict.reasons, finding.reason);
    }
  }
}

void explain_answer(const std::vector<Finding>& findings, std::ptrdiff_t applicable, Verdict& verdict) {
  for (const std::size_t i : signs_by_weight(findings)) {
    if (verdict.reasons.size() >= kMostReasons) return;
    add_once(verdict.reasons, findings[i].sentence);
  }
  if (verdict.reasons.empty()) {
    add_once(verdict.reasons, fmt::format("{} kinds of test looked ({}) and found no sign. Most ways of making or "
                                          "changing media leave none that these tests know.",
                                          applicable, names(verdict.groups)));
  }
}

// Tests of one group look at the same cause: when one sees it and another does not, the reader must know.
void note_conflicts(const std::vector<Finding>& findings, Verdict& verdict) {
  for (const GroupResult& group : verdict.groups) {
    std::set<std::string> seeing;
    std::set<std::string> blind;
    for (const std::size_t i : group.findings) {
      if (contribution(findings[i]) > 0) seeing.insert(name_of(findings[i]));
      if (findings[i].outcome == Outcome::nothing_found) blind.insert(name_of(findings[i]));
    }
    for (const std::string& name : seeing) blind.erase(name);
    if (seeing.empty() || blind.empty()) continue;
    add_once(verdict.limits, fmt::format("The tests of {} do not agree: {} found a sign, {} did not.",
                                         plain_name(group.group), fmt::join(seeing, ", "), fmt::join(blind, ", ")));
  }
}

void collect_limits(const std::vector<Finding>& findings, Verdict& verdict) {
  for (const Finding& finding : findings) {
    if (finding.outcome == Outcome::failed) {
      add_once(verdict.limits, fmt::format("{} failed and says nothing: {}", name_of(finding), finding.reason));
    }
  }
  note_conflicts(findings, verdict);
  if (verdict.log10_lr > 0 && !verdict.calibrated) {
    add_once(
        verdict.limits,
        "The error rates behind these signs are not calibrated yet, so the answer cannot go above \"some signs\".");
  }
  for (const Outcome wanted : {Outcome::sign, Outcome::nothing_found}) {
    for (const Finding& finding : findings) {
      if (finding.outcome != wanted) continue;
      for (const std::string& limit : finding.limits) add_once(verdict.limits, limit);
    }
  }
  for (const Finding& finding : findings) {
    if (finding.outcome == Outcome::not_examined) add_once(verdict.limits, finding.reason);
  }
}

void collect_change(const std::vector<Finding>& findings, Verdict& verdict) {
  const auto any = [&](Outcome outcome) {
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& f) { return f.outcome == outcome; });
  };
  if (verdict.log10_lr > 0) {
    add_once(verdict.change, "An innocent cause of the signs above: ask how the file was made, edited and sent.");
  }
  add_once(verdict.change,
           "The file as the camera, recorder or first publisher had it: every copy and upload wipes traces.");
  if (any(Outcome::not_examined)) add_once(verdict.change, "Running the tests that were left out this time.");
  if (any(Outcome::failed)) add_once(verdict.change, "A run in which no test fails.");
  add_once(verdict.change, "A signed credential, or an earlier publication of the same material found elsewhere.");
}

}  // namespace

Strength strength_of(double log10_lr) {
  if (log10_lr >= kVeryStrong) return Strength::very_strong;
  if (log10_lr >= kStrong) return Strength::strong;
  if (log10_lr >= kModerate) return Strength::moderate;
  if (log10_lr > kWeak) return Strength::weak;
  return Strength::none;  // NaN too
}

double contribution(const Finding& finding) {
  if (finding.outcome != Outcome::sign) return 0;
  // Below 0 a table would speak for the other side; that is silence here, since nothing found is never genuine.
  if (finding.log10_lr) return std::isfinite(*finding.log10_lr) ? std::max(0.0, *finding.log10_lr) : 0;
  switch (finding.grade) {
    case Strength::none: return 0;
    case Strength::weak: return kWeakStandIn;
    case Strength::moderate:
    case Strength::strong:
    case Strength::very_strong: return kModerateStandIn;
  }
  return 0;
}

Verdict fuse(const std::vector<Finding>& findings) {
  Verdict verdict;
  verdict.groups = by_group(findings);
  count_tests(findings, verdict);
  bool all_calibrated = true;
  for (const GroupResult& group : verdict.groups) {
    verdict.log10_lr += group.log10_lr;
    if (group.log10_lr > 0) all_calibrated = all_calibrated && group.calibrated;
  }
  verdict.calibrated = verdict.log10_lr > 0 && all_calibrated;

  const Strength word = word_for(verdict.groups, verdict.log10_lr);
  const auto applicable = std::count_if(verdict.groups.begin(), verdict.groups.end(),
                                        [](const GroupResult& group) { return group.applicable; });
  if (applicable < 2 && word < Strength::moderate) {
    explain_abstention(findings, applicable, verdict);
  } else {
    verdict.strength = word;
    explain_answer(findings, applicable, verdict);
  }
  collect_limits(findings, verdict);
  collect_change(findings, verdict);
  if (!verdict.strength) {  // unknown has no number, see verdict.h
    verdict.log10_lr = 0;
    verdict.calibrated = false;
  }
  return verdict;
}

}  // namespace bonafide::verdict
