// V5: do the lips follow the sound? One decision for the clip: in step, shifted, unrelated, or could not tell.
// docs/methods/av.lip_sync.md has the figures behind every number here.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "forensics/detector.h"
#include "forensics/sync.h"
#include "forensics/voice/voice.h"
#include "media/dsp/statistics.h"

namespace bonafide::forensics {
namespace {

using sync::Agreement;
using sync::Peak;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLeast_s = 2.5;  // of a visible mouth around speech: below, chance peaks drown everything
constexpr double kLeastSpeech_s = 1.5;
constexpr double kSlowestFrames = 15;   // frames/s: 8 Hz needs 16; the leading 2-6 Hz survive at 15
constexpr float kSmallestEyes = 24;     // pixels: below, one pixel of landmark error is a tenth of a mouth's movement
constexpr float kMostYaw = 40;          // degrees: beyond, the lips' height is seen, but width and jaw mislead
constexpr double kLongestGap_s = 0.25;  // between two sightings that may be joined by a straight line
constexpr double kAroundSpeech_s = 0.3;
constexpr std::size_t kMostTracks = 8;  // the longest ones are tried
constexpr int kCurveRate = 25;          // points per second shown

// Untouched clips of the development set lie between -70 and +260 ms (sound late): recordings are published like
// that. The bounds go beyond them and beyond what broadcasting accepts (ITU-R BT.1359-1: -90 and +185 ms).
constexpr double kEarliest_s = -0.12, kLatest_s = 0.30;
constexpr double kAcceptedEarly_s = -0.09, kAcceptedLate_s = 0.185;
constexpr double kFarBeyond_s = 0.10;  // beyond the bounds for grade moderate

constexpr double kFollows = -2;          // log10 p at which lips count as following the sound
constexpr double kShifted = -3;          // of a weak sign of a shift
constexpr double kShiftedModerate = -6;  // of a moderate one
constexpr double kOutstanding = 1.5;     // z by which a shifted peak must beat every delay that would be in step

// Genuine clips reach z of 1.4 times the square root of the seconds compared or more, and 0.8 times when compressed or
// reverberated badly. "Unrelated" is said when z stays where chance lives (8 of 10 unrelated pairs are below 2.6)
// for so long that even those would mostly have shown themselves.
constexpr double kChanceZ = 2.6;
constexpr double kUnrelated_s = 15, kUnrelatedModerate_s = 30;
constexpr double kLeastActivity = 0.022;  // eye distances: genuine talkers have 0.025 and more; blurred ones less
constexpr double kLeastSnr_db = 10;

// A part that does not follow while the rest does. Windows of genuine clips stay within 1.4 of the z that their length
// lets expect; with foreign sound 90 % are below 1.9.
constexpr double kWindow_s = 8, kHop_s = 1, kLeastWindow_s = 7;
constexpr double kNear_s = 0.06;  // delays counted as the common one
constexpr double kForeignZ = 1.9, kMissingZ = 2.4;
constexpr double kLeastMovement = 0.3;  // of the clip's mean: a mouth at rest is a pause or a listener
constexpr double kPartModerate_s = 15;

struct Sighting {
  double time_s = 0;
  sync::MouthShape shape{};
  bool usable = false;
};

struct Candidate {
  std::vector<int> tracks;
  std::vector<sync::Stretch> stretches;
  std::vector<TimeSpan> parts = {};  // with speech
  std::optional<sync::Comparison> comparison = {};
  Agreement agreement = {};
  Peak peak = {}, in_step = {};
};

struct Refused {  // why sightings were not usable
  std::int64_t small = 0, turned = 0, all = 0;
};

std::vector<TimeSpan> intersect(const std::vector<sync::Stretch>& stretches, const std::vector<TimeSpan>& speech) {
  std::vector<TimeSpan> widened;
  for (const TimeSpan& s : speech) {
    const TimeSpan wide{s.begin_s - kAroundSpeech_s, s.end_s + kAroundSpeech_s};
    if (!widened.empty() && wide.begin_s <= widened.back().end_s) {
      widened.back().end_s = std::max(widened.back().end_s, wide.end_s);
    } else {
      widened.push_back(wide);
    }
  }
  std::vector<TimeSpan> parts;
  for (const sync::Stretch& stretch : stretches) {
    for (const TimeSpan& s : widened) {
      const TimeSpan part{std::max(s.begin_s, stretch.begin_s), std::min(s.end_s, stretch.end_s())};
      if (part.length() >= 0.5) parts.push_back(part);
    }
  }
  return parts;
}

std::string signed_ms(double seconds) { return fmt::format("{:+.0f} ms", seconds * 1000); }

// "120 ms after the lips", "in step with the lips"
std::string in_words(double lag_s) {
  const long ms = std::lround(std::abs(lag_s) * 100) * 10;
  if (ms < 20) return "in step with the lips";
  return fmt::format("about {} ms {} the lips", ms, lag_s > 0 ? "after" : "before");
}

class Session final : public DetectorSession {
 public:
  void on_faces(const face::FrameFaces& faces) override {
    if (last_frame_s_ && faces.time_s > *last_frame_s_) steps_.push_back(faces.time_s - *last_frame_s_);
    last_frame_s_ = faces.time_s;
    if (faces.faces.size() > 1) ++frames_with_several_;
    if (!faces.faces.empty()) ++frames_with_face_;
    for (const face::FaceObservation& seen : faces.faces) {
      ++refused_.all;
      const bool small = seen.size < kSmallestEyes;
      const bool turned = std::abs(seen.pose.yaw) > kMostYaw;
      refused_.small += small;
      refused_.turned += !small && turned;
      tracks_[seen.track].push_back({faces.time_s, sync::mouth_shape(seen.landmarks), !small && !turned});
    }
  }
  void on_audio(const media::AudioBlock& block) override { activity_.push(block); }
  void on_span(const TimeSpan&) override {
    activity_.restart();
    last_frame_s_.reset();
  }
  std::vector<Finding> finish() override;

