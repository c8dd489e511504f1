// Faces: where they are, the 68 points on each, how the head is turned, and how far the measurement can be trusted.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "media/decode/frame.h"

namespace bonafide::forensics::face {

struct Point {
  float x = 0, y = 0;  ///< pixels of the full-size frame
};

/// The 68 points of the iBUG 300-W scheme: 0-16 jaw, 17-26 brows, 27-35 nose, 36-41 right eye (the person's),
/// 42-47 left eye, 48-59 outer lips, 60-67 inner lips.
using Landmarks = std::array<Point, 68>;

struct Box {
  float x = 0, y = 0, width = 0, height = 0;  ///< pixels of the full-size frame
};

/// Degrees against the line of sight to the face; 0 = looking into the camera. Yaw > 0 = towards the picture's right,
/// pitch > 0 = up, roll > 0 = leaning clockwise as seen. Good to a few degrees; the zero of pitch differs by person.
struct Pose {
  float yaw = 0, pitch = 0, roll = 0;
};

struct FaceObservation {
  int track = 0;  ///< from 1; a new number after a scene cut or a loss
  Box box;
  Landmarks landmarks;
  Pose pose;
  float size = 0;         ///< pixels between the outer eye corners
  float sharpness = 0;    ///< variance of the Laplacian on the face scaled to 128 px; low = blurred
  float confidence = 0;   ///< of the last detection on this track
  bool detected = false;  ///< the detector ran on this frame and saw it (otherwise it was tracked)
};

struct FrameFaces {
  double time_s = 0;
  std::int64_t index = 0;
  int width = 0, height = 0;  ///< of the frame
  bool scene_cut = false;     ///< this frame begins a new shot; all tracks ended before it
  std::vector<FaceObservation> faces;
};

/// Finds landmarks in a box: replaceable (another model, another scheme mapped to the 68 points).
class LandmarkProvider {
 public:
  virtual ~LandmarkProvider() = default;
  virtual Landmarks fit(const media::Plane& luma, const Box& box) = 0;
};

/// dlib's 68-point model from Debian's libdlib-data; `unavailable` with the package's name when it is not installed.
/// The file is read once per process and shared.
Result<std::unique_ptr<LandmarkProvider>> dlib_landmarks();

/// Where that model lies on this machine, whether it is there or not.
std::string landmark_model_path();

struct TrackerSettings {
  int detect_width = 640;  ///< pixels across of the frame the detector sees
  int detect_every = 8;    ///< frames between detections
  int most_faces = 4;      ///< the largest ones
};

/// Feeds on frames in time order, answers with the faces of each. Not thread-safe.
class FaceTracker {
 public:
  static Result<std::unique_ptr<FaceTracker>> create(const TrackerSettings& settings,
                                                     std::unique_ptr<LandmarkProvider> provider);
  virtual ~FaceTracker() = default;
  virtual FrameFaces next(const media::Frame& frame) = 0;
  /// Forget everything: the next frame is not contiguous.
  virtual void reset() = 0;
};

/// Eye aspect ratio (Soukupová and Čech 2016): height over width of one eye; about 0.3 open, below 0.2 closed.
float eye_opening(const Landmarks& points, bool left);
/// Inner-lip gap over the distance between the outer eye corners.
float mouth_opening(const Landmarks& points);

}  // namespace bonafide::forensics::face
