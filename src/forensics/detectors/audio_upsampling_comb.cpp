// audio.upsampling_comb: does the sound carry the lines that neural vocoders leave when they raise the sampling rate?
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "forensics/detector.h"
#include "media/dsp/comb_search.h"
#include "media/dsp/statistics.h"

namespace bonafide::forensics {

namespace {

// Chosen on media/train, 289 genuine and 386 synthetic recordings (docs/methods/audio.upsampling_comb.md): at 5 one
// genuine file (0.3 %) is accused, at 5.5 and above none. Both views must speak: interference from a sound card's
// buffers locks to the clock but hardly shows in the level, a tone shows in the level of one line only.
constexpr double kWeak = 5.0;
constexpr double kModerate = 6.5;
constexpr double kEachView = 2.0;
// Steady tones: speech of media/train has at most 6 % of its bins on tones, synthesised music 10 % and more.
constexpr double kTonal = 0.08;
constexpr std::size_t kCurvePoints = 1000;

struct Best {
  const media::CombPassage* passage = nullptr;
  media::CombScore score;
};

double agreed(const media::CombScore& score) {
  return std::min(score.line_z, score.phase_z) >= kEachView ? score.z() : 0.0;
}

// More passages, more chances for chance: the tail of `z` times their number must stay below the threshold's own.
bool reaches(double z, double threshold, std::size_t passages) {
  const double tests = std::log10(static_cast<double>(std::max<std::size_t>(passages, 1)));
  return media::log10_normal_tail(z) + tests <= media::log10_normal_tail(threshold);
}

// The mean residue around the comb's lines, by distance from the nearest line: a comb shows as one peak at 0.
Curve folded_curve(const media::CombPassage& passage, const media::Comb& comb) {
  Curve curve;
  curve.name = fmt::format("mean level around the multiples of {:.2f} Hz", comb.spacing_hz);
  curve.x_unit = "Hz";
  curve.y_unit = "dB";
  curve.ticks = {0};
  const int half = static_cast<int>(std::min(comb.spacing_hz, 200.0) / 2 / passage.bin_hz);
  const double top = static_cast<double>(passage.residue.size()) * passage.bin_hz * 0.96;
  for (int shift = -half; shift <= half; ++shift) {
    double sum = 0;
    int count = 0;
    for (double hz = comb.spacing_hz * std::ceil(300 / comb.spacing_hz); hz < std::min(top, 11500.0);
         hz += comb.spacing_hz) {
      const auto bin = std::lround(hz / passage.bin_hz) + shift;
      if (bin < 0 || bin >= static_cast<long>(passage.residue.size())) continue;
      sum += std::min(passage.residue[static_cast<std::size_t>(bin)], 2.0);
      ++count;
    }
    curve.x.push_back(shift * passage.bin_hz);
    curve.y.push_back(count > 0 ? 10 / std::log(10.0) * sum / count : 0);
  }
  return curve;
}

// The residue of the whole spectrum, the highest value of each stretch of bins.
Curve residue_curve(const media::CombPassage& passage, const media::Comb& comb) {
  Curve curve;
  curve.name = "level over the surrounding spectrum";
  curve.x_unit = "Hz";
  curve.y_unit = "dB";
  const auto bins = std::min(passage.residue.size(), static_cast<std::size_t>(12000 / passage.bin_hz));
  const std::size_t stretch = std::max<std::size_t>(1, (bins + kCurvePoints - 1) / kCurvePoints);
  for (std::size_t k = 0; k < bins; k += stretch) {
    const auto begin = passage.residue.begin() + static_cast<std::ptrdiff_t>(k);
    const auto end = passage.residue.begin() + static_cast<std::ptrdiff_t>(std::min(k + stretch, bins));
    curve.x.push_back((static_cast<double>(k) + static_cast<double>(stretch - 1) / 2) * passage.bin_hz);
    curve.y.push_back(10 / std::log(10.0) * *std::max_element(begin, end));
  }
  for (double hz = comb.spacing_hz; hz < static_cast<double>(bins) * passage.bin_hz; hz += comb.spacing_hz) {
    curve.ticks.push_back(hz);
  }
  return curve;
}

class Session : public DetectorSession {
 public:
  void on_audio(const media::AudioBlock& block) override {
    if (block.native.empty() || block.rate <= 0) return;
    if (!search_ || block.rate != rate_) {
      close();
      rate_ = block.rate;
      search_.emplace(block.rate);
    }
    mono_.assign(block.native[0].size(), 0.0F);
    const float weight = 1.0F / static_cast<float>(block.native.size());
    for (const auto& channel : block.native) {
      const std::size_t n = std::min(channel.size(), mono_.size());
      for (std::size_t i = 0; i < n; ++i) mono_[i] += weight * channel[i];
    }
    search_->push(mono_, block.time_s);
  }

  void on_span(const TimeSpan&) override {
    if (search_) search_->restart();
  }

  std::vector<Finding> finish() override;

