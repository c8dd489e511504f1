// Regular peaks in a picture's spectrum, as the up-sampling layers of generators leave them: a lattice with a period of
// a few pixels in both directions. After Bammey, "Synthbuster: towards detection of diffusion model generated images",
// IEEE OJSP 2023 (cross-difference residual, peaks at such periods); the null model is ours: the same lattice, moved
// off its place.
#pragma once
#include <array>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "media/dsp/dct.h"

namespace bonafide::media {

inline constexpr std::array kPeakPeriods{3, 5, 6, 7, 10, 12, 14, 16};

struct PeakLattice {
  int period = 0;      ///< pixels
  double level = 0;    ///< mean height of its peaks above their surroundings, dB
  double z = 0;        ///< against the same lattice elsewhere
  double log10_p = 0;  ///< normal tail, times the number of periods
};

struct SpectrumPeaks {
  int tile = 0, tiles = 0;
  std::vector<PeakLattice> lattices;  ///< strongest first
};

/// Multiples of 1/8 are left out: JPEG makes them. Tiles of 256 (128) pixels, at most 64 spread over the picture. Empty
/// when the picture is smaller than 128 pixels.
Result<SpectrumPeaks> find_spectrum_peaks(GreyView picture, const Context& context);

}  // namespace bonafide::media
