// Which keypoints of a picture resemble others of the same picture.
#pragma once
#include <cstddef>
#include <vector>

#include "media/dsp/keypoints.h"

namespace bonafide::media {

inline constexpr std::size_t kMostMatches = 3000;
inline constexpr float kLeastDistance = 16;  ///< pixels: nearer points describe the same surroundings

struct Match {
  int a = 0, b = 0;  ///< indices, a < b
};

/// A point matches its nearest neighbours in description, when the next one is much farther (Amerini et al. 2011: up to
/// two copies). Every pair is compared, so the answer does not depend on chance. Fails with `cancelled` or `limit`
/// only.
Result<std::vector<Match>> match_within(const std::vector<Keypoint>& points, const Context& context);

}  // namespace bonafide::media
