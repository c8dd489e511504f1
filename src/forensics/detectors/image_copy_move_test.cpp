#include <gtest/gtest.h>

#include <algorithm>

#include "forensics/detector.h"
#include "support/texture.h"

namespace bonafide::forensics {

extern const Detector detector_image_copy_move;

namespace {

using testing::texture;

constexpr int kWidth = 512;
constexpr int kHeight = 384;

std::vector<Finding> run(std::vector<std::uint8_t> samples, int width, int height, int orientation = 1) {
  media::Media media;
  media.format = media::Format::png;
  media.kind = media::Kind::image;
  const Context context;
  const auto session = detector_image_copy_move.start({media, context, {}});
  media::FrameInfo info;
  info.width = width;
  info.height = height;
  info.orientation = orientation;
  session->on_still(media::Frame::from_plane({width, height, 1, std::move(samples)}, info));
  return session->finish();
}

std::vector<std::uint8_t> forged(unsigned seed) {
  auto picture = texture(kWidth, kHeight, seed, 3);
  for (int y = 0; y < 110; ++y)
    std::copy_n(picture.begin() + (40 + y) * kWidth + 30, 110, picture.begin() + (230 + y) * kWidth + 331);
  return picture;
}

TEST(ImageCopyMove, KnownPositive) {
  const auto findings = run(forged(1), kWidth, kHeight);
  ASSERT_EQ(findings.size(), 1U);
  const Finding& sign = findings[0];
  EXPECT_EQ(sign.outcome, Outcome::sign);
  EXPECT_EQ(sign.claim, "image.copy_move.pair");
  EXPECT_EQ(sign.grade, Strength::moderate);
  EXPECT_FALSE(sign.log10_lr);
  ASSERT_EQ(sign.regions.size(), 2U);
  const auto& left = std::ranges::min(sign.regions, {}, &Region::x);
  const auto& right = std::ranges::max(sign.regions, {}, &Region::x);
  EXPECT_NEAR(left.x, 30, 16);
  EXPECT_NEAR(left.y, 40, 16);
  EXPECT_NEAR(right.x, 331, 16);
  EXPECT_NEAR(right.y, 230, 16);
  EXPECT_NEAR(right.width, 110, 32);
  ASSERT_EQ(sign.maps.size(), 1U);
  EXPECT_GT(sign.maps[0].values.at(85 / 8, 95 / 8), 100);
  EXPECT_GT(sign.maps[0].values.at(386 / 8, 285 / 8), 100);
  EXPECT_EQ(sign.maps[0].values.at(30, 3), 0);
}

TEST(ImageCopyMove, RegionsFollowTheOrientation) {
  const auto findings = run(forged(1), kWidth, kHeight, 3);  // upside down
  ASSERT_EQ(findings[0].regions.size(), 2U);
  const auto& left = std::ranges::min(findings[0].regions, {}, &Region::x);
  EXPECT_NEAR(left.x, kWidth - 441, 16);
  EXPECT_NEAR(left.y, kHeight - 340, 16);
}

TEST(ImageCopyMove, KnownNegative) {
  for (unsigned seed = 30; seed < 34; ++seed) {
    const auto findings = run(texture(kWidth, kHeight, seed, 3), kWidth, kHeight);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].outcome, Outcome::nothing_found) << seed;
    EXPECT_TRUE(findings[0].regions.empty());
  }
}

TEST(ImageCopyMove, AsksForNoMoreMemoryThanAllowed) {
  media::Media media;
  media.kind = media::Kind::image;
  Context context;
  context.limits.memory = 500'000;
  const auto session = detector_image_copy_move.start({media, context, {}});
  media::FrameInfo info;
  info.width = kWidth;
  info.height = kHeight;
  session->on_still(media::Frame::from_plane({kWidth, kHeight, 1, forged(1)}, info));
  EXPECT_EQ(session->finish()[0].outcome, Outcome::not_examined);
}

TEST(ImageCopyMove, NotApplicable) {
  const auto flat = run(std::vector<std::uint8_t>(std::size_t{kWidth} * kHeight, 90), kWidth, kHeight);
  EXPECT_EQ(flat[0].outcome, Outcome::not_applicable);
  EXPECT_NE(flat[0].reason.find("too flat"), std::string::npos);
  EXPECT_EQ(run(texture(40, 40, 1), 40, 40)[0].outcome, Outcome::not_applicable);
  media::Media clip;
  clip.kind = media::Kind::video;
  EXPECT_TRUE(detector_image_copy_move.not_applicable(clip));
}

}  // namespace
}  // namespace bonafide::forensics
