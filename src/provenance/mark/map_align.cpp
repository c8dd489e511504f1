#include "provenance/mark/map_align.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace bonafide::provenance::mark {

namespace {

using Window = std::array<double, 4>;  // x0, y0, x1, y1 in cells of the suspect
using Partners = std::vector<std::vector<std::uint32_t>>;

// A sign is asked about only where the suspect's difference is at least this large: levels/256. JPEG at quality 50
// moves a 16 by 16 block's amplitudes by about 0.4 levels, a difference of two by 0.6.
constexpr std::int32_t kSignMargin = 512;
// Signs of an unrelated picture agree half the time, but not independently: a share of 0.75 is wanted besides the z.
constexpr double kLeastZ = 8, kLeastAgreement = 0.72;
constexpr int kLeastSigns = 60;
constexpr int kMostCells = 768;  // on the suspect's short side

struct Search {
  const BlockMap& map;
  const Partners& partners;
  double hypotheses = 0;
};

struct Candidate {
  Window window{};
  int turns = 0;
  bool mirrored = false;
  double score = 0;
};

/// `slack`: how much of a block may lie outside, or (below 0) how far it must keep from the edge.
std::vector<char> inside(const BlockMap& map, const Window& window, int columns, int rows, double slack = 0.1) {
  const double width = (window[2] - window[0]) / map.columns, height = (window[3] - window[1]) / map.rows;
  std::vector<char> answer;
  for (int y = 0; y < map.rows; ++y) {
    const double top = window[1] + y * height;
    const bool row = top >= -slack * height && top + height <= rows + slack * height;
    for (int x = 0; x < map.columns; ++x) {
      const double left = window[0] + x * width;
      answer.push_back(row && left >= -slack * width && left + width <= columns + slack * width ? 1 : 0);
    }
  }
  return answer;
}

/// Correlation of the blocks' brightness with the map's, over the blocks inside; `values` row by row.
double correlate(const BlockMap& map, const std::vector<std::int16_t>& values, const std::vector<char>& is_inside,
                 int& blocks) {
  double n = 0, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
  for (std::size_t i = 0; i < map.size(); ++i) {
    if (is_inside[i] == 0) continue;
    const double x = values[i], y = map.codes[i].y;
    n += 1, sx += x, sy += y, sxx += x * x, syy += y * y, sxy += x * y;
  }
  blocks = static_cast<int>(n);
  const double vx = sxx - sx * sx / std::max(n, 1.0), vy = syy - sy * sy / std::max(n, 1.0);
  if (n < 12 || vx <= 0 || vy <= 0) return 0;
  return (sxy - sx * sy / n) / std::sqrt(vx * vy);
}

/// Fisher's z of the correlation of brightness, counting one block in four as independent.
double brightness_score(const Search& search, const CellSums& sums, const Window& window) {
  const MapCells means = sums.read(window, search.map.columns, search.map.rows, false);
  int blocks = 0;
  const double r = correlate(search.map, means.y, inside(search.map, window, sums.columns(), sums.rows()), blocks);
  return std::atanh(std::clamp(r, -0.999, 0.999)) * std::sqrt(std::max(blocks / 4.0 - 3, 0.0));
}

/// Signs again, each with a weight that rises with the difference: small differences turn first when the window is off.
double soft_score(const Search& search, const CellSums& sums, const Window& window) {
  constexpr int kSide = 8;
  constexpr double kFull = 384;  // levels/256
  const BlockMap& map = search.map;
  const auto facts = block_facts(sums.read(window, map.columns * kSide, map.rows * kSide, false), kSide);
  const std::vector<char> is_inside = inside(map, window, sums.columns(), sums.rows());
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < map.size(); ++i) {
    if (is_inside[i] == 0) continue;
    for (std::size_t k = 0; k < kMapSigns; ++k) {
      const std::size_t partner = search.partners[k][i];
      if (is_inside[partner] == 0) continue;
      const double weight = std::clamp((facts[i].waves[k] - facts[partner].waves[k]) / kFull, -1.0, 1.0);
      sum += (map.codes[i].signs >> k & 1) != 0 ? weight : -weight;
      squares += weight * weight;
    }
  }
  return squares > 0 ? sum / std::sqrt(squares) : 0;
}

