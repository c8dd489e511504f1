// The colour filter of a camera: half of the green values are measured, half are computed from their neighbours, in a
// chequerboard. Where the chequerboard is shifted by a pixel, a part came from elsewhere. After Bammey, Grompone von
// Gioi and Morel, "Reliable demosaicing detection for image forensics", ICASSP 2020 (votes, a-contrario), on green
// alone.
#pragma once
#include <cstdint>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "media/dsp/cell_places.h"

namespace bonafide::media {

/// Samples owned by somebody else; `step` bytes from sample to sample, `stride` from row to row.
struct SampleView {
  const std::uint8_t* data = nullptr;
  int width = 0, height = 0;
  std::ptrdiff_t step = 1, stride = 0;
};

inline constexpr int kCfaBlock = 16;  ///< pixels
inline constexpr double kLeastCfaShare =
    0.75;  ///< of the voices for the main phase: below, no mosaic is left to compare

struct CfaSearch {
  int across = 0, down = 0;  ///< blocks
  std::int64_t voices = 0;
  int phase = -1;                    ///< of the computed values, (x + y) & 1; -1: none beyond chance
  double share = 0;                  ///< of the voices, for `phase`
  double log10_nfa = 0;              ///< of the phase, two tests
  std::vector<CrowdedPlace> places;  ///< that vote for the other phase; strongest first, no bar applied
};

Result<CfaSearch> find_cfa_places(SampleView green, const Context& context);

}  // namespace bonafide::media
