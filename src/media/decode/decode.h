// Decoding: what the tracks are, one still, or ONE pass over a clip that feeds everybody.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/context.h"
#include "media/container/media.h"
#include "media/decode/audio.h"
#include "media/decode/frame.h"

namespace bonafide::media {

/// Fills Media::tracks, duration_s, width, height and kind from the demuxer. Decodes nothing but what the demuxer
/// needs to know its streams (bounded). Stills: one video track.
Result<void> probe(Media& media, const Context& context);

/// The picture of a still image file (the first frame of an animation), as stored. Refuses more than
/// `limits.pixels` before allocating.
Result<Frame> read_still(const Media& media, const Context& context);

/// The thumbnail in the metadata, or `not_found`.
Result<Frame> read_thumbnail(const Media& media, const Context& context);

struct TimeSpan {
  double begin_s = 0;
  double end_s = 0;
  double length() const { return end_s - begin_s; }
};

/// What a pass visits: spans in order, decoded completely; between them it seeks. No spans: the whole file. A span
/// that reaches Media::duration_s goes on to the file's real end, whatever its header says.
struct PassPlan {
  std::vector<TimeSpan> spans;
  bool frames = true;
  bool audio = true;
  int threads = 2;  ///< for the picture decoder
};

/// Called from the decoding thread, in decoding order; each stream's times never go back within a span.
struct PassSink {
  std::function<void(const Frame&)> on_frame;
  std::function<void(AudioBlock&&)> on_audio;
  /// A new span begins at this time; state that needs continuity must be dropped.
  std::function<void(const TimeSpan&)> on_span;
};

struct PassResult {
  std::vector<TimeSpan> examined;  ///< what was really decoded
  std::int64_t frames = 0;
  double audio_s = 0;
  bool out_of_time = false;         ///< the context's deadline ended it
  std::vector<std::string> damage;  ///< "12 frames could not be decoded"
};

/// One pass. `cancelled` when the context's stop was asked for.
Result<PassResult> run_pass(const Media& media, const PassPlan& plan, const PassSink& sink, const Context& context);

}  // namespace bonafide::media