SignScore sign_score(const Search& search, const CellSums& sums, const Window& window) {
  constexpr int kSide = 8;
  const MapCells cells = sums.read(window, search.map.columns * kSide, search.map.rows * kSide, false);
  return score_signs(search.map, search.partners, block_facts(cells, kSide),
                     inside(search.map, window, sums.columns(), sums.rows()));
}

/// The window moved (0, 1), or scaled about the middle of the part that is seen, evenly (2), across (3) or down (4): so
/// that each move changes one thing. By `step` blocks at the map's edges.
Window moved(const BlockMap& map, const CellSums& sums, const Window& from, int move, double step) {
  Window to = from;
  const double dx = step * (from[2] - from[0]) / map.columns, dy = step * (from[3] - from[1]) / map.rows;
  if (move == 0) to[0] += dx, to[2] += dx;
  if (move == 1) to[1] += dy, to[3] += dy;
  if (move == 2 || move == 3) {
    const double x = (std::max(from[0], 0.0) + std::min<double>(from[2], sums.columns())) / 2;
    const double factor = 1 + 2 * step / map.columns;
    to[0] = x + (from[0] - x) * factor, to[2] = x + (from[2] - x) * factor;
  }
  if (move == 2 || move == 4) {
    const double y = (std::max(from[1], 0.0) + std::min<double>(from[3], sums.rows())) / 2;
    const double factor = 1 + 2 * step / (move == 2 ? map.columns : map.rows);
    to[1] = y + (from[1] - y) * factor, to[3] = y + (from[3] - y) * factor;
  }
  return to;
}

/// Steps from `first` blocks down to `last`, halved whenever nothing raises the score any more.
struct Climb {
  double first, last;
  int moves;  ///< 3 keeps the aspect, 5 lets it go
};

template <typename Score>
void climb(const BlockMap& map, const CellSums& sums, Candidate& candidate, const Climb& how, const Score& score) {
  constexpr int kMostRounds = 40;  // at one step
  candidate.score = score(candidate.window);
  for (double step = how.first; step >= how.last; step /= 2) {
    bool better = true;
    for (int round = 0; better && round < kMostRounds; ++round) {
      better = false;
      for (int i = 0; i < 2 * how.moves; ++i) {
        const Window next = moved(map, sums, candidate.window, i / 2, i % 2 == 0 ? step : -step);
        const double value = score(next);
        if (value > candidate.score + 1e-9) candidate.score = value, candidate.window = next, better = true;
      }
    }
  }
}

/// Brightness in blocks of some size, row by row.
struct Small {
  int columns = 0, rows = 0, factor = 1;  ///< blocks of the map across one of these
  std::vector<double> y;
};

/// The map for a first search: fine ones by two and two blocks, which takes a sixteenth of the time.
Small small_map(const BlockMap& map) {
  constexpr std::size_t kFine = 600;
  const int factor = map.size() > kFine ? 2 : 1;
  Small small{map.columns / factor, map.rows / factor, factor, {}};
  for (int y = 0; y < small.rows; ++y) {
    for (int x = 0; x < small.columns; ++x) {
      double sum = 0;
      for (int i = 0; i < factor * factor; ++i) {
        sum += map.codes[static_cast<std::size_t>((y * factor + i / factor) * map.columns + x * factor + i % factor)].y;
      }
      small.y.push_back(sum);
    }
  }
  return small;
}

/// As correlate(), of the suspect's blocks with the map's laid over them from (dx, dy) on.
double shifted_score(const Small& map, const Small& suspect, int dx, int dy) {
  double n = 0, sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
  for (int y = std::max(0, -dy); y < std::min(map.rows, suspect.rows - dy); ++y) {
    for (int x = std::max(0, -dx); x < std::min(map.columns, suspect.columns - dx); ++x) {
      const double a = suspect.y[static_cast<std::size_t>((y + dy) * suspect.columns + x + dx)];
      const double b = map.y[static_cast<std::size_t>(y * map.columns + x)];
      n += 1, sx += a, sy += b, sxx += a * a, syy += b * b, sxy += a * b;
    }
  }
  const double vx = sxx - sx * sx / std::max(n, 1.0), vy = syy - sy * sy / std::max(n, 1.0);
  if (n < 12 || vx <= 0 || vy <= 0) return 0;
  return std::atanh(std::clamp((sxy - sx * sy / n) / std::sqrt(vx * vy), -0.999, 0.999)) *
         std::sqrt(std::max(n / 4 - 3, 0.0));
}

