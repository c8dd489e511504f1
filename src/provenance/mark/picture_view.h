// A caller's picture as OpenCV sees it. One of this room's inner headers.
#pragma once
#include <opencv2/core.hpp>

#include "provenance/mark/tile_embed.h"

namespace bonafide::provenance::mark {

cv::Mat picture_of(const PictureView& view);
/// BT.601, rounded; the samples themselves when there is one channel.
cv::Mat1b luma_of(const PictureView& view);
/// dB over all colour samples.
double psnr_between(const cv::Mat& original, const PictureView& changed);
/// Adds `change` to every colour of every pixel, clipped and rounded.
void add_to(const PictureView& picture, const cv::Mat1f& change);

}  // namespace bonafide::provenance::mark
