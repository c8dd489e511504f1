#include "media/dsp/resize.h"

#include <opencv2/imgproc.hpp>

namespace bonafide::media {

std::vector<std::uint8_t> reduce_area(std::span<const std::uint8_t> samples, int width, int height, int channels,
                                      int to_width, int to_height) {
  if (to_width < 1 || to_height < 1 || to_width > width || to_height > height || channels < 1 || channels > 4)
    return {};
  const auto size = [&](int w, int h) {
    return static_cast<std::size_t>(w) * static_cast<std::size_t>(h) * static_cast<std::size_t>(channels);
  };
  if (samples.size() < size(width, height)) return {};
  std::vector<std::uint8_t> reduced(size(to_width, to_height));
  // OpenCV has no const view; the source is only read.
  const cv::Mat from(height, width, CV_8UC(channels), const_cast<std::uint8_t*>(samples.data()));
  cv::Mat to(to_height, to_width, CV_8UC(channels), reduced.data());
  cv::resize(from, to, to.size(), 0, 0, cv::INTER_AREA);
  return reduced;
}

}  // namespace bonafide::media
