#include "forensics/thumbnail.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "forensics/finding.h"
#include "forensics/orient.h"
#include "media/dsp/resize.h"
#include "media/dsp/statistics.h"

namespace bonafide::forensics {

namespace {
using media::Plane;

constexpr int kGrid = 64;          // cells on the long side: a 160 × 120 thumbnail has 2.5 samples a cell each way
constexpr double kSettled = 0.97;  // 52 of 55 genuine camera files of the dev set reach it at once
constexpr int kSmallest = 16;      // cells below which a correlation says nothing
constexpr int kBlur = 2;           // cells each way: some cameras (Nikon D70) pick thumbnail samples without filtering
constexpr int kShift = 3;          // cells each way: thumbnails of the sensor's slightly larger or smaller area
constexpr int kWorking = 512;      // samples on the long side that the picture is first reduced to, once
constexpr double kFlat = 5;        // grey levels of deviation below which a picture has no content to compare
constexpr int kBarLevel = 28;      // black in limited range (16) plus JPEG ringing
constexpr double kBarShare = 0.3;  // of one side: 16:9 in 4:3 needs 0.125 a side, 2:1 needs 0.17
constexpr double kSameShape = 0.03;  // relative difference of aspect that whole rows of a 120-line thumbnail explain

double aspect(int width, int height) { return height > 0 ? static_cast<double>(width) / height : 0; }

// True when the line is black from end to end.
template <typename At>
bool black(int length, const At& at) {
  for (int i = 0; i < length; ++i)
    if (at(i) > kBarLevel) return false;
  return true;
}

// What is left without black bars; one more line goes on each side, where the bar bleeds into the picture.
Region without_bars(const Plane& p) {
  const auto row = [&](int y) { return black(p.width(), [&](int x) { return p.at(x, y); }); };
  const auto column = [&](int x) { return black(p.height(), [&](int y) { return p.at(x, y); }); };
  const auto count = [](int most, const auto& is_bar) {
    int n = 0;
    while (n < most && is_bar(n)) ++n;
    return n > 1 ? n + 1 : 0;
  };
  const int rows = static_cast<int>(p.height() * kBarShare), columns = static_cast<int>(p.width() * kBarShare);
  const int top = count(rows, row), bottom = count(rows, [&](int y) { return row(p.height() - 1 - y); });
  const int left = count(columns, column), right = count(columns, [&](int x) { return column(p.width() - 1 - x); });
  // Bars come in pairs; a dark edge on one side only is part of the scene.
  const bool flat = std::min(top, bottom) > 0, upright = std::min(left, right) > 0;
  return {upright ? left : 0, flat ? top : 0, p.width() - (upright ? left + right : 0),
          p.height() - (flat ? top + bottom : 0)};
}

Plane cut(const Plane& p, const Region& r) {
  std::vector<std::uint8_t> samples;
  samples.reserve(static_cast<std::size_t>(r.width) * static_cast<std::size_t>(r.height));
  for (int y = r.y; y < r.y + r.height; ++y) samples.insert(samples.end(), p.row(y) + r.x, p.row(y) + r.x + r.width);
  return {r.width, r.height, 1, std::move(samples)};
}

// The picture cut to that shape; `place` 0…1 slides the cut along the side that is too long.
Region cut_to(const Plane& p, double shape, double place) {
  Region r{0, 0, p.width(), p.height()};
  if (aspect(p.width(), p.height()) > shape)
    r.width = std::clamp(static_cast<int>(std::lround(p.height() * shape)), 1, p.width());
  else
    r.height = std::clamp(static_cast<int>(std::lround(p.width() / shape)), 1, p.height());
  r.x = static_cast<int>((p.width() - r.width) * place);
  r.y = static_cast<int>((p.height() - r.height) * place);
  return r;
}

struct Cells {
  int across = 0, down = 0;
  std::vector<double> values;
  double at(int x, int y) const {
    return values[static_cast<std::size_t>(y) * static_cast<std::size_t>(across) + static_cast<std::size_t>(x)];
  }
};

Plane reduced(const Plane& p, int across, int down) {
  const std::size_t count = p.stride() * static_cast<std::size_t>(p.height());
  return {across, down, 1, media::reduce_area({p.data(), count}, p.width(), p.height(), 1, across, down)};
}

Cells blurred_cells(const Plane& p, int across, int down) {
  const Plane small = reduced(p, across, down);
  Cells cells{across, down, {}};
  for (int y = 0; y < down; ++y)
    for (int x = 0; x < across; ++x) {
      double sum = 0;
      int n = 0;
      for (int v = std::max(0, y - kBlur); v <= std::min(down - 1, y + kBlur); ++v)
        for (int u = std::max(0, x - kBlur); u <= std::min(across - 1, x + kBlur); ++u) sum += small.at(u, v), ++n;
      cells.values.push_back(sum / n);
    }
  return cells;
}

double deviation(const std::vector<double>& values) {
  const double centre = media::mean(values);
  double sum = 0;
  for (const double v : values) sum += (v - centre) * (v - centre);
  return values.empty() ? 0 : std::sqrt(sum / static_cast<double>(values.size()));
}

// The best correlation over small shifts, each over what then overlaps.
double shifted_correlation(const Cells& a, const Cells& b) {
  double best = -1;
  std::vector<double> left, right;
  for (int dy = -kShift; dy <= kShift; ++dy)
    for (int dx = -kShift; dx <= kShift; ++dx) {
      left.clear(), right.clear();
      for (int y = std::max(0, dy); y < std::min(a.down, a.down + dy); ++y)
        for (int x = std::max(0, dx); x < std::min(a.across, a.across + dx); ++x) {
          left.push_back(a.at(x, y));
          right.push_back(b.at(x - dx, y - dy));
        }
      best = std::max(best, media::correlation(left, right));
    }
  return best;
}

// Good enough: no other alignment needs to be tried.
bool settled(const ThumbnailMatch& best) { return best.comparable && best.correlation >= kSettled; }

void consider(const Plane& picture, const Plane& thumbnail, media::Orientation turned, bool bars,
              ThumbnailMatch& best) {
  if (settled(best)) return;
  const int most_across = std::min(picture.width(), thumbnail.width());
  const int most_down = std::min(picture.height(), thumbnail.height());
  const double scale =
      std::min({1.0, static_cast<double>(kGrid) / most_across, static_cast<double>(kGrid) / most_down});
  const int across = static_cast<int>(most_across * scale), down = static_cast<int>(most_down * scale);
  if (across < kSmallest || down < kSmallest) return;
  const Cells a = blurred_cells(picture, across, down), b = blurred_cells(thumbnail, across, down);
  if (deviation(a.values) < kFlat || deviation(b.values) < kFlat) return;
  const double correlation = shifted_correlation(a, b);
  if (best.comparable && correlation <= best.correlation) return;
  best.comparable = true;
  best.correlation = correlation;
  best.turned = turned;
  best.bars_removed = bars;
  best.thumbnail_aspect = aspect(thumbnail.width(), thumbnail.height());
}
}  // namespace

ThumbnailMatch compare_thumbnail(const Plane& picture, const Plane& thumbnail) {
  ThumbnailMatch best;
  if (picture.empty() || thumbnail.empty() || picture.channels() != 1 || thumbnail.channels() != 1) return best;
  best.picture_aspect = aspect(picture.width(), picture.height());
  const double scale = std::min(1.0, static_cast<double>(kWorking) / std::max(picture.width(), picture.height()));
  const Plane working = scale == 1.0 ? picture
                                     : reduced(picture, std::max(1, static_cast<int>(picture.width() * scale)),
                                               std::max(1, static_cast<int>(picture.height() * scale)));
  const Region inner = without_bars(thumbnail);
  const bool bars = inner.width != thumbnail.width() || inner.height != thumbnail.height();
  for (const bool cut_bars : {false, true}) {
    if (cut_bars && !bars) continue;
    const Plane small = cut_bars ? cut(thumbnail, inner) : thumbnail;
    for (int orientation = 1; orientation <= 8; ++orientation) {
      const Plane turned = to_shown(small, orientation);
      const double shape = aspect(turned.width(), turned.height());
      consider(working, turned, orientation, cut_bars, best);
      if (std::abs(shape / best.picture_aspect - 1) <= kSameShape) continue;
      for (const double place : {0.0, 0.25, 0.5, 0.75, 1.0})
        consider(cut(working, cut_to(working, shape, place)), turned, orientation, cut_bars, best);
    }
  }
  return best;
}

}  // namespace bonafide::forensics
