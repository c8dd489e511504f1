#include "forensics/thumbnail.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "forensics/orient.h"

namespace bonafide::forensics {
namespace {
using media::Plane;

// Soft blobs: a scene that looks the same at every size. `variant` moves them.
Plane drawn(int width, int height, double variant = 0, double gain = 1) {
  std::vector<std::uint8_t> samples;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const double u = (x + 0.5) / width, v = (y + 0.5) / height;
      const double level = std::sin(7 * u + 3 * v * v + variant) + std::cos(9 * v - 4 * u * v - 2 * variant);
      samples.push_back(static_cast<std::uint8_t>(std::clamp(128 + 50 * gain * level, 0.0, 255.0)));
    }
  return {width, height, 1, std::move(samples)};
}

Plane framed(const Plane& inner, int width, int height) {
  std::vector<std::uint8_t> samples(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 0);
  const int left = (width - inner.width()) / 2, top = (height - inner.height()) / 2;
  for (int y = 0; y < inner.height(); ++y)
    std::copy_n(inner.row(y), inner.width(), samples.begin() + (top + y) * width + left);
  return {width, height, 1, std::move(samples)};
}

TEST(Thumbnail, KnowsTheSameScene) {
  const Plane picture = drawn(600, 400);
  EXPECT_GT(compare_thumbnail(picture, drawn(160, 107)).correlation, 0.99);
  EXPECT_GT(compare_thumbnail(picture, drawn(160, 107, 0, 0.5)).correlation, 0.99);  // darker, flatter
  const ThumbnailMatch boxed = compare_thumbnail(picture, framed(drawn(160, 107), 160, 120));
  EXPECT_TRUE(boxed.bars_removed);
  EXPECT_GT(boxed.correlation, 0.97);
  const ThumbnailMatch turned = compare_thumbnail(to_shown(picture, 6), drawn(160, 107));
  EXPECT_GT(turned.correlation, 0.97);
  EXPECT_NE(turned.turned, 1);
}

TEST(Thumbnail, KnowsAnotherScene) {
  const ThumbnailMatch match = compare_thumbnail(drawn(600, 400), drawn(160, 107, 1.7));
  EXPECT_TRUE(match.comparable);
  EXPECT_LT(match.correlation, 0.8);
}

TEST(Thumbnail, SaysWhenThereIsNothingToCompare) {
  const Plane grey(160, 120, 1, std::vector<std::uint8_t>(160 * 120, 99));
  EXPECT_FALSE(compare_thumbnail(drawn(600, 400), grey).comparable);
  EXPECT_FALSE(compare_thumbnail(grey, drawn(160, 120)).comparable);
  EXPECT_FALSE(compare_thumbnail(drawn(600, 400), drawn(8, 6)).comparable);
  EXPECT_FALSE(compare_thumbnail({}, drawn(160, 120)).comparable);
}

}  // namespace
}  // namespace bonafide::forensics
