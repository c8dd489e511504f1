// The figures of merit of the field, from scores and labels. Scores are oriented: higher speaks more for "fake".
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace bonafide::lab {

struct Scored {
  double score = 0;
  bool fake = false;
};

/// Area under the ROC curve (Mann and Whitney 1947): the chance that a fake scores above a genuine file, ties half. NaN
/// when one class is missing.
double auc(std::span<const Scored> trials);

/// Equal error rate, 0…1, on the ROC's convex hull (Brümmer and de Villiers, "The BOSARIS toolkit", 2013). NaN when one
/// class is missing.
double equal_error_rate(std::span<const Scored> trials);

/// Share of fakes above the lowest threshold that accuses at most `rate` of the genuine files. NaN when one class is
/// missing. With fewer than 1/rate genuine files no genuine file may be above.
double detection_at(std::span<const Scored> trials, double rate);

/// A point of the detection error trade-off: at some threshold.
struct ErrorRates {
  double false_alarm = 0, miss = 0;
};
/// From "accuse all" to "accuse none", one point for each distinct score.
std::vector<ErrorRates> error_curve(std::span<const Scored> trials);

/// Cost of log-likelihood ratios (Brümmer and du Preez, CSL 20, 2006): `score` is ln LR. 0 perfect, 1 says nothing,
/// above 1 harmful. NaN when one class is missing.
double cllr(std::span<const Scored> log_ratios);

/// Cllr after the best monotone recalibration (pool adjacent violators; Ahuja et al.'s PAV in BOSARIS): what a perfect
/// calibration of these very trials would leave.
double cllr_min(std::span<const Scored> trials);

/// The isotonic fit of labels on scores, as ln LR for each trial in the order given; infinite at the ends.
std::vector<double> pav_log_ratios(std::span<const Scored> trials);

struct Range {
  double low = 0, high = 0;
};
/// Percentile interval of the AUC, `draws` bootstrap samples of files drawn within each class; the same for the same
/// seed.
Range auc_interval(std::span<const Scored> trials, int draws = 500, std::uint64_t seed = 1);

/// ln odds = b0 + Σ b·x, fitted by Newton's method with a ridge on all but b0; the classes weigh alike whatever their
/// numbers, so that the odds are likelihood ratios.
struct Logistic {
  std::vector<double> weights;  ///< b0, then one a feature
  double operator()(std::span<const double> x) const;
};
/// `rows`: one vector of features a file, all of one length; `ridge` in units of files. Empty weights when a class is
/// missing.
Logistic fit_logistic(const std::vector<std::vector<double>>& rows, const std::vector<bool>& fake, double ridge);

}  // namespace bonafide::lab
