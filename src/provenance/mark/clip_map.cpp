#include "provenance/mark/clip_map.h"

#include <optional>

#include "provenance/mark/map_cells.h"
#include "provenance/mark/sound_bands.h"
#include "provenance/mark/time_means.h"

namespace bonafide::provenance::mark {

namespace {

std::optional<TimeWindow> slot_window(std::size_t number) {
  constexpr std::int64_t kSlot = 500'000;  // kClipSlot
  const auto at = static_cast<std::int64_t>(number);
  return TimeWindow{at * kSlot, (at + 1) * kSlot};
}

}  // namespace

BlockMap ClipMap::at(std::size_t slot) const { return {width, height, block, columns, rows, slots[slot]}; }

int clip_block(double seconds) {
  constexpr double kLong = 1800;
  return seconds <= kLong ? 16 : 32;
}

struct ClipMapper::State {
  explicit State(int block)
      : means(slot_window, [this](std::size_t number, const MapCells& mean) { close(number, mean); }),
        bands(kHeardSlot) {
    map.block = block;
  }

  void close(std::size_t number, const MapCells& mean) {
    map.slots.resize(number + 1);
    map.slots.back() = block_codes(block_facts(mean, map.block / kMapCell), partners);
  }

  ClipMap map;
  std::vector<std::vector<std::uint32_t>> partners;
  TimeMeans means;
  SoundBands bands;
};

ClipMapper::ClipMapper(int block) : state_(std::make_unique<State>(block)) {}
ClipMapper::ClipMapper(ClipMapper&&) noexcept = default;
ClipMapper::~ClipMapper() = default;

bool ClipMapper::wants(double seconds) const { return seconds >= 0 && !state_->means.too_soon(microseconds(seconds)); }

Result<void> ClipMapper::picture(RgbView picture, double seconds) {
  ClipMap& map = state_->map;
  if (!wants(seconds)) return {};
  if (map.width == 0) {
    const MapGrid grid = TRY(map_grid(picture.width, picture.height, map.block));
    map.width = picture.width, map.height = picture.height;
    map.columns = grid.columns, map.rows = grid.rows;
    state_->partners = map_partners(static_cast<std::size_t>(grid.columns) * static_cast<std::size_t>(grid.rows));
  }
  if (picture.width != map.width || picture.height != map.height) return {};
  const int side = map.block / kMapCell;
  state_->means.add(make_cells(picture, map.columns * side, map.rows * side), microseconds(seconds));
  return {};
}

void ClipMapper::sound(std::span<const float> samples, double seconds) { state_->bands.push(samples, seconds); }

Result<ClipMap> ClipMapper::finish() {
  state_->means.finish();
  ClipMap map = std::move(state_->map);
  for (const SoundPower& power : state_->bands.bins()) map.sound.push_back(sound_code(power));
  if (map.slots.empty()) map.width = map.height = map.columns = map.rows = 0;
  if (!map.pictures() && map.sound.empty())
    return make_error(Code::unsupported, "there are neither half a second of pictures nor sound to make a map of");
  return map;
}

}  // namespace bonafide::provenance::mark
