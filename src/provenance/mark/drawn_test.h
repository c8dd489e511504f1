// Pictures for this room's tests: shapes over textured noise, made from a seed. Nothing real.
#pragma once
#include <cmath>
#include <cstdint>
#include <opencv2/imgproc.hpp>

#include "media/dsp/dct.h"
#include "provenance/mark/tile_embed.h"

namespace bonafide::provenance::mark::drawn {

inline cv::Mat3b picture(int width, int height, std::uint64_t seed) {
  cv::RNG random(seed);
  cv::Mat3f sum(height, width, cv::Vec3f(110, 120, 130));
  for (const int grain : {2, 6, 20, 70}) {
    cv::Mat3f noise(height / grain + 2, width / grain + 2);
    random.fill(noise, cv::RNG::NORMAL, 0, 4 + grain / 3);
    cv::Mat3f large;
    cv::resize(noise, large, sum.size(), 0, 0, cv::INTER_CUBIC);
    sum += large;
  }
  for (int i = 0; i < 12; ++i) {
    const cv::Scalar colour(random.uniform(20, 235), random.uniform(20, 235), random.uniform(20, 235));
    cv::circle(sum, {random.uniform(0, width), random.uniform(0, height)}, random.uniform(8, width / 8), colour,
               3 + i % 5);
  }
  cv::Mat3b bytes;
  sum.convertTo(bytes, CV_8U);
  return bytes;
}

inline PictureView view(cv::Mat3b& picture) {
  return {picture.data, picture.cols, picture.rows, 3, static_cast<std::ptrdiff_t>(picture.step), true};
}

inline cv::Mat1b luma(const cv::Mat3b& picture) {
  cv::Mat1b grey;
  cv::cvtColor(picture, grey, cv::COLOR_BGR2GRAY);
  return grey;
}

inline media::GreyView view(const cv::Mat1b& grey) {
  return {grey.data, grey.cols, grey.rows, static_cast<std::ptrdiff_t>(grey.step)};
}

inline cv::Mat1b saved_as_jpeg(const cv::Mat1b& grey, int quality) {
  const auto bytes = media::resave(view(grey), media::ijg_luma_table(quality), 0, 0);
  cv::Mat1b saved(grey.size());
  std::copy(bytes.begin(), bytes.end(), saved.begin());
  return saved;
}

}  // namespace bonafide::provenance::mark::drawn
