// From what the chips of each part of a picture sum to, in time, to the places where the mark is missing. Private to
// this room.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "provenance/mark/clip_layout.h"
#include "provenance/mark/clip_places.h"

namespace bonafide::provenance::mark {

inline constexpr int kPartCells = 8;  ///< cells across a part

/// Known chips of a part in one bin of time: what they sum to (without the sign of the time), and their squares.
struct Part {
  float sum = 0, energy = 0;
};

struct PartTable {
  struct Bin {
    std::int64_t number = 0;  ///< seconds / bin_s, downwards
    double begin_s = 0;
    std::vector<Part> parts{};  ///< row by row
  };
  int columns = 0, rows = 0;
  double bin_s = 0;
  std::vector<Bin> bins{};
};

/// Boxes are in parts.
/// `signs` change every two bins; when their row begins is looked for.
ClipPlaces find_holes(PartTable table, const std::array<float, kStretches>& signs);

}  // namespace bonafide::provenance::mark
