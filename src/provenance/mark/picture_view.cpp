#include "provenance/mark/picture_view.h"

#include <algorithm>
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

void add_to(const PictureView& picture, const cv::Mat1f& change) {
  const int colours = std::min(picture.channels, 3);
  for (int y = 0; y < picture.height; ++y) {
    std::uint8_t* sample = picture.data + y * picture.stride;
    for (int x = 0; x < picture.width; ++x, sample += picture.channels) {
      const float add = change(y, x);
      for (int c = 0; c < colours; ++c) {
        const float value = std::clamp(static_cast<float>(sample[c]) + add, 0.0F, 255.0F);
        sample[c] = static_cast<std::uint8_t>(value + 0.5F);
      }
    }
  }
}

}  // namespace bonafide::provenance::mark
