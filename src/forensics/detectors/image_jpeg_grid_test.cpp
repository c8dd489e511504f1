#include <gtest/gtest.h>

#include <algorithm>

#include "forensics/detector.h"
#include "media/dsp/dct.h"
#include "support/texture.h"

namespace bonafide::forensics {

extern const Detector detector_image_jpeg_grid;

namespace {

using testing::texture;

constexpr int kWidth = 400;
constexpr int kHeight = 304;

std::vector<std::uint8_t> saved(unsigned seed, int quality, int grid_x, int grid_y) {
  const auto picture = texture(kWidth, kHeight, seed);
  return media::resave({picture.data(), kWidth, kHeight, kWidth}, media::ijg_luma_table(quality), grid_x, grid_y);
}

media::Media file(media::Format format) {
  media::Media made;
  made.format = format;
  made.kind = media::Kind::image;
  made.width = kWidth;
  made.height = kHeight;
  return made;
}

std::vector<Finding> run(std::vector<std::uint8_t> samples, int width, int height, media::Format format,
                         int orientation = 1) {
  const media::Media media = file(format);
  const Context context;
  const auto session = detector_image_jpeg_grid.start({media, context, {}});
  media::FrameInfo info;
  info.width = width;
  info.height = height;
  info.orientation = orientation;
  session->on_still(media::Frame::from_plane({width, height, 1, std::move(samples)}, info));
  return session->finish();
}

std::vector<std::uint8_t> pasted() {
  auto picture = saved(1, 80, 0, 0);
  const auto donor = saved(2, 75, 3, 2);
  for (int y = 80; y < 176; ++y) std::copy_n(donor.begin() + y * kWidth + 40, 120, picture.begin() + y * kWidth + 40);
  return picture;
}

const Finding* with(const std::vector<Finding>& findings, std::string_view claim) {
  for (const Finding& finding : findings)
    if (finding.claim == claim) return &finding;
  return nullptr;
}

TEST(ImageJpegGrid, KnownPositive) {
  const auto findings = run(pasted(), kWidth, kHeight, media::Format::png);
  const Finding* sign = with(findings, "image.jpeg_grid.foreign");
  ASSERT_NE(sign, nullptr);
  EXPECT_EQ(sign->outcome, Outcome::sign);
  EXPECT_EQ(sign->grade, Strength::moderate);
  EXPECT_FALSE(sign->log10_lr);
  ASSERT_TRUE(sign->score);
  EXPECT_LT(*sign->score, -3);
  ASSERT_EQ(sign->regions.size(), 1U);
  EXPECT_NEAR(sign->regions[0].x, 40, 9);
  EXPECT_NEAR(sign->regions[0].y, 80, 9);
  ASSERT_EQ(sign->maps.size(), 1U);
  EXPECT_GT(sign->maps[0].values.at(12, 16), 200) << "inside the paste";
  EXPECT_EQ(sign->maps[0].values.at(40, 30), 0) << "far from it";
}

TEST(ImageJpegGrid, KnownPositiveMissingGrid) {
  auto picture = saved(1, 80, 0, 0);
  const auto donor = texture(kWidth, kHeight, 2, 0.5);
  for (int y = 80; y < 200; ++y) std::copy_n(donor.begin() + y * kWidth + 40, 120, picture.begin() + y * kWidth + 40);
  const auto findings = run(picture, kWidth, kHeight, media::Format::png);
  const Finding* sign = with(findings, "image.jpeg_grid.missing");
  ASSERT_NE(sign, nullptr);
  EXPECT_EQ(sign->grade, Strength::weak);
}

TEST(ImageJpegGrid, KnownNegative) {
  for (const auto format : {media::Format::jpeg, media::Format::png}) {
    const auto findings = run(saved(1, 80, 0, 0), kWidth, kHeight, format);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].outcome, Outcome::nothing_found);
    EXPECT_EQ(findings[0].claim, "image.jpeg_grid.consistent");
    EXPECT_TRUE(findings[0].regions.empty());
  }
}

TEST(ImageJpegGrid, CroppingIsAFactNotASign) {
  const auto findings = run(saved(1, 80, 3, 5), kWidth, kHeight, media::Format::png);
  const Finding* fact = with(findings, "image.jpeg_grid.cropped");
  ASSERT_NE(fact, nullptr);
  EXPECT_EQ(fact->outcome, Outcome::fact);
  for (const Finding& finding : findings) EXPECT_NE(finding.outcome, Outcome::sign);
}

TEST(ImageJpegGrid, RegionsFollowTheOrientation) {
  const auto findings = run(pasted(), kWidth, kHeight, media::Format::png, 6);  // shown turned clockwise
  const Finding* sign = with(findings, "image.jpeg_grid.foreign");
  ASSERT_NE(sign, nullptr);
  ASSERT_EQ(sign->regions.size(), 1U);
  EXPECT_NEAR(sign->regions[0].x, kHeight - 176, 9);
  EXPECT_NEAR(sign->regions[0].y, 40, 9);
  EXPECT_EQ(sign->maps[0].values.width(), 38);
  EXPECT_GT(sign->maps[0].values.at(38 - 1 - 16, 12), 200);
}

TEST(ImageJpegGrid, NotApplicable) {
  const auto never_saved = run(texture(kWidth, kHeight, 5), kWidth, kHeight, media::Format::png);
  ASSERT_EQ(never_saved.size(), 1U);
  EXPECT_EQ(never_saved[0].outcome, Outcome::not_applicable);
  EXPECT_NE(never_saved[0].reason.find("no trace of JPEG saving"), std::string::npos);

  const auto flat =
      run(std::vector<std::uint8_t>(std::size_t{kWidth} * kHeight, 255), kWidth, kHeight, media::Format::png);
  EXPECT_EQ(flat[0].outcome, Outcome::not_applicable);
  EXPECT_NE(flat[0].reason.find("flat or saturated"), std::string::npos);

  const auto tiny = run(texture(40, 40, 5), 40, 40, media::Format::png);
  EXPECT_EQ(tiny[0].outcome, Outcome::not_applicable);

  media::Media clip = file(media::Format::mp4);
  clip.kind = media::Kind::video;
  EXPECT_TRUE(detector_image_jpeg_grid.not_applicable(clip));
  EXPECT_TRUE(detector_image_jpeg_grid.not_applicable(file(media::Format::webp)));
  EXPECT_FALSE(detector_image_jpeg_grid.not_applicable(file(media::Format::jpeg)));
}

}  // namespace
}  // namespace bonafide::forensics
