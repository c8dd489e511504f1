// Calibration tables: from a detector's score to a likelihood ratio, measured on labelled files (`bonafide calibrate`).
// A finding with one may be called more than moderate; without one it may not (verdict.h).
#pragma once
#include <map>
#include <string>
#include <vector>

#include "base/json.h"
#include "forensics/finding.h"

namespace bonafide::verdict {

/// log10 LR = intercept + slope · score, held between `least` and `most`: what the numbers of files allow (3/N rule).
struct CalibrationLine {
  int version = 1;  ///< of the detector; a table for another version is not used
  double intercept = 0, slope = 0;
  double least = 0, most = 0;         ///< log10
  std::size_t genuine = 0, fake = 0;  ///< files it rests on
  double cllr = 1;                    ///< left-one-source-out, on those files
};

struct Calibration {
  std::string id;  ///< "sha256:…" of the journal it was fitted on: named in reports
  std::map<std::string, CalibrationLine> lines;
};

/// The score turned so that higher speaks more for "fake": "log10 NFA" and "p" are small when strange. Nothing when the
/// finding has none or it is not finite.
std::optional<double> oriented_score(const forensics::Finding& finding);

/// Schema bonafide.calibration/1 (docs/schema). `corrupt` with the reason: an unknown schema, a slope that is not
/// positive, a bound beyond what its own counts allow.
Result<Calibration> calibration_from_json(const Json& json);

/// Fills in log10_lr of signs whose detector the table knows, and of silence at least kSilence and at most 0: silence
/// is no evidence of genuineness, so it may hardly weigh.
void calibrate(const Calibration& calibration, std::vector<forensics::Finding>& findings);

inline constexpr double kSilence = -0.15;  ///< log10

}  // namespace bonafide::verdict