constexpr std::size_t kKept = 24;

void keep_best(std::vector<Candidate>& candidates) {
  const auto better = [](const Candidate& a, const Candidate& b) { return a.score > b.score; };
  const std::size_t kept = std::min(kKept, candidates.size());
  std::ranges::partial_sort(candidates, candidates.begin() + static_cast<std::ptrdiff_t>(kept), better);
  candidates.resize(kept);
}

/// The map laid over the suspect at one scale, at every whole block.
void scan_scale(Search& search, const Small& map, const Small& suspect, double pitch, std::vector<Candidate>& found) {
  constexpr int kLeast = 4;  // blocks that must be shared, across and down
  for (int y = kLeast - map.rows; y <= suspect.rows - kLeast; ++y) {
    for (int x = kLeast - map.columns; x <= suspect.columns - kLeast; ++x) {
      const int seen_x = std::min(x + map.columns, suspect.columns) - std::max(x, 0);
      const int seen_y = std::min(y + map.rows, suspect.rows) - std::max(y, 0);
      const double seen = double(seen_x) * seen_y;
      // of the original and of the suspect a good part must be shared, or there is nothing to go by
      if (seen < 0.12 * map.columns * map.rows || seen < 0.25 * suspect.columns * suspect.rows) continue;
      search.hypotheses += 1;
      Candidate candidate;
      candidate.score = shifted_score(map, suspect, x, y);
      const double wide = search.map.columns * pitch / map.factor, high = search.map.rows * pitch / map.factor;
      candidate.window = {x * pitch, y * pitch, x * pitch + wide, y * pitch + high};
      found.push_back(candidate);
    }
  }
}

/// Every scale from the original filling 40 % of the suspect to the suspect showing a third of it, every shift.
std::vector<Candidate> scan(Search& search, const CellSums& sums) {
  const Small map = small_map(search.map);
  std::vector<Candidate> best;
  const double fit = std::min(sums.columns() / double(map.columns), sums.rows() / double(map.rows));
  for (double pitch = fit * 0.4; pitch < fit * 3.2; pitch *= 1.03) {
    Small suspect{static_cast<int>(sums.columns() / pitch), static_cast<int>(sums.rows() / pitch), map.factor, {}};
    if (suspect.columns < 1 || suspect.rows < 1) continue;
    const auto means =
        sums.read({0, 0, suspect.columns * pitch, suspect.rows * pitch}, suspect.columns, suspect.rows, false);
    suspect.y.assign(means.y.begin(), means.y.end());
    std::vector<Candidate> found;
    scan_scale(search, map, suspect, pitch, found);
    keep_best(found);
    best.insert(best.end(), found.begin(), found.end());
    keep_best(best);
  }
  return best;
}

MapPlacement placement_of(const Search& search, const Candidate& candidate, const CellSums& sums,
                          const SignScore& score) {
  MapPlacement placement;
  placement.quarter_turns = candidate.turns;
  placement.mirrored = candidate.mirrored;
  placement.x0 = candidate.window[0] / sums.columns();
  placement.y0 = candidate.window[1] / sums.rows();
  placement.x1 = candidate.window[2] / sums.columns();
  placement.y1 = candidate.window[3] / sums.rows();
  placement.signs = score.total;
  placement.agreement = score.total > 0 ? double(score.agree) / score.total : 0;
  placement.evidence = weigh(score.z(), search.hypotheses, 0, 0);
  placement.found = score.z() >= kLeastZ && placement.agreement >= kLeastAgreement && score.total >= kLeastSigns;
  return placement;
}

struct View {
  int turns;
  bool mirrored;
  CellSums sums;
};

/// As it is, then turned, then mirrored too.
std::vector<View> views_of(const MapCells& cells) {
  std::vector<View> views;
  for (const bool mirrored : {false, true}) {
    for (int turns = 0; turns < 4; ++turns)
      views.push_back({turns, mirrored, CellSums(turned(cells, turns, mirrored), false)});
  }
  return views;
}

}  // namespace

