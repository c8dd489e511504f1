// video.blink: does each face blink as people do? Weak by nature: people differ tenfold, and generators have learned
// to blink since Li, Chang and Lyu (2018, "In Ictu Oculi") pointed at those that did not.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "forensics/detector.h"
#include "forensics/face/blink.h"

namespace bonafide::forensics {
namespace {

using face::BlinkCurve;
using face::EyeSample;

// Gates, measured on copies of franck.mp4 (docs/methods/video.blink.md).
constexpr float kLeastSize = 40;           // pixels between the outer eye corners
constexpr float kLeastSharpness = 8;       // variance of the Laplacian at 128 px
constexpr float kMostYaw = 25;             // degrees; no genuine clip with a known count turns further
constexpr float kMostPitch = 30;           // degrees
constexpr double kMostNoise = 0.08;        // of the open level; the most lively genuine face has 0.047
constexpr double kLeastFrameRate = 20;     // frames/s: a blink is then 2 to 8 frames long
constexpr double kLeastRated = 20;         // s of usable view for a rate
constexpr double kSlack = 0.1;             // s: a clip of 20 s has its last frame a little earlier
constexpr double kLeastAccused = 60;       // s of usable view for a sign
constexpr double kAlarm = 0.005;           // one tail of a two-sided test at 1 %
constexpr std::size_t kMostRated = 6;      // faces with a finding of their own
constexpr std::size_t kMostPoints = 6000;  // of a curve

// Everything seen of one track.
struct Seen {
  std::vector<EyeSample> samples;
  int small = 0, turned = 0, blurred = 0;  ///< frames
  float largest = 0;
};

std::optional<std::string> cannot_apply(const media::Media& file) {
  const media::Track* video = file.first(media::Track::Kind::video);
  if (file.kind != media::Kind::video || video == nullptr) return "it holds no moving picture";
  if (video->frame_rate > 0 && video->frame_rate < kLeastFrameRate)
    return fmt::format("{:.3g} frames a second are too few to catch a blink ({:.0f} are needed)", video->frame_rate,
                       kLeastFrameRate);
  return std::nullopt;
}

std::string times(std::size_t n) { return n == 1 ? "once" : n == 2 ? "twice" : fmt::format("{} times", n); }

std::string blinks(std::size_t n, bool few) {
  return n == 0 ? "does not blink" : fmt::format("blinks {}{}", few ? "only " : "", times(n));
}

double frame_step(const std::vector<EyeSample>& samples) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < samples.size(); ++i) steps.push_back(samples[i].time_s - samples[i - 1].time_s);
  if (steps.empty()) return 0;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

// The opening over time with a break between runs; long curves keep the lowest point of each bin, so blinks stay.
Curve opening_curve(int track, const BlinkCurve& found) {
  Curve curve;
  curve.name = fmt::format("eye opening, face {}", track);
  curve.y_unit = "of the open eye";
  curve.normal_low = 1 - face::kLeastDepth;
  curve.normal_high = 1 + face::kLeastDepth;
  const std::size_t bin = found.time_s.size() / kMostPoints + 1;
  std::size_t run = 0;
  for (std::size_t i = 0; i < found.time_s.size();) {
    while (run < found.runs.size() && found.time_s[i] > found.runs[run].end_s) {
      curve.x.push_back(found.runs[run++].end_s);
      curve.y.push_back(std::numeric_limits<double>::quiet_NaN());
    }
    std::size_t low = i, end = i;
    for (; end < std::min(i + bin, found.time_s.size()) && found.time_s[end] <= found.runs[run].end_s; ++end)
      if (found.opening[end] < found.opening[low]) low = end;
    curve.x.push_back(found.time_s[low]);
    curve.y.push_back(found.opening[low]);
    i = end;
  }
  for (const face::Blink& blink : found.blinks) curve.ticks.push_back(blink.closest_s);
  return curve;
}

double longest_without(const BlinkCurve& found) {
  double longest = 0;
  for (const TimeSpan& run : found.runs) {
    double last = run.begin_s;
    for (const face::Blink& blink : found.blinks) {
      if (blink.closest_s < run.begin_s || blink.closest_s > run.end_s) continue;
      longest = std::max(longest, blink.closest_s - last);
      last = blink.closest_s;
    }
    longest = std::max(longest, run.end_s - last);
  }
  return longest;
}

void add_details(const BlinkCurve& found, const face::BlinkTails& tails, Finding& finding) {
  auto add = [&](std::string name, std::string value) {
    finding.details.emplace_back(std::move(name), std::move(value));
  };
  std::vector<double> lengths, lags;
  int partial = 0, one_eye = 0;
  for (const face::Blink& blink : found.blinks) {
    lengths.push_back(blink.length_s());
    lags.push_back(std::abs(blink.lag_s));
    partial += blink.partial ? 1 : 0;
    one_eye += blink.one_eye ? 1 : 0;
  }
  add("clear view", fmt::format("{:.1f} s", found.usable_s));
  add("blinks", fmt::format("{}", found.blinks.size()));
  add("blinks a minute", fmt::format("{:.1f}", 60 * static_cast<double>(found.blinks.size()) / found.usable_s));
  if (!lengths.empty()) {
    std::sort(lengths.begin(), lengths.end());
    std::sort(lags.begin(), lags.end());
    add("length at half depth, median", fmt::format("{:.0f} ms", 1000 * lengths[lengths.size() / 2]));
    add("length, shortest and longest",
        fmt::format("{:.0f} to {:.0f} ms", 1000 * lengths.front(), 1000 * lengths.back()));
    add("left eye against right, median", fmt::format("{:.0f} ms", 1000 * lags[lags.size() / 2]));
    add("partial blinks", fmt::format("{}", partial));
    add("blinks of one eye", fmt::format("{}", one_eye));
  }
  add("eyes shut or lowered for longer", times(found.long_closures.size()));
  add("longest stretch without a blink", fmt::format("{:.1f} s", longest_without(found)));
  add("chance of so few", fmt::format("{:.3g}", tails.few));
  add("chance of so many", fmt::format("{:.3g}", tails.many));
  add("eye opening when open (height over width)", fmt::format("{:.2f}", found.open_level));
  add("unsteadiness of the points", fmt::format("{:.3f} of the opening", found.noise));
}

Finding rate(int track, const BlinkCurve& found) {
  const std::size_t count = found.blinks.size();
  const face::BlinkTails tails = face::blink_tails(static_cast<int>(count), found.usable_s);
  const double rate = 60 * static_cast<double>(count) / found.usable_s;
  Finding finding;
  finding.face = track;
  finding.score_name = "p";
  finding.score = std::round(1000 * std::min(1.0, 2 * std::min(tails.few, tails.many))) / 1000;
  finding.spans = found.runs;
  // Closed for longer counts as closed: somebody who sleeps or reads below the camera is not staring.
  const bool seldom = tails.few < kAlarm && found.usable_s >= kLeastAccused && found.long_closures.empty();
  if (seldom) {
    finding.outcome = Outcome::sign;
    finding.grade = Strength::weak;
    finding.claim = "video.blink.seldom";
    finding.sentence = fmt::format(
        "Face {} {} in {:.0f} seconds of clear view. By the published range of normal adults, readers included, "
        "that is rarer than one in 200. "
        "Some face generators forget to blink.",
        track, blinks(count, true), found.usable_s);
  } else {
    finding.outcome = Outcome::nothing_found;
    finding.claim = "video.blink.rate";
    finding.sentence = fmt::format(
        "Face {} {} in {:.0f} seconds of clear view ({:.0f} a minute). We looked for a face that hardly ever "
        "blinks; {}",
        track, blinks(count, false), found.usable_s, rate,
        found.usable_s < kLeastAccused && tails.few < 0.1
            ? "this is seldom, but the view is too short to call it strange."
        : tails.many < kAlarm ? "this one blinks more often than most people, which lively people do."
                              : "this one does not stand out. Most generators blink by now, so that says little.");
  }
  finding.limits = {
      "Most generators blink by now: a normal rate says nothing for the clip.",
      "People who read, stare or are filmed for a short time may blink hardly at all; one genuine webcam clip of ours "
      "shows 2 blinks in 53 seconds.",
      "The points of both eyes come from one model that ties them together, so blinks of one eye may be missed.",
      "Glasses, heavy make-up, lowered eyes and strong compression hide blinks."};
  add_details(found, tails, finding);
  finding.curves.push_back(opening_curve(track, found));
  return finding;
}

// Why the face seen longest could not be rated.
std::string reason_for(const Seen& seen, const BlinkCurve& found) {
  const double total = seen.samples.back().time_s - seen.samples.front().time_s;
  const int frames = static_cast<int>(seen.samples.size());
  const double step = frame_step(seen.samples);
  if (step > 1 / (kLeastFrameRate - 1))
    return fmt::format("{:.1f} pictures a second are too few to catch a blink", 1 / step);
  if (total < kLeastRated - kSlack)
    return fmt::format("no face stays in view long enough: {:.1f} s, {:.0f} s are needed for a rate", total,
                       kLeastRated);
  if (found.usable_s >= kLeastRated - kSlack) return "the points on the eyes are too unsteady";
  const int most = std::max({seen.small, seen.turned, seen.blurred});
  const std::string tail = fmt::format(" for most of the time ({:.1f} s of {:.1f} s are usable, {:.0f} s are needed)",
                                       found.usable_s, total, kLeastRated);
  if (most * 4 < frames) return "the face is not in clear view long enough at a stretch" + tail;
  if (most == seen.small)
    return fmt::format("the face is too small (at most {:.0f} pixels between the eye corners, {:.0f} are needed)",
                       seen.largest, kLeastSize) +
           tail;
  return (most == seen.turned ? "the face is turned away" : "the face is blurred") + tail;
}

class Session final : public DetectorSession {
 public:
  void on_faces(const face::FrameFaces& frame) override {
    for (const face::FaceObservation& one : frame.faces) {
      Seen& seen = seen_[one.track];
      const bool small = one.size < kLeastSize, blurred = one.sharpness < kLeastSharpness;
      const bool turned = std::abs(one.pose.yaw) > kMostYaw || std::abs(one.pose.pitch) > kMostPitch;
      seen.small += small ? 1 : 0;
      seen.turned += turned ? 1 : 0;
      seen.blurred += blurred ? 1 : 0;
      seen.largest = std::max(seen.largest, one.size);
      seen.samples.push_back({frame.time_s, face::eye_opening(one.landmarks, false),
                              face::eye_opening(one.landmarks, true), !small && !blurred && !turned});
    }
  }

