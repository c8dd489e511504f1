// What a tile is read from: a picture reduced to two pixels a cell, its own content pressed down, and the sums over all
// repetitions of the tile. OpenCV is seen by this room's .cpp files and by its inner headers, of which this is one.
#pragma once
#include <opencv2/core.hpp>
#include <vector>

#include "media/dsp/dct.h"
#include "provenance/mark/tile_layout.h"

namespace bonafide::provenance::mark {

/// What a matrix expression comes to (its own conversion is ambiguous under -Wconversion).
inline cv::Mat1f value_of(const cv::MatExpr& expression) { return cv::Mat(expression); }

/// Samples as floats, not copied into more than that.
cv::Mat1f float_of(media::GreyView luma);

/// The picture at `cell_px` of its pixels a cell, resampled to kCellPixels.
cv::Mat1f working_picture(const cv::Mat1f& luma, double cell_px);

/// Presses down what the picture itself shows (a high pass, division by local energy, clipping), then applies the
/// filter that fits a cell: out(y,x) is the value of a cell whose upper left working pixel is (x,y).
cv::Mat1f whitened(const cv::Mat1f& working);

/// Where a working plane's pixels lie in the tile: column u = a·x + b·y, row v = c·x + d·y, in working pixels of period
/// kFold.
struct TileGeometry {
  double scale_x = 1, scale_y = 1;  ///< tile pixels per plane pixel
  double angle = 0;                 ///< degrees by which the picture was turned, counter-clockwise as shown
};

/// Sums of a whitened plane over all repetitions of the tile: kFold × kFold values, row by row.
using Fold = std::vector<float>;
/// Scales only; quick.
Fold folded(const cv::Mat1f& plane, double scale_x, double scale_y);
/// Any geometry: resamples first when there is an angle.
Fold folded(const cv::Mat1f& plane, const TileGeometry& geometry);
/// The plane turned by -`angle` about its middle, so that scales alone are left.
cv::Mat1f turned_back(const cv::Mat1f& plane, double angle);

/// The best place of the sync cells in a fold.
struct SyncPeak {
  double z = 0;  ///< deviations above the mean over all shifts of that layout and turn
  int turn = 0, layout = 0, shift_x = 0, shift_y = 0;
};
SyncPeak find_sync(const TileLayout& layout, const Fold& fold, std::span<const int> turns);
/// z of one known place.
double sync_at(const TileLayout& layout, const Fold& fold, const SyncPeak& place);
/// The soft values of the coded bits at a place, scaled to a mean magnitude of 1.
std::vector<float> soft_at(const TileLayout& layout, const Fold& fold, const SyncPeak& place);

}  // namespace bonafide::provenance::mark
