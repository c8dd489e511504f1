#include "forensics/face/scene_cut.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

namespace bonafide::forensics::face {
namespace {

// A smooth pattern; `shift` moves it, `seed` makes another scene, `light` brightens it.
media::Plane scene(int seed, double shift, int light = 0) {
  std::vector<std::uint8_t> samples;
  for (int y = 0; y < 120; ++y)
    for (int x = 0; x < 160; ++x)
      samples.push_back(static_cast<std::uint8_t>(
          100 + light + 50 * std::sin((x + shift) * (0.05 + 0.021 * seed)) * std::cos(y * (0.09 - 0.02 * seed))));
  return {160, 120, 1, std::move(samples)};
}

TEST(SceneCut, AnotherSceneIsACut) {
  CutFinder cuts;
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(cuts.next(scene(0, i)));
  EXPECT_TRUE(cuts.next(scene(2, 0)));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(cuts.next(scene(2, i)));
  EXPECT_TRUE(cuts.next(scene(0, 0)));
}

TEST(SceneCut, AFlashAndAFastPanAreNone) {
  CutFinder cuts;
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(cuts.next(scene(0, i)));
  EXPECT_FALSE(cuts.next(scene(0, 10, 80)));
  EXPECT_FALSE(cuts.next(scene(0, 11)));
  cuts.reset();
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(cuts.next(scene(0, i < 5 ? i : 5 + (i - 5) * 8)));
}

TEST(SceneCut, OddSizes) {
  CutFinder cuts;
  EXPECT_FALSE(cuts.next({}));
  EXPECT_FALSE(cuts.next({1, 1, 1, {200}}));
  EXPECT_FALSE(cuts.next({1, 1, 1, {200}}));
  EXPECT_TRUE(cuts.next({3, 1, 1, {0, 255, 0}}));  // nothing like the frame before
}

}  // namespace
}  // namespace bonafide::forensics::face
