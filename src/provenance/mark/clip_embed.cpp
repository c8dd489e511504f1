#include "provenance/mark/clip_embed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "media/dsp/clones.h"
#include "provenance/mark/clip_layout.h"
#include "provenance/mark/tile_layout.h"

namespace bonafide::provenance::mark {

namespace {

constexpr int kMaskShort = 256;  // the mask is worked out on a small copy: two pixels a cell

// The weights of the still's mask (tile_embed.cpp), by boxes instead of bells: a frame has a few milliseconds.
cv::Mat1f mask_of(const cv::Mat1f& small) {
  constexpr float kBase = 0.7F, kByDeviation = 0.1F, kMostDeviation = 30;
  const cv::Size near(5, 5), wide(3, 3);
  cv::Mat1f mean, squares, light;
  cv::blur(small, mean, near);
  cv::sqrBoxFilter(small, squares, CV_32F, near);
  cv::blur(small, light, wide);
  cv::Mat1f mask(small.size());
  for (int y = 0; y < mask.rows; ++y) {
    const float* const m = mean[y];
    const float* const s = squares[y];
    const float* const l = light[y];
    float* const out = mask[y];
    for (int x = 0; x < mask.cols; ++x) {
      const float deviation = std::sqrt(std::max(0.0F, s[x] - m[x] * m[x]));
      const float dark = std::clamp((60 - l[x]) / 60, 0.0F, 1.0F), bright = std::clamp((l[x] - 180) / 75, 0.0F, 1.0F);
      out[x] = (kBase + kByDeviation * std::min(deviation, kMostDeviation)) * (1 + 0.4F * dark + 0.3F * bright);
    }
  }
  cv::blur(mask, mask, wide);
  return mask;
}

// One value a cell, sharpened, painted at `cell_px` pixels a cell.
cv::Mat1f painted(const std::vector<float>& tile, cv::Size size, double cell_px) {
  cv::Mat1f cells(static_cast<int>(size.height / cell_px) + 2, static_cast<int>(size.width / cell_px) + 2);
  for (int y = 0; y < cells.rows; ++y)
    for (int x = 0; x < cells.cols; ++x)
      cells(y, x) =
          tile[static_cast<std::size_t>(y % kTileCells) * kTileCells + static_cast<std::size_t>(x % kTileCells)];
  cv::Mat1f soft, plane;
  cv::GaussianBlur(cells, soft, {7, 7}, 0.8, 0.8, cv::BORDER_REFLECT_101);
  cv::addWeighted(cells, 1.5, soft, -0.5, 0, cells);
  const double step = 1 / cell_px;
  const cv::Matx23d map(step, 0, step / 2 - 0.5, 0, step, step / 2 - 0.5);
  cv::warpAffine(cells, plane, map, size, cv::INTER_CUBIC | cv::WARP_INVERSE_MAP, cv::BORDER_REPLICATE);
  return plane;
}

// Adds one row and answers the sum of the squares of what changed.
BONAFIDE_CLONES std::int64_t add_row(std::uint8_t* luma, const float* pattern, const float* mask, float strength,
                                     int count) {
  std::int32_t squares = 0;  // changes are small: no row comes near 2^31
  for (int x = 0; x < count; ++x) {
    const int before = luma[x];
    const float value = std::clamp(static_cast<float>(before) + strength * pattern[x] * mask[x], 0.0F, 255.0F);
    const int after = static_cast<int>(value + 0.5F);
    luma[x] = static_cast<std::uint8_t>(after);
    squares += (after - before) * (after - before);
  }
  return squares;
}

}  // namespace

struct ClipMarker::State {
  State(const MarkKey& key, std::uint64_t id, double wanted)
      : tile(TileLayout(key).chips(id, static_cast<int>(id % kLayouts))), signs(time_signs(key)), psnr(wanted) {}

  std::vector<float> tile;
  std::array<float, kStretches> signs;
  double psnr = 0;
  cv::Mat1f pattern;  // of the size of the frames, with a mean square of 1
  double squares = 0, samples = 0;
};

ClipMarker::ClipMarker(std::unique_ptr<State> state) : state_(std::move(state)) {}
ClipMarker::ClipMarker(ClipMarker&&) noexcept = default;
ClipMarker::~ClipMarker() = default;

Result<ClipMarker> ClipMarker::create(const MarkKey& key, std::uint64_t id, double psnr) {
  if (!(psnr >= 30 && psnr <= 60)) return make_error(Code::invalid_argument, "a mark is 30 to 60 dB strong");
  return ClipMarker(std::make_unique<State>(key, id, psnr));
}

Result<void> ClipMarker::mark(LumaView frame, double seconds) {
  State& state = *state_;
  const int short_side = std::min(frame.width, frame.height);
  if (short_side < kShortCells)
    return make_error(Code::unsupported, fmt::format("the picture has fewer than {} pixels on a side", kShortCells));
  const cv::Size size(frame.width, frame.height);
  if (state.pattern.size() != size) {
    state.pattern = painted(state.tile, size, static_cast<double>(short_side) / kShortCells);
    state.pattern *= 1 / std::sqrt(state.pattern.dot(state.pattern) / static_cast<double>(state.pattern.total()));
  }
  const cv::Mat1b luma(frame.height, frame.width, frame.data, static_cast<std::size_t>(frame.stride));
  const double scale = std::min(1.0, static_cast<double>(kMaskShort) / short_side);
  cv::Mat1b small;
  cv::resize(luma, small, {}, scale, scale, cv::INTER_AREA);
  cv::Mat1f floats, mask;
  small.convertTo(floats, CV_32F);
  const cv::Mat1f small_mask = mask_of(floats);
  const double mask_square = small_mask.dot(small_mask) / static_cast<double>(small_mask.total());
  cv::resize(small_mask, mask, size, 0, 0, cv::INTER_LINEAR);
  const double strength = 255 * std::pow(10.0, -state.psnr / 20) / std::sqrt(mask_square);
  const float sign = state.signs[static_cast<std::size_t>(stretch_at(seconds))];
  for (int y = 0; y < frame.height; ++y) {
    state.squares += static_cast<double>(add_row(frame.data + y * frame.stride, state.pattern[y], mask[y],
                                                 sign * static_cast<float>(strength), frame.width));
  }
  state.samples += static_cast<double>(frame.width) * frame.height;
  return {};
}

double ClipMarker::psnr() const {
  if (state_->samples == 0) return 0;
  return 10 * std::log10(255.0 * 255 * state_->samples / std::max(state_->squares, 1e-9));
}

}  // namespace bonafide::provenance::mark
