#include "media/dsp/jpeg_grid.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "media/dsp/acontrario.h"
#include "media/dsp/cell_places.h"
#include "media/dsp/clones.h"

namespace bonafide::media {

namespace {

// Only one pixel in 64 counts as independent: a block's 64 pixels vote alike (ZERO, section 3).
constexpr double kChance = 1.0 / 64;
constexpr int kCell = 8;

// The best of some candidates so far, for a row of pixels.
struct Best {
  std::vector<std::uint8_t> zeros, place, draw;
  explicit Best(std::size_t width) : zeros(width), place(width), draw(width) {}
};

// `candidate` has q zeros at place p: a clear winner replaces, an equal one makes a draw.
BONAFIDE_CLONES void challenge(const std::uint8_t* q, const std::uint8_t* p, const std::uint8_t* q_draw,
                               std::uint8_t add, std::size_t width, std::uint8_t* zeros, std::uint8_t* place,
                               std::uint8_t* draw) {
  for (std::size_t x = 0; x < width; ++x) {
    const auto above = static_cast<std::uint8_t>(q[x] > zeros[x] ? 255 : 0);
    const auto equal = static_cast<std::uint8_t>(q[x] == zeros[x] ? 255 : 0);
    const auto value = static_cast<std::uint8_t>(p[x] | add);
    draw[x] = static_cast<std::uint8_t>((above & q_draw[x]) | (~above & (draw[x] | equal)));
    place[x] = static_cast<std::uint8_t>((above & value) | (~above & place[x]));
    zeros[x] = static_cast<std::uint8_t>((above & q[x]) | (~above & zeros[x]));
  }
}

}  // namespace

Result<GridVotes> grid_votes(GreyView picture, const Context& context) {
  GridVotes result;
  result.width = picture.width;
  result.height = picture.height;
  const auto width = static_cast<std::size_t>(picture.width);
  result.votes.assign(width * static_cast<std::size_t>(picture.height), kNoVote);
  ZeroCounter counter(picture);
  if (counter.rows() < 8 || counter.columns() < 8) return result;

  const auto columns = static_cast<std::size_t>(counter.columns());
  const std::size_t voters = columns - 7;  // pixels 7 … columns - 1 have all their 64 blocks in the picture
  std::vector<std::uint8_t> row(columns);
  const std::vector<std::uint8_t> nothing(voters, 0);
  std::vector<Best> ring(8, Best(voters));
  Best best(voters);
  for (int y = 0; y < counter.rows(); ++y) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
    if (context.out_of_time()) return make_error(Code::limit, "out of time");
    counter.count(y, row.data());
    Best& across = ring[static_cast<std::size_t>(y & 7)];
    std::fill(across.zeros.begin(), across.zeros.end(), std::uint8_t{0});
    std::fill(across.draw.begin(), across.draw.end(), std::uint8_t{0});
    for (std::size_t i = 0; i < 8; ++i)  // the block i pixels to the left of the leftmost corner that still covers
      challenge(row.data() + i, nothing.data(), nothing.data(), static_cast<std::uint8_t>(i), voters,
                across.zeros.data(), across.place.data(), across.draw.data());
    if (y < 7) continue;
    std::fill(best.zeros.begin(), best.zeros.end(), std::uint8_t{0});
    std::fill(best.draw.begin(), best.draw.end(), std::uint8_t{0});
    for (int j = 0; j < 8; ++j) {
      const int corner = y - j;
      const Best& from = ring[static_cast<std::size_t>(corner & 7)];
      challenge(from.zeros.data(), from.place.data(), from.draw.data(), static_cast<std::uint8_t>((corner & 7) * 8),
                voters, best.zeros.data(), best.place.data(), best.draw.data());
    }
    std::uint8_t* votes = result.votes.data() + static_cast<std::size_t>(y) * width + 7;
    for (std::size_t v = 0; v < voters; ++v) {
      if (best.zeros[v] == 0 || best.draw[v] != 0) continue;
      const auto corner_x = (v + (best.place[v] & 7U)) & 7U;  // pixel v + 7, corner v + i
      votes[v] = static_cast<std::uint8_t>((best.place[v] & 56U) | corner_x);
    }
  }
  return result;
}

