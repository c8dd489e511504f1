#include "provenance/mark/map_cells.h"

#include <algorithm>
#include <cstddef>

namespace bonafide::provenance::mark {

namespace {

std::size_t place(int x, int y, int columns) {
  return static_cast<std::size_t>(y) * static_cast<std::size_t>(columns) + static_cast<std::size_t>(x);
}

/// One row of pixels summed into cells: part i of `columns` covers width/columns pixels. Weights count in 1/columns of
/// a pixel, so all are integers and add up to `width`.
void sum_row(const std::uint8_t* row, int width, int columns, std::vector<std::int64_t>& sums) {
  for (int i = 0; i < columns; ++i) {
    const std::int64_t begin = std::int64_t{i} * width, end = begin + width;
    const auto first = static_cast<int>(begin / columns), last = static_cast<int>((end - 1) / columns);
    std::array<std::int64_t, 3> sum{};
    for (int x = first + 1; x < last; ++x) {
      for (std::size_t c = 0; c < 3; ++c) sum[c] += row[static_cast<std::size_t>(x) * 3 + c];
    }
    for (std::size_t c = 0; c < 3; ++c) {
      const std::int64_t head = std::min(end, std::int64_t{first + 1} * columns) - begin;
      sum[c] = sum[c] * columns + head * row[static_cast<std::size_t>(first) * 3 + c];
      if (last > first) sum[c] += (end - std::int64_t{last} * columns) * row[static_cast<std::size_t>(last) * 3 + c];
      sums[static_cast<std::size_t>(i) * 3 + c] = sum[c];
    }
  }
}

/// Sums over whole cells into Y, Cb, Cr in 1/16 levels (weights of BT.601 in 1/256).
void convert(const std::vector<std::int64_t>& sums, std::int64_t weight, std::size_t at, MapCells& cells) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(cells.columns); ++i) {
    const auto level = [&](std::size_t c) {
      return static_cast<std::int32_t>((sums[i * 3 + c] * 16 + weight / 2) / weight);
    };
    const std::int32_t r = level(0), g = level(1), b = level(2);
    cells.y[at + i] = static_cast<std::int16_t>((77 * r + 150 * g + 29 * b + 128) >> 8);
    cells.cb[at + i] = static_cast<std::int16_t>(2048 + ((-43 * r - 85 * g + 128 * b + 128) >> 8));
    cells.cr[at + i] = static_cast<std::int16_t>(2048 + ((128 * r - 107 * g - 21 * b + 128) >> 8));
  }
}

// cos((2x+1)uπ/16)·1024 for u = 0, 1, 2, rounded: the tables are part of the format.
constexpr std::array<std::array<std::int32_t, 8>, 3> kCosine{{{1024, 1024, 1024, 1024, 1024, 1024, 1024, 1024},
                                                              {1004, 851, 569, 200, -200, -569, -851, -1004},
                                                              {946, 392, -392, -946, -946, -392, 392, 946}}};
struct Wave {
  std::size_t across, down;
};
constexpr std::array<Wave, kMapSigns> kWaves{{{1, 0}, {0, 1}, {1, 1}, {2, 0}, {0, 2}, {2, 1}}};

using Eight = std::array<std::int32_t, 64>;  // 8 by 8 means, 1/16 levels

void measure_waves(const Eight& values, BlockFacts& facts) {
  for (std::size_t i = 0; i < kWaves.size(); ++i) {
    std::int64_t sum = 0;
    for (std::size_t y = 0; y < 8; ++y) {
      for (std::size_t x = 0; x < 8; ++x) {
        sum += std::int64_t{values[y * 8 + x]} * kCosine[kWaves[i].across][x] * kCosine[kWaves[i].down][y];
      }
    }
    // A cosine of amplitude a sums to 32a along one axis and 16a along both; the tables bring 2^20, 1/256 levels 16.
    const int shift = kWaves[i].across == 0 || kWaves[i].down == 0 ? 21 : 20;
    facts.waves[i] = static_cast<std::int32_t>((sum + (std::int64_t{1} << (shift - 1))) >> shift);
  }
}

struct BlockPlace {
  int x, y, side;
};

