// Where the noise of a picture differs from that of places equally bright and equally smooth. After Gardella, Musé,
// Morel and Colom, "Noisesniffer: a fully automatic image forgery detector based on noise analysis", IWBF 2021: of the
// smooth blocks of each brightness the least noisy must be spread at random. Written from the paper's idea on JPEG's 8
// × 8 blocks.
#pragma once
#include <cstdint>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "media/dsp/cell_places.h"
#include "media/dsp/dct.h"

namespace bonafide::media {

struct NoisePlace {
  CrowdedPlace crowd;
  bool quiet = true;  ///< less noise than elsewhere; false: more
  double ratio = 1;   ///< its noise power over that of equally bright blocks elsewhere (medians)
};

struct NoiseSearch {
  int across = 0, down = 0;        ///< blocks of 8 × 8 pixels
  std::int64_t smooth = 0;         ///< blocks that could speak
  double silent_share = 0;         ///< of the smooth blocks: compression left them no fine detail at all
  std::vector<NoisePlace> places;  ///< strongest first, no bar applied
};

inline constexpr double kNoisyShare = 0.1;       ///< of each brightness the tenth with least (most) noise says yes
inline constexpr double kMostSilentShare = 0.3;  ///< above, there is no noise left to compare
inline constexpr std::int64_t kLeastSmooth = 400;

Result<NoiseSearch> find_noise_places(GreyView picture, const Context& context);

}  // namespace bonafide::media
