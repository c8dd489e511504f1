// Finding where the original of a map lies in a suspect picture, by the map alone. Private to this room.
#pragma once
#include <array>
#include <vector>

#include "base/context.h"
#include "provenance/mark/map_cells.h"
#include "provenance/mark/map_compare.h"

namespace bonafide::provenance::mark {

/// Area means over any window of cells, from running sums.
class CellSums {
 public:
  explicit CellSums(const MapCells& cells, bool colours);
  int columns() const { return columns_; }
  int rows() const { return rows_; }
  /// `window` in cells; what lies outside counts as nothing there (0).
  MapCells read(const std::array<double, 4>& window, int columns, int rows, bool colours) const;

 private:
  std::vector<double> line(const std::vector<double>& sums, double y, const std::vector<double>& xs) const;
  int columns_, rows_;
  std::array<std::vector<double>, 3> sums_;
};

/// How the signs of a map agree with measured blocks; blocks that are not `inside` have no part in it.
struct SignScore {
  int agree = 0, total = 0;
  double z() const;
};
SignScore score_signs(const BlockMap& map, const std::vector<std::vector<std::uint32_t>>& partners,
                      const std::vector<BlockFacts>& facts, const std::vector<char>& inside);
/// Blocks that lie in the suspect, clear of its edges and of what was put around the original.
std::vector<char> blocks_inside(const BlockMap& map, const MapPlacement& placement);

/// A suspect as cells of at least a pixel, at most 768 on the short side: what a search looks at.
MapCells base_cells(RgbView suspect);
/// The best placement; found is false when none stands out from chance.
Result<MapPlacement> align(const BlockMap& map, const std::vector<std::vector<std::uint32_t>>& partners,
                           const MapCells& suspect, const Context& context);
/// The suspect's cells on the map's grid under this placement.
MapCells cells_under(const BlockMap& map, const MapPlacement& placement, const MapCells& suspect);
/// Pixels of a suspect of this size for a canonical pixel of the map.
double pixels_under(const BlockMap& map, const MapPlacement& placement, int width, int height);

/// How a block of a clip changes around the moment that a map shows: so much may come of a moment a little off.
struct BlockMotion {
  double mean = 0;              ///< levels
  double coarse = 0, fine = 0;  ///< dB
  std::uint8_t signs = 0;       ///< bit i: the sign of frequency i does not last, nothing is asked of it
};

/// What of a suspect is compared with a map.
struct SuspectBlocks {
  MapCells cells;                     ///< on the map's grid
  std::vector<char> inside;           ///< blocks_inside()
  double pixels = 1;                  ///< pixels_under()
  std::vector<BlockMotion> motion{};  ///< of a clip; empty: a still
};
/// Everything but the placement and the regions' boxes.
MapComparison judge_blocks(const BlockMap& map, const std::vector<std::vector<std::uint32_t>>& partners,
                           const SuspectBlocks& suspect);

}  // namespace bonafide::provenance::mark
