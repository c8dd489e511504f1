// Points that look the same after moving, turning and scaling, with a description of their surroundings. After D. Lowe,
// "Distinctive image features from scale-invariant keypoints", IJCV 60(2), 2004, with the square roots of Arandjelović
// and Zisserman, "Three things everyone should know to improve object retrieval", CVPR 2012. Written from the papers:
// the -dev package of OpenCV's features2d would bring its windows and video modules along.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "media/dsp/dct.h"

namespace bonafide::media {

/// Square roots of the histogram, scaled so that a description has length 512.
using Description = std::array<std::int16_t, 128>;
inline constexpr std::int32_t kDescriptionSquare = 512 * 512;

struct Keypoint {
  float x = 0, y = 0;  ///< pixels of the picture given
  float scale = 0;     ///< standard deviation of the blur it was found at, pixels
  float angle = 0;     ///< radians, of the strongest gradient
  float response = 0;  ///< contrast, 0…1
  Description description{};
};

struct KeypointSettings {
  int most = 4000;         ///< the strongest are kept
  float contrast = 0.01F;  ///< least response of the difference of Gaussians, of the full range 0…1
  bool doubled = false;    ///< begin one octave above the picture: finds more points in small pictures
};

/// Strongest first; the order does not depend on threads. Fails with `cancelled` or `limit` (deadline) only.
Result<std::vector<Keypoint>> find_keypoints(GreyView picture, const KeypointSettings& settings,
                                             const Context& context);

}  // namespace bonafide::media
