#include "media/dsp/copy_match.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "media/dsp/clones.h"

namespace bonafide::media {

namespace {

constexpr float kSamePlace = 6;  // pixels: two points of one place are one neighbour
constexpr double kRatio = 0.6;   // Lowe 2004, section 7.1, made stricter as in Amerini et al. 2011
constexpr int kNeighbours = 4;

BONAFIDE_CLONES void products(const std::int16_t* one, const std::int16_t* all, std::size_t count, std::int32_t* out) {
  for (std::size_t j = 0; j < count; ++j) {
    std::int32_t sum = 0;
    for (std::size_t k = 0; k < 128; ++k)
      sum += static_cast<std::int32_t>(one[k]) * static_cast<std::int32_t>(all[j * 128 + k]);
    out[j] = sum;
  }
}

struct Neighbour {
  int index = -1;
  std::int32_t product = -1;
};
using Nearest = std::array<Neighbour, kNeighbours>;

float distance(const Keypoint& a, const Keypoint& b) { return std::hypot(a.x - b.x, a.y - b.y); }

// Keeps the best few; of several points at one place the best only.
void offer(Nearest& nearest, const std::vector<Keypoint>& points, int index, std::int32_t product) {
  const Keypoint& point = points[static_cast<std::size_t>(index)];
  std::size_t last = nearest.size() - 1;
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    if (nearest[i].index < 0 || distance(points[static_cast<std::size_t>(nearest[i].index)], point) > kSamePlace)
      continue;
    if (nearest[i].product >= product) return;
    last = i;
    break;
  }
  std::size_t i = last;
  for (; i > 0 && nearest[i - 1].product < product; --i) nearest[i] = nearest[i - 1];
  nearest[i] = {index, product};
}

double gap(std::int32_t product) {  // squared distance of two descriptions
  return std::max(1.0, 2.0 * (kDescriptionSquare - static_cast<double>(product)));
}

}  // namespace

Result<std::vector<Match>> match_within(const std::vector<Keypoint>& points, const Context& context) {
  std::vector<std::int16_t> all(points.size() * 128);
  for (std::size_t i = 0; i < points.size(); ++i)
    std::copy(points[i].description.begin(), points[i].description.end(),
              all.begin() + static_cast<std::ptrdiff_t>(i * 128));
  std::vector<std::int32_t> row(points.size());
  std::vector<Match> matches;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
    if (context.out_of_time()) return make_error(Code::limit, "out of time");
    products(points[i].description.data(), all.data(), points.size(), row.data());
    Nearest nearest{};
    for (std::size_t j = 0; j < points.size(); ++j)
      if (row[j] > nearest.back().product && distance(points[i], points[j]) > kLeastDistance)
        offer(nearest, points, static_cast<int>(j), row[j]);
    int accepted = 0;
    for (int k = 0; k < 2; ++k) {
      const auto slot = static_cast<std::size_t>(k);
      if (nearest[slot].index < 0 || nearest[slot + 1].index < 0) break;
      if (gap(nearest[slot].product) < kRatio * kRatio * gap(nearest[slot + 1].product)) accepted = k + 1;
    }
    for (int k = 0; k < accepted; ++k) {
      const int other = nearest[static_cast<std::size_t>(k)].index;
      matches.push_back({std::min(static_cast<int>(i), other), std::max(static_cast<int>(i), other)});
    }
  }
  std::sort(matches.begin(), matches.end(),
            [](const Match& p, const Match& q) { return p.a != q.a ? p.a < q.a : p.b < q.b; });
  matches.erase(std::unique(matches.begin(), matches.end(),
                            [](const Match& p, const Match& q) { return p.a == q.a && p.b == q.b; }),
                matches.end());
  if (matches.size() > kMostMatches) matches.resize(kMostMatches);
  return matches;
}

}  // namespace bonafide::media
