// Where one shot ends and the next begins, from a handful of samples a frame.
#pragma once
#include <optional>
#include <vector>

#include "media/decode/plane.h"

namespace bonafide::forensics::face {

class CutFinder {
 public:
  /// True when this frame begins a new shot. The first frame after a reset is no cut.
  bool next(const media::Plane& luma);
  void reset();

 private:
  std::vector<float> previous_;  ///< block means of the last frame
  std::vector<float> recent_;    ///< the last differences between frames, newest last
};

}  // namespace bonafide::forensics::face