CellSums::CellSums(const MapCells& cells, bool colours) : columns_(cells.columns), rows_(cells.rows) {
  const std::array<const std::vector<std::int16_t>*, 3> planes{&cells.y, &cells.cb, &cells.cr};
  const auto wide = static_cast<std::size_t>(columns_ + 1), high = static_cast<std::size_t>(rows_ + 1);
  for (std::size_t c = 0; c < (colours ? 3U : 1U); ++c) {
    std::vector<double>& sums = sums_[c];
    sums.assign(wide * high, 0);
    for (std::size_t y = 1; y < high; ++y) {
      double row = 0;
      for (std::size_t x = 1; x < wide; ++x) {
        row += (*planes[c])[(y - 1) * (wide - 1) + x - 1];
        sums[y * wide + x] = sums[(y - 1) * wide + x] + row;
      }
    }
  }
}

std::vector<double> CellSums::line(const std::vector<double>& sums, double y, const std::vector<double>& xs) const {
  const auto wide = static_cast<std::size_t>(columns_ + 1);
  const double at = std::clamp(y, 0.0, double(rows_));
  const std::size_t top = std::min(static_cast<std::size_t>(at), static_cast<std::size_t>(rows_ - 1));
  const double part_y = at - static_cast<double>(top);
  const double* const upper = &sums[top * wide];
  const double* const lower = upper + wide;
  std::vector<double> values;
  values.reserve(xs.size());
  for (const double x : xs) {
    const double across = std::clamp(x, 0.0, double(columns_));
    const std::size_t left = std::min(static_cast<std::size_t>(across), static_cast<std::size_t>(columns_ - 1));
    const double part_x = across - static_cast<double>(left);
    const double above = upper[left] + part_x * (upper[left + 1] - upper[left]);
    const double below = lower[left] + part_x * (lower[left + 1] - lower[left]);
    values.push_back(above + part_y * (below - above));
  }
  return values;
}

MapCells CellSums::read(const std::array<double, 4>& window, int columns, int rows, bool colours) const {
  MapCells cells{columns, rows, {}, {}, {}};
  const double width = (window[2] - window[0]) / columns, height = (window[3] - window[1]) / rows;
  std::vector<double> xs, widths;
  const auto clip = [](double value, int most) { return std::clamp(value, 0.0, static_cast<double>(most)); };
  for (int x = 0; x <= columns; ++x) xs.push_back(clip(window[0] + x * width, columns_));
  for (std::size_t x = 0; x + 1 < xs.size(); ++x) widths.push_back(xs[x + 1] - xs[x]);
  const std::array<std::vector<std::int16_t>*, 3> planes{&cells.y, &cells.cb, &cells.cr};
  for (std::size_t c = 0; c < (colours ? 3U : 1U); ++c) {
    planes[c]->reserve(cells.size());
    double top = clip(window[1], rows_);
    std::vector<double> above = line(sums_[c], top, xs);
    for (int y = 1; y <= rows; ++y) {
      const double bottom = clip(window[1] + y * height, rows_);
      std::vector<double> below = line(sums_[c], bottom, xs);
      for (std::size_t x = 0; x < widths.size(); ++x) {
        const double area = widths[x] * (bottom - top), sum = below[x + 1] - below[x] - above[x + 1] + above[x];
        planes[c]->push_back(area > 0 ? static_cast<std::int16_t>(std::lround(sum / area)) : std::int16_t{0});
      }
      above = std::move(below);
      top = bottom;
    }
  }
  return cells;
}

double SignScore::z() const { return total == 0 ? 0 : (2.0 * agree - total) / std::sqrt(static_cast<double>(total)); }

SignScore score_signs(const BlockMap& map, const Partners& partners, const std::vector<BlockFacts>& facts,
                      const std::vector<char>& is_inside) {
  SignScore score;
  for (std::size_t i = 0; i < map.size(); ++i) {
    if (is_inside[i] == 0) continue;
    for (std::size_t k = 0; k < kMapSigns; ++k) {
      const std::size_t partner = partners[k][i];
      const std::int32_t difference = facts[i].waves[k] - facts[partner].waves[k];
      if (is_inside[partner] == 0 || std::abs(difference) < kSignMargin) continue;
      ++score.total;
      if ((difference > 0) == ((map.codes[i].signs >> k & 1) != 0)) ++score.agree;
    }
  }
  return score;
}

