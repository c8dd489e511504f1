// Detector: one dropped-in file under detectors/. Each file NAME.cpp defines `const Detector detector_NAME`;
// src/CMakeLists.txt writes the table from the folder, so adding a file adds the detector and deleting it removes it.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "forensics/face/face.h"
#include "forensics/finding.h"
#include "media/container/media.h"
#include "media/decode/audio.h"
#include "media/decode/frame.h"
#include "media/decode/jpeg_coefficients.h"

namespace bonafide::forensics {

/// What a detector wants to be fed; combine with |.
enum Needs : unsigned {
  kNeedsNothing = 0,       ///< works from Media alone
  kNeedsCoefficients = 1,  ///< on_coefficients (JPEG stills)
  kNeedsStill = 2,         ///< on_still
  kNeedsFrames = 4,        ///< on_frame, every frame of the plan
  kNeedsFaces = 8,         ///< on_faces, every frame of the plan
  kNeedsAudio = 16,        ///< on_audio
};

/// One run over one file. Calls come one at a time but not always from the same thread; sound and picture arrive
/// interleaved in no promised order, so keep curves and decide in finish(). A thrown exception ends the session
/// with Outcome::failed.
class DetectorSession {
 public:
  virtual ~DetectorSession() = default;
  virtual void on_coefficients(const media::JpegCoefficients&) {}
  virtual void on_still(const media::Frame&) {}
  virtual void on_frame(const media::Frame&) {}
  virtual void on_faces(const face::FrameFaces&) {}
  virtual void on_audio(const media::AudioBlock&) {}
  /// The pass jumps: times before and after are not contiguous.
  virtual void on_span(const TimeSpan&) {}
  /// At least one Finding. `detector`, `version` and `group` are filled in by the pipeline.
  virtual std::vector<Finding> finish() = 0;
};

struct DetectorInput {
  const media::Media& media;
  const Context& context;
  std::vector<TimeSpan> plan;  ///< what the pass will visit; empty for stills
};

struct Detector {
  std::string_view id;  ///< "video.blink": also the name of docs/methods/video.blink.md
  int version = 1;
  Group group = Group::file;
  unsigned needs = kNeedsNothing;
  std::string_view title;     ///< "Blinking"
  std::string_view question;  ///< "Does each face blink as people do?"
  /// Why it cannot apply to this file, from Media alone; nothing when it may.
  std::optional<std::string> (*not_applicable)(const media::Media&) = nullptr;
  std::unique_ptr<DetectorSession> (*start)(const DetectorInput&) = nullptr;
};

/// Every detector in this build, sorted by id.
std::span<const Detector* const> detectors();

/// Shorthand for the two answers every detector gives.
Finding not_applicable(std::string reason);
Finding nothing_found(std::string claim, std::string sentence);

}  // namespace bonafide::forensics
