#include "provenance/mark/qim_layout.h"

#include <cmath>
#include <numbers>

namespace bonafide::provenance::mark {

namespace {

struct Frequency {
  std::size_t down, across;
};
// The lowest: what every codec keeps longest. Constant brightness is left alone: editors shift it, and eyes see it.
constexpr std::array<Frequency, kQimChips> kFrequencies{{{0, 1}, {1, 0}, {1, 1}, {0, 2}, {2, 0}}};
constexpr std::size_t kUsed = 3;  // rows of the transform

using Basis = std::array<std::array<float, kQimSide>, kUsed>;

Basis make_basis() {
  Basis basis{};
  for (std::size_t u = 0; u < kUsed; ++u)
    for (std::size_t x = 0; x < kQimSide; ++x)
      basis[u][x] = static_cast<float>(
          std::sqrt((u == 0 ? 1 : 2) / 8.0) *
          std::cos((2 * static_cast<double>(x) + 1) * static_cast<double>(u) * std::numbers::pi / 16));
  return basis;
}

const Basis& basis() {
  static const Basis made = make_basis();
  return made;
}

Bytes bytes_of(std::uint64_t id) {
  Bytes bytes;
  for (int i = 7; i >= 0; --i) bytes.push_back(static_cast<std::uint8_t>(id >> (8 * i)));
  return bytes;
}

}  // namespace

QimLayout::QimLayout(const MarkKey& key, std::uint64_t id) : key_(key.for_asset(bytes_of(id))) {}

std::vector<QimBlock> QimLayout::row(int row, int columns) const {
  KeyStream stream = key_.stream("lattice", static_cast<std::uint64_t>(row));
  std::vector<QimBlock> blocks(static_cast<std::size_t>(columns));
  for (QimBlock& block : blocks)
    for (float& place : block) place = stream.unit();
  return blocks;
}

QimBlock qim_coefficients(const std::uint8_t* corner, std::ptrdiff_t stride) {
  const Basis& wave = basis();
  std::array<std::array<float, kUsed>, kUsed> sums{};
  for (std::size_t y = 0; y < kQimSide; ++y, corner += stride) {
    std::array<float, kUsed> across{};
    for (std::size_t u = 0; u < kUsed; ++u)
      for (std::size_t x = 0; x < kQimSide; ++x) across[u] += wave[u][x] * static_cast<float>(corner[x]);
    for (std::size_t v = 0; v < kUsed; ++v)
      for (std::size_t u = 0; u < kUsed; ++u) sums[v][u] += wave[v][y] * across[u];
  }
  QimBlock block{};
  for (std::size_t i = 0; i < kQimChips; ++i) block[i] = sums[kFrequencies[i].down][kFrequencies[i].across];
  return block;
}

void qim_add(const QimBlock& change, float* corner, std::ptrdiff_t stride) {
  const Basis& wave = basis();
  for (std::size_t y = 0; y < kQimSide; ++y, corner += stride)
    for (std::size_t x = 0; x < kQimSide; ++x)
      for (std::size_t i = 0; i < kQimChips; ++i)
        corner[x] += change[i] * wave[kFrequencies[i].down][y] * wave[kFrequencies[i].across][x];
}

bool qim_clipped(const std::uint8_t* corner, std::ptrdiff_t stride, QimEnds ends) {
  constexpr int kNext = 2;
  constexpr int kMost = 6;  // of 64
  int count = 0;
  for (int y = 0; y < kQimSide; ++y, corner += stride)
    for (int x = 0; x < kQimSide; ++x) count += corner[x] <= ends.low + kNext || corner[x] >= ends.high - kNext ? 1 : 0;
  return count > kMost;
}

}  // namespace bonafide::provenance::mark
