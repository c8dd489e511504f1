#include "forensics/sync.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "media/dsp/statistics.h"

namespace bonafide::forensics::sync {
namespace {

constexpr int kHalfTaps = 50;       // 1 s each way: resolves the 1 Hz edge
constexpr double kLow_hz = 1;       // slower: phrases, head movement
constexpr double kHigh_hz = 8;      // faster: landmark noise; lips hardly move above 7 Hz (Chandrasekaran 2009)
constexpr double kSoundRange = 45;  // dB below the loudest that still count
constexpr double kClip = 4;         // robust deviations: one slipped landmark must not outweigh a sentence
constexpr int kMemory = 100;        // points (2 s) of autocorrelation in Bartlett's sum

// Weights of the standardised curves, rounded from the first two pairs of a regularised canonical correlation analysis
// of the genuine talking clips of the development set (docs/methods/av.lip_sync.md has them beside the fitted ones and
// beside those fitted without the source tested).
using MouthWeights = std::array<double, 4>;
using SoundWeights = std::array<double, voice::kBands>;
constexpr std::array<MouthWeights, 2> kMouthWeights{{{0.15, 0.5, 0.45, -0.15}, {0.4, 0.35, -0.8, 0.65}}};
constexpr std::array<SoundWeights, 2> kSoundWeights{{{-0.3, 0.7, 0.6, 0.1}, {0, -1, 0.4, 0.6}}};
constexpr std::array<double, 2> kPairWeights{1, 0.3};  // about the squares of their canonical correlations

// Measured on mismatched pairs of genuine clips: the spread of z is 1.1 instead of 1 (speech comes in bursts, which
// Bartlett's formula does not know), and the highest z within +-1 s is distributed as that of 30 independent values.
// Rougher curves have more: noise that fills the whole band behaves like 50, and that is what we count with.
constexpr double kNullSpread = 1.1;
constexpr double kTrialsPerSecond = 25;
// Lag error of windows of genuine clips against the whole clip: 18 ms at z 4.2, 12 ms at 5.3, 9 ms at 8.6.
constexpr double kLagError_s = 0.07;
constexpr double kLagFloor_s = 0.01;  // a third of a frame at 30 frames/s: when in the frame the shutter was open

std::array<double, 2 * kHalfTaps + 1> make_taps() {
  std::array<double, 2 * kHalfTaps + 1> taps{};
  constexpr int kSteps = 4000;
  double sum = 0;
  for (int k = -kHalfTaps; k <= kHalfTaps; ++k) {
    double value = 0;
    for (int i = 1; i < kSteps; ++i) {
      const double f = kRate / 2 * i / kSteps;
      const double gain = std::sqrt(f) / (1 + std::pow(kLow_hz / f, 8)) / (1 + std::pow(f / kHigh_hz, 8));
      value += gain * std::cos(2 * std::numbers::pi * f * k / kRate);
    }
    value *= (kRate / kSteps) / kRate * (0.5 + 0.5 * std::cos(std::numbers::pi * k / (kHalfTaps + 1)));
    taps[static_cast<std::size_t>(k + kHalfTaps)] = value;
    sum += value;
  }
  for (double& t : taps) t -= sum / static_cast<double>(taps.size());  // constant in, nothing out
  return taps;
}

double distance(const face::Point& a, const face::Point& b) {
  return std::hypot(static_cast<double>(a.x - b.x), static_cast<double>(a.y - b.y));
}

// NaN becomes the nearest value heard, so that the filter does not ring at the edges of the sound.
void fill_gaps(std::vector<double>& values) {
  const std::size_t n = values.size();
  std::size_t last = n;
  for (std::size_t i = 0; i < n; ++i) {
    if (std::isnan(values[i])) continue;
    const std::size_t from = last == n ? 0 : last + 1;
    for (std::size_t j = from; j < i; ++j) {
      values[j] = last == n || i - j < j - last ? values[i] : values[last];
    }
    last = i;
  }
  for (std::size_t j = last == n ? 0 : last + 1; j < n; ++j) values[j] = last == n ? 0 : values[last];
}

std::vector<double> column(const auto& rows, std::size_t index) {
  std::vector<double> values(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) values[i] = rows[i][index];
  return values;
}

// Filters every stretch's curve, brings all to unit robust deviation together, clips. Returns that deviation.
double standardise(std::vector<std::vector<double>>& stretches) {
  std::vector<double> all;
  for (auto& values : stretches) {
    values = syllable_band(values);
    all.insert(all.end(), values.begin(), values.end());
  }
  if (all.empty()) return 0;
  double squares = 0;
  for (const double v : all) squares += v * v;
  const double plain = std::sqrt(squares / static_cast<double>(all.size()));
  const double robust = media::robust_deviation(all);
  // Half of a curve may be flat (a pause): then the robust deviation says nothing, and the plain one serves.
  const double scale = std::max(robust, plain / 3);
  for (auto& values : stretches) {
    for (double& v : values) v = scale > 1e-9 ? std::clamp(v / scale, -kClip, kClip) : 0;
  }
  return robust;
}

}  // namespace

MouthShape mouth_shape(const face::Landmarks& p) {
  const double eyes = distance(p[36], p[45]);
  if (!(eyes > 0)) return {};
  return {(distance(p[61], p[67]) + distance(p[62], p[66]) + distance(p[63], p[65])) / 3 / eyes,
          (distance(p[50], p[58]) + distance(p[51], p[57]) + distance(p[52], p[56])) / 3 / eyes,
          distance(p[8], p[33]) / eyes, distance(p[48], p[54]) / eyes};
}

std::vector<double> syllable_band(std::span<const double> values) {
  static const auto taps = make_taps();
  const auto n = static_cast<std::ptrdiff_t>(values.size());
  if (n < 2) return std::vector<double>(values.size(), 0);
  auto value = [&](std::ptrdiff_t i) {  // mirrored through the end points, which keeps level and slope
    if (i < 0) return 2 * values[0] - values[static_cast<std::size_t>(std::min(-i, n - 1))];
    if (i >= n) {
      return 2 * values[static_cast<std::size_t>(n - 1)] -
             values[static_cast<std::size_t>(std::max<std::ptrdiff_t>(2 * (n - 1) - i, 0))];
    }
    return values[static_cast<std::size_t>(i)];
  };
  std::vector<double> out(values.size());
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    double sum = 0;
    for (std::ptrdiff_t k = -kHalfTaps; k <= kHalfTaps; ++k) {
      sum += taps[static_cast<std::size_t>(k + kHalfTaps)] * value(i + k);
    }
    out[static_cast<std::size_t>(i)] = sum;
  }
  return out;
}

