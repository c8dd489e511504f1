// From p-values of single blocks to connected regions with a p-value each. Private to this room.
#pragma once
#include <vector>

#include "provenance/mark/map_compare.h"

namespace bonafide::provenance::mark {

/// log10 P(a product of `count` independent uniform values is at most 10^log10_product) (Fisher 1925; the tail of a
/// gamma distribution).
double log10_fisher(double log10_product, int count);

/// Regions of blocks that touch by an edge, each so unlikely that an honest copy shows one in 10^-4 pictures at most.
std::vector<MapRegion> find_regions(MapGrid grid, const std::vector<double>& log10_p);

/// Fills `box` and `suspect_box`.
void place_region(const BlockMap& map, const MapPlacement& placement, RgbView suspect, MapRegion& region);

}  // namespace bonafide::provenance::mark
