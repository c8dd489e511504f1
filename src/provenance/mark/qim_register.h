// Finds how a picture lies on the marked picture's grid of blocks. One of this room's inner headers.
#pragma once
#include <opencv2/core.hpp>

#include "provenance/mark/qim_judge.h"

namespace bonafide::provenance::mark {

/// What was tried, and the best of it.
struct QimRegistration {
  QimPlacement placement;
  double z = 0;           ///< of the level at the best place
  double hypotheses = 0;  ///< places, sizes and gains
};

/// The picture that was read, turned back as the mark says it was turned.
cv::Mat1b qim_turned_back(media::GreyView luma, int turn);
/// Turned back and resized back.
cv::Mat1b qim_resized_back(const cv::Mat1b& upright, const QimPlacement& placement);
/// The darkest and the brightest of a picture: places that were clipped before contrast was changed are there.
QimEnds qim_ends(const cv::Mat1b& picture);
/// The blocks of a picture that is upright and of its old size.
QimGrid qim_grid(const cv::Mat1b& upright, const QimLayout& layout, const QimPlacement& placement);

/// As it is; then, when that shows nothing and `deep`, cut at any place that the tile allows; then at other sizes.
QimRegistration qim_register(const cv::Mat1b& upright, const QimLayout& layout, const TileReading& where, bool deep,
                             double enough_z, const Context& context);

}  // namespace bonafide::provenance::mark
