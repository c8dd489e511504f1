// audio.hop_flutter: does the loudness ripple at a vocoder's frame rate, locked to the sample clock?
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "forensics/detector.h"
#include "media/dsp/acontrario.h"
#include "media/dsp/flutter_search.h"
#include "media/dsp/statistics.h"
#include "media/dsp/stft.h"

namespace bonafide::forensics {

namespace {

// Bars on log10 of the number of false alarms (passages × rates × chance). Chosen on media/train and on codec copies of
// it: docs/methods/audio.hop_flutter.md.
constexpr double kWeak = media::kLog10Epsilon;
constexpr double kModerate = -5.0;
// Music whose notes sit on a searched rate ripples too; see audio.upsampling_comb for the bar.
constexpr double kTonal = 0.08;
constexpr double kTone = 1.0;  // nepers over the surrounding spectrum
constexpr std::size_t kMedian = 41;

/// How much of the spectrum stands in steady tones.
class Tones {
 public:
  explicit Tones(int rate) : rate_(rate), windows_(size(rate), size(rate) / 4), mean_(windows_.bins()) {}
  void push(std::span<const float> samples) {
    windows_.push(samples, [this](std::int64_t, std::span<const float> power) { mean_.add(power, 1e-10); });
  }
  void restart() { windows_.reset(); }
  double share() const {
    if (mean_.count() == 0) return 0;
    const std::vector<double> level = mean_.log_power(), around = media::running_median(level, kMedian);
    std::size_t tones = 0, bins = 0;
    for (std::size_t k = 0; k < level.size(); ++k) {
      const double hz = static_cast<double>(k) * rate_ / windows_.size();
      if (hz < 300 || hz > std::min(11500.0, 0.48 * rate_)) continue;
      ++bins;
      if (level[k] - around[k] > kTone) ++tones;
    }
    return bins == 0 ? 0 : static_cast<double>(tones) / static_cast<double>(bins);
  }

 private:
  static int size(int rate) { return rate >= 30000 ? 16384 : 8192; }
  int rate_;
  media::Stft windows_;
  media::SpectrumMean mean_;
};

class Session : public DetectorSession {
 public:
  void on_audio(const media::AudioBlock& block) override {
    if (block.native.empty() || block.rate <= 0) return;
    if (!search_ || block.rate != rate_) {
      close();
      rate_ = block.rate;
      search_.emplace(block.rate);
      tones_.emplace(block.rate);
    }
    mono_.assign(block.native[0].size(), 0.0F);
    const float weight = 1.0F / static_cast<float>(block.native.size());
    for (const auto& channel : block.native) {
      const std::size_t n = std::min(channel.size(), mono_.size());
      for (std::size_t i = 0; i < n; ++i) mono_[i] += weight * channel[i];
    }
    search_->push(mono_, block.time_s);
    tones_->push(mono_);
  }

  void on_span(const TimeSpan&) override {
    if (!search_) return;
    search_->restart();
    tones_->restart();
  }

  std::vector<Finding> finish() override;

 private:
  void close();
  Finding judge() const;
  double log10_nfa(const media::FlutterScore& score) const;
  void describe(const media::FlutterPassage& passage, const media::FlutterScore& score, Finding& finding) const;

