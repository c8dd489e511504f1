// Where a picture differs from the one that a BlockMap was made of. First it is found where the original lies in the
// suspect (resized, cropped, turned, mirrored, in a larger frame), by the map alone; then every block gets one of three
// answers, and connected blocks a p-value.
#pragma once
#include <string_view>
#include <vector>

#include "base/context.h"
#include "provenance/mark/evidence.h"
#include "provenance/mark/map.h"

namespace bonafide::provenance::mark {

enum class BlockState : std::uint8_t { unknown, same, altered };
/// What a region differs in: other content; the same content with detail lost or added; the same with other brightness
/// or colour.
enum class Change { content, detail, colour };
std::string_view to_string(BlockState state);
std::string_view to_string(Change change);

/// A rectangle in pixels.
struct PixelBox {
  int x = 0, y = 0, width = 0, height = 0;
};

/// Where the whole original lies in the suspect, after the suspect was mirrored (if so) and turned clockwise.
struct MapPlacement {
  bool found = false;
  bool mirrored = false;
  int quarter_turns = 0;
  double x0 = 0, y0 = 0, x1 = 1, y1 = 1;  ///< in widths and heights of the turned suspect; below 0 or above 1: cropped
  double agreement = 0;                   ///< of the signs that can be told
  int signs = 0;                          ///< how many of them
  Evidence evidence;                      ///< an unrelated picture fits this well by chance
  /// Nothing was cut off, added or turned.
  bool whole() const;
};

struct MapRegion {
  Change change = Change::content;
  std::vector<std::uint32_t> blocks;
  PixelBox box;          ///< in the original, upright
  PixelBox suspect_box;  ///< in the suspect as it was given (upright)
  double log10_p = 0;    ///< an honest copy shows such a region anywhere; at most 0
};

/// Shares of comparisons that fail outside the regions.
struct HonestRates {
  double signs = 0, means = 0, detail = 0;
};

struct MapComparison {
  MapPlacement placement;
  std::vector<BlockState> states;  ///< row by row, as the map's blocks; empty when no placement was found
  std::vector<double> log10_p;     ///< of single blocks, not corrected for their number
  std::vector<MapRegion> regions;  ///< the surest first
  bool grey = false;               ///< the suspect lost its colours: they were not compared
  HonestRates rates;

  std::size_t count(BlockState state) const;
};

/// invalid_argument: an empty picture. `cancelled` when stopped.
Result<MapComparison> compare_block_map(const BlockMap& original, RgbView suspect, const Context& context);

}  // namespace bonafide::provenance::mark
