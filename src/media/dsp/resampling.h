// Periodic dependence between neighbours, as enlarging or turning leaves it. After Mahdian and Saic, "Blind
// authentication using periodic properties of interpolation", IEEE TIFS 3(3), 2008: the second derivative's size,
// averaged along columns and along rows, has lines in its spectrum. Here a tile speaks only when both directions show
// the same line: stripes and fences have one direction.
#pragma once
#include <cstdint>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "media/dsp/cell_places.h"
#include "media/dsp/dct.h"

namespace bonafide::media {

inline constexpr int kResampleTile = 128, kResampleStep = 64;  ///< pixels

struct ResamplingLine {
  int bin = 0;           ///< of kResampleTile / 2 + 1
  double frequency = 0;  ///< cycles a pixel
  double factor = 0;     ///< enlargement that leaves it (1 / (1 - frequency)); the usual reading, not the only one
  double share = 0;      ///< of the tiles that could speak
  double log10_nfa = 0;  ///< of that share
};

struct ResamplingSearch {
  int across = 0, down = 0;           ///< tiles
  std::int64_t tiles = 0;             ///< that have texture
  std::vector<ResamplingLine> whole;  ///< lines of the whole picture, strongest first
  struct Place {
    CrowdedPlace crowd;  ///< in tiles
    int bin = 0;
    double factor = 0;
  };
  std::vector<Place> places;  ///< tiles with a line that the rest lacks; strongest first, no bar applied
};

Result<ResamplingSearch> find_resampling(GreyView picture, const Context& context);

}  // namespace bonafide::media
