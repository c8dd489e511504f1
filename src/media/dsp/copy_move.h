// Parts of a picture that appear in it twice: matching keypoints, a map between them that chance does not explain, and
// then the pixels themselves, compared window by window. After Amerini et al., "A SIFT-based forensic method for
// copy-move attack detection", IEEE TIFS 6(3), 2011 (matching of several neighbours), and Moisan and Stival, "A
// probabilistic criterion to detect rigid point matches", IJCV 57(3), 2004 (NFA of the map). The dense proof is ours.
#pragma once
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "media/dsp/dct.h"

namespace bonafide::media {

/// Affine map of pixels: (x, y) -> (a x + b y + tx, c x + d y + ty).
struct PixelMap {
  double a = 1, b = 0, tx = 0, c = 0, d = 1, ty = 0;

  std::array<double, 2> at(double x, double y) const { return {a * x + b * y + tx, c * x + d * y + ty}; }
  double scale() const;  ///< square root of the area factor
  double turn() const;   ///< degrees
};

inline constexpr int kCopyCell = 8;  ///< pixels of the picture searched

struct CopyPair {
  PixelMap map;                               ///< from the first place to the second, pixels of the picture given
  int points = 0;                             ///< matches that follow the map
  double log10_nfa = 0;                       ///< of the map
  double area = 0;                            ///< pixels proven the same, of one place
  double likeness = 0;                        ///< mean correlation of the proven windows
  double detail = 0;                          ///< correlation of the finest detail over the proven place
  bool whole_pixels = false;                  ///< moved by whole pixels, neither turned nor scaled
  double repeats = 0;                         ///< share of the place that fits a third place one step further
  std::vector<std::pair<int, int>> from, to;  ///< cells of kCopyCell pixels of the picture given
  bool proven = false;                        ///< passes every bar below
};

struct CopySearch {
  int points = 0, matches = 0;
  std::vector<CopyPair> pairs;  ///< strongest first: proven ones, then by area
};

inline constexpr int kLeastPoints = 4;
inline constexpr double kLikeWindow = 0.9;   ///< correlation of a window that counts as the same
inline constexpr double kMostRepeats = 0.3;  ///< more is a pattern: windows, tiles, fabric
// A thing that is truly there twice hardly ever lies a whole number of pixels away, upright and of one size; what is
// moved in an editor does.
inline constexpr double kLeastDetailMoved = 0.75;
inline constexpr double kLeastDetail = 0.85;
inline constexpr double kSureDetail = 0.9;         ///< enough even when the map rests on few points
inline constexpr double kLeastArea = 600;          ///< pixels at the scale of the search
inline constexpr double kLeastAreaShare = 0.0005;  ///< of that picture: more places find more likenesses

/// The picture should have at most about 2 megapixels: reduce it before. `full` is the picture before that (or the
/// same): its finest detail tells a copy from a thing that is there twice. Bounded: 4,000 points, 3,000 matches, 6
/// maps.
Result<CopySearch> find_copies(GreyView picture, GreyView full, const Context& context);

}  // namespace bonafide::media
