// Area averaging: the one way pictures are made smaller, so that every detector sees the same reduced picture.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace bonafide::media {

/// Rows tightly packed, `channels` (1…4) samples a pixel. Each output sample is the mean of the source area it covers
/// (OpenCV INTER_AREA). Sizes must be at least 1 and the output no larger than the source; otherwise empty.
std::vector<std::uint8_t> reduce_area(std::span<const std::uint8_t> samples, int width, int height, int channels,
                                      int to_width, int to_height);

}  // namespace bonafide::media
