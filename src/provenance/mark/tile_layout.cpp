#include "provenance/mark/tile_layout.h"

#include <bit>

namespace bonafide::provenance::mark {

namespace {

constexpr std::uint32_t kCells = kTileCells * kTileCells;
constexpr std::size_t kGroupCells = 17;  // 15 · 17 = 255
constexpr std::size_t kDataCells = 768;
constexpr std::size_t kMessageBits = kPayloadBits + 22;

Chip cell_at(std::uint32_t index, float sign) {
  return {static_cast<int>(index % kTileCells), static_cast<int>(index / kTileCells), sign};
}

std::size_t index_of(const Chip& chip) {
  return static_cast<std::size_t>(chip.y) * kTileCells + static_cast<std::size_t>(chip.x);
}

}  // namespace

float walsh(int layout, int group) {
  return (std::popcount(static_cast<unsigned>(layout) & static_cast<unsigned>(group)) & 1) != 0 ? -1.0F : 1.0F;
}

Chip turned(Chip chip, int turn, int size) {
  if ((turn & 4) != 0) chip.x = size - 1 - chip.x;
  for (int i = 0; i < (turn & 3); ++i) chip = {size - 1 - chip.y, chip.x, chip.sign};
  return chip;
}

TileLayout::TileLayout(const MarkKey& key) {
  const std::vector<std::uint32_t> order = key.stream("cells").permutation(kCells);
  KeyStream signs = key.stream("sync signs");
  std::size_t next = 0;
  for (int group = 0; group < kSyncGroups; ++group) {
    for (std::size_t i = 0; i < kGroupCells; ++i) {
      const Chip chip = cell_at(order[next++], signs.sign());
      for (int turn = 0; turn < kTurns; ++turn)
        sync_[static_cast<std::size_t>(turn)][static_cast<std::size_t>(group)].push_back(
            turned(chip, turn, kTileCells));
    }
  }
  for (std::size_t i = 0; i < kDataCells; ++i) data_.push_back(cell_at(order[next++], 1));
  for (int layout = 0; layout < kLayouts; ++layout)
    data_signs_.push_back(key.stream("data signs", static_cast<std::uint64_t>(layout)).signs(kDataCells));
}

std::vector<Chip> TileLayout::data(int turn, int layout) const {
  std::vector<Chip> chips;
  chips.reserve(data_.size());
  const std::vector<float>& signs = data_signs_[static_cast<std::size_t>(layout)];
  for (std::size_t i = 0; i < data_.size(); ++i) {
    Chip chip = turned(data_[i], turn, kTileCells);
    chip.sign = signs[i];
    chips.push_back(chip);
  }
  return chips;
}

std::vector<float> TileLayout::chips(std::uint64_t id, int layout) const {
  std::vector<float> tile(kCells, 1.0F);
  for (int group = 1; group <= kSyncGroups; ++group)
    for (const Chip& chip : sync(0, group)) tile[index_of(chip)] = chip.sign * walsh(layout, group);
  const media::Bits coded =
      media::encode(media::code_k11_r8(), media::with_crc(media::kCrc22, media::bits_of(id, kPayloadBits)));
  const std::vector<Chip> cells = data(0, layout);
  for (std::size_t i = 0; i < cells.size(); ++i)
    tile[index_of(cells[i])] = coded[i] != 0 ? -cells[i].sign : cells[i].sign;
  return tile;
}

std::optional<std::uint64_t> TileLayout::decode(std::span<const float> soft) {
  const media::SoftDecoded decoded = media::decode_soft(media::code_k11_r8(), soft, kMessageBits);
  if (!media::crc_holds(media::kCrc22, decoded.message)) return {};
  return media::number_of(std::span(decoded.message).first(kPayloadBits));
}

}  // namespace bonafide::provenance::mark
