// From regions of single slots to regions that last. Private to this room.
#pragma once
#include <vector>

#include "provenance/mark/clip_compare.h"

namespace bonafide::provenance::mark {

/// One slot that was compared.
struct JudgedSlot {
  std::size_t number = 0;          ///< of the map
  double suspect_s = 0;            ///< when it begins
  int agree = 0, total = 0;        ///< signs
  bool other = false;              ///< it shows something else altogether
  std::vector<float> log10_p;      ///< of blocks
  std::vector<MapRegion> regions;  ///< as for a still: one in 10^4 honest pictures has one
  std::size_t same = 0, unknown = 0;
};

/// In order of time. Each region's p-value is that of its surest slot, times the number of slots: what fails on an
/// honest copy of a still scene may fail in every slot of it, so slots are not multiplied.
std::vector<ClipRegion> track_regions(MapGrid grid, const std::vector<JudgedSlot>& slots);

}  // namespace bonafide::provenance::mark