std::vector<char> blocks_inside(const BlockMap& map, const MapPlacement& placement) {
  constexpr int kUnit = 4096;
  const Window window{placement.x0 * kUnit, placement.y0 * kUnit, placement.x1 * kUnit, placement.y1 * kUnit};
  if (placement.whole()) return inside(map, window, kUnit, kUnit);
  std::vector<char> answer = inside(map, window, kUnit, kUnit, -0.15);
  // Where the suspect goes on beyond the original, a window that is a pixel off mixes both.
  constexpr double kFramed = 0.002;
  for (std::size_t i = 0; i < answer.size(); ++i) {
    const int x = static_cast<int>(i) % map.columns, y = static_cast<int>(i) / map.columns;
    const bool framed = (x == 0 && placement.x0 > kFramed) || (y == 0 && placement.y0 > kFramed) ||
                        (x == map.columns - 1 && placement.x1 < 1 - kFramed) ||
                        (y == map.rows - 1 && placement.y1 < 1 - kFramed);
    if (framed) answer[i] = 0;
  }
  return answer;
}

bool MapPlacement::whole() const {
  constexpr double kEdge = 0.004;  // of the picture: 2 canonical pixels
  return !mirrored && quarter_turns == 0 && std::abs(x0) < kEdge && std::abs(y0) < kEdge && std::abs(x1 - 1) < kEdge &&
         std::abs(y1 - 1) < kEdge;
}

MapCells base_cells(RgbView suspect) {
  const double least = std::min(suspect.width, suspect.height);
  const double factor = std::min(1.0, kMostCells / least);
  return make_cells(suspect, std::max(1, static_cast<int>(suspect.width * factor)),
                    std::max(1, static_cast<int>(suspect.height * factor)));
}

Result<MapPlacement> align(const BlockMap& map, const Partners& partners, const MapCells& cells,
                           const Context& context) {
  Search search{map, partners, 0};
  std::vector<View> views = views_of(cells);
  const auto score_in = [&](const CellSums& sums) {
    return [&search, &sums](const Window& window) {
      search.hypotheses += 1;
      return soft_score(search, sums, window);
    };
  };
  MapPlacement best;
  const auto consider = [&](const View& view, Candidate candidate, double first) {
    candidate.turns = view.turns;
    candidate.mirrored = view.mirrored;
    climb(map, view.sums, candidate, {first, 0.06, 3}, score_in(view.sums));
    climb(map, view.sums, candidate, {0.12, 0.03, 5}, score_in(view.sums));
    const auto found = placement_of(search, candidate, view.sums, sign_score(search, view.sums, candidate.window));
    if (found.evidence.z > best.evidence.z) best = found;
  };
  for (const View& view : views) {  // nothing cut off
    Candidate whole;
    whole.window = {0, 0, double(view.sums.columns()), double(view.sums.rows())};
    const SignScore score = sign_score(search, view.sums, whole.window);
    search.hypotheses += 1;
    if (score.z() < kLeastZ || score.agree < 0.6 * score.total) continue;
    consider(view, whole, 0.25);
    if (best.found && best.agreement > 0.85) return best;
  }
  for (const View& view : views) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
    std::vector<Candidate> candidates = scan(search, view.sums);
    for (Candidate& candidate : candidates) {
      climb(map, view.sums, candidate, {1, 0.12, 3},
            [&](const Window& window) { return brightness_score(search, view.sums, window); });
    }
    keep_best(candidates);
    candidates.resize(std::min<std::size_t>(candidates.size(), 8));
    for (const Candidate& candidate : candidates) {
      constexpr double kPromising = 4;  // a placement a tenth of a block off stands far above that
      if (sign_score(search, view.sums, candidate.window).z() > kPromising) consider(view, candidate, 0.25);
    }
    if (best.found && best.agreement > 0.85) break;
  }
  return best;
}

double pixels_under(const BlockMap& map, const MapPlacement& placement, int width, int height) {
  return (placement.quarter_turns % 2 == 0 ? width : height) * (placement.x1 - placement.x0) /
         (map.columns * map.block);
}

MapCells cells_under(const BlockMap& map, const MapPlacement& placement, const MapCells& suspect) {
  const int side = map.block / kMapCell, columns = map.columns * side, rows = map.rows * side;
  const CellSums sums(turned(suspect, placement.quarter_turns, placement.mirrored), true);
  const double wide = sums.columns(), high = sums.rows();
  return sums.read({placement.x0 * wide, placement.y0 * high, placement.x1 * wide, placement.y1 * high}, columns, rows,
                   true);
}

}  // namespace bonafide::provenance::mark