Peak find_peak(const Agreement& agreement, double low_s, double high_s) {
  const int low = std::clamp(static_cast<int>(std::ceil(low_s * kRate)), -kMaxLag, kMaxLag);
  const int high = std::clamp(static_cast<int>(std::floor(high_s * kRate)), -kMaxLag, kMaxLag);
  auto z = [&](int lag) { return agreement.z[static_cast<std::size_t>(lag + kMaxLag)]; };
  int best = low;
  for (int lag = low; lag <= high; ++lag) {
    if (z(lag) > z(best)) best = lag;
  }
  Peak peak{.lag_s = best / kRate,
            .z = z(best),
            .r = agreement.r[static_cast<std::size_t>(best + kMaxLag)],
            .low_s = -1,
            .high_s = 1};
  if (best > -kMaxLag && best < kMaxLag) {
    const double left = z(best - 1), right = z(best + 1), bend = left - 2 * peak.z + right;
    if (bend < 0) peak.lag_s += std::clamp(0.5 * (left - right) / bend, -0.5, 0.5) / kRate;
  }
  if (peak.z > 0) {
    const double error = 1.96 * std::hypot(kLagError_s / peak.z, kLagFloor_s);
    peak.low_s = std::max(-1.0, peak.lag_s - error);
    peak.high_s = std::min(1.0, peak.lag_s + error);
  }
  return peak;
}

double log10_chance(double z, double range_s) {
  const double trials = std::max(1.0, kTrialsPerSecond * range_s);
  return std::min(0.0, std::log10(trials) + media::log10_normal_tail(z / kNullSpread));
}

// What Bartlett's formula and the correlation need, per pair of curves.
struct Comparison::Sums {
  struct PerPair {
    std::array<double, kLags> cross{}, sound_power{}, mouth_power{};
    std::array<double, kMemory + 1> mouth_auto{}, sound_auto{};
  };
  std::array<PerPair, kPairs> pairs{};
  std::array<double, kLags> count{};
  std::size_t points = 0;
};

