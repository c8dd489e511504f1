// How the tile of tile_layout.h lies in time: the whole pattern changes its sign from one stretch of 0.32 s to the
// next, by a row of sixteen signs that repeats. Still pictures behind it cancel out, and neither a "dirty window" nor
// the mean of many frames shows the pattern. Stretches are counted in seconds, not frames: another frame rate changes
// nothing.
#pragma once
#include <array>

#include "provenance/mark/key.h"

namespace bonafide::provenance::mark {

inline constexpr double kStretch = 0.32;  ///< seconds
inline constexpr int kStretches = 16;     ///< until the signs repeat

/// As many +1 as -1; shifted against itself, at most a quarter of the stretches agree more than they differ.
std::array<float, kStretches> time_signs(const MarkKey& key);

/// The stretch that a time lies in, 0…15; times before 0 count on backwards.
int stretch_at(double seconds);

}  // namespace bonafide::provenance::mark
