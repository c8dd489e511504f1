#include "lab/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace bonafide::lab {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Counts {
  std::size_t fake = 0, genuine = 0;
  bool both() const { return fake > 0 && genuine > 0; }
};

Counts count(std::span<const Scored> trials) {
  Counts counts;
  for (const Scored& trial : trials) ++(trial.fake ? counts.fake : counts.genuine);
  return counts;
}

std::vector<Scored> rising(std::span<const Scored> trials) {
  std::vector<Scored> sorted(trials.begin(), trials.end());
  std::sort(sorted.begin(), sorted.end(), [](const Scored& a, const Scored& b) { return a.score < b.score; });
  return sorted;
}

double softplus(double x) { return x > 30 ? x : std::log1p(std::exp(x)); }

}  // namespace

double auc(std::span<const Scored> trials) {
  const Counts counts = count(trials);
  if (!counts.both()) return kNan;
  const std::vector<Scored> sorted = rising(trials);
  double wins = 0;
  std::size_t below = 0;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t end = i, genuine = 0, fake = 0;
    for (; end < sorted.size() && sorted[end].score == sorted[i].score; ++end) ++(sorted[end].fake ? fake : genuine);
    wins += static_cast<double>(fake) * (static_cast<double>(below) + static_cast<double>(genuine) / 2);
    below += genuine;
    i = end;
  }
  return wins / (static_cast<double>(counts.fake) * static_cast<double>(counts.genuine));
}

std::vector<ErrorRates> error_curve(std::span<const Scored> trials) {
  const Counts counts = count(trials);
  std::vector<ErrorRates> curve;
  if (!counts.both()) return curve;
  const std::vector<Scored> sorted = rising(trials);
  std::size_t genuine = 0, fake = 0;  // at or below the threshold
  curve.push_back({1, 0});
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    ++(sorted[i].fake ? fake : genuine);
    if (i + 1 < sorted.size() && sorted[i + 1].score == sorted[i].score) continue;
    curve.push_back({1 - static_cast<double>(genuine) / static_cast<double>(counts.genuine),
                     static_cast<double>(fake) / static_cast<double>(counts.fake)});
  }
  return curve;
}

double equal_error_rate(std::span<const Scored> trials) {
  std::vector<ErrorRates> hull;  // lower left convex hull of (false alarm, miss), false alarm falling
  const auto turns_right = [](const ErrorRates& a, const ErrorRates& b, const ErrorRates& c) {
    return (b.false_alarm - a.false_alarm) * (c.miss - a.miss) - (b.miss - a.miss) * (c.false_alarm - a.false_alarm) >=
           0;
  };
  for (const ErrorRates& point : error_curve(trials)) {
    while (hull.size() >= 2 && turns_right(hull[hull.size() - 2], hull.back(), point)) hull.pop_back();
    hull.push_back(point);
  }
  for (std::size_t i = 1; i < hull.size(); ++i) {
    const double before = hull[i - 1].false_alarm - hull[i - 1].miss, after = hull[i].false_alarm - hull[i].miss;
    if (after > 0) continue;
    const double share = before == after ? 0 : before / (before - after);
    return hull[i - 1].miss + share * (hull[i].miss - hull[i - 1].miss);
  }
  return kNan;
}

double detection_at(std::span<const Scored> trials, double rate) {
  double best = kNan;
  for (const ErrorRates& point : error_curve(trials)) {
    if (point.false_alarm > rate + 1e-12) continue;
    best = std::isnan(best) ? 1 - point.miss : std::max(best, 1 - point.miss);
  }
  return best;
}

double cllr(std::span<const Scored> log_ratios) {
  const Counts counts = count(log_ratios);
  if (!counts.both()) return kNan;
  double fake = 0, genuine = 0;
  for (const Scored& trial : log_ratios)
    (trial.fake ? fake : genuine) += softplus(trial.fake ? -trial.score : trial.score);
  return (fake / static_cast<double>(counts.fake) + genuine / static_cast<double>(counts.genuine)) /
         (2 * std::log(2.0));
}

std::vector<double> pav_log_ratios(std::span<const Scored> trials) {
  const Counts counts = count(trials);
  std::vector<double> out(trials.size(), 0.0);
  if (!counts.both()) return out;
  std::vector<std::size_t> order(trials.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return trials[a].score < trials[b].score; });
  struct Block {
    double fake = 0, all = 0;
    std::size_t members = 0;
    double mean() const { return fake / all; }
  };
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < order.size();) {
    Block block;
    const double score = trials[order[i]].score;
    for (; i < order.size() && trials[order[i]].score == score; ++i) {
      block.fake += trials[order[i]].fake ? 1 : 0;
      block.all += 1;
      ++block.members;
    }
    blocks.push_back(block);
    while (blocks.size() >= 2 && blocks[blocks.size() - 2].mean() >= blocks.back().mean()) {
      Block& left = blocks[blocks.size() - 2];
      left.fake += blocks.back().fake;
      left.all += blocks.back().all;
      left.members += blocks.back().members;
      blocks.pop_back();
    }
  }
  const double prior = std::log(static_cast<double>(counts.fake) / static_cast<double>(counts.genuine));
  std::size_t at = 0;
  for (const Block& block : blocks) {
    const double p = block.mean();
    const double ratio = std::log(p) - std::log1p(-p) - prior;
    for (std::size_t i = 0; i < block.members; ++i) out[order[at++]] = ratio;
  }
  return out;
}

