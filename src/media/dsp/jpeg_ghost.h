// Ghosts: a part that was once saved at quality q changes least when it is quantised at q again. After H. Farid,
// "Exposing digital forgeries from JPEG ghosts", IEEE TIFS 4(1), 2009. Measured on the coefficients of each block,
// where the error of a saving can be read without saving; the decision is a-contrario.
#pragma once
#include <cstdint>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "media/dsp/cell_places.h"
#include "media/dsp/dct.h"

namespace bonafide::media {

struct GhostPlace {
  CrowdedPlace crowd;
  int quality = 0;       ///< of the earlier saving, libjpeg's scale
  bool missing = false;  ///< true: the rest was saved at `quality`, this place was not
};

struct GhostSearch {
  int across = 0, down = 0;        ///< blocks of 8 × 8 pixels
  std::int64_t voices = 0;         ///< blocks with enough structure
  std::vector<int> whole;          ///< qualities whose ghost the whole picture shows
  std::vector<GhostPlace> places;  ///< strongest first, no bar applied
};

inline constexpr double kDeepDip = 0.6;  ///< natural logarithm: the error must fall to 55 % of its neighbours'

/// On the grid whose corners lie at (grid_x, grid_y) modulo 8.
Result<GhostSearch> find_ghosts(GreyView picture, int grid_x, int grid_y, const Context& context);

}  // namespace bonafide::media
