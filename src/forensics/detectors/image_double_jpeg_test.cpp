#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "forensics/detector.h"
#include "media/dsp/dct.h"
#include "support/texture.h"

namespace bonafide::forensics {

extern const Detector detector_image_double_jpeg;

namespace {

using testing::texture;

constexpr int kWidth = 512;
constexpr int kHeight = 384;

media::JpegCoefficients coded(const std::vector<std::uint8_t>& picture, int quality) {
  const auto table = media::ijg_luma_table(quality);
  media::JpegComponent luma;
  luma.id = 1;
  luma.blocks_wide = kWidth / 8;
  luma.blocks_high = kHeight / 8;
  luma.quant.assign(table.begin(), table.end());
  media::Block8 samples;
  media::Block8 coefficients;
  for (int block = 0; block < luma.blocks_wide * luma.blocks_high; ++block) {
    const int x0 = block % luma.blocks_wide * 8;
    const int y0 = block / luma.blocks_wide * 8;
    for (int i = 0; i < 64; ++i)
      samples[static_cast<std::size_t>(i)] =
          static_cast<float>(picture[static_cast<std::size_t>((y0 + i / 8) * kWidth + x0 + i % 8)]) - 128;
    media::forward_dct8(samples, coefficients);
    for (std::size_t i = 0; i < 64; ++i)
      luma.values.push_back(static_cast<std::int16_t>(std::lround(coefficients[i] / static_cast<float>(table[i]))));
  }
  return {kWidth, kHeight, {luma}};
}

std::vector<std::uint8_t> saved(unsigned seed, int quality) {
  const auto picture = texture(kWidth, kHeight, seed, 3);
  return media::resave({picture.data(), kWidth, kHeight, kWidth}, media::ijg_luma_table(quality), 0, 0);
}

media::Media file() {
  media::Media made;
  made.format = media::Format::jpeg;
  made.kind = media::Kind::image;
  made.width = kWidth;
  made.height = kHeight;
  return made;
}

std::vector<Finding> run(const media::JpegCoefficients& jpeg, int orientation = 1) {
  media::Media media = file();
  media.orientation = orientation;
  const Context context;
  const auto session = detector_image_double_jpeg.start({media, context, {}});
  session->on_coefficients(jpeg);
  return session->finish();
}

std::vector<std::uint8_t> pasted() {
  auto picture = saved(1, 70);
  const auto donor = texture(kWidth, kHeight, 2, 3);
  for (int y = 96; y < 224; ++y) std::copy_n(donor.begin() + y * kWidth + 160, 144, picture.begin() + y * kWidth + 160);
  return picture;
}

TEST(ImageDoubleJpeg, KnownPositive) {
  const auto findings = run(coded(pasted(), 92));
  ASSERT_EQ(findings.size(), 2U);
  const Finding& sign = findings[0];
  EXPECT_EQ(sign.outcome, Outcome::sign);
  EXPECT_EQ(sign.claim, "image.double_jpeg.region");
  EXPECT_EQ(sign.grade, Strength::moderate);
  EXPECT_FALSE(sign.log10_lr);
  EXPECT_NE(sign.sentence.find("about quality 70"), std::string::npos) << sign.sentence;
  ASSERT_TRUE(sign.score);
  EXPECT_LT(*sign.score, -3);
  ASSERT_EQ(sign.regions.size(), 1U);
  EXPECT_NEAR(sign.regions[0].x, 160, 16);
  EXPECT_NEAR(sign.regions[0].y, 96, 16);
  EXPECT_NEAR(sign.regions[0].width, 144, 32);
  EXPECT_NEAR(sign.regions[0].height, 128, 32);
  ASSERT_EQ(sign.maps.size(), 1U);
  EXPECT_GT(sign.maps[0].values.at(28, 20), 200);
  EXPECT_LT(sign.maps[0].values.at(55, 40), 128);
}

TEST(ImageDoubleJpeg, RegionsFollowTheOrientation) {
  const auto findings = run(coded(pasted(), 92), 6);
  ASSERT_EQ(findings[0].regions.size(), 1U);
  EXPECT_NEAR(findings[0].regions[0].x, kHeight - 224, 16);
  EXPECT_NEAR(findings[0].regions[0].y, 160, 16);
}

TEST(ImageDoubleJpeg, KnownNegative) {
  const auto findings = run(coded(saved(1, 75), 92));
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].outcome, Outcome::nothing_found);
  EXPECT_TRUE(findings[0].regions.empty());
  EXPECT_EQ(findings[1].outcome, Outcome::fact);
  EXPECT_EQ(findings[1].claim, "image.double_jpeg.twice");
  EXPECT_NE(findings[1].sentence.find("about quality 75"), std::string::npos) << findings[1].sentence;
}

TEST(ImageDoubleJpeg, NotApplicable) {
  const auto once = run(coded(texture(kWidth, kHeight, 1, 3), 85));
  ASSERT_EQ(once.size(), 1U);
  EXPECT_EQ(once[0].outcome, Outcome::not_applicable);
  EXPECT_NE(once[0].reason.find("nothing to compare"), std::string::npos);

  const auto flat = run(coded(std::vector<std::uint8_t>(std::size_t{kWidth} * kHeight, 90), 85));
  EXPECT_EQ(flat[0].outcome, Outcome::not_applicable);
  EXPECT_NE(flat[0].reason.find("too flat"), std::string::npos);

  media::Media png = file();
  png.format = media::Format::png;
  EXPECT_TRUE(detector_image_double_jpeg.not_applicable(png));
  EXPECT_FALSE(detector_image_double_jpeg.not_applicable(file()));
}

TEST(ImageDoubleJpeg, UnreadableCoefficientsAreNotSilence) {
  EXPECT_EQ(run({})[0].outcome, Outcome::not_examined);
  auto broken = coded(saved(1, 75), 92);
  broken.components[0].values.resize(100);
  EXPECT_EQ(run(broken)[0].outcome, Outcome::not_examined);
}

}  // namespace
}  // namespace bonafide::forensics
