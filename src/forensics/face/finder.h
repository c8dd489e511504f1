// Finds upright frontal faces in one picture. Replaceable, so that the tracker can be tested without a real face.
#pragma once
#include "forensics/face/face.h"

namespace bonafide::forensics::face {

struct Detection {
  Box box;  ///< pixels of the plane searched
  float confidence = 0;
};

class FaceFinder {
 public:
  virtual ~FaceFinder() = default;
  /// `patience` lowers (below 0) or raises the confidence that is enough.
  virtual std::vector<Detection> find(const media::Plane& luma, double patience) = 0;
};

/// dlib's frontal detector: histograms of gradients (Felzenszwalb et al. 2010) and a max-margin filter (King 2015),
/// five views, faces from about 80 pixels across.
std::unique_ptr<FaceFinder> dlib_finder();

/// FaceTracker::create with another finder.
std::unique_ptr<FaceTracker> make_tracker(const TrackerSettings& settings, std::unique_ptr<LandmarkProvider> provider,
                                          std::unique_ptr<FaceFinder> finder);

}  // namespace bonafide::forensics::face
