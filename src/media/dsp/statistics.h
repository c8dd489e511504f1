// Robust statistics: the small pure functions that detectors compare a value against its surroundings with.
#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace bonafide::media {

/// Mean of the values; 0 when there are none.
double mean(std::span<const double> values);

/// The value at fraction `q` in 0…1 of the sorted values, linear between neighbours (Hyndman and Fan 1996, type 7);
/// NaN when there are none.
double quantile(std::vector<double> values, double q);
double median(std::vector<double> values);

/// 1.4826 × the median distance from the median: the standard deviation, for normal values (Rousseeuw and Croux 1993).
double robust_deviation(const std::vector<double>& values);

/// Median over a window of `width` values (odd, made odd if even) around each place; at the borders the window is cut
/// short on both sides alike. O(n·width).
std::vector<double> running_median(std::span<const double> values, std::size_t width);

/// Pearson's correlation, -1…1; 0 when either side is constant, lengths differ or fewer than 3 pairs are there.
double correlation(std::span<const double> a, std::span<const double> b);

/// Upper tail of the standard normal distribution: P(Z >= z).
double normal_tail(double z);
/// log10 of normal_tail, exact enough far out (asymptotic series beyond z = 8; Abramowitz and Stegun 26.2.12).
double log10_normal_tail(double z);

}  // namespace bonafide::media
