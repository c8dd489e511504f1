// Where the chips of profile "bonafide.tile.1" lie: 32×32 cells, repeated over the picture; 128 cells on its short
// side. 255 cells tell place and layout (sync), 768 carry 64 bits of id, CRC-22 and the code's tail at rate 1/8.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "media/dsp/convolutional_code.h"
#include "provenance/mark/key.h"

namespace bonafide::provenance::mark {

inline constexpr std::string_view kTileProfile = "bonafide.tile.1";
inline constexpr int kTileCells = 32;    ///< on a side
inline constexpr int kShortCells = 128;  ///< on the picture's short side
/// On that of a small still: with larger cells it may be halved once more (docs/evaluation/marks_image.md).
inline constexpr int kSmallShortCells = 96;
inline constexpr int kSmallSide = 384;  ///< pixels; a still with a shorter side is small
inline constexpr int kCellPixels = 2;    ///< of the working picture that is read
inline constexpr int kFold = kTileCells * kCellPixels;
inline constexpr int kLayouts = 16;     ///< sign patterns that cancel out when marked pictures are averaged
inline constexpr int kTurns = 8;        ///< right angles and mirror images
inline constexpr int kSyncGroups = 15;  ///< their signs are a row of Walsh's matrix without its constant column
inline constexpr int kPayloadBits = 64;

/// A cell of the tile and the sign its chip has.
struct Chip {
  int x = 0, y = 0;
  float sign = 1;
};

class TileLayout {
 public:
  explicit TileLayout(const MarkKey& key);

  /// +1 or -1 for each of the 32×32 cells, row by row.
  std::vector<float> chips(std::uint64_t id, int layout) const;

  /// The sync cells of one group as they lie after a turn: its sign in layout v is Walsh's w(v, group), group from 1.
  const std::vector<Chip>& sync(int turn, int group) const {
    return sync_[static_cast<std::size_t>(turn)][static_cast<std::size_t>(group) - 1];
  }
  /// The data cells in the order of the coded bits, as they lie after a turn, with the signs of a layout.
  std::vector<Chip> data(int turn, int layout) const;

  /// The id, when the checksum of what 768 soft values (positive: 0) decode to holds.
  static std::optional<std::uint64_t> decode(std::span<const float> soft);

 private:
  std::array<std::array<std::vector<Chip>, kSyncGroups>, kTurns> sync_;
  std::vector<Chip> data_;
  std::vector<std::vector<float>> data_signs_;
};

/// Walsh's function: the sign of sync group `group` in layout `layout`.
float walsh(int layout, int group);
/// Turn 0…7 of a point in a square of `size` cells: bit 2 mirrors left and right first, then turn&3 quarter turns
/// clockwise.
Chip turned(Chip chip, int turn, int size);

}  // namespace bonafide::provenance::mark
