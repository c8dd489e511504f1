// Verdict: findings fused by group into one word about the evidence, or "could not tell". Never a percentage.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "forensics/finding.h"

namespace bonafide::verdict {

using forensics::Finding;
using forensics::Group;
using forensics::Strength;

/// The word for a log10 likelihood ratio (ENFSI 2015 evaluative reporting: above 10,000 "very strong", above 1,000
/// "strong"; the lower bands are ours): >= 4 very strong, >= 3 strong, >= 1 moderate, > 0.3 weak, else none.
Strength strength_of(double log10_lr);

/// What a finding brings to the sum: its calibrated log10 LR, or for an uncalibrated sign a stand-in (weak 0.5,
/// moderate 1.0; stronger grades count as moderate). Facts, silence and abstention bring 0.
double contribution(const Finding& finding);

struct GroupResult {
  Group group = Group::file;
  bool applicable = false;            ///< at least one test of the group looked
  double log10_lr = 0;                ///< the strongest contribution in the group
  bool calibrated = false;            ///< that contribution came from a calibration table
  std::vector<std::size_t> findings;  ///< indices into the findings given
};

struct Verdict {
  /// Nothing: could not tell, see `reasons`.
  std::optional<Strength> strength;
  double log10_lr = 0;      ///< sum over groups, 0 when unknown
  bool calibrated = false;  ///< every group that contributes is calibrated
  std::vector<GroupResult> groups;
  std::vector<std::string> reasons;  ///< why it could not tell, or what weighs most
  std::vector<std::string> limits;   ///< what narrows the answer for this file
  std::vector<std::string> change;   ///< what would change our mind
  int tests = 0;                     ///< detectors in the plan
  int applied = 0;                   ///< that looked at something
};

/// Strongest within a group, sum across groups; uncalibrated groups alone never exceed moderate. Could not tell when
/// fewer than two groups could look and nothing reached moderate.
Verdict fuse(const std::vector<Finding>& findings);

}  // namespace bonafide::verdict
