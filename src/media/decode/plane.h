// Plane: a block of 8-bit samples, shared and never changed after it is made.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

namespace bonafide::media {

/// Row-major, `channels` samples a pixel (1 = grey, 3 = RGB), rows tightly packed. Copying shares the samples.
class Plane {
 public:
  Plane() = default;
  Plane(int width, int height, int channels, std::vector<std::uint8_t> samples)
      : width_(width),
        height_(height),
        channels_(channels),
        samples_(std::make_shared<const std::vector<std::uint8_t>>(std::move(samples))) {}

  int width() const { return width_; }
  int height() const { return height_; }
  int channels() const { return channels_; }
  bool empty() const { return width_ == 0 || height_ == 0; }
  std::size_t stride() const { return static_cast<std::size_t>(width_) * static_cast<std::size_t>(channels_); }
  const std::uint8_t* data() const { return samples_ ? samples_->data() : nullptr; }
  const std::uint8_t* row(int y) const { return data() + static_cast<std::size_t>(y) * stride(); }
  std::uint8_t at(int x, int y, int channel = 0) const {
    return row(
        y)[static_cast<std::size_t>(x) * static_cast<std::size_t>(channels_) + static_cast<std::size_t>(channel)];
  }

 private:
  int width_ = 0;
  int height_ = 0;
  int channels_ = 1;
  std::shared_ptr<const std::vector<std::uint8_t>> samples_;
};

}  // namespace bonafide::media
