// What happened to a whole picture's brightness, colours and sharpness, so that it is not taken for a change of a part.
// Private to this room.
#pragma once
#include <cstdint>
#include <vector>

namespace bonafide::provenance::mark {

/// A value that the map keeps and what was measured in its place, in levels; `usable` false: no part of the fit.
struct TonePair {
  double kept = 0, measured = 0;
  bool usable = false;
};

/// kept ≈ a + b·m + c·m² with m = 255·(measured/255)^power: gain, offset, gamma and mild curves.
struct Tone {
  double a = 0, b = 1, c = 0, power = 1;
  double deviation = 0;  ///< robust, of the residuals
  double operator()(double measured) const;
  double slope() const;  ///< in the middle of the scale
};
/// Least squares that give outliers no weight (Tukey's biweight). `curved` false: power 1 and c 0. Fewer than 12 usable
/// pairs: nothing happened, deviation 0.
Tone fit_tone(const std::vector<TonePair>& pairs, bool curved);

/// Median and robust deviation of a change (dB).
struct DetailTrend {
  double median = 0, deviation = 0;
};
/// For each of the 16 detail codes that were kept, over blocks of this and the neighbouring codes.
std::vector<DetailTrend> detail_trends(const std::vector<int>& codes, const std::vector<double>& change);

}  // namespace bonafide::provenance::mark
