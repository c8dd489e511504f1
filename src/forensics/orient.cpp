#include "forensics/orient.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace bonafide::forensics {

namespace {

// EXIF 2.32, 4.6.4 A: where row 0 and column 0 of the stored picture are seen, as transpose first, then mirror.
struct Move {
  bool transpose = false;
  bool flip_x = false;  // in the shown picture
  bool flip_y = false;
};

Move move_of(media::Orientation orientation) {
  switch (orientation) {
    case 2: return {false, true, false};  // mirrored
    case 3: return {false, true, true};   // half turn
    case 4: return {false, false, true};  // upside-down mirror
    case 5: return {true, false, false};  // rows are columns
    case 6: return {true, true, false};   // quarter turn clockwise
    case 7: return {true, true, true};
    case 8: return {true, false, true};  // quarter turn anticlockwise
    default: return {};
  }
}

}  // namespace

Extent shown_extent(Extent stored, media::Orientation orientation) {
  return move_of(orientation).transpose ? Extent{stored.height, stored.width} : stored;
}

Region to_shown(const Region& stored, Extent extent, media::Orientation orientation) {
  const Move move = move_of(orientation);
  const Extent shown = shown_extent(extent, orientation);
  Region region = stored;
  if (move.transpose) region = {stored.y, stored.x, stored.height, stored.width};
  if (move.flip_x) region.x = shown.width - region.x - region.width;
  if (move.flip_y) region.y = shown.height - region.y - region.height;
  return region;
}

media::Plane to_shown(const media::Plane& stored, media::Orientation orientation) {
  const Move move = move_of(orientation);
  if (stored.empty() || (!move.transpose && !move.flip_x && !move.flip_y)) return stored;
  const Extent shown = shown_extent({stored.width(), stored.height()}, orientation);
  const auto channels = static_cast<std::size_t>(stored.channels());
  std::vector<std::uint8_t> samples(static_cast<std::size_t>(shown.width) * static_cast<std::size_t>(shown.height) *
                                    channels);
  auto* out = samples.data();
  for (int y = 0; y < shown.height; ++y) {
    for (int x = 0; x < shown.width; ++x, out += channels) {
      int from_x = move.flip_x ? shown.width - 1 - x : x;
      int from_y = move.flip_y ? shown.height - 1 - y : y;
      if (move.transpose) std::swap(from_x, from_y);
      const auto* in = stored.row(from_y) + static_cast<std::size_t>(from_x) * channels;
      std::copy(in, in + channels, out);
    }
  }
  return {shown.width, shown.height, stored.channels(), std::move(samples)};
}

}  // namespace bonafide::forensics
