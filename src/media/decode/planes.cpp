#include "media/decode/planes.h"

#include <algorithm>
#include <array>

namespace bonafide::media {

namespace {
std::size_t samples_of(int width, int height, int channels) {
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * static_cast<std::size_t>(channels);
}
}  // namespace

Plane luma_of(const Plane& rgb) {
  std::vector<std::uint8_t> grey(samples_of(rgb.width(), rgb.height(), 1));
  const std::uint8_t* from = rgb.data();
  for (std::uint8_t& sample : grey) {
    sample = static_cast<std::uint8_t>((299 * from[0] + 587 * from[1] + 114 * from[2] + 500) / 1000);
    from += 3;
  }
  return {rgb.width(), rgb.height(), 1, std::move(grey)};
}

Plane rgb_of(const Plane& grey) {
  std::vector<std::uint8_t> rgb(samples_of(grey.width(), grey.height(), 3));
  for (std::size_t i = 0; i < rgb.size(); i += 3) rgb[i] = rgb[i + 1] = rgb[i + 2] = grey.data()[i / 3];
  return {grey.width(), grey.height(), 3, std::move(rgb)};
}

Plane upright(const Plane& plane, int orientation) {
  if (orientation <= 1 || orientation > 8 || plane.empty()) return plane;
  // EXIF 2.32, tag 0x0112: which stored corner row 0 and column 0 are. Stored (x, y) of shown (u, v):
  const bool swapped = orientation >= 5;
  const bool mirror_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool mirror_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const int width = swapped ? plane.height() : plane.width();
  const int height = swapped ? plane.width() : plane.height();
  const int channels = plane.channels();
  std::vector<std::uint8_t> turned(samples_of(width, height, channels));
  constexpr int kTile = 32;  // both sides of a turned tile stay in the first-level cache
  for (int tile_v = 0; tile_v < height; tile_v += kTile) {
    for (int tile_u = 0; tile_u < width; tile_u += kTile) {
      for (int v = tile_v; v < std::min(height, tile_v + kTile); ++v) {
        for (int u = tile_u; u < std::min(width, tile_u + kTile); ++u) {
          int x = swapped ? v : u;
          int y = swapped ? u : v;
          if (mirror_x) x = plane.width() - 1 - x;
          if (mirror_y) y = plane.height() - 1 - y;
          const std::uint8_t* const from = plane.row(y) + samples_of(x, 1, channels);
          std::uint8_t* const to = turned.data() + samples_of(width, v, channels) + samples_of(u, 1, channels);
          for (int channel = 0; channel < channels; ++channel) to[channel] = from[channel];
        }
      }
    }
  }
  return {width, height, channels, std::move(turned)};
}

}  // namespace bonafide::media
