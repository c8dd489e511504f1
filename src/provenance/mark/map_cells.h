// The picture as cells and what one block of them says, in integers; shared by making a map and comparing with one.
// Private to this room.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "provenance/mark/map.h"

namespace bonafide::provenance::mark {

/// Means over equal rectangles, in 1/16 levels: Y, Cb, Cr (BT.601, full range).
struct MapCells {
  int columns = 0, rows = 0;
  std::vector<std::int16_t> y, cb, cr;

  std::size_t size() const { return static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows); }
};

inline constexpr int kMapCell = 2;  ///< canonical pixels across a cell of a map

/// Exact area means over `columns` by `rows` equal parts of the picture.
MapCells make_cells(RgbView picture, int columns, int rows);
/// The cells mirrored left to right (when asked to), then turned clockwise by so many quarter turns.
MapCells turned(const MapCells& cells, int quarter_turns, bool mirrored);

/// What a block measures, before it is reduced to bits.
struct BlockFacts {
  std::int32_t y = 0, cb = 0, cr = 0;           ///< means, 1/16 levels
  std::array<std::int32_t, kMapSigns> waves{};  ///< amplitudes of low cosines, 1/256 levels
  std::int64_t coarse = 0, fine = 0;            ///< mean squared deviations, 1/256 levels²
};

/// `side` cells across a block (8 or 16); blocks row by row.
std::vector<BlockFacts> block_facts(const MapCells& cells, int side);

/// What a map keeps of them; `partners` as map_partners().
std::vector<BlockCode> block_codes(const std::vector<BlockFacts>& facts,
                                   const std::vector<std::vector<std::uint32_t>>& partners);

/// The steps of BlockCode::coarse and fine: how many of 0.25·2^k levels² (k = 0…14) the energy reaches.
std::uint8_t detail_code(std::int64_t energy);

}  // namespace bonafide::provenance::mark
