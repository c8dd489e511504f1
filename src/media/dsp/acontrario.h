// A-contrario testing: how many times chance alone would show something at least this strange. Desolneux, Moisan and
// Morel, "Meaningful alignments", IJCV 40(1), 2000. A detector that reports when NFA <= epsilon raises on average at
// most epsilon false alarms a picture, *as long as its chance model holds*: measure that on genuine files.
#pragma once
#include <cstdint>

namespace bonafide::media {

/// The bar every a-contrario detector of this project uses: one expected false alarm in 1,000 files under the chance
/// model.
inline constexpr double kLog10Epsilon = -3.0;

/// log10 P(X >= k) for X ~ Binomial(n, p). Summed term by term in the log domain, so it neither underflows nor loses
/// digits far out in the tail (relative error of the exponent below 1e-9 for n up to 1e9). k <= 0 gives 0 (certain);
/// k > n gives minus infinity; p is clamped to [0, 1].
double log10_binomial_tail(std::int64_t k, std::int64_t n, double p);

/// log10 of the number of false alarms: 10^log10_tests * P(X >= k).
inline double log10_nfa(double log10_tests, std::int64_t k, std::int64_t n, double p) {
  return log10_tests + log10_binomial_tail(k, n, p);
}

struct Interval {
  double low = 0, high = 1;
};

/// Exact interval for a rate after `successes` in `trials` (Clopper and Pearson, Biometrika 26, 1934). [0, 1] for no
/// trials. `confidence` is two-sided, in (0, 1).
Interval clopper_pearson(std::int64_t successes, std::int64_t trials, double confidence = 0.95);

}  // namespace bonafide::media
