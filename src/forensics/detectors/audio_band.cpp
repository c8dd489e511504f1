// audio.band: what does the sound really hold, whatever its container says?
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "forensics/detector.h"
#include "media/dsp/band_meter.h"

namespace bonafide::forensics {

namespace {

constexpr std::size_t kCurvePoints = 1000;
constexpr double kNarrow = 0.85;  // of half the rate: below, a wall is worth a word

struct KnownWall {
  double low_hz, high_hz;
  const char* words;
};
// Ordinary reasons first: none of these walls says anything about a fake by itself.
constexpr std::array<KnownWall, 7> kWalls{
    {{3200, 4100, "telephone calls and sound once stored at 8 kHz end there"},
     {5200, 5600, "sound once stored at 11,025 Hz ends there"},
     {7000, 8100,
      "wideband calls, sound once stored at 16 kHz, low-bitrate codecs and many voice generators end there"},
     {10500, 11100, "sound once stored at 22,050 Hz, low-bitrate codecs and many voice generators end there"},
     {11100, 12100, "sound once stored at 24 kHz, calls and many voice generators end there"},
     {14500, 17500, "MP3, AAC and similar codecs at common bitrates end there"},
     {17500, 20500, "MP3, AAC and similar codecs at high bitrates end there"}}};

std::string wall_words(double hz) {
  for (const KnownWall& wall : kWalls) {
    if (hz >= wall.low_hz && hz <= wall.high_hz) return wall.words;
  }
  return "a low-pass filter, a codec or a lower sampling rate in its history ends there";
}

bool lossless(const std::string& codec) {
  return codec.starts_with("pcm") || codec == "flac" || codec == "alac" || codec == "wavpack" || codec == "ape" ||
         codec == "tta";
}

std::string kilohertz(double hz) { return fmt::format("{:.1f} kHz", hz / 1000); }

class Session : public DetectorSession {
 public:
  explicit Session(const media::Media& media) : media_(media) {
    const media::Track* track = media.first(media::Track::Kind::audio);
    if (track != nullptr) track_ = *track;
  }

  void on_audio(const media::AudioBlock& block) override {
    if (block.native.empty() || block.rate <= 0) return;
    if (!meter_ || block.rate != rate_) {
      close();
      rate_ = block.rate;
      meter_.emplace(block.rate);
    }
    meter_->push(block.native, block.time_s);
  }

  void on_span(const TimeSpan&) override {
    if (meter_) meter_->restart();
  }

  std::vector<Finding> finish() override;

 private:
  void close();
  Finding facts() const;
  void silence(std::vector<Finding>& findings) const;
  void depth(std::vector<Finding>& findings) const;
  void clipping(std::vector<Finding>& findings) const;
  void change(std::vector<Finding>& findings) const;

