#include "provenance/mark/map_regions.h"

#include <algorithm>
#include <cmath>

namespace bonafide::provenance::mark {

namespace {

constexpr double kGrow = -1;    // log10 p of a block that may belong to a region: 0.1
constexpr double kRegion = -4;  // log10 p of a region, corrected for all places and shapes
// Shapes of m cells that touch by edges: fewer than 4.5252^m (Barequet and Shalah 2022, on Klarner's constant).
constexpr double kLog10Shapes = 0.65564;

struct Grid {
  int columns, rows;
  std::uint32_t at(int x, int y) const { return static_cast<std::uint32_t>(y * columns + x); }
};

std::vector<std::uint32_t> flood(Grid grid, std::uint32_t seed, std::vector<char>& open) {
  std::vector<std::uint32_t> region{seed};
  open[seed] = 0;
  for (std::size_t next = 0; next < region.size(); ++next) {
    const int x = static_cast<int>(region[next]) % grid.columns, y = static_cast<int>(region[next]) / grid.columns;
    const auto visit = [&](int to_x, int to_y) {
      if (to_x < 0 || to_y < 0 || to_x >= grid.columns || to_y >= grid.rows) return;
      const std::uint32_t block = grid.at(to_x, to_y);
      if (open[block] == 0) return;
      open[block] = 0;
      region.push_back(block);
    };
    visit(x - 1, y), visit(x + 1, y), visit(x, y - 1), visit(x, y + 1);
  }
  return region;
}

/// Blocks that have the region on at least five of eight sides belong to it: flat parts of what was put in.
void fill(Grid grid, std::vector<int>& owner) {
  const std::vector<int> before = owner;
  for (int y = 0; y < grid.rows; ++y) {
    for (int x = 0; x < grid.columns; ++x) {
      if (before[grid.at(x, y)] >= 0) continue;
      int count = 0, whose = -1;
      for (int i = 0; i < 9; ++i) {
        const int to_x = x + i % 3 - 1, to_y = y + i / 3 - 1;
        if (i == 4 || to_x < 0 || to_y < 0 || to_x >= grid.columns || to_y >= grid.rows) continue;
        const int other = before[grid.at(to_x, to_y)];
        if (other >= 0) ++count, whose = other;
      }
      if (count >= 5) owner[grid.at(x, y)] = whose;
    }
  }
}

}  // namespace

double log10_fisher(double log10_product, int count) {
  if (count < 1 || log10_product >= 0) return 0;
  const double x = -log10_product * std::log(10.0);
  double term = 0, most = 0;  // logarithms of x^i / i!
  std::vector<double> terms{0};
  for (int i = 1; i < count; ++i) {
    term += std::log(x / i);
    terms.push_back(term);
    most = std::max(most, term);
  }
  double sum = 0;
  for (const double value : terms) sum += std::exp(value - most);
  return std::min(0.0, (most + std::log(sum) - x) / std::log(10.0));
}

std::vector<MapRegion> find_regions(MapGrid size, const std::vector<double>& log10_p) {
  const Grid grid{size.columns, size.rows};
  std::vector<char> open(log10_p.size());
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = log10_p[i] <= kGrow ? 1 : 0;
  std::vector<MapRegion> regions;
  std::vector<int> owner(log10_p.size(), -1);
  for (std::uint32_t seed = 0; seed < open.size(); ++seed) {
    if (open[seed] == 0) continue;
    MapRegion region;
    region.blocks = flood(grid, seed, open);
    double product = 0;
    for (const std::uint32_t block : region.blocks) product += log10_p[block];
    const auto count = static_cast<int>(region.blocks.size());
    region.log10_p =
        std::log10(static_cast<double>(log10_p.size())) + count * kLog10Shapes + log10_fisher(product, count);
    if (region.log10_p > kRegion) continue;
    for (const std::uint32_t block : region.blocks) owner[block] = static_cast<int>(regions.size());
    regions.push_back(std::move(region));
  }
  fill(grid, owner);
  for (MapRegion& region : regions) region.blocks.clear();
  for (std::uint32_t block = 0; block < owner.size(); ++block) {
    if (owner[block] >= 0) regions[static_cast<std::size_t>(owner[block])].blocks.push_back(block);
  }
  std::ranges::sort(regions, [](const MapRegion& a, const MapRegion& b) { return a.log10_p < b.log10_p; });
  return regions;
}

void place_region(const BlockMap& map, const MapPlacement& placement, RgbView suspect, MapRegion& region) {
  int left = map.columns, top = map.rows, right = 0, bottom = 0;
  for (const std::uint32_t block : region.blocks) {
    const int x = static_cast<int>(block) % map.columns, y = static_cast<int>(block) / map.columns;
    left = std::min(left, x), right = std::max(right, x + 1);
    top = std::min(top, y), bottom = std::max(bottom, y + 1);
  }
  const auto box = [](double x0, double y0, double x1, double y1) {
    const auto whole = [](double value) { return static_cast<int>(std::lround(value)); };
    return PixelBox{whole(x0), whole(y0), whole(x1) - whole(x0), whole(y1) - whole(y0)};
  };
  const double wide = map.columns, high = map.rows;
  region.box =
      box(left / wide * map.width, top / high * map.height, right / wide * map.width, bottom / high * map.height);
  const double dx = placement.x1 - placement.x0, dy = placement.y1 - placement.y0;
  double x0 = std::clamp(placement.x0 + left / wide * dx, 0.0, 1.0);
  double x1 = std::clamp(placement.x0 + right / wide * dx, 0.0, 1.0);
  double y0 = std::clamp(placement.y0 + top / high * dy, 0.0, 1.0);
  double y1 = std::clamp(placement.y0 + bottom / high * dy, 0.0, 1.0);
  // Back from the turned picture: the turns undone one by one (a turn takes (x, y) to (1-y, x)), then the mirror.
  for (int turn = 0; turn < placement.quarter_turns; ++turn) {
    const double from_x0 = y0, from_x1 = y1, from_y0 = 1 - x1, from_y1 = 1 - x0;
    x0 = from_x0, x1 = from_x1, y0 = from_y0, y1 = from_y1;
  }
  if (placement.mirrored) {
    const double from_x0 = 1 - x1;
    x1 = 1 - x0, x0 = from_x0;
  }
  region.suspect_box = box(x0 * suspect.width, y0 * suspect.height, x1 * suspect.width, y1 * suspect.height);
}

}  // namespace bonafide::provenance::mark
