#include "media/dsp/acontrario.h"

#include <math.h>  // lgamma_r: std::lgamma writes a global

#include <algorithm>
#include <cmath>
#include <limits>

namespace bonafide::media {

namespace {

constexpr double kLn10 = 2.302585092994045684;

double log_gamma(double x) {
  int sign = 1;
  return lgamma_r(x, &sign);
}

double log_term(double k, double n, double p) {
  return log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1) + k * std::log(p) + (n - k) * std::log1p(-p);
}

// ln P(X >= k) for k at or above the mean: the terms only shrink, so the sum stops when they no longer matter.
double log_upper_tail(double k, double n, double p) {
  const double odds = p / (1 - p);
  double sum = 1;
  double term = 1;
  for (double i = k; i < n; ++i) {
    term *= (n - i) / (i + 1) * odds;
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return std::min(0.0, log_term(k, n, p) + std::log(sum));
}

// The root of a falling-or-rising function on [0, 1]; 200 halvings reach the last bit.
template <typename Below>
double bisect(Below below) {
  double low = 0;
  double high = 1;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (below(middle) ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double log10_binomial_tail(std::int64_t k, std::int64_t n, double p) {
  if (k <= 0) return 0;
  if (k > n || !(p > 0)) return -std::numeric_limits<double>::infinity();
  if (p >= 1) return 0;
  const auto dk = static_cast<double>(k);
  const auto dn = static_cast<double>(n);
  if (dk >= dn * p) return log_upper_tail(dk, dn, p) / kLn10;
  // Below the mean: 1 - P(Y >= n - k + 1) where Y counts the failures, which is the short side.
  const double other = log_upper_tail(dn - dk + 1, dn, 1 - p);
  return std::log1p(-std::exp(other)) / kLn10;
}

Interval clopper_pearson(std::int64_t successes, std::int64_t trials, double confidence) {
  if (trials <= 0) return {};
  const double log10_half = std::log10((1 - std::clamp(confidence, 0.0, 1.0)) / 2);
  Interval interval;
  if (successes > 0)
    interval.low = bisect([&](double p) { return log10_binomial_tail(successes, trials, p) < log10_half; });
  // P(X <= s) = P(failures >= n - s)
  if (successes < trials)
    interval.high =
        bisect([&](double p) { return log10_binomial_tail(trials - successes, trials, 1 - p) > log10_half; });
  return interval;
}

}  // namespace bonafide::media
