#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "base/files.h"
#include "forensics/detector.h"
#include "support/faces.h"
#include "support/support.h"

namespace bonafide::forensics {
extern const Detector detector_av_lip_sync;
namespace {

constexpr double kFramesPerSecond = 25;

// How far a mouth is open, 0…1: phrases of five seconds with 2 to 6 movements a second, and a pause after each.
class Speech {
 public:
  explicit Speech(unsigned seed) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> frequency(2, 6), phase(0, 2 * std::numbers::pi);
    for (auto& [f, p] : waves_) f = frequency(random), p = phase(random);
  }
  double open(double t) const {
    const double place = t - 6 * std::floor(t / 6);
    if (place > 5) return 0;
    double sum = 0.5;
    for (const auto& [f, p] : waves_) sum += 0.1 * std::sin(2 * std::numbers::pi * f * t + p);
    return std::clamp(sum, 0.0, 1.0) * std::min(1.0, 5 * std::min(place, 5 - place));
  }

 private:
  std::array<std::pair<double, double>, 12> waves_;
};

face::FaceObservation talker(int track, double open, std::mt19937& random, float side = 160) {
  std::normal_distribution<float> jitter(0, 0.004F * side);
  face::FaceObservation seen;
  seen.track = track;
  seen.landmarks = testing::made_face(160 * static_cast<float>(track), 150, side, 0.3F, 0.3F,
                                      0.02F + 0.15F * static_cast<float>(open));
  const float drop = 0.09F * side * static_cast<float>(open);
  for (const std::size_t i : std::initializer_list<std::size_t>{7, 8, 9, 55, 56, 57, 58, 59})
    seen.landmarks[i].y += drop;
  for (face::Point& p : seen.landmarks) p.x += jitter(random), p.y += jitter(random);
  seen.size = 0.5723F * side;
  seen.sharpness = 100;
  seen.detected = true;
  return seen;
}

// A voice of 125 Hz whose loudness follows `speech`, `late_s` later; room noise 60 dB down.
// Between `foreign_from_s` and `foreign_to_s` it is another speech.
void sound(DetectorSession& session, const Speech& speech, double late_s, double begin_s, double end_s,
           double foreign_from_s = 1e9, double foreign_to_s = 1e9) {
  const Speech other(77);
  std::array<double, 128> period{};
  for (int k = 1; k <= 40; ++k) {
    for (std::size_t i = 0; i < period.size(); ++i) {
      period[i] += std::sin(2 * std::numbers::pi * k * static_cast<double>(i) / 128 + k * k) / std::sqrt(k);
    }
  }
  std::mt19937 random(99);
  std::normal_distribution<double> noise(0, 0.0003);
  const auto last = static_cast<std::size_t>(end_s * media::kSpeechRate);
  for (auto at = static_cast<std::size_t>(begin_s * media::kSpeechRate); at < last;) {
    media::AudioBlock block;
    block.rate = media::kSpeechRate;
    block.time_s = block.speech_time_s = static_cast<double>(at) / media::kSpeechRate;
    for (std::size_t i = 0; i < 4000 && at < last; ++i, ++at) {
      const double t = static_cast<double>(at) / media::kSpeechRate;
      const double open = (t >= foreign_from_s && t < foreign_to_s ? other : speech).open(t - late_s);
      const double gain = open > 0 ? 0.05 * std::pow(10, (open - 1) * 25 / 20) : 0;
      block.speech.push_back(static_cast<float>(gain * period[at % 128] + noise(random)));
    }
    block.native = {block.speech};
    session.on_audio(block);
  }
}

struct Scene {
  double seconds = 30;
  unsigned lips = 1, voice = 1;  // the same seed: the same speech
  double late_s = 0;
  double rate = kFramesPerSecond;
  float side = 160;
  std::vector<unsigned> others = {};  // further faces, what they say
  double foreign_from_s = 1e9, foreign_to_s = 1e9;
  bool faces = true, sound = true;
};

Finding run(const Scene& scene) {
  const media::Media media;
  const Context context;
  auto session = detector_av_lip_sync.start({media, context, {}});
  std::mt19937 random(5);
  const Speech lips(scene.lips);
  for (int i = 0; i < scene.seconds * scene.rate; ++i) {
    face::FrameFaces frame{.time_s = i / scene.rate, .index = i, .width = 640, .height = 360, .faces = {}};
    if (scene.faces) frame.faces.push_back(talker(1, lips.open(frame.time_s), random, scene.side));
    int track = 2;
    for (const unsigned seed : scene.others) {
      frame.faces.push_back(talker(track++, Speech(seed).open(frame.time_s), random, scene.side));
    }
    session->on_faces(frame);
  }
  if (scene.sound) {
    sound(*session, Speech(scene.voice), scene.late_s, 0, scene.seconds, scene.foreign_from_s, scene.foreign_to_s);
  }
  std::vector<Finding> findings = session->finish();
  EXPECT_EQ(findings.size(), 1U);
  return findings.at(0);
}

double delay_of(const Finding& finding) {
  for (const auto& [name, value] : finding.details) {
    if (name == "best delay of the sound") return std::stod(value) / 1000;
  }
  return -99;
}

TEST(AvLipSync, KnownPositive) {
  for (const double late : {0.4, -0.3}) {
    const Finding finding = run({.late_s = late});
    EXPECT_EQ(finding.outcome, Outcome::sign) << late;
    EXPECT_EQ(finding.claim, "av.lip_sync.shifted");
    EXPECT_NEAR(delay_of(finding), late, 0.03);
    EXPECT_GE(finding.grade, Strength::weak);
    EXPECT_LE(finding.grade, Strength::moderate);
    EXPECT_FALSE(finding.limits.empty());
    EXPECT_FALSE(finding.spans.empty());
    EXPECT_FALSE(finding.log10_lr.has_value());
  }
  const Finding exchanged = run({.seconds = 36, .voice = 2});
  EXPECT_EQ(exchanged.outcome, Outcome::sign);
  EXPECT_EQ(exchanged.claim, "av.lip_sync.unrelated");
  EXPECT_EQ(exchanged.grade, Strength::moderate);
  EXPECT_EQ(run({.seconds = 18, .voice = 3}).grade, Strength::weak);
}

TEST(AvLipSync, FindsAReplacedPart) {
  const Finding finding = run({.seconds = 48, .foreign_from_s = 18, .foreign_to_s = 30});
  EXPECT_EQ(finding.claim, "av.lip_sync.part");
  EXPECT_EQ(finding.outcome, Outcome::sign);
  ASSERT_EQ(finding.spans.size(), 1U);
  EXPECT_NEAR(finding.spans[0].begin_s, 18, 3.1);
  EXPECT_NEAR(finding.spans[0].end_s, 30, 3.1);
  EXPECT_EQ(run({.seconds = 48, .foreign_from_s = 20, .foreign_to_s = 23}).outcome, Outcome::nothing_found);
}

TEST(AvLipSync, KnownNegative) {
  for (const double late : {-0.06, 0.0, 0.1}) {
    const Finding finding = run({.late_s = late});
    EXPECT_EQ(finding.outcome, Outcome::nothing_found) << late;
    EXPECT_EQ(finding.claim, "av.lip_sync.follows");
    EXPECT_NEAR(delay_of(finding), late, 0.03);
    EXPECT_EQ(finding.sentence.find("genuine"), std::string::npos);
    ASSERT_EQ(finding.curves.size(), 3U);
    EXPECT_EQ(finding.curves[0].name, "mouth opening, face 1");
    EXPECT_EQ(finding.curves[1].name, "speech energy");
    EXPECT_EQ(finding.curves[2].x_unit, "ms");
    for (const Curve& curve : finding.curves) EXPECT_EQ(curve.x.size(), curve.y.size());
    EXPECT_LE(finding.curves[0].x.size(), 30 * 25U + 1);
  }
  // A delay that untouched recordings are published with is a fact, no accusation.
  EXPECT_EQ(run({.late_s = 0.23}).outcome, Outcome::fact);
}

TEST(AvLipSync, TooLittleIsNoAccusation) {
  for (unsigned voice = 2; voice < 12; ++voice) {
    const Finding finding = run({.seconds = 8, .voice = voice});
    EXPECT_NE(finding.outcome, Outcome::sign) << voice;
  }
}

TEST(AvLipSync, AnyFaceMayBeTheSpeaker) {
  const Finding second = run({.lips = 7, .others = {1}});
  EXPECT_EQ(second.outcome, Outcome::nothing_found);
  EXPECT_EQ(second.face, 2);
  const Finding none = run({.seconds = 36, .lips = 7, .others = {8}});
  EXPECT_EQ(none.outcome, Outcome::not_applicable);  // the speaker may be outside the picture
  EXPECT_NE(none.reason.find("outside"), std::string::npos);
}

TEST(AvLipSync, JumpsAreNotBridged) {
  const media::Media media;
  const Context context;
  auto session = detector_av_lip_sync.start({media, context, {}});
  std::mt19937 random(5);
  const Speech speech(4);
  int track = 0;
  for (const double begin : {0.0, 100.0}) {
    session->on_span({begin, begin + 12});
    ++track;
    for (int i = 0; i < 12 * kFramesPerSecond; ++i) {
      const double t = begin + i / kFramesPerSecond;
      face::FrameFaces frame{.time_s = t, .index = i, .width = 640, .height = 360, .faces = {}};
      frame.faces.push_back(talker(track, speech.open(t), random));
      session->on_faces(frame);
    }
    sound(*session, speech, 0.05, begin, begin + 12);
  }
  const Finding finding = session->finish().at(0);
  EXPECT_EQ(finding.outcome, Outcome::nothing_found);
  EXPECT_NEAR(delay_of(finding), 0.05, 0.03);
}

TEST(AvLipSync, NotApplicable) {
  EXPECT_NE(run({.sound = false}).reason.find("no sound"), std::string::npos);
  EXPECT_NE(run({.faces = false}).reason.find("no face"), std::string::npos);
  EXPECT_NE(run({.rate = 10}).reason.find("pictures a second"), std::string::npos);
  EXPECT_NE(run({.side = 30}).reason.find("too small"), std::string::npos);
  EXPECT_EQ(run({.sound = false}).outcome, Outcome::not_applicable);

  const media::Media media;
  const Context context;
  auto silent = detector_av_lip_sync.start({media, context, {}});
  std::mt19937 random(5);
  for (int i = 0; i < 250; ++i) {
    face::FrameFaces frame{.time_s = i / 25.0, .index = i, .width = 640, .height = 360, .faces = {}};
    frame.faces.push_back(talker(1, Speech(1).open(frame.time_s), random));
    silent->on_faces(frame);
    media::AudioBlock block;
    block.time_s = block.speech_time_s = i / 25.0;
    block.speech.assign(640, 0.0F);
    silent->on_audio(block);
  }
  const Finding finding = silent->finish().at(0);
  EXPECT_EQ(finding.outcome, Outcome::not_applicable);
  EXPECT_NE(finding.reason.find("speech"), std::string::npos);

  media::Media picture;
  picture.kind = media::Kind::image;
  EXPECT_TRUE(detector_av_lip_sync.not_applicable(picture).has_value());
  media::Media clip;
  clip.kind = media::Kind::video;
  clip.tracks.resize(1);
  clip.tracks[0].kind = media::Track::Kind::video;
  EXPECT_TRUE(detector_av_lip_sync.not_applicable(clip).has_value());
  clip.tracks.resize(2);
  clip.tracks[1].kind = media::Track::Kind::audio;
  EXPECT_FALSE(detector_av_lip_sync.not_applicable(clip).has_value());
}

// Genuine talking heads, and what ffmpeg makes of their soundtracks.
Finding check(const std::string& path) {
  const Context context;
  auto reader = FileReader::open(path);
  if (!reader) throw std::runtime_error(reader.error().to_string());
  auto media = media::open(*reader, context);
  if (!media) throw std::runtime_error(media.error().to_string());
  media->path = path;
  if (auto probed = media::probe(*media, context); !probed) throw std::runtime_error(probed.error().to_string());
  auto points = face::dlib_landmarks();
  if (!points) throw std::runtime_error(points.error().to_string());
  auto tracker = face::FaceTracker::create({}, std::move(*points));
  if (!tracker) throw std::runtime_error(tracker.error().to_string());
  auto session = detector_av_lip_sync.start({*media, context, {}});
  media::PassSink sink;
  sink.on_frame = [&](const media::Frame& frame) { session->on_faces((*tracker)->next(frame)); };
  sink.on_audio = [&](media::AudioBlock&& block) { session->on_audio(block); };
  auto pass = media::run_pass(*media, {.spans = {{0, media->duration_s + 1}}}, sink, context);
  if (!pass) throw std::runtime_error(pass.error().to_string());
  return session->finish().at(0);
}

class AvLipSyncShared : public ::testing::Test {
 protected:
  void SetUp() override {
    clip =
        testing::shared("media/dev/video/real/FuxiVirtualHuman_styletalk/samples_source_video_video_reagan_clip1.mp4");
    own = testing::shared("media/dev/video_audio/real/FuxiVirtualHuman_styletalk/reagan_clip1.flac");
    lively =
        testing::shared("media/dev/video/real/FuxiVirtualHuman_styletalk/samples_source_video_video_andrew_clip_2.mp4");
    if (!clip || !lively || !own) GTEST_SKIP() << testing::skip_line("media/dev");
  }
  // A picture with a soundtrack, `late_s` seconds later.
  static std::string mux(const std::string& picture, const std::string& sound, const std::string& late_s,
                         const std::string& name) {
    return testing::made(name, "ffmpeg -v error -y -i '" + picture + "' -itsoffset " + late_s + " -i '" + sound +
                                   "' -map 0:v -map 1:a -c:v copy -c:a aac -b:a 128k -shortest \"$OUT\"");
  }
  std::optional<std::string> clip, lively, own;
};

TEST_F(AvLipSyncShared, OwnSoundtrackIsFollowed) {
  const Finding finding = check(mux(*clip, *own, "0", "lip_sync_own.mp4"));
  EXPECT_EQ(finding.claim, "av.lip_sync.follows") << finding.reason;
  EXPECT_NEAR(delay_of(finding), 0.04, 0.06);
}

TEST_F(AvLipSyncShared, ShiftedSoundtrackIsFound) {
  const Finding late = check(mux(*clip, *own, "0.4", "lip_sync_late.mp4"));
  EXPECT_EQ(late.claim, "av.lip_sync.shifted") << late.reason;
  EXPECT_NEAR(delay_of(late), 0.44, 0.06);
  const Finding early = check(mux(*clip, *own, "-0.3", "lip_sync_early.mp4"));
  EXPECT_EQ(early.claim, "av.lip_sync.shifted") << early.reason;
  EXPECT_NEAR(delay_of(early), -0.26, 0.06);
}

TEST_F(AvLipSyncShared, ExchangedSoundtrackIsFound) {
  const Finding finding = check(mux(*lively, *own, "0", "lip_sync_other.mp4"));
  EXPECT_EQ(finding.claim, "av.lip_sync.unrelated") << finding.sentence << finding.reason;
}

}  // namespace
}  // namespace bonafide::forensics
