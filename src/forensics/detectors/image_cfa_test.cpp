#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "forensics/detector.h"
#include "media/dsp/dct.h"
#include "support/texture.h"

namespace bonafide::forensics {

extern const Detector detector_image_cfa;

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
  const auto session = detector_image_cfa.start({media, context, {}});
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

// Colour as a camera computes it: at every second place green is the mean of its four neighbours.
Samples mosaicked(const Samples& green, bool shift_part) {
  Samples rgb(green.size() * 3);
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x) {
      const auto at = [&](int i, int j) {
        return int{green[static_cast<std::size_t>(std::clamp(y + j, 0, kHeight - 1) * kWidth +
                                                  std::clamp(x + i, 0, kWidth - 1))]};
      };
      const bool inside = x >= 192 && x < 352 && y >= 160 && y < 320;
      const bool computed = ((x + y) & 1) == (shift_part && inside ? 0 : 1);
      const int value = computed ? (at(-1, 0) + at(1, 0) + at(0, -1) + at(0, 1) + 2) / 4 : at(0, 0);
      for (std::size_t c = 0; c < 3; ++c)
        rgb[static_cast<std::size_t>(y * kWidth + x) * 3 + c] = static_cast<std::uint8_t>(value);
    }
  return rgb;
}

TEST(ImageCfa, KnownPositive) {
  const auto findings = run(mosaicked(texture(kWidth, kHeight, 1, 4), true), media::Format::png, kWidth, kHeight, 3);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].outcome, Outcome::sign);
  EXPECT_EQ(findings[0].claim, "image.cfa.shifted");
  EXPECT_EQ(findings[0].grade, Strength::weak);
  ASSERT_EQ(findings[0].regions.size(), 1U);
  EXPECT_NEAR(findings[0].regions[0].x, 192, 16);
  EXPECT_NEAR(findings[0].regions[0].y, 160, 16);
  EXPECT_NEAR(findings[0].regions[0].width, 160, 32);
}

TEST(ImageCfa, KnownNegative) {
  for (unsigned seed = 1; seed < 5; ++seed) {
    const auto findings =
        run(mosaicked(texture(kWidth, kHeight, seed, 4), false), media::Format::png, kWidth, kHeight, 3);
    EXPECT_EQ(findings[0].outcome, Outcome::nothing_found) << seed;
  }
}

TEST(ImageCfa, NotApplicable) {
  const auto never = run(texture(kWidth, kHeight, 1, 4), media::Format::png);
  EXPECT_EQ(never[0].outcome, Outcome::not_applicable);
  EXPECT_NE(never[0].reason.find("colour filter"), std::string::npos);
  expect_common(detector_image_cfa);
}

}  // namespace
}  // namespace bonafide::forensics