 private:
  void close();
  Finding judge() const;
  Best best() const;
  void describe(const Best& best, Finding& finding) const;

  int rate_ = 0;
  std::optional<media::CombSearch> search_;
  std::vector<float> mono_;
  std::vector<media::CombPassage> passages_;
  double sounding_s_ = 0;
};

void Session::close() {
  if (!search_) return;
  sounding_s_ += search_->sounding_s();
  for (media::CombPassage& passage : search_->finish()) passages_.push_back(std::move(passage));
  search_.reset();
}

Best Session::best() const {
  Best best;
  for (const media::CombPassage& passage : passages_) {
    if (passage.tonal > kTonal) continue;
    for (const media::CombScore& score : passage.scores) {
      if (best.passage != nullptr && agreed(score) <= agreed(best.score)) continue;
      best = {&passage, score};
    }
  }
  return best;
}

void Session::describe(const Best& best, Finding& finding) const {
  const media::Comb& comb = media::CombSearch::combs()[best.score.comb];
  finding.score_name = "z";
  finding.score = std::round(agreed(best.score) * 1000) / 1000;
  finding.details = {
      {"comb that stands out most", fmt::format("{:.3f} Hz ({})", comb.spacing_hz, comb.origin)},
      {"lines looked at", fmt::format("{}", best.score.harmonics)},
      {"z of the lines' level", fmt::format("{:.2f}", best.score.line_z)},
      {"z of the lines' lock to the sample clock", fmt::format("{:.2f}", best.score.phase_z)},
      {"combs tested", fmt::format("{}", best.passage->scores.size())},
      {"passages tested", fmt::format("{}", passages_.size())},
      {"share of steady tones", fmt::format("{:.1f} %", 100 * best.passage->tonal)},
      {"sound examined", fmt::format("{:.1f} s", sounding_s_)},
  };
  finding.curves = {folded_curve(*best.passage, comb), residue_curve(*best.passage, comb)};
}

Finding Session::judge() const {
  if (rate_ > 0 && rate_ < 7000) return not_applicable(fmt::format("The sound's rate of {} Hz is too low.", rate_));
  if (passages_.empty()) {
    return not_applicable(
        fmt::format("Only {:.1f} s of sound above silence; at least 1.5 s in one piece are needed.", sounding_s_));
  }
  const Best found = best();
  if (found.passage == nullptr) {
    return not_applicable("Steady tones, as in music, fill the spectrum and would hide or imitate the lines.");
  }
  Finding finding = nothing_found("audio.upsampling_comb.none",
                                  "Looked for the weak lines at fixed spacings that many neural voice generators "
                                  "leave in the spectrum; none stood out.");
  const double z = agreed(found.score);
  if (reaches(z, kWeak, passages_.size())) {
    const media::Comb& comb = media::CombSearch::combs()[found.score.comb];
    finding.claim = "audio.upsampling_comb.found";
    finding.outcome = Outcome::sign;
    finding.grade = reaches(z, kModerate, passages_.size()) ? Strength::moderate : Strength::weak;
    finding.sentence = fmt::format(
        "The sound carries very weak lines at exact multiples of {:.2f} Hz, tied to its sample clock: neural voice "
        "generators leave such a comb when they raise the sampling rate, voices and rooms do not.",
        comb.spacing_hz);
    for (const media::CombPassage& passage : passages_) {
      for (const media::CombScore& score : passage.scores) {
        if (score.comb != found.score.comb || !reaches(agreed(score), kWeak, passages_.size())) continue;
        finding.spans.push_back({passage.begin_s, passage.end_s});
      }
    }
  }
  describe(found, finding);
  return finding;
}

std::vector<Finding> Session::finish() {
  close();
  Finding finding = judge();
  finding.limits = {
      "Generators without such layers (autoregressive, neural source-filter, inverse-Fourier vocoders) leave no comb; "
      "about six in ten of the synthetic recordings we measured were missed.",
      "Recordings that went through a neural codec, enhancer or bandwidth extension may carry the same lines without "
      "being a fake voice.",
      "A sound card whose buffers disturb its own recording puts lines on similar spacings, and a sound generator "
      "whose tones happen to sit on one of them can imitate the comb."};
  return {std::move(finding)};
}

std::optional<std::string> without_sound(const media::Media& media) {
  if (media.first(media::Track::Kind::audio) == nullptr) return "The file has no sound.";
  return std::nullopt;
}

}  // namespace

extern const Detector detector_audio_upsampling_comb;
const Detector detector_audio_upsampling_comb{
    .id = "audio.upsampling_comb",
    .version = 1,
    .group = Group::synthesis,
    .needs = kNeedsAudio,
    .title = "Vocoder lines",
    .question = "Does the sound carry the lines that neural voice generators leave in the spectrum?",
    .not_applicable = without_sound,
    .start = [](const DetectorInput&) -> std::unique_ptr<DetectorSession> { return std::make_unique<Session>(); }};

}  // namespace bonafide::forensics
