// From a journal to a calibration table (verdict/calibration.h).
#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "lab/trial.h"

namespace bonafide::lab {

/// Trials of a journal that `evaluate` wrote, cut-off last line left out.
Result<std::vector<Trial>> read_trials(const std::string& journal);

struct Left {
  std::string detector, reason;
};
struct Fitted {
  Json table;              ///< schema bonafide.calibration/1
  std::vector<Left> left;  ///< detectors that get no line, and why: silence is better than a bad number
};

/// One logistic line a detector. Left out: fewer than `kFewest` judged files of a label or fewer than three sources, a
/// score that does not rise with "fake", and a Cllr of 1 or more in the sources left out in turn, pooled.
Fitted fit_calibration(const std::vector<Trial>& trials, const std::string& journal_hash, const std::string& made_at,
                       const std::string& version);

inline constexpr std::size_t kFewest = 30;

}  // namespace bonafide::lab
