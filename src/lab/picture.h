// Between the house's planes and OpenCV's matrices.
#pragma once
#include <opencv2/core.hpp>

#include "media/decode/plane.h"

namespace bonafide::lab {

/// A copy: CV_8UC1 or CV_8UC3 (RGB).
inline cv::Mat matrix_of(const media::Plane& plane) {
  cv::Mat out(plane.height(), plane.width(), plane.channels() == 3 ? CV_8UC3 : CV_8UC1);
  for (int y = 0; y < plane.height(); ++y) std::copy_n(plane.row(y), plane.stride(), out.ptr<std::uint8_t>(y));
  return out;
}

inline media::Plane plane_of(const cv::Mat& matrix) {
  const auto stride = static_cast<std::size_t>(matrix.cols) * matrix.elemSize();
  std::vector<std::uint8_t> samples(stride * static_cast<std::size_t>(matrix.rows));
  for (int y = 0; y < matrix.rows; ++y)
    std::copy_n(matrix.ptr<std::uint8_t>(y), stride, samples.data() + static_cast<std::size_t>(y) * stride);
  return {matrix.cols, matrix.rows, matrix.channels(), std::move(samples)};
}

}  // namespace bonafide::lab