  int rate_ = 0;
  std::optional<media::FlutterSearch> search_;
  std::optional<Tones> tones_;
  std::vector<float> mono_;
  std::vector<media::FlutterPassage> passages_;
  double sounding_s_ = 0;
  double tonal_ = 0;
};

void Session::close() {
  if (!search_) return;
  sounding_s_ += search_->sounding_s();
  tonal_ = std::max(tonal_, tones_->share());
  for (media::FlutterPassage& passage : search_->finish()) passages_.push_back(std::move(passage));
  search_.reset();
}

double Session::log10_nfa(const media::FlutterScore& score) const {
  const auto tests = static_cast<double>(passages_.size() * media::FlutterSearch::rates());
  return std::log10(tests) - score.evidence();
}

void Session::describe(const media::FlutterPassage& passage, const media::FlutterScore& score, Finding& finding) const {
  finding.score_name = "log10 NFA";
  finding.score = std::round(log10_nfa(score) * 1000) / 1000;
  finding.details = {
      {"frame rate that stands out most", fmt::format("{:.3f} Hz", score.rate_hz)},
      {"multiples looked at", fmt::format("{}", score.multiples)},
      {"log10 of its chance", fmt::format("{:.2f}", score.log10_p)},
      {"the same halfway between the multiples", fmt::format("{:.2f}", score.log10_p_between)},
      {"frame rates tested", fmt::format("{}", passage.scores.size())},
      {"passages tested", fmt::format("{}", passages_.size())},
      {"share of steady tones", fmt::format("{:.1f} %", 100 * tonal_)},
      {"sound examined", fmt::format("{:.1f} s", sounding_s_)},
  };
  Curve curve;
  curve.name = fmt::format("ripple of the loudness around the multiples of {:.2f} Hz", score.rate_hz);
  curve.x_unit = "Hz";
  curve.y_unit = "times its surroundings";
  curve.x = passage.offset_hz;
  curve.y = passage.height;
  curve.ticks = {0};
  finding.curves = {std::move(curve)};
}

Finding Session::judge() const {
  if (rate_ > 0 && rate_ < 7000) return not_applicable(fmt::format("The sound's rate of {} Hz is too low.", rate_));
  if (passages_.empty()) {
    return not_applicable(
        fmt::format("Only {:.1f} s of sound above silence; at least 1.5 s in one piece are needed.", sounding_s_));
  }
  if (tonal_ > kTonal) {
    return not_applicable("Steady tones, as in music, fill the spectrum and would ripple at rates of their own.");
  }
  Finding finding = nothing_found("audio.hop_flutter.none",
                                  "Looked for a ripple of the loudness at the frame rates of neural voice generators; "
                                  "none stood out.");
  const media::FlutterPassage* passage = nullptr;
  const media::FlutterScore* best = nullptr;
  for (const media::FlutterPassage& candidate : passages_) {
    for (const media::FlutterScore& score : candidate.scores) {
      if (best != nullptr && score.evidence() <= best->evidence()) continue;
      passage = &candidate;
      best = &score;
    }
  }
  if (log10_nfa(*best) <= kWeak) {
    finding.claim = "audio.hop_flutter.found";
    finding.outcome = Outcome::sign;
    finding.grade = log10_nfa(*best) <= kModerate ? Strength::moderate : Strength::weak;
    finding.sentence = fmt::format(
        "The loudness ripples at exact multiples of {:.2f} Hz, tied to the sample clock: voice generators that make "
        "sound frame by frame leave such a ripple, voices and rooms do not.",
        best->rate_hz);
    for (const media::FlutterPassage& other : passages_) {
      for (const media::FlutterScore& score : other.scores) {
        if (score.rate_hz != best->rate_hz || log10_nfa(score) > kWeak) continue;
        finding.spans.push_back({other.begin_s, other.end_s});
      }
    }
  }
  describe(*passage, *best, finding);
  return finding;
}

std::vector<Finding> Session::finish() {
  close();
  Finding finding = judge();
  finding.limits = {
      "Generators that make every sample from the one before (WaveNet and its kind) or by invertible flows leave no "
      "ripple; about two in three of the short synthetic recordings we measured were missed.",
      "Codecs at low bitrates work frame by frame as well: they hide the ripple and can imitate it.",
      "Recordings that went through a neural codec, enhancer or bandwidth extension may ripple without being a fake "
      "voice."};
  return {std::move(finding)};
}

std::optional<std::string> without_sound(const media::Media& media) {
  if (media.first(media::Track::Kind::audio) == nullptr) return "The file has no sound.";
  return std::nullopt;
}

}  // namespace

extern const Detector detector_audio_hop_flutter;
const Detector detector_audio_hop_flutter{
    .id = "audio.hop_flutter",
    .version = 1,
    .group = Group::synthesis,
    .needs = kNeedsAudio,
    .title = "Vocoder ripple",
    .question = "Does the loudness ripple at the frame rate of a voice generator?",
    .not_applicable = without_sound,
    .start = [](const DetectorInput&) -> std::unique_ptr<DetectorSession> { return std::make_unique<Session>(); }};

}  // namespace bonafide::forensics
