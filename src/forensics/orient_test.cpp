#include "forensics/orient.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace bonafide::forensics {
namespace {

// Stored 3×2:  1 2 3
//              4 5 6      Expected pictures written by hand from EXIF 2.32's description of tag 0x0112.
media::Plane stored() { return {3, 2, 1, {1, 2, 3, 4, 5, 6}}; }

std::vector<std::uint8_t> samples(const media::Plane& plane) {
  return {plane.data(), plane.data() + plane.stride() * static_cast<std::size_t>(plane.height())};
}

TEST(Orient, MovesSamplesAsExifSays) {
  using V = std::vector<std::uint8_t>;
  EXPECT_EQ(samples(to_shown(stored(), 1)), (V{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(samples(to_shown(stored(), 2)), (V{3, 2, 1, 6, 5, 4}));
  EXPECT_EQ(samples(to_shown(stored(), 3)), (V{6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(samples(to_shown(stored(), 4)), (V{4, 5, 6, 1, 2, 3}));
  EXPECT_EQ(samples(to_shown(stored(), 5)), (V{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(samples(to_shown(stored(), 6)), (V{4, 1, 5, 2, 6, 3}));
  EXPECT_EQ(samples(to_shown(stored(), 7)), (V{6, 3, 5, 2, 4, 1}));
  EXPECT_EQ(samples(to_shown(stored(), 8)), (V{3, 6, 2, 5, 1, 4}));
  EXPECT_EQ(to_shown(stored(), 6).width(), 2);
  EXPECT_EQ(to_shown(stored(), 6).height(), 3);
}

TEST(Orient, UnknownValuesLeaveThePictureAlone) {
  EXPECT_EQ(samples(to_shown(stored(), 0)), samples(stored()));
  EXPECT_EQ(samples(to_shown(stored(), 99)), samples(stored()));
  EXPECT_TRUE(to_shown(media::Plane{}, 6).empty());
}

TEST(Orient, KeepsChannelsTogether) {
  const media::Plane rgb{2, 1, 3, {1, 2, 3, 4, 5, 6}};
  EXPECT_EQ(samples(to_shown(rgb, 2)), (std::vector<std::uint8_t>{4, 5, 6, 1, 2, 3}));
}

// A region must land on the samples it covered: paint it, move both ways, compare.
TEST(Orient, RegionsFollowTheirSamples) {
  const Extent extent{13, 9};
  const Region region{2, 1, 5, 3};
  std::vector<std::uint8_t> painted(13 * 9, 0);
  for (int y = region.y; y < region.y + region.height; ++y)
    for (int x = region.x; x < region.x + region.width; ++x) painted[static_cast<std::size_t>(y * 13 + x)] = 255;
  const media::Plane plane{13, 9, 1, painted};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const media::Plane moved = to_shown(plane, orientation);
    const Region r = to_shown(region, extent, orientation);
    EXPECT_EQ(moved.width(), shown_extent(extent, orientation).width);
    for (int y = 0; y < moved.height(); ++y)
      for (int x = 0; x < moved.width(); ++x) {
        const bool inside = x >= r.x && x < r.x + r.width && y >= r.y && y < r.y + r.height;
        ASSERT_EQ(moved.at(x, y) == 255, inside) << orientation << ": " << x << "," << y;
      }
  }
}

}  // namespace
}  // namespace bonafide::forensics