  std::vector<Finding> finish() override {
    struct Examined {
      int track = 0;
      const Seen* seen = nullptr;
      BlinkCurve found;
    };
    std::vector<Examined> all;
    for (const auto& [track, seen] : seen_) all.push_back({track, &seen, face::find_blinks(seen.samples)});
    if (all.empty()) return {not_applicable("no face was found that looks towards the camera")};
    std::stable_sort(all.begin(), all.end(),
                     [](const Examined& a, const Examined& b) { return a.found.usable_s > b.found.usable_s; });
    std::vector<Finding> out;
    std::size_t left_out = 0;
    for (const Examined& one : all) {
      const bool rated = one.found.usable_s >= kLeastRated - kSlack && one.found.noise <= kMostNoise &&
                         frame_step(one.seen->samples) <= 1 / (kLeastFrameRate - 1);
      if (rated && out.size() < kMostRated)
        out.push_back(rate(one.track, one.found));
      else
        ++left_out;
    }
    if (out.empty()) {
      Finding finding = not_applicable(reason_for(*all.front().seen, all.front().found));
      finding.face = all.front().track;
      if (all.front().found.usable_s > 0) finding.curves.push_back(opening_curve(all.front().track, all.front().found));
      return {std::move(finding)};
    }
    if (left_out > 0)
      out.front().details.emplace_back("appearances too short or unclear for a rate", fmt::format("{}", left_out));
    return out;
  }

 private:
  std::map<int, Seen> seen_;
};

std::unique_ptr<DetectorSession> start(const DetectorInput&) { return std::make_unique<Session>(); }

}  // namespace

extern const Detector detector_video_blink;
const Detector detector_video_blink{.id = "video.blink",
                                    .version = 1,
                                    .group = Group::face,
                                    .needs = kNeedsFaces,
                                    .title = "Blinking",
                                    .question = "Does each face blink as people do?",
                                    .not_applicable = cannot_apply,
                                    .start = start};

}  // namespace bonafide::forensics
