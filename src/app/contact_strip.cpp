#include "app/contact_strip.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "app/open_media.h"
#include "media/decode/decode.h"
#include "media/dsp/resize.h"

namespace bonafide::app {

namespace {

using provenance::mark::PixelBox;

constexpr std::size_t kMostFrames = 12;
constexpr int kAcross = 4, kWide = 320, kGap = 4;

struct Tile {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;
};

void outline(Tile& tile, int x0, int y0, int x1, int y1) {
  constexpr int kThick = 3;
  constexpr std::array<std::uint8_t, 3> kRed{230, 30, 30};
  for (int y = std::max(0, y0); y < std::min(tile.height, y1); ++y) {
    for (int x = std::max(0, x0); x < std::min(tile.width, x1); ++x) {
      const bool edge = x < x0 + kThick || x >= x1 - kThick || y < y0 + kThick || y >= y1 - kThick;
      if (edge) std::ranges::copy(kRed, tile.rgb.begin() + (std::ptrdiff_t{y} * tile.width + x) * 3);
    }
  }
}

Tile tile_of(const media::Plane& rgb, const std::vector<PixelBox>& boxes) {
  Tile tile;
  tile.width = std::min(kWide, rgb.width());
  tile.height = std::max(1, static_cast<int>(std::lround(double(tile.width) * rgb.height() / rgb.width())));
  tile.rgb = media::reduce_area({rgb.data(), rgb.stride() * static_cast<std::size_t>(rgb.height())}, rgb.width(),
                                rgb.height(), 3, tile.width, tile.height);
  const double scale = double(tile.width) / rgb.width();
  const auto at = [&](int value) { return static_cast<int>(std::lround(value * scale)); };
  for (const PixelBox& box : boxes) outline(tile, at(box.x), at(box.y), at(box.x + box.width), at(box.y + box.height));
  return tile;
}

media::Plane laid_out(const std::vector<Tile>& tiles) {
  int wide = 0, high = 0;
  for (const Tile& tile : tiles) wide = std::max(wide, tile.width), high = std::max(high, tile.height);
  const int count = static_cast<int>(tiles.size()), across = std::min(kAcross, count);
  const int rows = (count + kAcross - 1) / kAcross;
  const int width = across * (wide + kGap) + kGap, height = rows * (high + kGap) + kGap;
  std::vector<std::uint8_t> rgb(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, 24);
  for (int i = 0; i < count; ++i) {
    const Tile& tile = tiles[static_cast<std::size_t>(i)];
    const int left = kGap + i % kAcross * (wide + kGap), top = kGap + i / kAcross * (high + kGap);
    for (int y = 0; y < tile.height; ++y)
      std::copy_n(tile.rgb.begin() + std::ptrdiff_t{y} * tile.width * 3, tile.width * 3,
                  rgb.begin() + (std::ptrdiff_t{top + y} * width + left) * 3);
  }
  return {width, height, 3, std::move(rgb)};
}

}  // namespace

Result<media::Plane> contact_strip(const std::string& path, std::vector<StripFrame> frames, const Context& context) {
  std::ranges::stable_sort(frames, {}, &StripFrame::time_s);
  if (frames.empty())
    return make_error(Code::not_found, "no part of its pictures is altered: there is no map to write");
  const media::Media media = TRY(open_media(path, context));
  media::PassPlan plan{.spans = {}, .frames = true, .audio = false};
  constexpr double kReach = 0.5;  // seconds
  for (const StripFrame& frame : frames) {
    const double begin = std::max(0.0, frame.time_s - 0.05);
    if (!plan.spans.empty() && begin <= plan.spans.back().end_s)
      plan.spans.back().end_s = frame.time_s + kReach;
    else
      plan.spans.push_back({begin, frame.time_s + kReach});
  }
  std::vector<Tile> tiles;
  std::size_t next = 0;
  media::PassSink sink;
  sink.on_frame = [&](const media::Frame& frame) {
    while (next < frames.size() && frame.time_s() >= frames[next].time_s - 0.02) {
      tiles.push_back(tile_of(frame.rgb(), frames[next].boxes));
      ++next;
    }
  };
  TRY(media::run_pass(media, plan, sink, context));
  if (tiles.empty()) return make_error(Code::not_found, "the altered frames could not be decoded again");
  return laid_out(tiles);
}

Result<media::Plane> contact_strip(const report::ClipComparison& comparison, const Context& context) {
  std::vector<StripFrame> frames;
  for (const auto& region : comparison.result.regions) {
    for (double time = region.begin_s + 0.25; time < region.end_s; time += 0.5) {
      const auto same =
          std::ranges::find_if(frames, [&](const StripFrame& frame) { return std::abs(frame.time_s - time) < 0.1; });
      if (same != frames.end())
        same->boxes.push_back(region.suspect_box);
      else
        frames.push_back({time, {region.suspect_box}});
    }
  }
  for (const auto& span : comparison.result.spans) {
    if (span.sound || span.edge || span.end_s <= span.begin_s) continue;
    frames.push_back({(span.begin_s + span.end_s) / 2, {{0, 0, comparison.width, comparison.height}}});
  }
  std::ranges::stable_sort(frames, {}, &StripFrame::time_s);
  std::vector<StripFrame> chosen;
  const std::size_t count = std::min(kMostFrames, frames.size());
  for (std::size_t i = 0; i < count; ++i) chosen.push_back(frames[(2 * i + 1) * frames.size() / (2 * count)]);
  return contact_strip(comparison.suspect, std::move(chosen), context);
}

}  // namespace bonafide::app
