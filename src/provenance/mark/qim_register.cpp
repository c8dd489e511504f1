#include "provenance/mark/qim_register.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <map>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "provenance/mark/tile_layout.h"

namespace bonafide::provenance::mark {

namespace {

using Wave = std::complex<float>;
using Waves = std::array<Wave, kQimChips>;

Waves waves_of(const QimBlock& steps) {
  Waves waves;
  for (std::size_t i = 0; i < kQimChips; ++i) waves[i] = std::polar(1.0F, 2 * std::numbers::pi_v<float> * steps[i]);
  return waves;
}

// Rows of lattices as waves, made when they are first asked for.
class Lattices {
 public:
  Lattices(const QimLayout& layout, int columns) : layout_(layout), columns_(columns) {}
  int columns() const { return columns_; }
  const Waves& at(int row, int column) {
    std::vector<Waves>& waves = rows_[row];
    if (waves.empty())
      for (const QimBlock& block : layout_.row(row, columns_)) waves.push_back(waves_of(block));
    return waves[static_cast<std::size_t>(column)];
  }

 private:
  const QimLayout& layout_;
  int columns_;
  std::map<int, std::vector<Waves>> rows_;
};

float agreement(const Waves& seen, const Waves& lattice) {
  float sum = 0;
  for (std::size_t i = 0; i < kQimChips; ++i) sum += (seen[i] * std::conj(lattice[i])).real();
  return sum;
}

struct Sample {
  int column = 0, row = 0;
  Waves seen;
};

// Up to `most` blocks, evenly over the part of a picture whose blocks start at (x, y).
std::vector<Sample> samples_of(const cv::Mat1b& picture, int x, int y, int most) {
  std::vector<Sample> samples;
  const int columns = (picture.cols - x) / kQimSide, rows = (picture.rows - y) / kQimSide;
  const int every = std::max(1, static_cast<int>(std::ceil(std::sqrt(static_cast<double>(columns) * rows / most))));
  const auto stride = static_cast<std::ptrdiff_t>(picture.step);
  for (int row = every / 2; row < rows; row += every) {
    for (int column = every / 2; column < columns; column += every) {
      const std::uint8_t* const corner = picture[y + row * kQimSide] + x + column * kQimSide;
      if (qim_clipped(corner, stride, {})) continue;
      QimBlock steps = qim_coefficients(corner, stride);
      for (float& value : steps) value /= kQimStep;
      samples.push_back({column, row, waves_of(steps)});
    }
  }
  return samples;
}

double z_of(const std::vector<Sample>& samples, Lattices& lattices, int column, int row) {
  float sum = 0;
  int count = 0;
  for (const Sample& sample : samples) {
    if (sample.column + column >= lattices.columns()) continue;
    sum += agreement(sample.seen, lattices.at(sample.row + row, sample.column + column));
    ++count;
  }
  // a cosine of chance has the variance 1/2
  return count < 30 ? 0 : static_cast<double>(sum) / std::sqrt(static_cast<double>(kQimChips) * count / 2);
}

constexpr int kSamples = 500;

void keep(QimRegistration& best, double z, const QimPlacement& placement) {
  ++best.hypotheses;
  if (z <= best.z) return;
  best.z = z;
  best.placement = placement;
}

/// Where tiles begin in the turned back picture, and how large they are.
struct TileGrid {
  double x = 0, y = 0, size = 0;
};

TileGrid tile_grid(const TileReading& where, cv::Size upright) {
  TileGrid grid{where.origin_x, where.origin_y, kTileCells * where.cell_px};
  int width = (where.turn & 1) != 0 ? upright.height : upright.width;
  int height = (where.turn & 1) != 0 ? upright.width : upright.height;
  for (int i = 0; i < (where.turn & 3); ++i) {
    const double x = grid.x;
    grid.x = grid.y;
    grid.y = width - x;
    std::swap(width, height);
  }
  if ((where.turn & 4) != 0) grid.x = width - grid.x;
  grid.x = std::fmod(grid.x, grid.size);
  grid.y = std::fmod(grid.y, grid.size);
  return grid;
}

// The marked picture's corner lies where a tile begins, left of and above what is left of it.
void try_cuts(const cv::Mat1b& upright, const QimLayout& layout, const TileReading& where, QimRegistration& best,
              const Context& context) {
  constexpr double kLargest = 2;  // of what is left, that was cut off on one side
  const TileGrid grid = tile_grid(where, upright.size());
  const int near = static_cast<int>(std::ceil(0.75 * where.cell_px)) + 2;
  Lattices lattices(layout, static_cast<int>(upright.cols * (1 + kLargest)) / kQimSide + near + 2);
  std::array<std::vector<Sample>, kQimSide * kQimSide> by_phase;
  for (int i = 0; i < kQimSide * kQimSide; ++i)
    by_phase[static_cast<std::size_t>(i)] = samples_of(upright, i % kQimSide, i / kQimSide, kSamples);
  const auto corners = [&](double first, int most) {
    std::vector<int> all;
    for (double at = first; at > -kLargest * most; at -= grid.size)
      for (int d = -near; d <= near; ++d)
        if (const int corner = static_cast<int>(std::lround(at)) + d; corner <= 0) all.push_back(corner);
    return all;
  };
  const std::vector<int> across = corners(grid.x, upright.cols);
  for (const int top : corners(grid.y, upright.rows)) {
    if (context.stopped()) return;
    for (const int left : across) {
      QimPlacement placement{.turn = where.turn, .x = (kQimSide - -left % kQimSide) % kQimSide};
      placement.y = (kQimSide - -top % kQimSide) % kQimSide;
      placement.column = (placement.x - left) / kQimSide;
      placement.row = (placement.y - top) / kQimSide;
      const auto phase = static_cast<std::size_t>(placement.y * kQimSide + placement.x);
      keep(best, z_of(by_phase[phase], lattices, placement.column, placement.row), placement);
    }
  }
}

// The upper left part at another size, for a first look.
cv::Mat1b corner_at(const cv::Mat1b& upright, double scale) {
  constexpr int kSide = 256;
  const int width = std::min(kSide, static_cast<int>(upright.cols / scale));
  const int height = std::min(kSide, static_cast<int>(upright.rows / scale));
  const cv::Matx23d map(scale, 0, scale / 2 - 0.5, 0, scale, scale / 2 - 0.5);
  cv::Mat1b corner;
  cv::warpAffine(upright, corner, map, {width, height}, cv::INTER_CUBIC | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
  return corner;
}

void try_sizes(const cv::Mat1b& upright, const QimLayout& layout, const TileReading& where, QimRegistration& best,
               const Context& context) {
  constexpr double kSmallest = 0.6, kLargest = 2;  // of the short side now, that it had
  const int now = std::min(upright.cols, upright.rows);
  Lattices lattices(layout, 2 * (upright.cols + upright.rows) / kQimSide);
  double best_here = 0, scale_here = 1;
  for (int side = static_cast<int>(now * kSmallest); side <= static_cast<int>(now * kLargest); ++side) {
    if (context.stopped()) return;
    const double scale = static_cast<double>(now) / side;
    const double z = z_of(samples_of(corner_at(upright, scale), 0, 0, 2 * kSamples), lattices, 0, 0);
    ++best.hypotheses;
    if (z > best_here) best_here = z, scale_here = scale;
  }
  constexpr double kWorth = 6;  // z: resizing a large picture nine times is dear
  if (best_here < kWorth) return;
  // Sides are whole numbers, each rounded by itself.
  for (int dx = -1; dx <= 1; ++dx) {
    for (int dy = -1; dy <= 1; ++dy) {
      const double width = std::round(upright.cols / scale_here) + dx;
      const double height = std::round(upright.rows / scale_here) + dy;
      const QimPlacement placement{
          .turn = where.turn, .scale_x = upright.cols / width, .scale_y = upright.rows / height};
      keep(best, z_of(samples_of(qim_resized_back(upright, placement), 0, 0, 4 * kSamples), lattices, 0, 0), placement);
    }
  }
}

}  // namespace

cv::Mat1b qim_turned_back(media::GreyView luma, int turn) {
  const cv::Mat1b given(luma.height, luma.width, const_cast<std::uint8_t*>(luma.data),  // only read
                        static_cast<std::size_t>(luma.stride));
  cv::Mat1b upright = given;
  if ((turn & 3) != 0) {
    constexpr std::array<int, 4> kBack{0, cv::ROTATE_90_COUNTERCLOCKWISE, cv::ROTATE_180, cv::ROTATE_90_CLOCKWISE};
    cv::Mat1b turned_picture;
    cv::rotate(upright, turned_picture, kBack[static_cast<std::size_t>(turn & 3)]);
    upright = turned_picture;
  }
  if ((turn & 4) != 0) {
    cv::Mat1b mirrored;
    cv::flip(upright, mirrored, 1);
    upright = mirrored;
  }
  return upright;
}

cv::Mat1b qim_resized_back(const cv::Mat1b& upright, const QimPlacement& placement) {
  const cv::Size size(static_cast<int>(std::lround(upright.cols / placement.scale_x)),
                      static_cast<int>(std::lround(upright.rows / placement.scale_y)));
  if (size == upright.size()) return upright;
  cv::Mat1b resized;
  cv::resize(upright, resized, size, 0, 0, placement.scale_x > 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  return resized;
}

QimEnds qim_ends(const cv::Mat1b& picture) {
  constexpr double kBeyond = 1e-4;  // share of samples: single ones do not make an end
  std::array<int, 256> counts{};
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x) ++counts[picture(y, x)];
  const double beyond = kBeyond * static_cast<double>(picture.total());
  QimEnds ends;
  int sum = 0;
  for (ends.low = 0; ends.low < 127 && (sum += counts[static_cast<std::size_t>(ends.low)]) <= beyond;) ++ends.low;
  sum = 0;
  for (ends.high = 255; ends.high > 128 && (sum += counts[static_cast<std::size_t>(ends.high)]) <= beyond;) --ends.high;
  return ends;
}

QimGrid qim_grid(const cv::Mat1b& upright, const QimLayout& layout, const QimPlacement& placement) {
  QimGrid grid;
  const QimEnds ends = qim_ends(upright);
  grid.columns = (upright.cols - placement.x) / kQimSide;
  grid.rows = (upright.rows - placement.y) / kQimSide;
  const auto stride = static_cast<std::ptrdiff_t>(upright.step);
  for (int row = 0; row < grid.rows; ++row) {
    const std::vector<QimBlock> lattice = layout.row(placement.row + row, placement.column + grid.columns);
    grid.lattice.insert(grid.lattice.end(), lattice.begin() + placement.column, lattice.end());
    for (int column = 0; column < grid.columns; ++column) {
      const std::uint8_t* const corner = upright[placement.y + row * kQimSide] + placement.x + column * kQimSide;
      grid.coefficients.push_back(qim_coefficients(corner, stride));
      grid.clipped.push_back(qim_clipped(corner, stride, ends) ? 1 : 0);
    }
  }
  return grid;
}

QimRegistration qim_register(const cv::Mat1b& upright, const QimLayout& layout, const TileReading& where, bool deep,
                             double enough_z, const Context& context) {
  QimRegistration best;
  best.placement.turn = where.turn;
  const QimGrid whole = qim_grid(upright, layout, {.turn = where.turn});
  // a changed contrast leaves enough of the level to see the place; the gain is found afterwards
  keep(best, qim_level(whole, 1) * std::sqrt(2 * qim_values(whole)), {.turn = where.turn});
  if (best.z >= enough_z || !deep) return best;
  try_cuts(upright, layout, where, best, context);
  if (best.z < enough_z) try_sizes(upright, layout, where, best, context);
  return best;
}

}  // namespace bonafide::provenance::mark
