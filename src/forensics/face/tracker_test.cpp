// The tracker with a drawn world: a face is a white disc, the detector and the landmark model both see discs.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "forensics/face/finder.h"
#include "forensics/face/geometry.h"
#include "support/faces.h"

namespace bonafide::forensics::face {
namespace {

struct Disc {
  double x = 0, y = 0, radius = 0;
};

media::Frame drawn(const std::vector<Disc>& discs, int index = 0, int background = 40, int width = 640,
                   int height = 360) {
  std::vector<std::uint8_t> samples;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      double ink = 0;  // soft edges, so that fractions of a pixel show
      for (const Disc& d : discs)
        ink = std::max(ink, std::clamp(d.radius - std::hypot(x - d.x, y - d.y) + 0.5, 0.0, 1.0));
      samples.push_back(static_cast<std::uint8_t>(std::lround(background + ink * (250 - background))));
    }
  }
  media::FrameInfo info;
  info.index = index;
  info.time_s = index / 25.0;
  return media::Frame::from_plane(media::Plane(width, height, 1, std::move(samples)), info);
}

// Weight, centre and radius of what is brighter than 150 within a window.
std::optional<Disc> measure(const media::Plane& plane, int x0, int y0, int x1, int y1) {
  double weight = 0, sx = 0, sy = 0;
  for (int y = std::max(y0, 0); y < std::min(y1, plane.height()); ++y) {
    for (int x = std::max(x0, 0); x < std::min(x1, plane.width()); ++x) {
      const double w = plane.at(x, y) > 150 ? plane.at(x, y) - 40.0 : 0;
      weight += w, sx += w * x, sy += w * y;
    }
  }
  if (weight < 210 * 20) return std::nullopt;
  return Disc{sx / weight, sy / weight, std::sqrt(weight / 210 / 3.14159265)};
}

class DiscLandmarks : public LandmarkProvider {
 public:
  Landmarks fit(const media::Plane& luma, const Box& box) override {
    const auto disc = measure(luma, static_cast<int>(box.x) - 40, static_cast<int>(box.y) - 40,
                              static_cast<int>(box.x + box.width) + 40, static_cast<int>(box.y + box.height) + 40);
    if (!disc) return Landmarks{};
    return testing::made_face(static_cast<float>(disc->x), static_cast<float>(disc->y),
                              static_cast<float>(2 * disc->radius), 0.3F, 0.3F);
  }
};

struct Calls {
  int whole = 0, small = 0;
};

// Looks for discs on a coarse grid, and answers with a box that is off by a fifth: it must not show in the tracks.
class DiscFinder : public FaceFinder {
 public:
  explicit DiscFinder(Calls* calls) : calls_(calls) {}
  std::vector<Detection> find(const media::Plane& plane, double) override {
    ++(plane.width() < 200 ? calls_->small : calls_->whole);
    std::vector<Detection> out;
    const int step = plane.width() < 200 ? plane.width() : plane.width() / 2;
    for (int x = 0; x < plane.width(); x += step) {
      const auto disc = measure(plane, x, 0, x + step, plane.height());
      if (!disc || disc->radius < 15) continue;
      const float side = static_cast<float>(2 * disc->radius);
      out.push_back(
          {{static_cast<float>(disc->x) - 0.4F * side, static_cast<float>(disc->y) - 0.6F * side, side, side}, 1.5F});
    }
    return out;
  }

 private:
  Calls* calls_;
};

std::unique_ptr<FaceTracker> tracker(Calls* calls, TrackerSettings settings = {}) {
  return make_tracker(settings, std::make_unique<DiscLandmarks>(), std::make_unique<DiscFinder>(calls));
}

TEST(FaceTracker, FollowsWithoutJumps) {
  Calls calls;
  auto follow = tracker(&calls);
  for (int i = 0; i < 40; ++i) {
    const double x = 120 + 1.5 * i, y = 150 + 10 * std::sin(i * 0.2), radius = 40 + 0.2 * i;
    const FrameFaces out = follow->next(drawn({{x, y, radius}}, i));
    ASSERT_EQ(out.faces.size(), 1U) << i;
    EXPECT_EQ(out.faces[0].track, 1);
    EXPECT_EQ(out.faces[0].detected, i % 8 == 0) << i;
    EXPECT_NEAR(out.faces[0].box.x + out.faces[0].box.width / 2, x, 0.7) << i;
    EXPECT_NEAR(out.faces[0].box.y + out.faces[0].box.height / 2, y, 0.7) << i;
    EXPECT_NEAR(out.faces[0].box.width, 2 * radius, 2.0) << i;
    EXPECT_NEAR(out.faces[0].size, 0.5723 * 2 * radius, 1.2) << i;
    EXPECT_EQ(out.index, i);
    EXPECT_DOUBLE_EQ(out.time_s, i / 25.0);
    EXPECT_EQ(out.width, 640);
  }
  EXPECT_EQ(calls.whole, 2);  // 40 frames are 5 looks; of those one in four at the whole frame
}

