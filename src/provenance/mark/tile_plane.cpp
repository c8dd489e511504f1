#include "provenance/mark/tile_plane.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "media/dsp/clones.h"

namespace bonafide::provenance::mark {

namespace {

// Chosen by the mean signal-to-noise ratio of cells over 20 photographs and 8 attacks (docs/decisions/0023).
constexpr double kHighPassCells = 0.6;
constexpr double kEnergyCells = 0.8;
constexpr double kMostMagnitude = 40;
constexpr double kEnergyFloor = 1.5;
constexpr double kClip = 2;

// The lower right quarter of a symmetric 9×9 filter: least squares of the chips' signs on whitened planes of 23 camera
// photographs (not those it is measured on) marked at 42.5 dB, as they are and after JPEG 50 and 30, noise and halving.
constexpr std::array<std::array<float, 5>, 5> kCellFilter{
    {{41, 61, -43, 8, -12}, {61, 14, -23, -8, 0}, {-43, -23, 22, -1, 3}, {8, -8, -1, -4, 3}, {-12, 0, 3, 3, 0}}};

// The filter, summed over the four pixels of a cell.
cv::Mat1f cell_kernel() {
  cv::Mat1f kernel(10, 10, 0.0F);
  for (int y = 0; y < 9; ++y)
    for (int x = 0; x < 9; ++x)
      for (int dy = 0; dy < 2; ++dy)
        for (int dx = 0; dx < 2; ++dx)
          kernel(y + dy, x + dx) +=
              kCellFilter[static_cast<std::size_t>(std::abs(y - 4))][static_cast<std::size_t>(std::abs(x - 4))] / 1000;
  return kernel;
}

cv::Mat1f blurred(const cv::Mat1f& in, double sigma) {
  cv::Mat1f out;
  const int size = 2 * static_cast<int>(std::ceil(3 * sigma)) + 1;
  cv::GaussianBlur(in, out, {size, size}, sigma, sigma, cv::BORDER_REFLECT_101);
  return out;
}

BONAFIDE_CLONES void add_scaled(float* into, const float* from, float factor, int count) {
  for (int i = 0; i < count; ++i) into[i] += factor * from[i];
}

// rows of `plane` summed into kFold rows of period kFold/scale, linear between two
cv::Mat1f fold_rows(const cv::Mat1f& plane, double scale) {
  cv::Mat1f sums(kFold, plane.cols, 0.0F);
  for (int y = 0; y < plane.rows; ++y) {
    const double at = y * scale;
    const double whole = std::floor(at);
    const auto fraction = static_cast<float>(at - whole);
    const int bin = static_cast<int>(whole) % kFold;
    add_scaled(sums[bin], plane[y], 1 - fraction, plane.cols);
    if (fraction > 1e-6F) add_scaled(sums[(bin + 1) % kFold], plane[y], fraction, plane.cols);
  }
  return sums;
}

struct GroupCells {  // 17 cells, in working pixels
  std::array<int, 17> x{}, y{};
  std::array<float, 17> sign{};
};

// Eight neighbouring values, which the compiler keeps in a register (two, without AVX); they may begin anywhere.
using Eight = float __attribute__((vector_size(32), aligned(4), may_alias));

// out[shift] = the signed sum of the group's cells at that shift; `twice` holds each row of the fold twice in a row.
// Half a row at a time stays in registers while the cells are gone through: a third of deep reading was storing it.
BONAFIDE_CLONES void correlate_group(float* out, const float* twice, const GroupCells& cells) {
  constexpr int kWide = 32;
  for (int y = 0; y < kFold; ++y) {
    for (int x = 0; x < kFold; x += kWide) {
      Eight a{}, b{}, c{}, d{};
      for (std::size_t i = 0; i < cells.x.size(); ++i) {
        const float* const at = twice + (y + cells.y[i]) % kFold * 2 * kFold + cells.x[i] + x;
        const auto* const from = reinterpret_cast<const Eight*>(at);
        const float sign = cells.sign[i];
        a += sign * from[0];
        b += sign * from[1];
        c += sign * from[2];
        d += sign * from[3];
      }
      auto* const to = reinterpret_cast<Eight*>(out + y * kFold + x);
      to[0] = a;
      to[1] = b;
      to[2] = c;
      to[3] = d;
    }
  }
}

BONAFIDE_CLONES void walsh_step(float* a, float* b, int count) {
  for (int i = 0; i < count; ++i) {
    const float sum = a[i] + b[i];
    b[i] = a[i] - b[i];
    a[i] = sum;
  }
}

// `count` is a multiple of 16
BONAFIDE_CLONES void moments(const float* values, int count, float& sum, float& squares, float& most) {
  Eight s0{}, s1{}, q0{}, q1{}, m0{}, m1{};
  m0 = m1 = m0 - 1e30F;
  for (int i = 0; i < count; i += 16) {
    const auto* const from = reinterpret_cast<const Eight*>(values + i);
    const Eight v0 = from[0], v1 = from[1];
    s0 += v0;
    s1 += v1;
    q0 += v0 * v0;
    q1 += v1 * v1;
    m0 = m0 < v0 ? v0 : m0;
    m1 = m1 < v1 ? v1 : m1;
  }
  sum = squares = 0;
  most = m0[0];
  for (std::size_t j = 0; j < 16; ++j) {
    sum += j < 8 ? s0[j] : s1[j - 8];
    squares += j < 8 ? q0[j] : q1[j - 8];
    most = std::max(most, j < 8 ? m0[j] : m1[j - 8]);
  }
}

constexpr int kShifts = kFold * kFold;

// For each group of sync cells and each shift, what its cells sum to; then for each layout by Walsh's transform.
void correlate(const TileLayout& layout, const Fold& fold, int turn, std::vector<float>& planes) {
  std::vector<float> twice(static_cast<std::size_t>(kFold) * kFold *
                           2);  // rows written twice, so that shifts do not wrap
  for (std::size_t y = 0; y < kFold; ++y) {
    for (std::size_t half = 0; half < 2; ++half)
      std::copy_n(fold.begin() + static_cast<std::ptrdiff_t>(y * kFold), kFold,
                  twice.begin() + static_cast<std::ptrdiff_t>((2 * y + half) * kFold));
  }
  planes.resize(static_cast<std::size_t>(kLayouts) * kShifts);
  std::fill_n(planes.begin(), kShifts, 0.0F);  // the constant column has no cells
  for (int group = 1; group <= kSyncGroups; ++group) {
    GroupCells cells;
    const std::vector<Chip>& chips = layout.sync(turn, group);
    for (std::size_t c = 0; c < cells.x.size(); ++c) {
      cells.x[c] = chips[c].x * kCellPixels;
      cells.y[c] = chips[c].y * kCellPixels;
      cells.sign[c] = chips[c].sign;
    }
    correlate_group(planes.data() + static_cast<std::ptrdiff_t>(group) * kShifts, twice.data(), cells);
  }
  for (int width = 1; width < kLayouts; width *= 2)
    for (int v = 0; v < kLayouts; v += 2 * width)
      for (int i = v; i < v + width; ++i)
        walsh_step(planes.data() + static_cast<std::ptrdiff_t>(i) * kShifts,
                   planes.data() + static_cast<std::ptrdiff_t>(i + width) * kShifts, kShifts);
}

float value_at(const Fold& fold, const Chip& chip, const SyncPeak& place) {
  const auto y = static_cast<std::size_t>((chip.y * kCellPixels + place.shift_y) % kFold);
  const auto x = static_cast<std::size_t>((chip.x * kCellPixels + place.shift_x) % kFold);
  return fold[y * kFold + x];
}

}  // namespace

cv::Mat1f float_of(media::GreyView luma) {
  const cv::Mat1b bytes(luma.height, luma.width, const_cast<std::uint8_t*>(luma.data),  // only read
                        static_cast<std::size_t>(luma.stride));
  cv::Mat1f values;
  bytes.convertTo(values, CV_32F);
  return values;
}

cv::Mat1f working_picture(const cv::Mat1f& luma, double cell_px) {
  const double scale = kCellPixels / cell_px;
  const cv::Size size(std::max(8, static_cast<int>(std::lround(luma.cols * scale))),
                      std::max(8, static_cast<int>(std::lround(luma.rows * scale))));
  cv::Mat1f working;
  cv::resize(luma, working, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  return working;
}

cv::Mat1f whitened(const cv::Mat1f& working) {
  static const cv::Mat1f kernel = cell_kernel();
  const cv::Mat1f high = value_of(working - blurred(working, kHighPassCells * kCellPixels));
  cv::Mat1f energy = blurred(value_of(cv::min(value_of(cv::abs(high)), kMostMagnitude)), kEnergyCells * kCellPixels);
  energy += kEnergyFloor;
  cv::Mat1f plane;
  cv::multiply(energy, energy, energy);
  cv::divide(high, energy, plane);
  const double deviation = std::sqrt(plane.dot(plane) / static_cast<double>(plane.total())) + 1e-9;
  plane *= 1 / deviation;
  cv::min(plane, kClip, plane);
  cv::max(plane, -kClip, plane);
  cv::Mat1f cells;
  cv::filter2D(plane, cells, CV_32F, kernel, {4, 4}, 0, cv::BORDER_REFLECT_101);
  return cells;
}

Fold folded(const cv::Mat1f& plane, double scale_x, double scale_y) {
  const cv::Mat1f rows = value_of(fold_rows(plane, scale_y).t());
  const cv::Mat1f both = value_of(fold_rows(rows, scale_x).t());
  return Fold(both.begin(), both.end());
}

cv::Mat1f turned_back(const cv::Mat1f& plane, double angle) {
  if (std::abs(angle) < 1e-6) return plane;
  const cv::Point2f middle(static_cast<float>(plane.cols - 1) / 2, static_cast<float>(plane.rows - 1) / 2);
  cv::Mat1f turned_plane;
  cv::warpAffine(plane, turned_plane, cv::getRotationMatrix2D(middle, -angle, 1), plane.size(), cv::INTER_LINEAR);
  return turned_plane;
}

Fold folded(const cv::Mat1f& plane, const TileGeometry& geometry) {
  return folded(turned_back(plane, geometry.angle), geometry.scale_x, geometry.scale_y);
}

SyncPeak find_sync(const TileLayout& layout, const Fold& fold, std::span<const int> turns) {
  SyncPeak best{.z = -1e9};
  std::vector<float> planes;
  for (const int turn : turns) {
    correlate(layout, fold, turn, planes);
    for (int v = 0; v < kLayouts; ++v) {
      const float* const plane = planes.data() + static_cast<std::ptrdiff_t>(v) * kShifts;
      float sum = 0, squares = 0, most = 0;
      moments(plane, kShifts, sum, squares, most);
      const double mean = static_cast<double>(sum) / kShifts;
      const double variance = static_cast<double>(squares) / kShifts - mean * mean;
      if (!(variance > 0)) continue;
      const double z = (static_cast<double>(most) - mean) / std::sqrt(variance);
      if (z <= best.z) continue;
      const int at = static_cast<int>(std::find(plane, plane + kShifts, most) - plane);
      best = {z, turn, v, at % kFold, at / kFold};
    }
  }
  return best;
}

double sync_at(const TileLayout& layout, const Fold& fold, const SyncPeak& place) {
  // under chance the sum of 255 values has 255 times their variance
  double sum = 0, squares = 0, mean = 0;
  for (const float value : fold) {
    mean += static_cast<double>(value);
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  mean /= kShifts;
  const double variance = squares / kShifts - mean * mean;
  int cells = 0;
  for (int group = 1; group <= kSyncGroups; ++group) {
    for (const Chip& chip : layout.sync(place.turn, group)) {
      sum += (static_cast<double>(value_at(fold, chip, place)) - mean) *
             static_cast<double>(chip.sign * walsh(place.layout, group));
      ++cells;
    }
  }
  return variance > 0 ? sum / std::sqrt(variance * cells) : 0;
}

std::vector<float> soft_at(const TileLayout& layout, const Fold& fold, const SyncPeak& place) {
  std::vector<float> soft;
  float mean = 0;
  for (const float value : fold) mean += value / kShifts;
  float magnitude = 0;
  for (const Chip& chip : layout.data(place.turn, place.layout)) {
    soft.push_back((value_at(fold, chip, place) - mean) * chip.sign);
    magnitude += std::abs(soft.back());
  }
  magnitude = magnitude / static_cast<float>(soft.size()) + 1e-12F;
  for (float& value : soft) value /= magnitude;
  return soft;
}

}  // namespace bonafide::provenance::mark