std::array<std::int64_t, 64> GridVotes::counts() const {
  std::array<std::int64_t, 256> all{};
  for (const std::uint8_t vote : votes) ++all[vote];
  std::array<std::int64_t, 64> counts{};
  std::copy_n(all.begin(), 64, counts.begin());
  return counts;
}

namespace {

MainGrid most_voted(const GridVotes& votes, int except) {
  MainGrid most;
  if (votes.width < 16 || votes.height < 16) return most;
  auto counts = votes.counts();
  if (except >= 0) counts[static_cast<std::size_t>(except)] = -1;
  const auto best = std::max_element(counts.begin(), counts.end());
  const std::int64_t voters =
      static_cast<std::int64_t>(votes.width - 14) * static_cast<std::int64_t>(votes.height - 14);
  most.share = static_cast<double>(*best) / static_cast<double>(voters);
  most.log10_nfa = log10_nfa(std::log10(64.0), *best / 64, (voters + 63) / 64, kChance);
  if (most.log10_nfa <= kLog10Epsilon) most.grid = static_cast<int>(best - counts.begin());
  return most;
}

}  // namespace

MainGrid main_grid(const GridVotes& votes) { return most_voted(votes, -1); }
MainGrid second_grid(const GridVotes& votes, int main) { return most_voted(votes, main); }

namespace {

struct Box {
  int left = 1 << 30, top = 1 << 30, right = -1, bottom = -1;
  void add(int x, int y) {
    left = std::min(left, x);
    top = std::min(top, y);
    right = std::max(right, x);
    bottom = std::max(bottom, y);
  }
};

struct Component {
  Box box;
  std::int64_t pixels = 0;                 // marked ones
  std::vector<std::pair<int, int>> cells;  // (column, row)
};

// Connected groups of pixels for which `marked` holds, where pixels in neighbouring cells are connected (a reach of 8
// to 16 pixels; ZERO uses 12).
template <typename Marked>
std::vector<Component> components(int width, int height, Marked marked) {
  const int across = (width + kCell - 1) / kCell;
  const int down = (height + kCell - 1) / kCell;
  const auto index = [&](int cx, int cy) {
    return static_cast<std::size_t>(cy) * static_cast<std::size_t>(across) + static_cast<std::size_t>(cx);
  };
  std::vector<std::uint8_t> filled(static_cast<std::size_t>(across) * static_cast<std::size_t>(down), 0);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      if (marked(x, y)) filled[index(x / kCell, y / kCell)] = 1;
  std::vector<Component> found;
  for (CellPlace& place : connected_places(filled, across, down)) {
    Component component;
    for (const auto& [cx, cy] : place.cells)
      for (int y = cy * kCell; y < std::min(height, (cy + 1) * kCell); ++y)
        for (int x = cx * kCell; x < std::min(width, (cx + 1) * kCell); ++x)
          if (marked(x, y)) {
            component.box.add(x, y);
            ++component.pixels;
          }
    component.cells = std::move(place.cells);
    found.push_back(std::move(component));
  }
  return found;
}

// Every box of the picture may be tried for each of 64 grids; ZERO counts 64 (HW)^1.5 of them.
double log10_tests(const GridVotes& votes) {
  const double area = static_cast<double>(votes.width) * static_cast<double>(votes.height);
  return std::log10(64.0) + 1.5 * std::log10(std::max(area, 1.0));
}

template <typename Count>
double share_of(const Component& component, const GridVotes& votes, Count count) {
  std::int64_t hits = 0;
  std::int64_t all = 0;
  for (const auto& [cx, cy] : component.cells)
    for (int y = cy * kCell; y < std::min(votes.height, (cy + 1) * kCell); ++y)
      for (int x = cx * kCell; x < std::min(votes.width, (cx + 1) * kCell); ++x) {
        ++all;
        const auto i =
            static_cast<std::size_t>(y) * static_cast<std::size_t>(votes.width) + static_cast<std::size_t>(x);
        if (count(i)) ++hits;
      }
  return all == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(all);
}

// Places where `marked` pixels crowd beyond one in 64, each tested on its bounding box.
template <typename Marked>
std::vector<GridRegion> crowded(const GridVotes& votes, int grid, int main, double log10_epsilon, Marked marked) {
  std::vector<GridRegion> regions;
  const double tests = log10_tests(votes);
  // Fewer blocks than this cannot reach the bar even when all of them agree.
  const auto least = static_cast<std::int64_t>(std::ceil((tests - log10_epsilon) / -std::log10(kChance)));
  const auto at = [&](int x, int y) {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(votes.width) + static_cast<std::size_t>(x);
  };
  for (Component& c : components(votes.width, votes.height, [&](int x, int y) { return marked(at(x, y)); })) {
    if (c.pixels < least * 64) continue;
    GridRegion r;
    r.x = c.box.left;
    r.y = c.box.top;
    r.width = c.box.right - c.box.left + 1;
    r.height = c.box.bottom - c.box.top + 1;
    r.grid = grid;
    const std::int64_t area = static_cast<std::int64_t>(r.width) * r.height;
    r.log10_nfa = log10_nfa(tests, c.pixels / 64, (area + 63) / 64, kChance);
    if (r.log10_nfa > log10_epsilon) continue;
    r.share = share_of(c, votes, marked);
    r.main_share = share_of(c, votes, [&](std::size_t i) { return votes.votes[i] == main; });
    r.cells = std::move(c.cells);
    regions.push_back(std::move(r));
  }
  return regions;
}

void strongest_first(std::vector<GridRegion>& regions) {
  std::sort(regions.begin(), regions.end(),
            [](const GridRegion& a, const GridRegion& b) { return a.log10_nfa < b.log10_nfa; });
}

}  // namespace

