#include "provenance/mark/tile_embed.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "provenance/mark/picture_view.h"
#include "provenance/mark/tile_plane.h"

namespace bonafide::provenance::mark {

namespace {

constexpr double kTrialCell = 4;  // pixels a cell of the copy on which attacks are tried

cv::Mat1f blurred(const cv::Mat1f& in, double sigma) {
  cv::Mat1f out;
  const int size = 2 * static_cast<int>(std::ceil(3 * sigma)) + 1;
  cv::GaussianBlur(in, out, {size, size}, sigma, sigma, cv::BORDER_REFLECT_101);
  return out;
}

// How much a place hides: local deviation in the small copy (Voloshynovskiy et al. 2001 in spirit), more in shadows and
// highlights. The weights were chosen for the best reading at equal SSIM (docs/decisions/0023).
cv::Mat1f mask_of(const cv::Mat1f& trial) {
  constexpr double kNear = 0.75 * kTrialCell;
  constexpr float kBase = 0.7F, kByDeviation = 0.1F, kMostDeviation = 30;
  const cv::Mat1f near = blurred(trial, kNear);
  const cv::Mat1f squares = blurred(value_of(trial.mul(trial)), kNear);
  const cv::Mat1f brightness = blurred(trial, 0.5 * kTrialCell);
  cv::Mat1f mask(trial.size());
  for (int y = 0; y < trial.rows; ++y) {
    for (int x = 0; x < trial.cols; ++x) {
      const float deviation = std::sqrt(std::max(0.0F, squares(y, x) - near(y, x) * near(y, x)));
      const float light = brightness(y, x);
      const float dark = std::clamp((60 - light) / 60, 0.0F, 1.0F), bright = std::clamp((light - 180) / 75, 0.0F, 1.0F);
      mask(y, x) = (kBase + kByDeviation * std::min(deviation, kMostDeviation)) * (1 + 0.4F * dark + 0.3F * bright);
    }
  }
  return blurred(mask, 0.5 * kTrialCell);
}

// The hash of coarse content that picks one of the sign patterns, so that averaged pictures do not show the tile.
int layout_of(const cv::Mat1b& luma, int not_layout) {
  cv::Mat1b coarse;
  cv::resize(luma, coarse, {8, 8}, 0, 0, cv::INTER_AREA);
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 8; ++x) hash = (hash ^ static_cast<std::uint32_t>(coarse(y, x) / 4)) * 16777619U;
  const int layout = static_cast<int>((hash >> 16 ^ hash) & (kLayouts - 1));
  return layout == not_layout ? (layout + 1) % kLayouts : layout;
}

// Cells as values, one each, painted at `cell_px` pixels a cell.
cv::Mat1f painted(const cv::Mat1f& cells, cv::Size size, double cell_px) {
  const cv::Mat1f sharp = value_of(1.5 * cells - 0.5 * blurred(cells, 0.8));
  const double step = 1 / cell_px;
  const cv::Matx23d map(step, 0, step / 2 - 0.5, 0, step, step / 2 - 0.5);
  cv::Mat1f plane;
  cv::warpAffine(sharp, plane, map, size, cv::INTER_CUBIC | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
  return plane;
}

double deviation_for(double psnr) { return 255 * std::pow(10.0, -psnr / 20); }

void scale_to(cv::Mat1f& pattern, double psnr) {
  const double now = std::sqrt(pattern.dot(pattern) / static_cast<double>(pattern.total())) + 1e-9;
  pattern *= deviation_for(psnr) / now;
}

struct Window {
  double x = 0, y = 0, side = 1, weight = 1;
};

// The whole picture, and what crops to a half and to a quarter of the area leave.
std::vector<Window> windows() {
  std::vector<Window> all{{0, 0, 1, 1}};
  for (const double side : {0.7, 0.5})
    for (int i = 0; i < 9; ++i)
      all.push_back({(1 - side) * (i % 3) / 2, (1 - side) * (i / 3) / 2, side, side * side / 4});
  return all;
}

class Embedder {
 public:
  Embedder(const cv::Mat1b& luma, const MarkKey& key, std::uint64_t id, int not_layout)
      : layout_(key), variant_(layout_of(luma, not_layout)), tile_(layout_.chips(id, variant_)), id_(id) {
    const int short_side = std::min(luma.cols, luma.rows);
    const int cells = short_side < kSmallSide ? kSmallShortCells : kShortCells;
    cell_px_ = static_cast<double>(short_side) / cells;
    luma.convertTo(trial_, CV_32F);
    trial_cell_ = cell_px_;
    if (cell_px_ > 1.5 * kTrialCell) {
      const double scale = kTrialCell / cell_px_;
      cv::resize(trial_, trial_,
                 {static_cast<int>(std::lround(luma.cols * scale)), static_cast<int>(std::lround(luma.rows * scale))},
                 0, 0, cv::INTER_AREA);
      trial_cell_ = static_cast<double>(std::min(trial_.cols, trial_.rows)) / cells;
    }
    mask_ = mask_of(trial_);
    working_ = working_picture(trial_, trial_cell_);
    cv::resize(mask_, working_mask_, working_.size(), 0, 0, cv::INTER_AREA);
    signs_.create(working_.rows / kCellPixels + 2, working_.cols / kCellPixels + 2);
    for (int y = 0; y < signs_.rows; ++y)
      for (int x = 0; x < signs_.cols; ++x)
        signs_(y, x) =
            tile_[static_cast<std::size_t>(y % kTileCells) * kTileCells + static_cast<std::size_t>(x % kTileCells)];
    strength_ = cv::Mat1f(signs_.size(), 1.0F);
  }

  void improve(double psnr, int rounds);
  bool survives(double psnr) const;
  void apply(PictureView picture, double psnr) const;
  int variant() const { return variant_; }

 private:
  cv::Mat1f pattern(cv::Size size, double cell_px, const cv::Mat1f& mask, double psnr) const;
  void help(const cv::Mat1f& plane, const Window& window, cv::Mat1f& change) const;
  bool reads(const cv::Mat1f& trial) const;
  bool reads(const cv::Mat1f& plane, const Window& window) const;

  TileLayout layout_;
  int variant_ = 0;
  std::vector<float> tile_;
  std::uint64_t id_ = 0;
  double cell_px_ = 0, trial_cell_ = 0;
  cv::Mat1f trial_, mask_, working_, working_mask_;
  cv::Mat1f signs_, strength_;  // of each cell of the picture
};

cv::Mat1f Embedder::pattern(cv::Size size, double cell_px, const cv::Mat1f& mask, double psnr) const {
  cv::Mat1f plane = painted(value_of(signs_.mul(strength_)), size, cell_px);
  cv::multiply(plane, mask, plane);
  scale_to(plane, psnr);
  return plane;
}

// Raises cells that the reader would see below their fair share in this window, lowers those far above it.
void Embedder::help(const cv::Mat1f& plane, const Window& window, cv::Mat1f& change) const {
  const int rows = plane.rows / kCellPixels, cols = plane.cols / kCellPixels;
  const cv::Rect part(static_cast<int>(window.x * cols), static_cast<int>(window.y * rows),
                      static_cast<int>(window.side * cols), static_cast<int>(window.side * rows));
  std::array<float, kTileCells * kTileCells> sums{};
  for (int y = part.y; y < part.y + part.height; ++y)
    for (int x = part.x; x < part.x + part.width; ++x)
      sums[static_cast<std::size_t>(y % kTileCells * kTileCells + x % kTileCells)] +=
          plane(y * kCellPixels, x * kCellPixels) * signs_(y, x);
  std::array<float, kTileCells* kTileCells> sorted = sums;
  const auto place = sorted.begin() + sorted.size() * 6 / 10;
  std::nth_element(sorted.begin(), place, sorted.end());
  const float fair = std::max(*place, 1e-3F);
  for (int y = part.y; y < part.y + part.height; ++y)
    for (int x = part.x; x < part.x + part.width; ++x)
      change(y, x) +=
          static_cast<float>(window.weight) *
          std::clamp((fair - sums[static_cast<std::size_t>(y % kTileCells * kTileCells + x % kTileCells)]) / fair,
                     -1.0F, 2.0F);
}

void Embedder::improve(double psnr, int rounds) {
  constexpr float kPace = 0.35F, kLeast = 0.15F, kMost = 3;
  for (int round = 0; round < rounds; ++round) {
    const cv::Mat1f plane = whitened(value_of(working_ + pattern(working_.size(), kCellPixels, working_mask_, psnr)));
    cv::Mat1f change(signs_.size(), 0.0F);
    for (const Window& window : windows()) help(plane, window, change);
    strength_ += kPace * change;
    cv::min(strength_, kMost, strength_);
    cv::max(strength_, kLeast, strength_);
  }
}

bool Embedder::reads(const cv::Mat1f& plane, const Window& window) const {
  const cv::Rect part(static_cast<int>(window.x * plane.cols), static_cast<int>(window.y * plane.rows),
                      static_cast<int>(window.side * plane.cols), static_cast<int>(window.side * plane.rows));
  const Fold fold = folded(plane(part), 1, 1);
  const SyncPeak place{.z = 0,
                       .turn = 0,
                       .layout = variant_,
                       .shift_x = (kFold - part.x % kFold) % kFold,
                       .shift_y = (kFold - part.y % kFold) % kFold};
  constexpr double kLeastSync = 6;
  return sync_at(layout_, fold, place) >= kLeastSync && TileLayout::decode(soft_at(layout_, fold, place)) == id_;
}

bool Embedder::reads(const cv::Mat1f& trial) const { return reads(whitened(working_picture(trial, trial_cell_)), {}); }

// Noise is harder than what is promised (20), since one try stands for many.
bool Embedder::survives(double psnr) const {
  constexpr int kQuality = 30;
  constexpr double kNoise = 21;
  cv::Mat1b marked;
  const cv::Mat1f exact = value_of(trial_ + pattern(trial_.size(), trial_cell_, mask_, psnr));
  exact.convertTo(marked, CV_8U);
  std::vector<std::uint8_t> saved =
      media::resave({marked.data, marked.cols, marked.rows, static_cast<std::ptrdiff_t>(marked.step)},
                    media::ijg_luma_table(kQuality), 0, 0);
  if (!reads(float_of({saved.data(), marked.cols, marked.rows, marked.cols}))) return false;
  cv::Mat1f noise(exact.size());
  cv::RNG(7).fill(noise, cv::RNG::NORMAL, 0, kNoise);
  noise += exact;
  cv::min(noise, 255, noise);
  cv::max(noise, 0, noise);
  if (!reads(noise)) return false;
  const cv::Mat1f plane = whitened(working_picture(exact, trial_cell_));
  return reads(plane, {0.09, 0.18, 0.7}) && reads(plane, {0.2, 0.1, 0.7});
}

void Embedder::apply(PictureView picture, double psnr) const {
  const cv::Size size(picture.width, picture.height);
  cv::Mat1f mask;
  if (mask_.size() == size)
    mask = mask_;
  else
    cv::resize(mask_, mask, size, 0, 0, cv::INTER_LINEAR);
  const cv::Mat1f plane = pattern(size, cell_px_, mask, psnr);
  add_to(picture, plane);
}

}  // namespace

Result<TilePlaced> place_tile(PictureView picture, const MarkKey& key, std::uint64_t id, const TileStrength& strength,
                              const Context& context) {
  if (std::min(picture.width, picture.height) < kShortCells)
    return make_error(Code::unsupported, fmt::format("the picture has fewer than {} pixels on a side", kShortCells));
  if (picture.channels != 1 && picture.channels != 3 && picture.channels != 4)
    return make_error(Code::invalid_argument, "a picture has 1, 3 or 4 samples a pixel");
  const cv::Mat original = picture_of(picture).clone();
  Embedder embedder(luma_of(picture), key, id, strength.not_layout);
  constexpr double kStep = 0.5;
  double psnr = strength.psnr + strength.weaker;
  const double floor = strength.psnr - strength.stronger;
  embedder.improve(psnr, strength.rounds);
  TilePlaced placed{.layout = embedder.variant()};
  for (;;) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
    placed.survives = embedder.survives(psnr);
    if (placed.survives || psnr - kStep < floor) break;
    psnr -= kStep;
    embedder.improve(psnr, 1);
  }
  embedder.apply(picture, psnr);
  placed.psnr = psnr_between(original, picture);
  return placed;
}

}  // namespace bonafide::provenance::mark
