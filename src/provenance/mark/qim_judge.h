// What blocks that were read say: for each, how much likelier what is seen is if the layer is there than if it is not;
// then, with its neighbours, one of three states; then regions and their chance. One of this room's inner headers.
#pragma once
#include <vector>

#include "provenance/mark/qim_layout.h"
#include "provenance/mark/qim_read.h"

namespace bonafide::provenance::mark {

/// A picture that lies on the marked picture's grid, block by block.
struct QimGrid {
  int columns = 0, rows = 0;
  std::vector<QimBlock> coefficients;
  std::vector<QimBlock> lattice;  ///< where the id's lattices lie, in steps
  std::vector<char> clipped;      ///< says nothing

  std::size_t size() const { return coefficients.size(); }
};

/// Mean of cos(2π·distance from the lattice in steps) over all that is not clipped: 0 without the layer, 1 at best.
double qim_level(const QimGrid& grid, double gain);
/// Values that the level is the mean of.
double qim_values(const QimGrid& grid);

/// Fills states, regions and false_alarm of an answer whose placement, gain and grid are known. Boxes are in blocks.
void judge_blocks(const QimGrid& grid, QimAnswer& answer);

}  // namespace bonafide::provenance::mark
