#include "provenance/mark/picture_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace bonafide::provenance::mark {

cv::Mat picture_of(const PictureView& view) {
  return {view.height, view.width, CV_8UC(view.channels), view.data, static_cast<std::size_t>(view.stride)};
}

cv::Mat1b luma_of(const PictureView& view) {
  const cv::Mat picture = picture_of(view);
  if (view.channels == 1) return picture;
  cv::Mat1b luma;
  const bool alpha = view.channels == 4;
  cv::cvtColor(picture, luma,
               view.bgr ? (alpha ? cv::COLOR_BGRA2GRAY : cv::COLOR_BGR2GRAY)
                        : (alpha ? cv::COLOR_RGBA2GRAY : cv::COLOR_RGB2GRAY));
  return luma;
}

double psnr_between(const cv::Mat& original, const PictureView& changed) {
  double squares = 0;
  const int colours = std::min(changed.channels, 3);
  for (int y = 0; y < changed.height; ++y) {
    const std::uint8_t* p = original.ptr<std::uint8_t>(y);
    const std::uint8_t* q = changed.data + y * changed.stride;
    std::int64_t row = 0;
    for (int x = 0; x < changed.width; ++x, p += changed.channels, q += changed.channels)
      for (int c = 0; c < colours; ++c) row += (p[c] - q[c]) * (p[c] - q[c]);
    squares += static_cast<double>(row);
  }
  return 10 * std::log10(255.0 * 255 * changed.width * changed.height * colours / std::max(squares, 1e-9));
}

namespace {

using Weights = std::array<float, 3>;

// A colour at the end of its scale leaves its part of the change to the others, so that the brightness changes as
// asked; up to a point, where the colour would change more than the brightness.
void add_brightness(std::uint8_t* sample, const Weights& weights, float add) {
  constexpr int kRounds = 2;
  constexpr float kMost = 2.5F;
  std::array<float, 3> values{static_cast<float>(sample[0]), static_cast<float>(sample[1]),
                              static_cast<float>(sample[2])};
  float left = add;
  for (int round = 0; round < kRounds; ++round) {
    float movable = 0;
    for (std::size_t c = 0; c < 3; ++c) movable += (left > 0 ? values[c] < 255 : values[c] > 0) ? weights[c] : 0;
    if (movable <= 0) break;
    const float step = std::clamp(left / movable, -kMost * std::abs(add), kMost * std::abs(add));
    for (std::size_t c = 0; c < 3; ++c) {
      const float next = std::clamp(values[c] + step, 0.0F, 255.0F);
      left -= weights[c] * (next - values[c]);
      values[c] = next;
    }
  }
  for (std::size_t c = 0; c < 3; ++c) sample[c] = static_cast<std::uint8_t>(values[c] + 0.5F);
}

}  // namespace

void add_to(const PictureView& picture, const cv::Mat1f& change) {
  const Weights weights = picture.bgr ? Weights{0.114F, 0.587F, 0.299F} : Weights{0.299F, 0.587F, 0.114F};
  for (int y = 0; y < picture.height; ++y) {
    std::uint8_t* sample = picture.data + y * picture.stride;
    for (int x = 0; x < picture.width; ++x, sample += picture.channels) {
      if (picture.channels > 1)
        add_brightness(sample, weights, change(y, x));
      else
        *sample =
            static_cast<std::uint8_t>(std::clamp(static_cast<float>(*sample) + change(y, x), 0.0F, 255.0F) + 0.5F);
    }
  }
}

}  // namespace bonafide::provenance::mark
