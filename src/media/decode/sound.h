// Inside this room only: decoded sound put together into AudioBlocks, cut to a span and resampled for speech.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "media/decode/audio.h"
#include "media/decode/decode.h"

struct AVFrame;
struct SwrContext;

namespace bonafide::media {

struct FreeResampler {
  void operator()(SwrContext* resampler) const;
};

/// Samples are counted, not re-timed: small jitter of time stamps is ignored, a gap starts a new block.
class SoundAssembler {
 public:
  using Emit = std::function<void(AudioBlock&&)>;
  explicit SoundAssembler(Emit emit) : emit_(std::move(emit)) {}

  /// What comes before span.begin_s and from span.end_s on is dropped.
  void begin(const TimeSpan& span);
  /// `time_s` of the frame's first sample; nothing when the frame has no time stamp. False when the sample format
  /// is not one we know.
  bool add(const AVFrame& frame, const double* time_s);
  /// Emits what is left.
  void finish();

  bool started() const { return started_; }
  double clock() const { return clock_; }  ///< time after the last sample added
  double emitted_s() const { return emitted_s_; }
  int disorders() const { return disorders_; }  ///< time stamps that ran backwards

 private:
  bool restart(int rate, std::size_t channels);
  void append(const AVFrame& frame, std::size_t from, std::size_t to);
  void emit_block(bool last);
  void resample(bool last, std::vector<float>& speech);

  Emit emit_;
  TimeSpan span_;
  bool started_ = false;
  double clock_ = 0;
  double emitted_s_ = 0;
  int disorders_ = 0;

  int rate_ = 0;
  std::vector<std::vector<float>> native_;
  double stretch_time_s_ = 0;  ///< of the first sample since the last gap
  std::int64_t native_done_ = 0, speech_done_ = 0;
  std::unique_ptr<SwrContext, FreeResampler> resampler_;
};

}  // namespace bonafide::media
