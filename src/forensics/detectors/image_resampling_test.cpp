#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "forensics/detector.h"
#include "media/dsp/dct.h"
#include "support/texture.h"

namespace bonafide::forensics {

extern const Detector detector_image_resampling;

namespace {

using testing::texture;
using Samples = std::vector<std::uint8_t>;

constexpr int kWidth = 1024;
constexpr int kHeight = 768;

std::vector<Finding> run(Samples samples, media::Format format, int width = kWidth, int height = kHeight,
                         int channels = 1) {
  media::Media media;
  media.format = format;
  media.kind = media::Kind::image;
  const Context context;
  const auto session = detector_image_resampling.start({media, context, {}});
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

Samples enlarged(const Samples& from, double factor) {
  Samples out(from.size());
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x) {
      const double u = x / factor;
      const double v = y / factor;
      const int u0 = static_cast<int>(u);
      const int v0 = static_cast<int>(v);
      const auto at = [&](int i, int j) { return from[static_cast<std::size_t>((v0 + j) * kWidth + u0 + i)]; };
      out[static_cast<std::size_t>(y * kWidth + x)] =
          static_cast<std::uint8_t>(std::lround((1 - (v - v0)) * ((1 - (u - u0)) * at(0, 0) + (u - u0) * at(1, 0)) +
                                                (v - v0) * ((1 - (u - u0)) * at(0, 1) + (u - u0) * at(1, 1))));
    }
  return out;
}

TEST(ImageResampling, KnownPositive) {
  const auto findings =
      run(laid(texture(kWidth, kHeight, 1, 5), enlarged(texture(kWidth, kHeight, 2, 5), 1.3), 320, 192, 448, 448),
          media::Format::png);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].outcome, Outcome::sign);
  EXPECT_EQ(findings[0].claim, "image.resampling.region");
  EXPECT_EQ(findings[0].grade, Strength::weak);
  ASSERT_FALSE(findings[0].regions.empty());
  EXPECT_NEAR(findings[0].regions[0].x, 320, 80);
  EXPECT_NEAR(findings[0].regions[0].y, 192, 80);
}

TEST(ImageResampling, WholePictureIsAFact) {
  const auto findings = run(enlarged(texture(kWidth, kHeight, 2, 5), 1.3), media::Format::png);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].outcome, Outcome::nothing_found);
  EXPECT_EQ(findings[1].outcome, Outcome::fact);
  EXPECT_EQ(findings[1].claim, "image.resampling.whole");
}

TEST(ImageResampling, KnownNegative) {
  for (unsigned seed = 1; seed < 5; ++seed) {
    const auto findings = run(texture(kWidth, kHeight, seed, 5), media::Format::png);
    ASSERT_EQ(findings.size(), 1U) << seed;
    EXPECT_EQ(findings[0].outcome, Outcome::nothing_found) << seed;
  }
}

TEST(ImageResampling, NotApplicable) {
  EXPECT_EQ(run(Samples(std::size_t{kWidth} * kHeight, 90), media::Format::png)[0].outcome, Outcome::not_applicable);
  expect_common(detector_image_resampling);
}

}  // namespace
}  // namespace bonafide::forensics