/// Squares of what 2 by 2 cells differ from their mean, and of what those means differ from the mean of 4 by 4.
void measure_detail(const MapCells& cells, BlockPlace block, BlockFacts& facts) {
  std::int64_t fine = 0, coarse = 0;
  for (int y = 0; y < block.side; y += 4) {
    for (int x = 0; x < block.side; x += 4) {
      std::array<std::int64_t, 4> quarter{};
      for (int i = 0; i < 16; ++i) {
        quarter[static_cast<std::size_t>(i / 8 * 2 + i % 4 / 2)] +=
            cells.y[place(block.x + x + i % 4, block.y + y + i / 4, cells.columns)];
      }
      const std::int64_t all = quarter[0] + quarter[1] + quarter[2] + quarter[3];
      for (int i = 0; i < 16; ++i) {
        const std::int64_t cell = cells.y[place(block.x + x + i % 4, block.y + y + i / 4, cells.columns)];
        const std::int64_t off = 4 * cell - quarter[static_cast<std::size_t>(i / 8 * 2 + i % 4 / 2)];
        fine += off * off;
      }
      for (const std::int64_t part : quarter) coarse += (4 * part - all) * (4 * part - all);
    }
  }
  const std::int64_t count = std::int64_t{block.side} * block.side;
  facts.fine = fine / (16 * count);
  facts.coarse = coarse / (64 * count);  // (4·part - all) is 16 times the deviation; a quarter of the places
}

BlockFacts measure(const MapCells& cells, BlockPlace block) {
  BlockFacts facts;
  std::int64_t y_sum = 0, cb_sum = 0, cr_sum = 0;
  Eight values{};
  const int step = block.side / 8;
  for (int y = 0; y < block.side; ++y) {
    for (int x = 0; x < block.side; ++x) {
      const std::size_t at = place(block.x + x, block.y + y, cells.columns);
      y_sum += cells.y[at];
      cb_sum += cells.cb.empty() ? 0 : cells.cb[at];
      cr_sum += cells.cr.empty() ? 0 : cells.cr[at];
      values[place(x / step, y / step, 8)] += cells.y[at];
    }
  }
  for (std::int32_t& value : values) value /= step * step;
  const std::int64_t count = std::int64_t{block.side} * block.side;
  facts.y = static_cast<std::int32_t>(y_sum / count);
  facts.cb = static_cast<std::int32_t>(cb_sum / count);
  facts.cr = static_cast<std::int32_t>(cr_sum / count);
  measure_waves(values, facts);
  measure_detail(cells, block, facts);
  return facts;
}

}  // namespace

MapCells make_cells(RgbView picture, int columns, int rows) {
  MapCells cells{columns, rows, {}, {}, {}};
  for (auto* plane : {&cells.y, &cells.cb, &cells.cr}) plane->resize(cells.size());
  const std::size_t wide = static_cast<std::size_t>(columns) * 3;
  std::vector<std::int64_t> row(wide), sums(wide);
  int summed = -1;
  for (int i = 0; i < rows; ++i) {
    const std::int64_t begin = std::int64_t{i} * picture.height, end = begin + picture.height;
    std::ranges::fill(sums, 0);
    for (std::int64_t y = begin / rows; y * rows < end; ++y) {
      if (summed != y) sum_row(picture.row(static_cast<int>(y)), picture.width, columns, row);
      summed = static_cast<int>(y);
      const std::int64_t weight = std::min(end, (y + 1) * rows) - std::max(begin, y * rows);
      for (std::size_t k = 0; k < wide; ++k) sums[k] += weight * row[k];
    }
    convert(sums, std::int64_t{picture.width} * picture.height, place(0, i, columns), cells);
  }
  return cells;
}

MapCells turned(const MapCells& cells, int quarter_turns, bool mirrored) {
  const bool sideways = quarter_turns % 2 != 0;
  MapCells out{sideways ? cells.rows : cells.columns, sideways ? cells.columns : cells.rows, {}, {}, {}};
  for (auto* plane : {&out.y, &out.cb, &out.cr}) plane->resize(cells.size());
  for (int y = 0; y < cells.rows; ++y) {
    for (int x = 0; x < cells.columns; ++x) {
      const int from_x = mirrored ? cells.columns - 1 - x : x;
      int to_x = x, to_y = y;
      if (quarter_turns == 1) to_x = cells.rows - 1 - y, to_y = x;
      if (quarter_turns == 2) to_x = cells.columns - 1 - x, to_y = cells.rows - 1 - y;
      if (quarter_turns == 3) to_x = y, to_y = cells.columns - 1 - x;
      const std::size_t from = place(from_x, y, cells.columns), to = place(to_x, to_y, out.columns);
      out.y[to] = cells.y[from];
      out.cb[to] = cells.cb[from];
      out.cr[to] = cells.cr[from];
    }
  }
  return out;
}

std::vector<BlockFacts> block_facts(const MapCells& cells, int side) {
  std::vector<BlockFacts> facts;
  for (int y = 0; y + side <= cells.rows; y += side) {
    for (int x = 0; x + side <= cells.columns; x += side) facts.push_back(measure(cells, {x, y, side}));
  }
  return facts;
}

std::uint8_t detail_code(std::int64_t energy) {
  std::uint8_t code = 0;
  while (code < 15 && energy >= std::int64_t{64} << code) ++code;
  return code;
}

}  // namespace bonafide::provenance::mark
