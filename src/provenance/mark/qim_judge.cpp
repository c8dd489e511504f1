#include "provenance/mark/qim_judge.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "media/dsp/acontrario.h"

namespace bonafide::provenance::mark {

namespace {

constexpr std::size_t kBins = 16;    // of the distance from the lattice, 0 to half a step
constexpr std::size_t kClasses = 3;  // of a coefficient's size: what a codec may have zeroed, usual, large
constexpr double kPrior = 20;        // values of a flat distribution that every histogram starts with
constexpr double kSurprise = 0.02;   // share of values that no histogram foresees
// Chosen on ten of the twenty pictures of docs/evaluation/marks_tamper.md:
constexpr float kMostOfBlock = 4;  // what one block can say to its neighbours
constexpr double kSmooth = 1;      // blocks
constexpr float kEnough = 0.5F;    // expected of unchanged blocks, with their neighbours; less: unverifiable
constexpr float kSays = 0.2F;      // a block below this does not count in a region's chance
constexpr double kRegion = -4;     // log10 p of a region that is told
// Shapes of m cells that touch by edges: fewer than 4.5252^m (Barequet and Shalah 2022, on Klarner's constant).
constexpr double kLog10Shapes = 0.65564;

struct Judged {
  cv::Mat1f says;      // logarithm of the likelihood ratio: above 0 for the layer
  cv::Mat1f expected;  // what it comes to on average in unchanged blocks of this kind
};

float distance(float coefficient, float lattice, float per_step) {
  const float at = coefficient * per_step - lattice;
  return std::abs(at - std::round(at));
}

std::size_t class_of(float coefficient) {
  constexpr float kZero = 1.5F, kLarge = 40;
  const float size = std::abs(coefficient);
  return size < kZero ? 0 : size < kLarge ? 1 : 2;
}

std::size_t bin_of(float away) {
  return std::min(kBins - 1, static_cast<std::size_t>(away * 2 * static_cast<float>(kBins)));
}

using Histogram = std::array<double, kBins>;

// Ratios to a flat distribution, falling with distance: what is seen over the picture, with the layer.
Histogram ratios_of(Histogram counts) {
  double total = kPrior;
  for (const double count : counts) total += count;
  double before = 1, sum = 0;
  for (double& share : counts) {
    share = (share + kPrior / kBins) / total * (1 - kSurprise) + kSurprise / kBins;
    before = share = std::min(share, before);
    sum += share;
  }
  for (double& share : counts) share *= kBins / sum;
  return counts;
}

// Blocks in `left_out` are judged, but nothing is learned from them.
Judged judge(const QimGrid& grid, double gain, const cv::Mat1b& left_out) {
  const auto per_step = static_cast<float>(1 / (gain * static_cast<double>(kQimStep)));
  Judged judged{cv::Mat1f(grid.rows, grid.columns, 0.0F), cv::Mat1f(grid.rows, grid.columns, 0.0F)};
  for (std::size_t chip = 0; chip < kQimChips; ++chip) {
    std::array<Histogram, kClasses> counts{};
    const auto bin_at = [&](std::size_t i) {
      return bin_of(distance(grid.coefficients[i][chip], grid.lattice[i][chip], per_step));
    };
    for (std::size_t i = 0; i < grid.size(); ++i) {
      if (grid.clipped[i] == 0 && left_out.data[i] == 0) counts[class_of(grid.coefficients[i][chip])][bin_at(i)] += 1;
    }
    std::array<std::array<float, kBins>, kClasses> logs{};
    std::array<float, kClasses> expected{};
    for (std::size_t kind = 0; kind < kClasses; ++kind) {
      const Histogram ratios = ratios_of(counts[kind]);
      for (std::size_t bin = 0; bin < kBins; ++bin) {
        logs[kind][bin] = static_cast<float>(std::log(ratios[bin]));
        expected[kind] += static_cast<float>(ratios[bin] / kBins) * logs[kind][bin];
      }
    }
    for (std::size_t i = 0; i < grid.size(); ++i) {
      if (grid.clipped[i] != 0) continue;
      const std::size_t kind = class_of(grid.coefficients[i][chip]);
      judged.says(static_cast<int>(i)) += logs[kind][bin_at(i)];
      judged.expected(static_cast<int>(i)) += expected[kind];
    }
  }
  return judged;
}

cv::Mat1f smoothed(const cv::Mat1f& values) {
  cv::Mat1f out;
  cv::GaussianBlur(values, out, {7, 7}, kSmooth, kSmooth, cv::BORDER_REFLECT_101);
  return out;
}

struct Count {
  int counted = 0, failed = 0;
  void add(float says, float expected) {
    if (expected < kSays) return;
    ++counted;
    failed += says < 0 ? 1 : 0;
  }
};

// The rate outside `inside`: at least 1 %, and never from nothing.
double false_alarm_of(const Judged& judged, const cv::Mat1b& inside) {
  constexpr double kLeast = 0.01;
  Count count;
  for (int i = 0; i < static_cast<int>(inside.total()); ++i)
    if (inside(i) == 0) count.add(judged.says(i), judged.expected(i));
  return std::max(kLeast, (count.failed + 1.0) / (count.counted + 2.0));
}

std::vector<QimRegion> regions_of(const Judged& judged, const cv::Mat1b& suspicious, double false_alarm) {
  cv::Mat1i labels;
  const int labelled = cv::connectedComponents(suspicious, labels, 4, CV_32S);
  std::vector<QimRegion> all(static_cast<std::size_t>(labelled));
  std::vector<Count> counts(all.size());
  for (int i = 0; i < static_cast<int>(labels.total()); ++i) {
    const auto label = static_cast<std::size_t>(labels(i));
    all[label].blocks.push_back(static_cast<std::uint32_t>(i));
    counts[label].add(judged.says(i), judged.expected(i));
  }
  std::vector<QimRegion> regions;
  for (std::size_t label = 1; label < all.size(); ++label) {
    QimRegion& region = all[label];
    region.counted = counts[label].counted;
    region.failed = counts[label].failed;
    const double places =
        std::log10(static_cast<double>(labels.total())) + kLog10Shapes * static_cast<double>(region.blocks.size());
    region.log10_p = std::min(0.0, media::log10_nfa(places, region.failed, region.counted, false_alarm));
    if (region.log10_p <= kRegion) regions.push_back(std::move(region));
  }
  std::ranges::sort(regions, [](const QimRegion& a, const QimRegion& b) { return a.log10_p < b.log10_p; });
  return regions;
}

cv::Mat1b covered_by(const std::vector<QimRegion>& regions, cv::Size size) {
  cv::Mat1b inside(size, std::uint8_t{0});
  for (const QimRegion& region : regions)
    for (const std::uint32_t block : region.blocks) inside(static_cast<int>(block)) = 1;
  return inside;
}

// Blocks that a region surrounds belong to it: chance lets some of what was put in fit.
void fill(std::vector<QimRegion>& regions, cv::Size size) {
  cv::Mat1i owner(size, -1);
  for (std::size_t i = 0; i < regions.size(); ++i)
    for (const std::uint32_t block : regions[i].blocks) owner(static_cast<int>(block)) = static_cast<int>(i);
  constexpr int kSurrounded = 6;  // of the eight around it
  for (int y = 1; y + 1 < size.height; ++y) {
    for (int x = 1; x + 1 < size.width; ++x) {
      if (owner(y, x) >= 0) continue;
      int count = 0, whose = -1;
      for (int i = 0; i < 9; ++i) {
        const int other = owner(y + i / 3 - 1, x + i % 3 - 1);
        if (other >= 0) ++count, whose = other;
      }
      if (count >= kSurrounded)
        regions[static_cast<std::size_t>(whose)].blocks.push_back(static_cast<std::uint32_t>(y * size.width + x));
    }
  }
}

void place_boxes(std::vector<QimRegion>& regions, int columns) {
  for (QimRegion& region : regions) {
    int left = columns, top = 1 << 30, right = 0, bottom = 0;
    for (const std::uint32_t block : region.blocks) {
      const int x = static_cast<int>(block) % columns, y = static_cast<int>(block) / columns;
      left = std::min(left, x), right = std::max(right, x + 1);
      top = std::min(top, y), bottom = std::max(bottom, y + 1);
    }
    region.box = {left, top, right - left, bottom - top};
  }
}

}  // namespace

double qim_level(const QimGrid& grid, double gain) {
  const auto per_step = static_cast<float>(1 / (gain * static_cast<double>(kQimStep)));
  double sum = 0;
  for (std::size_t i = 0; i < grid.size(); ++i) {
    if (grid.clipped[i] != 0) continue;
    for (std::size_t chip = 0; chip < kQimChips; ++chip)
      sum += static_cast<double>(std::cos(2 * std::numbers::pi_v<float> *
                                          distance(grid.coefficients[i][chip], grid.lattice[i][chip], per_step)));
  }
  return sum / std::max(1.0, qim_values(grid));
}

double qim_values(const QimGrid& grid) {
  return static_cast<double>(kQimChips) * static_cast<double>(std::ranges::count(grid.clipped, 0));
}

void judge_blocks(const QimGrid& grid, QimAnswer& answer) {
  const cv::Size size(grid.columns, grid.rows);
  cv::Mat1b inside(size, std::uint8_t{0}), suspicious(size);
  Judged judged;
  constexpr int kRounds = 3;  // what was changed teaches wrong things: it is left out of the next round
  for (int round = 0; round < kRounds; ++round) {
    judged = judge(grid, answer.gain, inside);
    cv::Mat1f said;
    cv::min(judged.says, kMostOfBlock, said);
    cv::max(said, -kMostOfBlock, said);
    said = smoothed(said);
    for (int i = 0; i < static_cast<int>(said.total()); ++i) suspicious(i) = said(i) < 0 ? 1 : 0;
    answer.false_alarm = false_alarm_of(judged, round == 0 ? suspicious : inside);
    answer.regions = regions_of(judged, suspicious, answer.false_alarm);
    inside = covered_by(answer.regions, size);
    if (answer.regions.empty()) break;
  }
  fill(answer.regions, size);
  place_boxes(answer.regions, grid.columns);
  inside = covered_by(answer.regions, size);
  const cv::Mat1f enough = smoothed(judged.expected);
  answer.columns = grid.columns;
  answer.rows = grid.rows;
  answer.states.clear();
  for (int i = 0; i < static_cast<int>(inside.total()); ++i)
    answer.states.push_back(inside(i) != 0                              ? QimState::altered
                            : enough(i) < kEnough || suspicious(i) != 0 ? QimState::unverifiable
                                                                        : QimState::unaltered);
}

}  // namespace bonafide::provenance::mark
