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

/// The best placement; found is false when none stands out from chance.
Result<MapPlacement> align(const BlockMap& map, const std::vector<std::vector<std::uint32_t>>& partners,
                           RgbView suspect, const Context& context);
/// The suspect's cells on the map's grid under this placement.
MapCells cells_under(const BlockMap& map, const MapPlacement& placement, RgbView suspect);

}  // namespace bonafide::provenance::mark
