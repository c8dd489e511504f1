#include "media/dsp/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace bonafide::media {

double mean(std::span<const double> values) {
  if (values.empty()) return 0;
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double place = std::clamp(q, 0.0, 1.0) * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(place);
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(low);
  std::nth_element(values.begin(), nth, values.end());
  const double below = *nth;
  if (low + 1 == values.size()) return below;
  const double above = *std::min_element(nth + 1, values.end());
  return below + (place - static_cast<double>(low)) * (above - below);
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

double robust_deviation(const std::vector<double>& values) {
  const double centre = median(values);
  std::vector<double> distances(values.size());
  std::transform(values.begin(), values.end(), distances.begin(), [&](double v) { return std::abs(v - centre); });
  return 1.4826 * median(std::move(distances));
}

std::vector<double> running_median(std::span<const double> values, std::size_t width) {
  const std::size_t half = width / 2;
  std::vector<double> result(values.size());
  std::vector<double> window;  // kept sorted: one value leaves and one comes per step
  std::size_t from = 0;
  std::size_t to = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t reach = std::min({half, i, values.size() - 1 - i});
    const std::size_t want_from = i - reach;
    const std::size_t want_to = i + reach + 1;
    for (; to < want_to; ++to) {
      window.insert(std::upper_bound(window.begin(), window.end(), values[to]), values[to]);
    }
    for (; from < want_from; ++from) window.erase(std::lower_bound(window.begin(), window.end(), values[from]));
    result[i] = window[window.size() / 2];
  }
  return result;
}

double correlation(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size() || a.size() < 3) return 0;
  const double mean_a = mean(a);
  const double mean_b = mean(b);
  double aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
    ab += (a[i] - mean_a) * (b[i] - mean_b);
  }
  if (aa <= 0 || bb <= 0) return 0;
  return std::clamp(ab / std::sqrt(aa * bb), -1.0, 1.0);
}

double normal_tail(double z) { return 0.5 * std::erfc(z / std::numbers::sqrt2); }

double log10_normal_tail(double z) {
  if (z < 8) return std::log10(normal_tail(z));
  const double z2 = z * z;
  const double series = 1 - 1 / z2 + 3 / (z2 * z2);
  return (-z2 / 2 - std::log(z * std::sqrt(2 * std::numbers::pi)) + std::log(series)) / std::numbers::ln10;
}

}  // namespace bonafide::media