std::vector<GridRegion> foreign_regions(const GridVotes& votes, int main, int own, double log10_epsilon) {
  std::vector<GridRegion> regions;
  const auto counts = votes.counts();
  for (int grid = 0; grid < 64; ++grid) {
    // 5 blocks are 9 orders of magnitude: less than any picture's number of tests.
    if (grid == main || grid == own || counts[static_cast<std::size_t>(grid)] < std::int64_t{64} * 5) continue;
    for (GridRegion& region :
         crowded(votes, grid, main, log10_epsilon, [&](std::size_t i) { return votes.votes[i] == grid; }))
      if (region.share >= kLeastForeignShare && region.main_share <= kMostMainShare)
        regions.push_back(std::move(region));
  }
  strongest_first(regions);
  return regions;
}

std::vector<GridRegion> missing_regions(const GridVotes& votes, const GridVotes& resaved, int main,
                                        double log10_epsilon) {
  const auto testable = [&](std::size_t i) { return resaved.votes[i] == main; };
  const auto missed = [&](std::size_t i) { return resaved.votes[i] == main && votes.votes[i] != main; };
  std::vector<GridRegion> regions;
  for (GridRegion& region : crowded(votes, main, main, log10_epsilon, missed))
    if (region.main_share <= kMostMainShareMissing) regions.push_back(std::move(region));
  if (regions.empty()) return regions;

  // How surely is the grid seen outside those places?
  std::vector<std::uint8_t> inside(votes.votes.size(), 0);
  for (const GridRegion& region : regions)
    for (const auto& [cx, cy] : region.cells)
      for (int y = cy * kCell; y < std::min(votes.height, (cy + 1) * kCell); ++y)
        for (int x = cx * kCell; x < std::min(votes.width, (cx + 1) * kCell); ++x)
          inside[static_cast<std::size_t>(y) * static_cast<std::size_t>(votes.width) + static_cast<std::size_t>(x)] = 1;
  std::int64_t tested = 0;
  std::int64_t seen = 0;
  for (std::size_t i = 0; i < votes.votes.size(); ++i) {
    if (inside[i] != 0 || !testable(i)) continue;
    ++tested;
    if (votes.votes[i] == main) ++seen;
  }
  if (static_cast<double>(seen) < kLeastCover * static_cast<double>(tested)) return {};
  strongest_first(regions);
  return regions;
}

}  // namespace bonafide::media
