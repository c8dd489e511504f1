// Evidence: how sure a reading is. One form for image, sound and video; no reading is told without it.
#pragma once
#include <string>

namespace bonafide::provenance::mark {

/// A mark was looked for in `hypotheses` places (scales, shifts, turns, layouts). The best stood `z` deviations above
/// chance there, and `attempts` of them were decoded and checked by `check_bits` of checksum.
struct Evidence {
  double z = 0;
  double hypotheses = 0;
  double log10_p_peak = 0;  ///< chance alone makes a peak this high among that many places
  int attempts = 0;
  int check_bits = 0;
  /// Chance alone makes a claim this strong in an unmarked work: a peak and a checksum that fits. At most 0.
  double log10_p = 0;
};

/// log10 of 1-(1-Q(z))^hypotheses, Q the normal tail: the largest of that many independent values reaches z.
double log10_p_of_peak(double z, double hypotheses);

/// Fills log10_p_peak and log10_p: peak times min(1, attempts·2^-check_bits). The two are independent: the peak is
/// found by the sync chips alone, the checksum is about the data chips.
Evidence weigh(double z, double hypotheses, int attempts, int check_bits);

/// "p = 3e-14 (z 9.1 among 32,768 places, checksum of 22 bits)".
std::string to_string(const Evidence& evidence);

}  // namespace bonafide::provenance::mark