 private:
  std::vector<sync::Stretch> stretches_of(const std::vector<Sighting>& track) const;
  sync::Stretch on_grid(const std::vector<Sighting>& run) const;
  double level(std::size_t band, double time_s, std::size_t& next) const;
  void listen(sync::Stretch& stretch) const;
  std::vector<Candidate> candidates() const;
  std::string why_no_mouth() const;
  bool several() const { return frames_with_several_ * 10 > frames_with_face_; }
  Finding judge(const Candidate& best, double tests) const;
  void describe(const Candidate& best, double log10_p, Finding& finding) const;
  Curve mouth_curve(int track) const;
  Curve sound_curve() const;

  std::map<int, std::vector<Sighting>> tracks_;
  std::vector<double> steps_;
  std::optional<double> last_frame_s_;
  Refused refused_;
  std::int64_t frames_with_face_ = 0, frames_with_several_ = 0;
  voice::VoiceActivity activity_;
  voice::Voice voice_;
};

// By straight lines between sightings.
sync::Stretch Session::on_grid(const std::vector<Sighting>& run) const {
  sync::Stretch stretch{.begin_s = run.front().time_s, .mouth = {}, .sound = {}};
  std::size_t next = 1;
  for (std::size_t i = 0;; ++i) {
    const double t = stretch.begin_s + static_cast<double>(i) / sync::kRate;
    while (next < run.size() && run[next].time_s < t) ++next;
    if (next == run.size()) break;
    const Sighting &a = run[next - 1], &b = run[next];
    const double part = (t - a.time_s) / (b.time_s - a.time_s);
    sync::MouthShape shape{};
    for (std::size_t m = 0; m < shape.size(); ++m) shape[m] = a.shape[m] + part * (b.shape[m] - a.shape[m]);
    stretch.mouth.push_back(shape);
  }
  listen(stretch);
  return stretch;
}

std::vector<sync::Stretch> Session::stretches_of(const std::vector<Sighting>& track) const {
  std::vector<sync::Stretch> stretches;
  std::vector<Sighting> run;
  auto close = [&] {
    if (run.size() >= 2 && run.back().time_s - run.front().time_s >= 1) stretches.push_back(on_grid(run));
    run.clear();
  };
  for (const Sighting& s : track) {
    if (!s.usable) continue;
    if (!run.empty() && (s.time_s - run.back().time_s > kLongestGap_s || s.time_s <= run.back().time_s)) close();
    run.push_back(s);
  }
  close();
  return stretches;
}

// Band `band` at any time, by a straight line between the envelope's points, 10 ms apart; NaN where there is a gap.
// `next` remembers the place: times must rise from call to call.
double Session::level(std::size_t band, double time_s, std::size_t& next) const {
  const std::vector<voice::VoicePoint>& envelope = voice_.envelope;
  while (next < envelope.size() && envelope[next].time_s < time_s) ++next;
  if (next == 0 || next == envelope.size()) return kNan;
  const voice::VoicePoint &a = envelope[next - 1], &b = envelope[next];
  if (b.time_s - a.time_s > 2.5 * voice::kHop_s) return kNan;
  auto decibel = [&](const voice::VoicePoint& p) {
    return 10 * std::log10(static_cast<double>(p.bands[band]) + 1e-12);
  };
  const double part = (time_s - a.time_s) / (b.time_s - a.time_s);
  return decibel(a) + part * (decibel(b) - decibel(a));
}

void Session::listen(sync::Stretch& stretch) const {
  const std::size_t n = stretch.mouth.size() + 2 * sync::kMaxLag;
  const double begin = stretch.begin_s - sync::kMaxLag / sync::kRate;
  stretch.sound.resize(n);
  for (std::size_t band = 0; band < voice::kBands; ++band) {
    std::size_t next = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const double t = begin + static_cast<double>(i) / sync::kRate;
      const double before = level(band, t - voice::kHop_s / 2, next);
      stretch.sound[i][band] = (before + level(band, t + voice::kHop_s / 2, next)) / 2;
    }
  }
}

std::vector<Candidate> Session::candidates() const {
  std::vector<Candidate> found;
  for (const auto& [number, track] : tracks_) {
    Candidate candidate{.tracks = {number}, .stretches = stretches_of(track)};
    if (!candidate.stretches.empty()) found.push_back(std::move(candidate));
  }
  auto length = [](const Candidate& c) {
    double seconds = 0;
    for (const auto& s : c.stretches) seconds += s.end_s() - s.begin_s;
    return seconds;
  };
  std::stable_sort(found.begin(), found.end(),
                   [&](const Candidate& a, const Candidate& b) { return length(a) > length(b); });
  if (found.size() > 1 && !several()) {  // one person over several shots: all together
    Candidate all{.tracks = {}, .stretches = {}};
    for (const Candidate& c : found) {
      all.tracks.push_back(c.tracks[0]);
      all.stretches.insert(all.stretches.end(), c.stretches.begin(), c.stretches.end());
    }
    found.push_back(std::move(all));
    std::swap(found.front(), found.back());
  }
  if (found.size() > kMostTracks) found.resize(kMostTracks);
  for (Candidate& c : found) {
    c.parts = intersect(c.stretches, voice_.speech);
    c.comparison.emplace(c.stretches);
    c.agreement = c.comparison->over(c.parts);
    c.peak = sync::find_peak(c.agreement);
    c.in_step = sync::find_peak(c.agreement, kEarliest_s, kLatest_s);
  }
  std::erase_if(found, [](const Candidate& c) { return c.agreement.seconds < kLeast_s; });
  return found;
}

std::string Session::why_no_mouth() const {
  if (refused_.all == 0) return "no face was found in the picture";
  if (refused_.small * 2 > refused_.all) {
    return fmt::format("the face is too small to see the lips move (under {:.0f} pixels between the eyes)",
                       static_cast<double>(kSmallestEyes));
  }
  if (refused_.turned * 2 > refused_.all) return "the face is turned too far away to see the lips move";
  return fmt::format("less than {} seconds show a face while somebody speaks", kLeast_s);
}

Curve Session::mouth_curve(int track) const {
  Curve curve;
  curve.name = fmt::format("mouth opening, face {}", track);
  curve.y_unit = "of the eye distance";
  std::optional<double> last;
  for (const Sighting& s : tracks_.at(track)) {
    if (last && s.time_s - *last < 1.0 / kCurveRate - 1e-3) continue;
    if (last && s.time_s - *last > kLongestGap_s) {
      curve.x.push_back((s.time_s + *last) / 2);
      curve.y.push_back(kNan);
    }
    curve.x.push_back(s.time_s);
    curve.y.push_back(s.usable ? s.shape[0] : kNan);
    last = s.time_s;
  }
  return curve;
}

Curve Session::sound_curve() const {
  Curve curve;
  curve.name = "speech energy";
  curve.y_unit = "dB";
  constexpr std::size_t kStep = 100 / kCurveRate;
  for (std::size_t i = 0; i + kStep <= voice_.envelope.size(); i += kStep) {
    double power = 0;
    for (std::size_t k = 0; k < kStep; ++k) power += static_cast<double>(voice_.envelope[i + k].total);
    curve.x.push_back(voice_.envelope[i].time_s + (kStep - 1) / 2.0 * voice::kHop_s);
    curve.y.push_back(10 * std::log10(power / kStep + 1e-12));
  }
  return curve;
}

void Session::describe(const Candidate& best, double log10_p, Finding& finding) const {
  if (best.tracks.size() == 1) finding.face = best.tracks[0];
  finding.score_name = "log10 p";
  finding.score = log10_p;
  finding.details = {
      {"best delay of the sound", signed_ms(best.peak.lag_s)},
      {"95 % interval", signed_ms(best.peak.low_s) + " to " + signed_ms(best.peak.high_s)},
      {"agreement there", fmt::format("{:.1f} standard deviations above chance", best.peak.z)},
      {"correlation there", fmt::format("{:.2f}", best.peak.r)},
      {"chance of that", fmt::format("10^{:.1f}", log10_p)},
      {"best agreement in step", fmt::format("{:.1f} standard deviations", best.in_step.z)},
      {"speech with a visible mouth", fmt::format("{:.1f} s", best.agreement.seconds)},
      {"mouth movement", fmt::format("{:.3f} of the eye distance", best.comparison->mouth_activity())},
  };
  Curve lags;
  lags.name = "agreement of lips and sound at each delay";
  lags.x_unit = "ms";
  lags.y_unit = "standard deviations";
  lags.normal_high = 3.2;  // 95 % of unrelated pairs stay below
  for (int lag = -sync::kMaxLag; lag <= sync::kMaxLag; ++lag) {
    lags.x.push_back(lag * 1000 / sync::kRate);
    lags.y.push_back(best.agreement.z[static_cast<std::size_t>(lag + sync::kMaxLag)]);
  }
  for (std::size_t i = 0; i < best.tracks.size() && i < 4; ++i) finding.curves.push_back(mouth_curve(best.tracks[i]));
  finding.curves.push_back(sound_curve());
  finding.curves.push_back(std::move(lags));
}

void follows(const Peak& peak, Finding& finding) {
  if (peak.lag_s > kAcceptedLate_s || peak.lag_s < kAcceptedEarly_s) {
    finding.outcome = Outcome::fact;
    finding.claim = "av.lip_sync.offset";
    finding.sentence = fmt::format(
        "The lips follow the sound, but the sound comes {}. Untouched recordings are published with such delays too, "
        "so this speaks neither for nor against the clip.",
        in_words(peak.lag_s));
    return;
  }
  finding.outcome = Outcome::nothing_found;
  finding.claim = "av.lip_sync.follows";
  finding.sentence = fmt::format(
      "The lips follow the sound, which comes {}. Programs that make lips move to a voice achieve that too.",
      in_words(peak.lag_s));
}

void shifted(const Peak& peak, double log10_p, Finding& finding) {
  finding.outcome = Outcome::sign;
  finding.claim = "av.lip_sync.shifted";
  finding.sentence = fmt::format("The sound belongs to these lips but comes {}.", in_words(peak.lag_s));
  const bool far = peak.low_s > kLatest_s + kFarBeyond_s || peak.high_s < kEarliest_s - kFarBeyond_s;
  finding.grade = far && log10_p <= kShiftedModerate ? Strength::moderate : Strength::weak;
  finding.limits = {"Editing, conversion, streaming and a wrong time stamp in the file shift sound as well.",
                    "A shift says nothing about who made it, or whether what is said was changed."};
}

void unrelated(double seconds, Finding& finding) {
  finding.outcome = Outcome::sign;
  finding.claim = "av.lip_sync.unrelated";
  finding.sentence = fmt::format(
      "The mouth moves and somebody speaks for {:.0f} seconds, but the one does not follow the other at any delay "
      "within a second.",
      seconds);
  finding.grade = seconds >= kUnrelatedModerate_s ? Strength::moderate : Strength::weak;
  finding.limits = {
      "A voice-over, a translated soundtrack, a speaker outside the picture, or a mouth busy otherwise (eating, "
      "laughing) look the same.",
      "A shift of more than one second looks the same."};
}

// Windows of one face in which the agreement that the rest of the clip lets expect is missing; joined.
std::vector<TimeSpan> foreign_parts(const Candidate& best) {
  std::vector<TimeSpan> foreign;
  const double rate = best.in_step.z / std::sqrt(best.agreement.seconds);
  for (const sync::Stretch& stretch : best.stretches) {
    for (double begin = stretch.begin_s; begin + kWindow_s <= stretch.end_s() + 0.1; begin += kHop_s) {
      const TimeSpan window{begin, begin + kWindow_s};
      std::vector<TimeSpan> parts;
      for (const TimeSpan& p : best.parts) {
        const TimeSpan part{std::max(p.begin_s, window.begin_s), std::min(p.end_s, window.end_s)};
        if (part.length() > 0) parts.push_back(part);
      }
      const Agreement here = best.comparison->over(parts);
      if (here.seconds < kLeastWindow_s || here.movement < kLeastMovement * best.agreement.movement) continue;
      const double z = sync::find_peak(here, best.in_step.lag_s - kNear_s, best.in_step.lag_s + kNear_s).z;
      if (z > kForeignZ || z > rate * std::sqrt(here.seconds) - kMissingZ) continue;
      if (!foreign.empty() && window.begin_s <= foreign.back().end_s) {
        foreign.back().end_s = window.end_s;
      } else {
        foreign.push_back(window);
      }
    }
  }
  return foreign;
}

void partly(const std::vector<TimeSpan>& foreign, Finding& finding) {
  double seconds = 0;
  for (const TimeSpan& span : foreign) seconds += span.length();
  finding.outcome = Outcome::sign;
  finding.claim = "av.lip_sync.part";
  finding.sentence = fmt::format(
      "The lips follow the sound, but not in every part: for {:.0f} seconds mouth and voice move without each other.",
      seconds);
  finding.grade = seconds >= kPartModerate_s ? Strength::moderate : Strength::weak;
  finding.spans = foreign;
  finding.limits = {
      "Somebody else speaking while this mouth moves, or a cut after which the sound runs on, look the same.",
      fmt::format("Parts shorter than about {:.0f} seconds cannot be seen.", kWindow_s)};
}

Finding Session::judge(const Candidate& best, double tests) const {
  const double log10_tests = std::log10(tests), seconds = best.agreement.seconds;
  const double anywhere = std::min(0.0, sync::log10_chance(best.peak.z, 2) + log10_tests);
  const double in_step = std::min(0.0, sync::log10_chance(best.in_step.z, kLatest_s - kEarliest_s) + log10_tests);
  const bool outside = best.peak.low_s > kLatest_s || best.peak.high_s < kEarliest_s;
  Finding finding;
  describe(best, anywhere, finding);
  if (in_step <= kFollows && best.in_step.z > best.peak.z - 0.5) {
    finding.score = in_step;
    const std::vector<TimeSpan> foreign = several() ? std::vector<TimeSpan>{} : foreign_parts(best);
    if (foreign.empty()) {
      follows(best.in_step, finding);
    } else {
      partly(foreign, finding);
    }
  } else if (anywhere <= kShifted && outside && best.peak.z - best.in_step.z >= kOutstanding) {
    shifted(best.peak, anywhere, finding);
    finding.spans = best.parts;
  } else if (best.peak.z < kChanceZ && seconds >= kUnrelated_s && !several() &&
             best.comparison->mouth_activity() >= kLeastActivity && voice_.snr_db.value_or(0) >= kLeastSnr_db) {
    unrelated(seconds, finding);
    finding.spans = best.parts;
  } else {
    finding.outcome = Outcome::not_applicable;
    finding.claim = "av.lip_sync.unclear";
    finding.sentence = "Whether the lips follow the sound could not be told.";
    finding.reason =
        several() ? "no face follows the sound clearly; the speaker may be outside the picture"
                  : fmt::format("{:.0f} seconds of speech with a visible mouth were not enough to tell", seconds);
  }
  return finding;
}

std::vector<Finding> Session::finish() {
  voice_ = activity_.finish();
  double speech_s = 0;
  for (const TimeSpan& s : voice_.speech) speech_s += s.length();
  if (voice_.envelope.empty()) return {not_applicable("no sound could be decoded")};
  if (speech_s < kLeastSpeech_s) {
    return {not_applicable(fmt::format("less than {} seconds of speech were heard", kLeastSpeech_s))};
  }
  if (!steps_.empty() && 1 / media::median(steps_) < kSlowestFrames - 0.5) {
    return {not_applicable(fmt::format("fewer than {:.0f} pictures a second: too few to follow lips", kSlowestFrames))};
  }
  const std::vector<Candidate> all = candidates();
  if (all.empty()) return {not_applicable(why_no_mouth())};
  const auto best = std::max_element(all.begin(), all.end(),
                                     [](const Candidate& a, const Candidate& b) { return a.peak.z < b.peak.z; });
  Finding finding = judge(*best, static_cast<double>(all.size()));
  finding.limits.push_back(
      "Programs that animate lips to a voice often keep better time than real people: good timing is no sign of "
      "genuineness.");
  std::vector<Finding> findings;
  findings.push_back(std::move(finding));
  return findings;
}

std::optional<std::string> cannot(const media::Media& media) {
  if (media.kind != media::Kind::video) return "it needs moving pictures with sound";
  if (media.first(media::Track::Kind::video) == nullptr) return "the file has no moving pictures";
  if (media.first(media::Track::Kind::audio) == nullptr) return "the file has no sound";
  return std::nullopt;
}

}  // namespace

extern const Detector detector_av_lip_sync;
const Detector detector_av_lip_sync{
    .id = "av.lip_sync",
    .version = 1,
    .group = Group::sync,
    .needs = kNeedsFaces | kNeedsAudio,
    .title = "Lips and sound",
    .question = "Do the lips follow the sound?",
    .not_applicable = cannot,
    .start = [](const DetectorInput&) -> std::unique_ptr<DetectorSession> { return std::make_unique<Session>(); },
};

}  // namespace bonafide::forensics