TEST(FaceTracker, SeveralFacesAndTheLargestFirst) {
  Calls calls;
  auto follow = tracker(&calls);
  const FrameFaces two = follow->next(drawn({{160, 150, 40}, {480, 150, 60}}));
  ASSERT_EQ(two.faces.size(), 2U);
  EXPECT_EQ(two.faces[0].track, 1);
  EXPECT_GT(two.faces[0].box.x, 320);
  EXPECT_EQ(two.faces[1].track, 2);
  TrackerSettings one;
  one.most_faces = 1;
  const FrameFaces largest = tracker(&calls, one)->next(drawn({{160, 150, 40}, {480, 150, 60}}));
  ASSERT_EQ(largest.faces.size(), 1U);
  EXPECT_GT(largest.faces[0].box.x, 320);
}

TEST(FaceTracker, ALostFaceEndsItsTrackAndComesBackUnderANewNumber) {
  Calls calls;
  auto follow = tracker(&calls);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(follow->next(drawn({{160, 150, 40}}, i)).faces.size(), 1U);
  EXPECT_TRUE(follow->next(drawn({}, 10)).faces.empty());
  for (int i = 11; i < 20; ++i) EXPECT_TRUE(follow->next(drawn({}, i)).faces.empty());
  int number = 0;
  for (int i = 20; i < 30; ++i)
    for (const auto& face : follow->next(drawn({{160, 150, 40}}, i)).faces) number = face.track;
  EXPECT_EQ(number, 2);
}

// Landmarks that always answer with a plausible face: only the detector can notice that nobody is there any more.
class BlindLandmarks : public LandmarkProvider {
 public:
  Landmarks fit(const media::Plane&, const Box& box) override {
    return testing::made_face(box.x + box.width / 2, box.y + box.height / 2, box.width, 0.3F, 0.3F);
  }
};

TEST(FaceTracker, AnUnconfirmedTrackEndsWithinThreeLooks) {
  Calls calls;
  auto follow = make_tracker({}, std::make_unique<BlindLandmarks>(), std::make_unique<DiscFinder>(&calls));
  int seen = 0;
  for (int i = 0; i < 60; ++i)
    seen += static_cast<int>(follow->next(drawn({{160, 150, i < 4 ? 40.0 : 0.0}}, i)).faces.size());
  EXPECT_EQ(seen, 24);  // looks at 8, 16 and 24 did not confirm it
}

TEST(FaceTracker, ACutEndsAllTracks) {
  Calls calls;
  auto follow = tracker(&calls);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(follow->next(drawn({{160, 150, 40}}, i)).scene_cut);
  // The next shot has its face in the same place.
  std::vector<std::uint8_t> samples;
  const media::Frame same = drawn({{160, 150, 40}});
  for (int y = 0; y < 360; ++y)
    for (int x = 0; x < 640; ++x)
      samples.push_back(x < 230 ? same.luma().at(x, y) : static_cast<std::uint8_t>((x / 40 + y / 40) % 2 * 100));
  const FrameFaces out = follow->next(media::Frame::from_plane(media::Plane(640, 360, 1, std::move(samples))));
  EXPECT_TRUE(out.scene_cut);
  ASSERT_EQ(out.faces.size(), 1U);
  EXPECT_EQ(out.faces[0].track, 2);
}

TEST(FaceTracker, ResetForgetsButNumbersGoOn) {
  Calls calls;
  auto follow = tracker(&calls);
  follow->next(drawn({{160, 150, 40}}));
  follow->reset();
  const FrameFaces out = follow->next(drawn({{480, 150, 40}}));
  EXPECT_FALSE(out.scene_cut);
  ASSERT_EQ(out.faces.size(), 1U);
  EXPECT_EQ(out.faces[0].track, 2);
  EXPECT_TRUE(out.faces[0].detected);
}

TEST(FaceTracker, SmallFacesAreSearchedForWhenNobodyIsInSight) {
  Calls calls;
  auto follow = tracker(&calls);
  const FrameFaces out = follow->next(drawn({{300, 300, 25}}, 0, 40, 1280, 720));  // 12 pixels at detect_width
  ASSERT_EQ(out.faces.size(), 1U);
  EXPECT_EQ(calls.whole, 2);
}

class BrokenLandmarks : public LandmarkProvider {
 public:
  Landmarks fit(const media::Plane&, const Box&) override {
    Landmarks points{};
    points[39].x = NAN;
    return points;
  }
};

TEST(FaceTracker, ABrokenProviderGivesNoFace) {
  Calls calls;
  auto follow = make_tracker({}, std::make_unique<BrokenLandmarks>(), std::make_unique<DiscFinder>(&calls));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(follow->next(drawn({{160, 150, 40}}, i)).faces.empty());
}

TEST(FaceTracker, RefusesNonsense) {
  TrackerSettings settings;
  settings.detect_every = 0;
  EXPECT_FALSE(FaceTracker::create(settings, std::make_unique<BlindLandmarks>()));
  EXPECT_FALSE(FaceTracker::create({}, nullptr));
  Calls calls;
  EXPECT_TRUE(tracker(&calls)->next(media::Frame::from_plane({})).faces.empty());
  EXPECT_TRUE(tracker(&calls)->next(drawn({}, 0, 40, 3, 2)).faces.empty());
}

}  // namespace
}  // namespace bonafide::forensics::face
