// The 8×8 DCT of JPEG (ITU-T T.81 A.3.3), its standard luma table, and zero counting at every pixel offset: the raw
// material of everything that reads compression history.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "media/container/jpeg_tables.h"  // kZigzag and the standard tables

namespace bonafide::media {

/// 8-bit grey samples owned by somebody else; `stride` bytes from row to row.
struct GreyView {
  const std::uint8_t* data = nullptr;
  int width = 0, height = 0;
  std::ptrdiff_t stride = 0;

  const std::uint8_t* row(int y) const { return data + y * stride; }
};

/// Coefficients in natural order, orthonormal: exactly the scale of T.81 A.3.3. Block and result may not overlap.
using Block8 = std::array<float, 64>;
void forward_dct8(const Block8& samples, Block8& coefficients);
void inverse_dct8(const Block8& coefficients, Block8& samples);

/// Table K.1 of T.81 scaled as libjpeg does for `quality` 1…100 (clamped), 8-bit entries, natural order.
std::array<std::uint16_t, 64> ijg_luma_table(int quality);

/// The libjpeg quality whose luma table is nearest in mean absolute difference; for saying "about quality 75".
struct NearestQuality {
  int quality = 0;
  double distance = 0;  ///< mean over the modes given, quantiser steps
};
/// Modes whose entry is 0 are unknown and left out. Quality 0 when all are unknown.
NearestQuality nearest_ijg_quality(const std::array<std::uint16_t, 64>& table);

/// What the picture would be after one JPEG saving with `table` on the grid whose block corners lie at
/// (grid_x, grid_y) modulo 8: whole blocks are changed, samples outside them stay. Rounded and clipped to 8 bits.
std::vector<std::uint8_t> resave(GreyView picture, const std::array<std::uint16_t, 64>& table, int grid_x, int grid_y);

/// Scratch space of ZeroCounter rows, so that a caller can work through a picture without holding a map of it.
/// For each x, how many of the 63 AC coefficients of the block with its corner at (x, y) round to zero (0…63), and 0
/// for blocks that are constant along rows or along columns: those fit several grids equally and know nothing.
class ZeroCounter {
 public:
  explicit ZeroCounter(GreyView picture);
  int rows() const { return picture_.height - 7; }    ///< positions down; may be <= 0
  int columns() const { return picture_.width - 7; }  ///< positions across; may be <= 0
  /// Row `y` must be the one after the last call's, or any row (then it costs eight times as much).
  void count(int y, std::uint8_t* out);

 private:
  void transform(int y);
  GreyView picture_;
  int next_ = 0;                            // first picture row not yet transformed
  std::vector<float> ring_;                 // [row & 7][horizontal frequency][x], scaled as in Arai et al.
  std::vector<std::uint8_t> flat_rows_;     // [row & 7][x]: the 8 samples from x on are equal
  std::vector<std::uint8_t> same_columns_;  // [row & 7][x]: the 8 samples equal those of the row above
};

}  // namespace bonafide::media
