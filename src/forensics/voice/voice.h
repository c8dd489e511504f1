// Voice activity: where somebody speaks and how loud, every 10 ms, for all detectors that listen to speech.
#pragma once
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "media/decode/audio.h"
#include "media/decode/decode.h"

namespace bonafide::forensics::voice {

using media::TimeSpan;

inline constexpr int kBands = 4;
/// Hz: voice pitch, first formant, second and third formant, hissing sounds.
inline constexpr std::array<double, kBands + 1> kBandEdges{80, 400, 1200, 3000, 7600};
inline constexpr double kHop_s = 0.01;  ///< between points
inline constexpr double kWindow_s = 0.032;

/// One point of the envelope. Powers are mean squares (a full-scale sine has 0.5) over a 32 ms Hann window.
struct VoicePoint {
  double time_s = 0;  ///< the window's middle, on the file's clock
  float total = 0;    ///< 80…7600 Hz: the bands' sum
  std::array<float, kBands> bands{};
  bool voiced = false;  ///< periodic at a pitch of 75…400 Hz, and not silent
  bool speech = false;  ///< inside one of Voice::speech; known after finish()
};

struct Voice {
  std::vector<VoicePoint> envelope;  ///< 100 a second, in time order; gaps where the pass jumped
  std::vector<TimeSpan> speech;      ///< stretches of speech, in time order
  double examined_s = 0;             ///< envelope.size() · kHop_s
  double speech_fraction = 0;        ///< of examined_s, 0…1
  double voiced_fraction = 0;        ///< of the points inside speech, 0…1
  double noise_db = -120;            ///< dB re full scale (10·log10 of the mean square), between speech
  double speech_db = -120;           ///< inside speech, noise included
  /// (speech - noise) / noise in dB; nothing when there is no speech or less than 0.1 s beside it.
  std::optional<double> snr_db;

  /// The envelope on a regular grid: values of one band (or all: band = -1) at begin_s, begin_s + 0.01, …, as
  /// 10·log10(mean square), -120 for silence, NaN where nothing was heard.
  std::vector<double> sampled_db(double begin_s, double end_s, int band = -1) const;
};

/// Feed every AudioBlock in order; a jump in time of more than 20 ms, or restart(), begins afresh. Keeps 40 bytes for
/// each 10 ms. Energy against the file's own noise floor, confirmed by pitch: steady tones, noise and silence are not
/// speech, but singing and melodic music may be taken for it.
class VoiceActivity {
 public:
  VoiceActivity();
  VoiceActivity(VoiceActivity&&) noexcept;
  ~VoiceActivity();

  void push(const media::AudioBlock& block);
  /// From DetectorSession::on_span: the next block is not contiguous.
  void restart();
  /// Decides; call once, after the last block.
  Voice finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bonafide::forensics::voice