  const media::Media& media_;
  media::Track track_;
  int rate_ = 0;
  std::optional<media::BandMeter> meter_;
  media::BandReport report_;  // of the longest stretch with one rate
};

Finding fact(std::string claim, std::string sentence) {
  Finding finding;
  finding.claim = std::move(claim);
  finding.outcome = Outcome::fact;
  finding.sentence = std::move(sentence);
  return finding;
}

void Session::close() {
  if (!meter_) return;
  media::BandReport report = meter_->finish();
  if (report.examined_s >= report_.examined_s) report_ = std::move(report);
  meter_.reset();
}

Curve spectrum_curve(const media::BandReport& report) {
  Curve curve;
  curve.name = "mean spectrum";
  curve.x_unit = "Hz";
  curve.y_unit = "dB";
  const std::size_t bins = report.level_db.size();
  const std::size_t stretch = std::max<std::size_t>(1, (bins + kCurvePoints - 1) / kCurvePoints);
  for (std::size_t k = 0; k + stretch <= bins; k += stretch) {
    double sum = 0;
    for (std::size_t i = k; i < k + stretch; ++i) sum += report.level_db[i];
    curve.x.push_back((static_cast<double>(k) + static_cast<double>(stretch - 1) / 2) * report.bin_hz);
    curve.y.push_back(sum / static_cast<double>(stretch));
  }
  if (report.edge) curve.ticks = {report.edge->hz};
  return curve;
}

Finding Session::facts() const {
  const media::BandReport& r = report_;
  const std::string codec = track_.codec.empty() ? "unknown codec" : track_.codec;
  Finding finding = fact("audio.band.facts", "");
  const bool narrow = r.edge && r.edge->hz < kNarrow * r.rate / 2;
  if (r.sounding_s <= 0) {
    finding.sentence =
        fmt::format("The sound track ({}, {} Hz) holds nothing but silence in what was examined.", codec, r.rate);
  } else if (narrow) {
    finding.claim = lossless(track_.codec) ? "audio.band.narrow_lossless" : "audio.band.narrow";
    finding.sentence =
        fmt::format("The file holds {} Hz sound ({}) but nothing above {}, where the spectrum ends like a wall: {}.",
                    r.rate, codec, kilohertz(r.edge->hz), wall_words(r.edge->hz));
    if (lossless(track_.codec)) {
      finding.sentence += " The container keeps every sample, so the limit is older than this file.";
    }
  } else {
    finding.sentence = fmt::format("The sound track is {} at {} Hz and uses the band up to {}.", codec, r.rate,
                                   kilohertz(r.edge ? r.edge->hz : r.top_hz));
  }
  auto& details = finding.details;
  details = {{"container", std::string(media::to_string(media_.format))},
             {"codec", codec + (track_.profile.empty() ? "" : " " + track_.profile)},
             {"sampling rate", fmt::format("{} Hz", r.rate)},
             {"channels", fmt::format("{}", track_.channels)}};
  if (track_.bitrate > 0) {
    details.emplace_back("bitrate", fmt::format("{:.0f} kbit/s", static_cast<double>(track_.bitrate) / 1000));
  }
  if (!track_.encoder.empty()) details.emplace_back("encoder", track_.encoder);
  details.emplace_back("highest content", fmt::format("{:.0f} Hz", r.top_hz));
  if (r.edge) {
    details.emplace_back("wall", fmt::format("{:.0f} Hz, {:.0f} dB deep", r.edge->hz, r.edge->drop_db));
  }
  details.emplace_back("peak", fmt::format("{:.1f} dB re full scale", 20 * std::log10(std::max(r.peak, 1e-6))));
  details.emplace_back("constant offset", fmt::format("{:.5f} of full scale", r.dc));
  details.emplace_back("sound examined",
                       fmt::format("{:.1f} s, of it {:.1f} s above -70 dB", r.examined_s, r.sounding_s));
  if (!r.level_db.empty()) finding.curves = {spectrum_curve(r)};
  return finding;
}

void Session::silence(std::vector<Finding>& findings) const {
  // Files often begin and end with exact silence (encoder delay, cut on a frame): only the inside is worth a word.
  std::vector<TimeSpan> inside;
  for (const media::SampleRun& run : report_.zero_runs) {
    if (run.begin_s > 0.2 && run.end_s < media_.duration_s - 0.2) inside.push_back({run.begin_s, run.end_s});
  }
  if (inside.empty() || report_.sounding_s <= 0) return;
  Finding finding =
      fact("audio.band.digital_silence",
           fmt::format("In {} place{} the sound is exactly zero for a tenth of a second or longer, which a "
                       "microphone never delivers: cutting, muting, noise gates and call software do that.",
                       inside.size(), inside.size() == 1 ? "" : "s"));
  finding.spans = std::move(inside);
  finding.details = {{"exact silence, in all", fmt::format("{:.2f} s", report_.zero_s)}};
  findings.push_back(std::move(finding));
}

void Session::depth(std::vector<Finding>& findings) const {
  if (!report_.bits || !lossless(track_.codec) || track_.bit_depth <= *report_.bits) return;
  // Quiet or short sound uses few steps by chance only at the low end, never a coarser grid: 2 bits are a safe margin.
  if (track_.bit_depth - *report_.bits < 2 || report_.sounding_s < 0.5) return;
  Finding finding = fact("audio.band.depth",
                         fmt::format("The file stores {} bits a sample but the sound only uses the steps of {}: it was "
                                     "at {} bits once, or was amplified digitally.",
                                     track_.bit_depth, *report_.bits, *report_.bits));
  finding.details = {{"bits stored", fmt::format("{}", track_.bit_depth)},
                     {"bits used", fmt::format("{}", *report_.bits)}};
  findings.push_back(std::move(finding));
}

void Session::clipping(std::vector<Finding>& findings) const {
  if (report_.clipped_runs < 3) return;
  Finding finding =
      fact("audio.band.clipping",
           fmt::format("The sound is clipped at full scale in {} places; clipping makes some tests blind.",
                       report_.clipped_runs));
  finding.details = {{"clipped places", fmt::format("{}", report_.clipped_runs)}};
  findings.push_back(std::move(finding));
}

void Session::change(std::vector<Finding>& findings) const {
  if (report_.changes.empty()) return;
  const media::BandChange& first = report_.changes.front();
  Finding finding;
  finding.claim = "audio.band.change";
  finding.outcome = Outcome::sign;
  finding.grade = Strength::weak;
  finding.sentence = fmt::format(
      "The band changes inside the file: up to {} before and {} after {:.0f} s, as when sound of another origin is put "
      "in; a new microphone, a call with a changing connection or a codec that changes its bitrate do the same.",
      kilohertz(first.before_hz), kilohertz(first.after_hz), first.time_s);
  finding.score_name = "Hz";
  finding.score = std::abs(first.before_hz - first.after_hz);
  for (const media::BandChange& change : report_.changes) {
    finding.spans.push_back({std::max(0.0, change.time_s - 2), change.time_s + 2});
  }
  finding.limits = {
      "Only changes of 2 kHz and more that last 4 s on both sides are seen, and only where the sound above "
      "the lower limit is exactly empty."};
  findings.push_back(std::move(finding));
}

std::vector<Finding> Session::finish() {
  close();
  if (report_.examined_s <= 0) return {not_applicable("No sound could be decoded.")};
  std::vector<Finding> findings{facts()};
  findings.front().limits = {
      "These are facts about the history of the sound: voice generators, telephones, codecs and plain resampling leave "
      "the same walls."};
  silence(findings);
  depth(findings);
  clipping(findings);
  change(findings);
  return findings;
}

std::optional<std::string> without_sound(const media::Media& media) {
  if (media.first(media::Track::Kind::audio) == nullptr) return "The file has no sound.";
  return std::nullopt;
}

}  // namespace

extern const Detector detector_audio_band;
const Detector detector_audio_band{.id = "audio.band",
                                   .version = 1,
                                   .group = Group::file,
                                   .needs = kNeedsAudio,
                                   .title = "Band and samples",
                                   .question = "What does the sound really hold, whatever its container says?",
                                   .not_applicable = without_sound,
                                   .start = [](const DetectorInput& input) -> std::unique_ptr<DetectorSession> {
                                     return std::make_unique<Session>(input.media);
                                   }};

}  // namespace bonafide::forensics
