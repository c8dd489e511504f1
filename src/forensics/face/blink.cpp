#include "forensics/face/blink.h"

#include <algorithm>
#include <cmath>

namespace bonafide::forensics::face {
namespace {

constexpr double kGap = 0.15;                  // s: more than a lost frame or two at 20 frames/s
constexpr double kLeastRun = 1.0;              // s
constexpr double kOpenWindow = 2.5;            // s each side over which the open level is taken
constexpr double kOpenQuantile = 0.8;          // eyes are shut for less than a fifth of any 5 s, or it is no blink
constexpr double kBefore = 0.3, kAfter = 0.5;  // s: lids close in about 0.1 s and open in about 0.2 s
constexpr double kShortest = 0.05, kLongest = 0.5;
constexpr double kMerge = 0.1;  // s: two dips closer than this are one closure that landmarks stumbled over

// One run: times and openings of both eyes and their mean.
struct Run {
  std::vector<double> time, mean, right, left, open;
};

double quantile(std::vector<double>& values, double q) {
  const auto at = static_cast<std::ptrdiff_t>(q * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

std::vector<Run> cut_into_runs(std::span<const EyeSample> samples) {
  std::vector<Run> runs;
  bool fresh = true;
  for (const EyeSample& sample : samples) {
    const bool good = sample.usable && std::isfinite(sample.right) && std::isfinite(sample.left) &&
                      std::isfinite(sample.time_s) && sample.right >= 0 && sample.left >= 0;
    if (!good) {
      fresh = true;
      continue;
    }
    if (!fresh && (sample.time_s <= runs.back().time.back() || sample.time_s - runs.back().time.back() > kGap))
      fresh = true;
    if (fresh) runs.emplace_back();
    fresh = false;
    Run& run = runs.back();
    run.time.push_back(sample.time_s);
    run.right.push_back(static_cast<double>(sample.right));
    run.left.push_back(static_cast<double>(sample.left));
    run.mean.push_back((run.right.back() + run.left.back()) / 2);
  }
  std::erase_if(runs, [](const Run& run) { return run.time.back() - run.time.front() < kLeastRun; });
  return runs;
}

void find_open_level(Run& run) {
  std::vector<double> all = run.mean, window;
  // Long closures must not pass for open eyes: the level never falls below 0.7 of the run's own.
  const double least = 0.7 * quantile(all, kOpenQuantile);
  std::size_t begin = 0, end = 0;
  for (const double now : run.time) {
    while (run.time[begin] < now - kOpenWindow) ++begin;
    while (end < run.time.size() && run.time[end] <= now + kOpenWindow) ++end;
    window.assign(run.mean.begin() + static_cast<std::ptrdiff_t>(begin),
                  run.mean.begin() + static_cast<std::ptrdiff_t>(end));
    run.open.push_back(std::max({quantile(window, kOpenQuantile), least, 1e-6}));
  }
}

struct Dip {
  std::size_t low = 0, before = 0, after = 0;  ///< indices of the lowest point and of the heights it falls from
  double drop = 0;
};

// How far the curve stands out below both its sides: a glance down falls on one side only, a blink on both.
Dip measure_dip(const Run& run, const std::vector<double>& curve, std::size_t low, const std::vector<bool>& taken) {
  Dip dip{low, low, low, 0};
  for (std::size_t i = low; i > 0 && run.time[low] - run.time[i - 1] <= kBefore && !taken[i - 1];) {
    if (curve[--i] < curve[low]) break;
    if (curve[i] > curve[dip.before]) dip.before = i;
  }
  for (std::size_t i = low; i + 1 < curve.size() && run.time[i + 1] - run.time[low] <= kAfter && !taken[i + 1];) {
    if (curve[++i] < curve[low]) break;
    if (curve[i] > curve[dip.after]) dip.after = i;
  }
  dip.drop = std::min(curve[dip.before], curve[dip.after]) - curve[low];
  return dip;
}

// Where the curve crosses `level` going from `from` (below it) to `to` (above it), between samples.
double crossing(const Run& run, std::size_t from, std::size_t to, double level) {
  const bool up = to > from;
  std::size_t i = from;
  while (i != to && run.mean[i] < level) i = up ? i + 1 : i - 1;
  if (i == from) return run.time[from];
  const std::size_t inner = up ? i - 1 : i + 1;
  const double rise = run.mean[i] - run.mean[inner];
  const double share = rise > 0 ? std::clamp((level - run.mean[inner]) / rise, 0.0, 1.0) : 1;
  return run.time[inner] + share * (run.time[i] - run.time[inner]);
}

// Drop and centre of mass of one eye's dip.
std::pair<double, double> one_eye(const Run& run, const std::vector<double>& eye, const Dip& dip) {
  const double level = std::min(eye[dip.before], eye[dip.after]);
  double mass = 0, moment = 0, drop = 0;
  for (std::size_t i = dip.before; i <= dip.after; ++i) {
    const double depth = std::max(0.0, level - eye[i]);
    mass += depth, moment += depth * run.time[i], drop = std::max(drop, depth);
  }
  return {drop, mass > 0 ? moment / mass : run.time[dip.low]};
}

Blink describe(const Run& run, const Dip& dip) {
  Blink blink;
  blink.closest_s = run.time[dip.low];
  blink.depth = dip.drop / run.open[dip.low];
  const double half = run.mean[dip.low] + dip.drop / 2;
  blink.onset_s = crossing(run, dip.low, dip.before, half);
  blink.recovery_s = crossing(run, dip.low, dip.after, half);
  const auto [right, right_at] = one_eye(run, run.right, dip);
  const auto [left, left_at] = one_eye(run, run.left, dip);
  blink.lag_s = left_at - right_at;
  blink.one_eye = std::min(right, left) < kOneEye * std::max(right, left);
  blink.partial = blink.depth < kFullDepth;
  return blink;
}

std::vector<Blink> blinks_of(const Run& run) {
  std::vector<std::size_t> lows;
  for (std::size_t i = 1; i + 1 < run.mean.size(); ++i)
    if (run.mean[i] <= run.mean[i - 1] && run.mean[i] < run.mean[i + 1]) lows.push_back(i);
  std::stable_sort(lows.begin(), lows.end(),
                   [&](std::size_t a, std::size_t b) { return run.mean[a] / run.open[a] < run.mean[b] / run.open[b]; });
  std::vector<bool> taken(run.mean.size(), false);
  std::vector<Blink> found;
  for (const std::size_t low : lows) {
    if (taken[low]) continue;
    const Dip dip = measure_dip(run, run.mean, low, taken);
    if (dip.drop < kLeastDepth * run.open[low]) continue;
    for (std::size_t i = dip.before + 1; i < dip.after; ++i) taken[i] = true;
    found.push_back(describe(run, dip));
  }
  std::sort(found.begin(), found.end(), [](const Blink& a, const Blink& b) { return a.closest_s < b.closest_s; });
  std::vector<Blink> out;
  for (const Blink& blink : found) {
    if (!out.empty() && blink.onset_s - out.back().recovery_s < kMerge) {
      const double end = blink.recovery_s, onset = out.back().onset_s;
      if (blink.depth > out.back().depth) out.back() = blink;
      out.back().onset_s = onset;
      out.back().recovery_s = std::max(end, out.back().recovery_s);
    } else {
      out.push_back(blink);
    }
  }
  std::erase_if(out, [](const Blink& b) { return b.length_s() < kShortest || b.length_s() > kLongest; });
  return out;
}

// Eyes below 0.7 of their open level for longer than a blink lasts.
void find_long_closures(const Run& run, std::vector<media::TimeSpan>& out) {
  for (std::size_t i = 0; i < run.mean.size();) {
    std::size_t end = i;
    while (end < run.mean.size() && run.mean[end] < 0.7 * run.open[end]) ++end;
    if (end > i && run.time[end - 1] - run.time[i] > kLongest) out.push_back({run.time[i], run.time[end - 1]});
    i = end > i ? end : i + 1;
  }
}

}  // namespace

BlinkCurve find_blinks(std::span<const EyeSample> samples) {
  BlinkCurve out;
  std::vector<double> bends, levels;
  for (Run& run : cut_into_runs(samples)) {
    find_open_level(run);
    const std::vector<Blink> blinks = blinks_of(run);
    out.blinks.insert(out.blinks.end(), blinks.begin(), blinks.end());
    find_long_closures(run, out.long_closures);
    out.runs.push_back({run.time.front(), run.time.back()});
    out.usable_s += run.time.back() - run.time.front();
    for (std::size_t i = 0; i < run.mean.size(); ++i) {
      out.time_s.push_back(run.time[i]);
      out.opening.push_back(run.mean[i] / run.open[i]);
      levels.push_back(run.open[i]);
      if (i >= 2) bends.push_back(std::abs(run.mean[i] - 2 * run.mean[i - 1] + run.mean[i - 2]) / run.open[i]);
    }
  }
  if (levels.empty()) return out;
  out.open_level = quantile(levels, 0.5);
  // Median absolute second difference to a standard deviation of the samples: 1.4826 / sqrt(6).
  if (!bends.empty()) out.noise = quantile(bends, 0.5) * 1.4826 / std::sqrt(6.0);
  return out;
}

BlinkTails blink_tails(int count, double seconds) {
  constexpr double kShape = 2, kMeanRate = 11.69;  // a minute
  if (count < 0 || !(seconds > 0)) return {};
  const double expected = kMeanRate * seconds / 60;
  const double log_p = std::log(kShape / (kShape + expected)), log_q = std::log(expected / (kShape + expected));
  double below = 0, here = 0;
  for (int n = 0; n <= count; ++n) {
    here = std::exp(std::lgamma(n + kShape) - std::lgamma(kShape) - std::lgamma(n + 1.0) + kShape * log_p + n * log_q);
    if (n < count) below += here;
  }
  return {std::min(1.0, below + here), std::clamp(1 - below, 0.0, 1.0)};
}

}  // namespace bonafide::forensics::face
