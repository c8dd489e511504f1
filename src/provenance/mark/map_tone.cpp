#include "provenance/mark/map_tone.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "media/dsp/statistics.h"

namespace bonafide::provenance::mark {

namespace {

constexpr std::size_t kLeastPairs = 12;

double raised(double measured, double power) {
  return power == 1 ? measured : 255 * std::pow(std::max(measured, 0.0) / 255, power);
}

/// Solves the weighted normal equations of up to three unknowns; false when they are singular.
bool solve(std::array<std::array<double, 4>, 3> m, std::size_t unknowns, std::array<double, 3>& answer) {
  for (std::size_t i = 0; i < unknowns; ++i) {
    std::size_t pivot = i;
    for (std::size_t r = i + 1; r < unknowns; ++r) {
      if (std::abs(m[r][i]) > std::abs(m[pivot][i])) pivot = r;
    }
    std::swap(m[i], m[pivot]);
    if (std::abs(m[i][i]) < 1e-9) return false;
    for (std::size_t r = 0; r < unknowns; ++r) {
      if (r == i) continue;
      const double factor = m[r][i] / m[i][i];
      for (std::size_t c = i; c < 4; ++c) m[r][c] -= factor * m[i][c];
    }
  }
  for (std::size_t i = 0; i < unknowns; ++i) answer[i] = m[i][3] / m[i][i];
  return true;
}

bool fit_once(const std::vector<TonePair>& pairs, const std::vector<double>& weights, std::size_t unknowns,
              Tone& tone) {
  std::array<std::array<double, 4>, 3> normal{};
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double x = (raised(pairs[i].measured, tone.power) - 128) / 128;  // keeps the equations well scaled
    const std::array<double, 4> row{1, x, x * x, pairs[i].kept};
    for (std::size_t r = 0; r < unknowns; ++r) {
      for (std::size_t c = 0; c < unknowns; ++c) normal[r][c] += weights[i] * row[r] * row[c];
      normal[r][3] += weights[i] * row[r] * row[3];
    }
  }
  std::array<double, 3> p{};
  if (!solve(normal, unknowns, p)) return false;
  tone.a = p[0] - p[1] + p[2];
  tone.b = (p[1] - 2 * p[2]) / 128;
  tone.c = p[2] / (128.0 * 128.0);
  return true;
}

Tone fit_with(const std::vector<TonePair>& pairs, double power, std::size_t unknowns) {
  Tone tone;
  tone.power = power;
  std::vector<double> weights;
  for (const TonePair& pair : pairs) weights.push_back(pair.usable ? 1 : 0);
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    if (!fit_once(pairs, weights, unknowns, tone) && !fit_once(pairs, weights, 1, tone)) break;
    std::vector<double> off;
    for (const TonePair& pair : pairs) {
      if (pair.usable) off.push_back(std::abs(pair.kept - tone(pair.measured)));
    }
    tone.deviation = 1.4826 * media::median(off);
    const double reach = 4.685 * std::max(tone.deviation, 1.2);  // 1.2: uniform rounding to steps of 4
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const double u = (pairs[i].kept - tone(pairs[i].measured)) / reach;
      weights[i] = pairs[i].usable && std::abs(u) < 1 ? (1 - u * u) * (1 - u * u) : 0;
    }
  }
  return tone;
}

}  // namespace

double Tone::operator()(double measured) const {
  const double m = raised(measured, power);
  return a + m * (b + m * c);
}

double Tone::slope() const { return ((*this)(160) - (*this)(96)) / 64; }

Tone fit_tone(const std::vector<TonePair>& pairs, bool curved) {
  const auto usable = std::ranges::count_if(pairs, [](const TonePair& pair) { return pair.usable; });
  if (static_cast<std::size_t>(usable) < kLeastPairs) return {};
  if (!curved) return fit_with(pairs, 1, 2);
  Tone best = fit_with(pairs, 1, 3);
  for (double power = 0.5; power < 2.05; power += 0.1) {
    Tone tone = fit_with(pairs, power, 3);
    if (tone.deviation < 0.95 * best.deviation) best = tone;
  }
  return best;
}

std::vector<DetailTrend> detail_trends(const std::vector<int>& codes, const std::vector<double>& change) {
  constexpr int kCodes = 16;
  constexpr std::size_t kLeast = 20;
  std::vector<DetailTrend> trend;
  for (int code = 0; code < kCodes; ++code) {
    std::vector<double> near;
    for (int reach = 1; reach < kCodes && near.size() < kLeast; ++reach) {
      near.clear();
      for (std::size_t i = 0; i < codes.size(); ++i) {
        if (std::abs(codes[i] - code) <= reach) near.push_back(change[i]);
      }
    }
    trend.push_back(near.empty() ? DetailTrend{} : DetailTrend{media::median(near), media::robust_deviation(near)});
  }
  return trend;
}

}  // namespace bonafide::provenance::mark
