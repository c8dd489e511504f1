// CellMap: a heat map built from 8×8-pixel cells, reduced to what a Finding may carry (512 px on the long side).
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "media/decode/plane.h"

namespace bonafide::forensics {

inline constexpr int kMapSide = 512;  ///< HeatMap's bound

class CellMap {
 public:
  /// For a picture of so many pixels, as stored.
  CellMap(int width, int height)
      : reduce_(reduction(width, height)),
        across_(std::max(1, (width + 8 * reduce_ - 1) / (8 * reduce_))),
        down_(std::max(1, (height + 8 * reduce_ - 1) / (8 * reduce_))),
        values_(static_cast<std::size_t>(across_) * static_cast<std::size_t>(down_), 0) {}

  /// Lifts the cell at (column, row) to at least `value` (0…1). Cells outside are ignored.
  void raise(int column, int row, double value) {
    const int x = column / reduce_;
    const int y = row / reduce_;
    if (column < 0 || row < 0 || x >= across_ || y >= down_) return;
    auto& cell = values_[static_cast<std::size_t>(y) * static_cast<std::size_t>(across_) + static_cast<std::size_t>(x)];
    cell = std::max(cell, static_cast<std::uint8_t>(std::lround(255 * std::clamp(value, 0.0, 1.0))));
  }

  media::Plane plane() const { return {across_, down_, 1, values_}; }

 private:
  static int reduction(int width, int height) {
    const int cells = (std::max(width, height) + 7) / 8;
    return std::max(1, (cells + kMapSide - 1) / kMapSide);
  }
  int reduce_, across_, down_;
  std::vector<std::uint8_t> values_;
};

}  // namespace bonafide::forensics
