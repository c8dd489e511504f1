// The pipeline: which detectors apply, what of the file they will see, and the one pass that feeds them all.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/context.h"
#include "forensics/detector.h"
#include "forensics/finding.h"

namespace bonafide::forensics {

/// Somebody of another axis who looks at the same decoded file: frames and sound as the detectors see them, each from
/// one thread. A still comes as one frame.
struct Listener {
  std::function<void(const media::Frame&)> on_frame;
  std::function<void(const media::AudioBlock&)> on_audio;
  std::function<void()> on_span;  ///< what follows does not continue what came before
};

struct PipelineSettings {
  std::vector<std::string> only;  ///< detector ids or prefixes ending in '.'; empty = all
  std::vector<std::string> skip;
  bool whole = false;    ///< no sampling, however long the file
  bool threaded = true;  ///< false: everything on the calling thread, same answers
  bool previews = true;  ///< keep small pictures for the report
  const Listener* listener = nullptr;
};

struct PlannedDetector {
  const Detector* detector = nullptr;
  std::optional<Finding> settled;  ///< not applicable or skipped: known before anything is decoded
};

/// What will be done, before it is done.
struct Plan {
  std::vector<PlannedDetector> detectors;
  std::vector<TimeSpan> spans;  ///< empty for stills
  bool sampled = false;         ///< the spans leave parts out
  unsigned needs = 0;           ///< of all detectors that will run
};

/// A small picture for the report: JPEG bytes.
struct Preview {
  double time_s = 0;
  int width = 0, height = 0;
  std::vector<std::uint8_t> jpeg;
};

/// One face track, summed up.
struct FaceSummary {
  int track = 0;
  TimeSpan seen;
  double mean_size = 0;                             ///< pixels between the outer eye corners
  std::vector<std::pair<double, face::Box>> boxes;  ///< about two a second: (time, box in pixels)
};

struct PipelineResult {
  std::vector<Finding> findings;   ///< in detector order
  std::vector<TimeSpan> examined;  ///< in time; empty for stills
  std::int64_t frames = 0;
  std::vector<std::string> not_examined;  ///< plain sentences: what was left out and why
  std::vector<std::string> damage;
  std::vector<Preview> previews;
  std::vector<FaceSummary> faces;
};

/// Files up to 10 minutes are examined whole; longer ones in ten 60 s spans spread evenly.
/// `table` is detectors() except in tests.
Plan make_plan(const media::Media& media, const PipelineSettings& settings, std::span<const Detector* const> table);

/// Opens, decodes once, feeds all. Fails only when the file cannot be decoded at all, or on `cancelled`.
Result<PipelineResult> run_pipeline(const media::Media& media, const Plan& plan, const PipelineSettings& settings,
                                    const Context& context);

}  // namespace bonafide::forensics
