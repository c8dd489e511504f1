// audio.sample_cycle: does the sound's variance repeat every few samples?
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "forensics/detector.h"
#include "media/dsp/acontrario.h"
#include "media/dsp/sample_cycles.h"

namespace bonafide::forensics {

namespace {

// Bars on log10 of the number of false alarms; the second was set on codec copies of genuine recordings:
// docs/methods/audio.sample_cycle.md.
constexpr double kWeak = media::kLog10Epsilon;
constexpr double kModerate = -6.0;
// Of media::kCycles. 2 is left out: what was played or stored at half the rate may show it.
constexpr std::size_t kFirst = 1, kLast = 3;         // 4, 8, 16 samples
constexpr std::size_t kSubband = 4, kTransform = 5;  // 32 and 64: codecs
constexpr std::size_t kFewest = 2;                   // segments of 16,384 samples

class Session : public DetectorSession {
 public:
  void on_audio(const media::AudioBlock& block) override {
    if (block.native.empty() || block.rate <= 0) return;
    if (!cycles_) {
      rate_ = block.rate;
      cycles_.emplace(block.rate);
    }
    if (block.rate != rate_) return;  // a new rate has a new clock: only the first is followed
    mono_.assign(block.native[0].size(), 0.0F);
    const float weight = 1.0F / static_cast<float>(block.native.size());
    for (const auto& channel : block.native) {
      const std::size_t n = std::min(channel.size(), mono_.size());
      for (std::size_t i = 0; i < n; ++i) mono_[i] += weight * channel[i];
    }
    cycles_->push(mono_);
  }

  void on_span(const TimeSpan&) override {
    if (cycles_) cycles_->restart();
  }

  std::vector<Finding> finish() override;

 private:
  Finding judge() const;

  int rate_ = 0;
  std::optional<media::SampleCycles> cycles_;
  std::vector<float> mono_;
  media::CycleReport report_;
};

Finding Session::judge() const {
  if (rate_ == 0) return not_applicable("No sound could be decoded.");
  if (rate_ < 7000) return not_applicable(fmt::format("The sound's rate of {} Hz is too low.", rate_));
  if (report_.segments < kFewest) {
    return not_applicable(fmt::format("Only {:.1f} s of sound above silence in one piece; {:.1f} s are needed.",
                                      report_.sounding_s, kFewest * 16384.0 / rate_));
  }
  std::size_t best = kFirst;
  for (std::size_t i = kFirst; i <= kLast; ++i) {
    if (report_.evidence[i] > report_.evidence[best]) best = i;
  }
  const double codec = std::max(report_.evidence[kSubband], report_.evidence[kTransform]);
  const double log10_nfa = std::log10(kLast - kFirst + 1.0) - std::max(0.0, report_.evidence[best] - codec);
  Finding finding = nothing_found("audio.sample_cycle.none",
                                  "Looked for a variance that repeats every 4, 8 or 16 samples, as in voices made by "
                                  "networks that work on groups of samples; none stood out.");
  if (log10_nfa <= kWeak) {
    finding.claim = "audio.sample_cycle.found";
    finding.outcome = Outcome::sign;
    finding.grade = log10_nfa <= kModerate ? Strength::moderate : Strength::weak;
    finding.sentence = fmt::format(
        "The strength of the sound repeats every {} samples: networks that make sound in groups of samples leave such "
        "a "
        "cycle, microphones and good converters do not.",
        media::kCycles[best]);
  }
  finding.score_name = "log10 NFA";
  finding.score = std::round(log10_nfa * 1000) / 1000;
  for (std::size_t i = 0; i < media::kCycles.size(); ++i) {
    finding.details.emplace_back(fmt::format("-log10 of the chance of a cycle of {} samples", media::kCycles[i]),
                                 fmt::format("{:.1f}", report_.evidence[i]));
  }
  finding.details.emplace_back("sound examined", fmt::format("{:.1f} s", report_.sounding_s));
  Curve curve;
  curve.name = "energy over the places of 64 samples";
  curve.x_unit = "samples";
  curve.y_unit = "of the mean";
  for (std::size_t n = 0; n < report_.swing.size(); ++n) curve.x.push_back(static_cast<double>(n));
  curve.y = report_.swing;
  finding.curves = {std::move(curve)};
  return finding;
}

std::vector<Finding> Session::finish() {
  if (cycles_) report_ = cycles_->finish();
  cycles_.reset();
  Finding finding = judge();
  finding.limits = {
      "Only generators that work on groups of samples at the file's own rate leave the cycle: flows such as WaveGlow, "
      "some "
      "GAN vocoders. Resampling to another rate and lossy codecs take it away or cover it.",
      "A crude resampler (repeating or joining samples by straight lines) by a factor of 4, 8 or 16 leaves it as "
      "well."};
  return {std::move(finding)};
}

std::optional<std::string> without_sound(const media::Media& media) {
  if (media.first(media::Track::Kind::audio) == nullptr) return "The file has no sound.";
  return std::nullopt;
}

}  // namespace

extern const Detector detector_audio_sample_cycle;
const Detector detector_audio_sample_cycle{
    .id = "audio.sample_cycle",
    .version = 1,
    .group = Group::synthesis,
    .needs = kNeedsAudio,
    .title = "Sample cycle",
    .question = "Does the sound's variance repeat every few samples?",
    .not_applicable = without_sound,
    .start = [](const DetectorInput&) -> std::unique_ptr<DetectorSession> { return std::make_unique<Session>(); }};

}  // namespace bonafide::forensics
