// Where a marked clip no longer carries its mark.
#include "provenance/mark/clip_places.h"

#include <gtest/gtest.h>

#include <cmath>

#include "provenance/mark/clip_embed.h"
#include "provenance/mark/drawn_test.h"
#include "provenance/mark/tile_layout.h"

namespace bonafide::provenance::mark {
namespace {

constexpr int kWidth = 384, kHeight = 288;
constexpr double kRate = 12.5;

struct Shown {
  cv::Mat1b luma;
  double seconds;
};

/// A still camera, noise, a mark, and a codec's loss.
std::vector<Shown> marked_clip(double seconds) {
  const MarkKey key = MarkKey::published(kTileProfile);
  ClipMarker marker = ClipMarker::create(key, 0xFEDCBA9876543210ULL).value();
  const cv::Mat1b scene = drawn::luma(drawn::picture(kWidth, kHeight, 3));
  cv::RNG random(7);
  std::vector<Shown> shown;
  for (int i = 0; i < static_cast<int>(seconds * kRate); ++i) {
    cv::Mat1b noise(scene.size()), luma;
    random.fill(noise, cv::RNG::UNIFORM, 0, 7);
    luma = scene + noise;
    EXPECT_TRUE(marker.mark({luma.data, luma.cols, luma.rows, static_cast<std::ptrdiff_t>(luma.step)}, i / kRate));
    shown.push_back({luma, i / kRate});
  }
  return shown;
}

ClipPlaces located(const std::vector<Shown>& shown) {
  const MarkKey key = MarkKey::published(kTileProfile);
  ClipReader reader(key, {});
  for (const Shown& one : shown) EXPECT_TRUE(reader.add(drawn::view(one.luma), one.seconds, {}));
  const ClipAnswer answer = reader.finish({}).value();
  if (answer.readings.empty()) return {};
  ClipLocator locator(key, answer.readings.front());
  for (const Shown& one : shown) locator.add(drawn::view(one.luma), one.seconds);
  return locator.finish();
}

TEST(ClipPlaces, AnUntouchedClipHasNoHole) {
  const ClipPlaces places = located(marked_clip(16));
  EXPECT_TRUE(places.holes.empty());
  EXPECT_GT(places.verifiable, 0.9);
}

TEST(ClipPlaces, ShowsWhereAndWhenTheMarkIsMissing) {
  std::vector<Shown> shown = marked_clip(16);
  const cv::Rect box(216, 108, 90, 90);
  const cv::Mat1b other = drawn::luma(drawn::picture(kWidth, kHeight, 9));
  for (Shown& one : shown)
    if (one.seconds >= 6 && one.seconds < 10) other(box).copyTo(one.luma(box));
  const ClipPlaces places = located(shown);
  ASSERT_FALSE(places.holes.empty());
  const ClipHole& hole = places.holes[0];
  EXPECT_LT(hole.log10_p, -3);
  EXPECT_NEAR(hole.begin_s, 6, 1.5);
  EXPECT_NEAR(hole.end_s, 10, 1.5);
  const cv::Rect told(hole.box.x, hole.box.y, hole.box.width, hole.box.height);
  EXPECT_GT((told & box).area(), 0.6 * box.area());
  EXPECT_LT(told.area(), 4 * box.area());
}

}  // namespace
}  // namespace bonafide::provenance::mark
