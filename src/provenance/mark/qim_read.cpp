#include "provenance/mark/qim_read.h"

#include <algorithm>
#include <cmath>

#include "provenance/mark/qim_judge.h"
#include "provenance/mark/qim_register.h"
#include "provenance/mark/tile_layout.h"

namespace bonafide::provenance::mark {

namespace {

// Contrast that was changed as a whole moves the lattices: the gain at which most of the layer is seen.
double gain_of(const QimGrid& grid, double& hypotheses) {
  constexpr double kStep = 0.01, kMost = 0.4;
  constexpr double kWorth = 1.1;  // a level that much higher, or contrast is taken as it is
  double best = 1, best_level = kWorth * qim_level(grid, 1);
  const auto look = [&](double gain) {
    ++hypotheses;
    if (const double level = qim_level(grid, gain); level > best_level) best = gain, best_level = level;
  };
  for (double at = -kMost; at <= kMost + kStep / 2; at += kStep) look(std::exp(at));
  if (best == 1) return best;
  const double middle = best;
  for (int i = -4; i <= 4; ++i) look(middle * std::exp(i * kStep / 5));
  return best;
}

// Some thousand of the blocks, for looking at many gains.
QimGrid thinned(const QimGrid& grid) {
  constexpr std::size_t kMost = 4000;
  const std::size_t every = std::max<std::size_t>(1, grid.size() / kMost);
  QimGrid some;
  for (std::size_t i = 0; i < grid.size(); i += every) {
    some.coefficients.push_back(grid.coefficients[i]);
    some.lattice.push_back(grid.lattice[i]);
    some.clipped.push_back(grid.clipped[i]);
  }
  return some;
}

// A box of blocks, in pixels of the picture that was read.
PixelBox as_read(const PixelBox& blocks, const QimPlacement& placement, int width, int height) {
  double x0 = (placement.x + kQimSide * blocks.x) * placement.scale_x;
  double y0 = (placement.y + kQimSide * blocks.y) * placement.scale_y;
  double x1 = x0 + kQimSide * blocks.width * placement.scale_x;
  double y1 = y0 + kQimSide * blocks.height * placement.scale_y;
  const bool quarter = (placement.turn & 1) != 0;
  double w = quarter ? height : width, h = quarter ? width : height;  // of the turned back picture
  if ((placement.turn & 4) != 0) {
    const double left = x0;
    x0 = w - x1;
    x1 = w - left;
  }
  for (int i = 0; i < (placement.turn & 3); ++i) {  // (x, y) to (h-y, x)
    const double left = x0, right = x1;
    x0 = h - y1;
    x1 = h - y0;
    y0 = left;
    y1 = right;
    std::swap(w, h);
  }
  const auto whole = [](double value) { return static_cast<int>(std::lround(value)); };
  return {whole(x0), whole(y0), whole(x1) - whole(x0), whole(y1) - whole(y0)};
}

/// From a pixel that was read to the turned back picture.
cv::Point2d turned_point(double x, double y, int turn, double width, double height) {
  for (int i = 0; i < (turn & 3); ++i) {  // (h-y, x) back to (x, y)
    const double from = x;
    x = y;
    y = width - from;
    std::swap(width, height);
  }
  if ((turn & 4) != 0) x = width - x;
  return {x, y};
}

}  // namespace

std::string_view to_string(QimState state) {
  switch (state) {
    case QimState::unaltered: return "unaltered";
    case QimState::unverifiable: return "unverifiable";
    case QimState::altered: return "altered";
  }
  return "unverifiable";
}

double QimAnswer::share(QimState state) const {
  if (states.empty()) return state == QimState::unverifiable ? 1 : 0;
  return static_cast<double>(std::ranges::count(states, state)) / static_cast<double>(states.size());
}

Result<QimAnswer> read_qim(media::GreyView luma, const MarkKey& key, const TileReading& where, const QimSearch& search,
                           const Context& context) {
  QimAnswer answer;
  constexpr double kStraight = 0.3, kSquare = 0.012;
  if (std::abs(where.angle) > kStraight || std::abs(where.cell_px / where.cell_py - 1) > kSquare) {
    answer.reason = "the picture was turned or stretched since, which takes the layer away";
    return answer;
  }
  const QimLayout layout(key, where.id);
  const cv::Mat1b upright = qim_turned_back(luma, where.turn);
  constexpr double kEnough = 9;  // 1e-19 at one place: no need to look at others
  QimRegistration registration = qim_register(upright, layout, where, search.deep, kEnough, context);
  if (context.stopped()) return make_error(Code::cancelled, "stopped");
  answer.placement = registration.placement;
  const QimGrid grid = qim_grid(qim_resized_back(upright, answer.placement), layout, answer.placement);
  answer.gain = gain_of(thinned(grid), registration.hypotheses);
  answer.level = qim_level(grid, answer.gain);
  const double z = answer.level * std::sqrt(2 * qim_values(grid));
  answer.evidence = weigh(z, registration.hypotheses, 0, 0);
  answer.found = answer.evidence.log10_p <= search.log10_bar;
  if (!answer.found) {
    answer.reason = search.deep ? "it was never placed, or lost since" : "crops and other sizes were not searched";
    return answer;
  }
  judge_blocks(grid, answer);
  for (QimRegion& region : answer.regions) region.box = as_read(region.box, answer.placement, luma.width, luma.height);
  return answer;
}

QimMap qim_map(const QimAnswer& answer, int width, int height, int reduce) {
  constexpr std::uint8_t kUnaltered = 0, kUnknown = 128, kAltered = 255;
  constexpr float kMiddle = 0.9F;  // of a block whose neighbours on one side are unaltered: through its middle
  QimMap map{(width + reduce - 1) / reduce, (height + reduce - 1) / reduce, {}};
  map.values.assign(static_cast<std::size_t>(map.width) * static_cast<std::size_t>(map.height), kUnknown);
  if (answer.states.empty()) return map;
  const QimPlacement& placement = answer.placement;
  const auto state_at = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= answer.columns || y >= answer.rows) return QimState::unverifiable;
    return answer.states[static_cast<std::size_t>(y * answer.columns + x)];
  };
  const auto altered_at = [&](int x, int y) {
    x = std::clamp(x, 0, answer.columns - 1);
    y = std::clamp(y, 0, answer.rows - 1);
    return state_at(x, y) == QimState::altered ? 1.0F : 0.0F;
  };
  std::uint8_t* value = map.values.data();
  for (int y = 0; y < map.height; ++y) {
    for (int x = 0; x < map.width; ++x, ++value) {
      const cv::Point2d at = turned_point((x + 0.5) * reduce, (y + 0.5) * reduce, placement.turn, width, height);
      const double bx = (at.x / placement.scale_x - placement.x) / kQimSide;
      const double by = (at.y / placement.scale_y - placement.y) / kQimSide;
      const QimState state = state_at(static_cast<int>(std::floor(bx)), static_cast<int>(std::floor(by)));
      if (state == QimState::unaltered) *value = kUnaltered;
      if (state != QimState::altered) continue;
      const int left = static_cast<int>(std::floor(bx - 0.5)), top = static_cast<int>(std::floor(by - 0.5));
      const auto fx = static_cast<float>(bx - 0.5 - left), fy = static_cast<float>(by - 0.5 - top);
      const float mixed = (1 - fy) * ((1 - fx) * altered_at(left, top) + fx * altered_at(left + 1, top)) +
                          fy * ((1 - fx) * altered_at(left, top + 1) + fx * altered_at(left + 1, top + 1));
      if (mixed >= kMiddle) *value = kAltered;
    }
  }
  return map;
}

}  // namespace bonafide::provenance::mark