Comparison::Comparison(const std::vector<Stretch>& stretches) {
  for (const Stretch& stretch : stretches) {
    Curves curves;
    curves.begin_s = stretch.begin_s;
    for (std::size_t pair = 0; pair < kPairs; ++pair) {
      curves.mouth[pair].assign(stretch.mouth.size(), 0);
      curves.sound[pair].assign(stretch.sound.size(), 0);
    }
    for (const SoundBands& bands : stretch.sound) curves.heard.push_back(std::isnan(bands[0]) ? 0 : 1);
    curves_.push_back(std::move(curves));
  }
  auto spread = [&](auto member, std::vector<std::vector<double>>& values, const auto& weights, std::size_t index) {
    for (std::size_t s = 0; s < curves_.size(); ++s) {
      for (std::size_t pair = 0; pair < kPairs; ++pair) {
        std::vector<double>& out = (curves_[s].*member)[pair];
        for (std::size_t i = 0; i < out.size(); ++i) out[i] += weights[pair][index] * values[s][i];
      }
    }
  };
  std::vector<std::vector<double>> values(stretches.size());
  for (std::size_t m = 0; m < std::tuple_size_v<MouthShape>; ++m) {
    for (std::size_t s = 0; s < stretches.size(); ++s) values[s] = column(stretches[s].mouth, m);
    const double deviation = standardise(values);
    if (m == 1) activity_ = deviation;
    spread(&Curves::mouth, values, kMouthWeights, m);
  }
  for (std::size_t band = 0; band < voice::kBands; ++band) {
    std::vector<double> heard;
    for (std::size_t s = 0; s < stretches.size(); ++s) {
      values[s] = column(stretches[s].sound, band);
      for (const double v : values[s]) {
        if (!std::isnan(v)) heard.push_back(v);
      }
    }
    if (heard.empty()) continue;
    const double floor = media::quantile(heard, 0.998) - kSoundRange;
    for (auto& v : values) {
      fill_gaps(v);
      for (double& x : v) x = std::max(x, floor);
    }
    standardise(values);
    spread(&Curves::sound, values, kSoundWeights, band);
  }
}

void Comparison::add(const Curves& curves, std::size_t from, std::size_t to, Sums& sums) const {
  sums.points += to - from;
  for (std::size_t lag = 0; lag < kLags; ++lag) {
    for (std::size_t i = from; i < to; ++i) sums.count[lag] += curves.heard[i + lag];
  }
  for (std::size_t pair = 0; pair < kPairs; ++pair) {
    Sums::PerPair& sum = sums.pairs[pair];
    const std::vector<double>&mouth = curves.mouth[pair], &sound = curves.sound[pair];
    for (std::size_t lag = 0; lag < kLags; ++lag) {
      double cross = 0, mouth_power = 0, sound_power = 0;
      for (std::size_t i = from; i < to; ++i) {
        if (!curves.heard[i + lag]) continue;
        const double m = mouth[i], s = sound[i + lag];
        cross += m * s;
        mouth_power += m * m;
        sound_power += s * s;
      }
      sum.cross[lag] += cross;
      sum.mouth_power[lag] += mouth_power;
      sum.sound_power[lag] += sound_power;
    }
    for (std::size_t k = 0; k <= kMemory && from + k < to; ++k) {
      for (std::size_t i = from; i + k < to; ++i) {
        sum.mouth_auto[k] += mouth[i] * mouth[i + k];
        sum.sound_auto[k] += sound[i + kMaxLag] * sound[i + kMaxLag + k];
      }
    }
  }
}

Agreement Comparison::over(std::span<const TimeSpan> parts) const {
  Sums sums;
  for (const Curves& curves : curves_) {
    const auto n = static_cast<double>(curves.mouth[0].size());
    for (const TimeSpan& part : parts) {
      const double from = std::clamp(std::ceil((part.begin_s - curves.begin_s) * kRate), 0.0, n);
      const double to = std::clamp(std::ceil((part.end_s - curves.begin_s) * kRate), 0.0, n);
      if (to > from) add(curves, static_cast<std::size_t>(from), static_cast<std::size_t>(to), sums);
    }
  }
  Agreement agreement;
  agreement.seconds = sums.count[kMaxLag] / kRate;
  if (sums.points > 0) agreement.movement = sums.pairs[0].mouth_auto[0] / static_cast<double>(sums.points);
  double weight = 0;
  for (const double w : kPairWeights) weight += w * w;
  for (std::size_t pair = 0; pair < kPairs; ++pair) {
    const Sums::PerPair& sum = sums.pairs[pair];
    const double mouth0 = sum.mouth_auto[0], sound0 = sum.sound_auto[0];
    if (!(mouth0 > 0) || !(sound0 > 0)) continue;
    double bartlett = 1;
    for (std::size_t k = 1; k <= kMemory; ++k) {
      bartlett += 2 * (sum.mouth_auto[k] / mouth0) * (sum.sound_auto[k] / sound0);
    }
    bartlett = std::max(bartlett, 0.5);
    for (std::size_t lag = 0; lag < kLags; ++lag) {
      const double power = sum.mouth_power[lag] * sum.sound_power[lag];
      // Where little of the sound is known at this delay, there is no evidence.
      if (!(power > 0) || sums.count[lag] < 0.5 * static_cast<double>(sums.points)) continue;
      const double r = sum.cross[lag] / std::sqrt(power);
      const double z = r / std::sqrt(bartlett / sums.count[lag]);
      agreement.z[lag] += kPairWeights[pair] * z / std::sqrt(weight);
      if (pair == 0) agreement.r[lag] = r;
    }
  }
  return agreement;
}

}  // namespace bonafide::forensics::sync
