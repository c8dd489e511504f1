#include "report/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>

namespace bonafide::report {

using forensics::Curve;

namespace {

// The drawing's own units; the page stretches them.
constexpr double kWidth = 1000;
constexpr double kHeight = 100;

// Differences of numbers this size stay finite; nothing measured comes near.
bool sane(double value) { return std::fabs(value) < 1e150; }

bool usable(const Curve& curve, std::size_t i) { return sane(curve.x[i]) && sane(curve.y[i]); }

std::size_t length(const Curve& curve) { return std::min(curve.x.size(), curve.y.size()); }

struct Frame {
  double begin, end;
  ValueRange values;
  double across(double x) const { return std::clamp((x - begin) / (end - begin), -1.0, 2.0) * kWidth; }
  double down(double y) const {
    return (1 - std::clamp((y - values.low) / (values.high - values.low), -1.0, 2.0)) * kHeight;
  }
};

void add_normal_range(std::string& svg, const Curve& curve, const Frame& frame) {
  if (!curve.normal_low && !curve.normal_high) return;
  const double top = curve.normal_high && sane(*curve.normal_high) ? frame.down(*curve.normal_high) : 0;
  const double bottom = curve.normal_low && sane(*curve.normal_low) ? frame.down(*curve.normal_low) : kHeight;
  if (!(bottom >= top)) return;
  fmt::format_to(std::back_inserter(svg), R"(<rect class="curve-band" x="0" y="{:.1f}" width="{}" height="{:.1f}"/>)",
                 top, kWidth, bottom - top);
  for (const double y : {top, bottom}) {
    fmt::format_to(std::back_inserter(svg), R"(<line class="curve-rim" x1="0" x2="{}" y1="{:.1f}" y2="{:.1f}"/>)",
                   kWidth, y, y);
  }
}

}  // namespace

ValueRange value_range(const Curve& curve) {
  ValueRange range{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  const auto take = [&](double value) {
    if (!sane(value)) return;
    range.low = std::min(range.low, value);
    range.high = std::max(range.high, value);
  };
  for (const double value : curve.y) take(value);
  if (curve.normal_low) take(*curve.normal_low);
  if (curve.normal_high) take(*curve.normal_high);
  if (range.low > range.high) return {};
  double air = (range.high - range.low) * 0.08;
  if (!(air > 0)) air = std::max(std::fabs(range.high) * 0.1, 0.5);
  // Values that never go below zero keep zero as their floor when it is near.
  const bool near_zero = range.low >= 0 && range.low <= (range.high - range.low);
  return {near_zero ? 0 : range.low - air, range.high + air};
}

Curve thinned(const Curve& curve, std::size_t most) {
  const std::size_t count = length(curve);
  Curve out = curve;
  if (count <= 2 * most || most == 0) return out;
  out.x.clear();
  out.y.clear();
  for (std::size_t part = 0; part < most; ++part) {
    const std::size_t from = part * count / most;
    const std::size_t to = (part + 1) * count / most;
    std::size_t least = to;
    std::size_t greatest = to;
    std::size_t gap = to;
    for (std::size_t i = from; i < to; ++i) {
      if (!usable(curve, i)) {
        gap = i;
        continue;
      }
      if (least == to || curve.y[i] < curve.y[least]) least = i;
      if (greatest == to || curve.y[i] > curve.y[greatest]) greatest = i;
    }
    std::array<std::size_t, 3> kept{least, greatest, gap};
    std::sort(kept.begin(), kept.end());
    const auto last = std::unique(kept.begin(), kept.end());
    for (auto i = kept.begin(); i != last; ++i) {
      if (*i >= to || !std::isfinite(curve.x[*i])) continue;
      out.x.push_back(curve.x[*i]);
      out.y.push_back(curve.y[*i]);
    }
  }
  return out;
}

std::string curve_svg(const Curve& whole, double begin, double end) {
  if (!(end > begin)) end = begin + 1;
  const Curve curve = thinned(whole, 500);
  const Frame frame{begin, end, value_range(whole)};
  std::string svg = fmt::format(
      R"(<svg viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true" focusable="false">)", kWidth, kHeight);
  add_normal_range(svg, curve, frame);
  std::string path;
  bool down = false;
  for (std::size_t i = 0; i < length(curve); ++i) {
    if (!usable(curve, i)) {
      down = false;
      continue;
    }
    fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}", down ? "L" : "M", frame.across(curve.x[i]),
                   frame.down(curve.y[i]));
    down = true;
  }
  if (!path.empty()) svg += fmt::format(R"(<path class="curve-line" d="{}"/>)", path);
  for (const double tick : curve.ticks) {
    if (!std::isfinite(tick)) continue;
    fmt::format_to(std::back_inserter(svg), R"(<line class="curve-tick" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>)",
                   frame.across(tick), kHeight * 0.8, kHeight);
  }
  return svg + "</svg>";
}

std::vector<double> clock_marks(double whole, int wanted) {
  constexpr std::array<double, 22> kSteps{0.01, 0.02, 0.05, 0.1,  0.2,  0.5,  1.0,   2.0,   5.0,   10.0,   15.0,
                                          30.0, 60.0, 120., 300., 600., 900., 1800., 3600., 7200., 14400., 36000.};
  if (!(whole > 0) || wanted < 1) return {0};
  double step = kSteps.back();
  for (const double candidate : kSteps) {
    if (whole / candidate <= wanted) {
      step = candidate;
      break;
    }
  }
  step = std::max(step, whole / (4.0 * wanted));  // beyond ten days or so: whatever fits
  std::vector<double> marks;
  for (int i = 0; i * step <= whole * (1 + 1e-9); ++i) marks.push_back(i * step);
  return marks;
}

}  // namespace bonafide::report
