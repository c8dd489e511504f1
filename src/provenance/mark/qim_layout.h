// Where the fragile layer lies: profile "bonafide.qim.1". In every 8×8 block of the brightness, counted from the marked
// picture's upper left corner, five low frequencies are moved towards a lattice; where it lies is keyed by the mark's
// id, the row and the column (dithered quantisation index modulation: Chen and Wornell 2001).
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "media/dsp/dct.h"
#include "provenance/mark/key.h"

namespace bonafide::provenance::mark {

inline constexpr std::string_view kQimProfile = "bonafide.qim.1";
inline constexpr int kQimSide = 8;
inline constexpr std::size_t kQimChips = 5;
/// Distance of lattice points, in units of the orthonormal transform.
inline constexpr float kQimStep = 20;

/// One value for each of the five frequencies of a block.
using QimBlock = std::array<float, kQimChips>;

class QimLayout {
 public:
  QimLayout(const MarkKey& key, std::uint64_t id);
  /// Where the lattices of `columns` blocks lie, from column 0, in steps: 0 up to 1.
  std::vector<QimBlock> row(int row, int columns) const;

 private:
  MarkKey key_;
};

/// The five coefficients of a block; from a corner with kQimSide samples to the right and below.
QimBlock qim_coefficients(const std::uint8_t* corner, std::ptrdiff_t stride);
/// Adds to 64 samples what a change of the five coefficients comes to.
void qim_add(const QimBlock& change, float* corner, std::ptrdiff_t stride);
/// What samples at the ends of the scale are: 0 and 255, or what became of them when contrast was changed.
struct QimEnds {
  int low = 0, high = 255;
};
/// So many samples at the ends of the scale, or next to them, that the layer cannot lie there.
bool qim_clipped(const std::uint8_t* corner, std::ptrdiff_t stride, QimEnds ends);

}  // namespace bonafide::provenance::mark
