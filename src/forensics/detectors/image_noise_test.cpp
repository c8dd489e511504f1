#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "forensics/detector.h"
#include "media/dsp/dct.h"
#include "support/texture.h"

namespace bonafide::forensics {

extern const Detector detector_image_noise;

namespace {

using testing::texture;
using Samples = std::vector<std::uint8_t>;

constexpr int kWidth = 640;
constexpr int kHeight = 512;

std::vector<Finding> run(Samples samples, media::Format format, int width = kWidth, int height = kHeight,
                         int channels = 1) {
  media::Media media;
  media.format = format;
  media.kind = media::Kind::image;
  const Context context;
  const auto session = detector_image_noise.start({media, context, {}});
  media::FrameInfo info;
  info.width = width;
  info.height = height;
  session->on_still(media::Frame::from_plane({width, height, channels, std::move(samples)}, info));
  return session->finish();
}

// `part` laid over `ground` in a box.
[[maybe_unused]] Samples laid(Samples ground, const Samples& part, int x0, int y0, int width, int height) {
  for (int y = y0; y < y0 + height; ++y)
    std::copy_n(part.begin() + y * kWidth + x0, width, ground.begin() + y * kWidth + x0);
  return ground;
}

[[maybe_unused]] Samples saved(const Samples& picture, int quality) {
  return media::resave({picture.data(), kWidth, kHeight, kWidth}, media::ijg_luma_table(quality), 0, 0);
}

void expect_common(const Detector& detector) {
  media::Media clip;
  clip.kind = media::Kind::video;
  EXPECT_TRUE(detector.not_applicable(clip));
  EXPECT_EQ(run(texture(40, 40, 1), media::Format::png, 40, 40)[0].outcome, Outcome::not_applicable);
  media::Media media;
  media.kind = media::Kind::image;
  const Context context;
  EXPECT_EQ(detector.start({media, context, {}})->finish()[0].outcome, Outcome::not_examined);
}

TEST(ImageNoise, KnownPositive) {
  const auto findings = run(laid(texture(kWidth, kHeight, 1, 4), texture(kWidth, kHeight, 2, 0.7), 200, 160, 200, 180),
                            media::Format::png);
  ASSERT_EQ(findings.size(), 1U);
  const Finding& sign = findings[0];
  EXPECT_EQ(sign.outcome, Outcome::sign);
  EXPECT_EQ(sign.claim, "image.noise.region");
  EXPECT_EQ(sign.grade, Strength::weak);
  ASSERT_FALSE(sign.regions.empty());
  EXPECT_NEAR(sign.regions[0].x, 200, 40);
  EXPECT_NEAR(sign.regions[0].y, 160, 40);
  ASSERT_EQ(sign.maps.size(), 1U);
  EXPECT_EQ(sign.maps[0].values.at(4, 4), 0);
}

TEST(ImageNoise, KnownNegative) {
  for (unsigned seed = 1; seed < 5; ++seed) {
    const auto findings = run(texture(kWidth, kHeight, seed, 4), media::Format::png);
    EXPECT_EQ(findings[0].outcome, Outcome::nothing_found) << seed;
    EXPECT_TRUE(findings[0].regions.empty());
  }
}

TEST(ImageNoise, NotApplicable) {
  const auto wiped = run(saved(texture(kWidth, kHeight, 1, 1), 40), media::Format::jpeg);
  EXPECT_EQ(wiped[0].outcome, Outcome::not_applicable);
  EXPECT_NE(wiped[0].reason.find("removed the noise"), std::string::npos) << wiped[0].reason;
  expect_common(detector_image_noise);
}

}  // namespace
}  // namespace bonafide::forensics