double cllr_min(std::span<const Scored> trials) {
  const std::vector<double> ratios = pav_log_ratios(trials);
  std::vector<Scored> calibrated;
  for (std::size_t i = 0; i < trials.size(); ++i) calibrated.push_back({ratios[i], trials[i].fake});
  return cllr(calibrated);
}

Range auc_interval(std::span<const Scored> trials, int draws, std::uint64_t seed) {
  std::vector<Scored> fake, genuine;
  for (const Scored& trial : trials) (trial.fake ? fake : genuine).push_back(trial);
  if (fake.empty() || genuine.empty()) return {kNan, kNan};
  std::mt19937_64 random(seed);
  std::vector<double> values;
  std::vector<Scored> sample(trials.size());
  for (int draw = 0; draw < draws; ++draw) {
    std::size_t at = 0;
    // The remainder is fine here: its bias is below 1e-13, and unlike a distribution it is the same everywhere.
    for (std::size_t i = 0; i < fake.size(); ++i) sample[at++] = fake[random() % fake.size()];
    for (std::size_t i = 0; i < genuine.size(); ++i) sample[at++] = genuine[random() % genuine.size()];
    values.push_back(auc(sample));
  }
  std::sort(values.begin(), values.end());
  const auto place = [&](double q) {
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
  };
  return {place(0.025), place(0.975)};
}

double Logistic::operator()(std::span<const double> x) const {
  if (weights.empty()) return 0;
  double sum = weights[0];
  for (std::size_t i = 0; i < x.size() && i + 1 < weights.size(); ++i) sum += weights[i + 1] * x[i];
  return sum;
}

namespace {

// Solves A·x = b in place by elimination with pivoting; small systems only.
std::vector<double> solved(std::vector<std::vector<double>> a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t pivot = i;
    for (std::size_t r = i + 1; r < n; ++r) pivot = std::abs(a[r][i]) > std::abs(a[pivot][i]) ? r : pivot;
    std::swap(a[i], a[pivot]);
    std::swap(b[i], b[pivot]);
    if (std::abs(a[i][i]) < 1e-14) a[i][i] = 1e-14;
    for (std::size_t r = i + 1; r < n; ++r) {
      const double factor = a[r][i] / a[i][i];
      for (std::size_t c = i; c < n; ++c) a[r][c] -= factor * a[i][c];
      b[r] -= factor * b[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t c = i + 1; c < n; ++c) b[i] -= a[i][c] * b[c];
    b[i] /= a[i][i];
  }
  return b;
}

}  // namespace

Logistic fit_logistic(const std::vector<std::vector<double>>& rows, const std::vector<bool>& fake, double ridge) {
  const auto fakes = static_cast<double>(std::count(fake.begin(), fake.end(), true));
  const double genuine = static_cast<double>(fake.size()) - fakes;
  if (rows.empty() || fakes == 0 || genuine == 0) return {};
  const std::size_t n = rows[0].size() + 1;
  const double half = static_cast<double>(fake.size()) / 2;
  Logistic model{std::vector<double>(n, 0.0)};
  for (int round = 0; round < 50; ++round) {
    std::vector<double> gradient(n, 0.0);
    std::vector<std::vector<double>> hessian(n, std::vector<double>(n, 0.0));
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const double p = 1 / (1 + std::exp(-model(rows[r])));
      const double weight = half / (fake[r] ? fakes : genuine);
      for (std::size_t i = 0; i < n; ++i) {
        const double xi = i == 0 ? 1 : rows[r][i - 1];
        gradient[i] += weight * ((fake[r] ? 1 : 0) - p) * xi;
        for (std::size_t j = 0; j < n; ++j) hessian[i][j] += weight * p * (1 - p) * xi * (j == 0 ? 1 : rows[r][j - 1]);
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      gradient[i] -= (i == 0 ? 1e-6 : ridge) * model.weights[i];
      hessian[i][i] += i == 0 ? 1e-6 : ridge;
    }
    const std::vector<double> step = solved(std::move(hessian), gradient);
    double size = 0;
    for (const double s : step) size = std::max(size, std::abs(s));
    // Newton's first steps may overshoot where the classes hardly overlap.
    const double damp = size > 5 ? 5 / size : 1;
    for (std::size_t i = 0; i < n; ++i) model.weights[i] += damp * step[i];
    if (size < 1e-9) break;
  }
  return model;
}

}  // namespace bonafide::lab
