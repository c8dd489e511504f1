#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "forensics/detector.h"
#include "media/dsp/dct.h"
#include "support/texture.h"

namespace bonafide::forensics {

extern const Detector detector_image_ghost;

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
  const auto session = detector_image_ghost.start({media, context, {}});
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

TEST(ImageGhost, KnownPositive) {
  const Samples ground = texture(kWidth, kHeight, 1, 3);
  const Samples part = saved(texture(kWidth, kHeight, 2, 3), 61);
  const auto findings = run(saved(laid(ground, part, 200, 160, 200, 184), 94), media::Format::jpeg);
  ASSERT_EQ(findings.size(), 1U);
  const Finding& sign = findings[0];
  EXPECT_EQ(sign.outcome, Outcome::sign);
  EXPECT_EQ(sign.claim, "image.ghost.region");
  EXPECT_EQ(sign.grade, Strength::weak);
  ASSERT_FALSE(sign.regions.empty());
  EXPECT_NEAR(sign.regions[0].x, 200, 24);
  EXPECT_NEAR(sign.regions[0].y, 160, 24);
  EXPECT_NEAR(sign.regions[0].width, 200, 48);
}

TEST(ImageGhost, KnownNegative) {
  for (unsigned seed = 1; seed < 4; ++seed) {
    EXPECT_EQ(run(saved(texture(kWidth, kHeight, seed, 3), 90), media::Format::jpeg)[0].outcome, Outcome::nothing_found)
        << seed;
    EXPECT_EQ(run(saved(saved(texture(kWidth, kHeight, seed, 3), 61), 94), media::Format::jpeg)[0].outcome,
              Outcome::nothing_found)
        << "the whole picture was saved twice, seed " << seed;
  }
}

TEST(ImageGhost, NotApplicable) {
  const auto never = run(texture(kWidth, kHeight, 1, 3), media::Format::png);
  EXPECT_EQ(never[0].outcome, Outcome::not_applicable);
  EXPECT_NE(never[0].reason.find("no trace of JPEG saving"), std::string::npos);
  EXPECT_EQ(run(Samples(std::size_t{kWidth} * kHeight, 90), media::Format::jpeg)[0].outcome, Outcome::not_applicable);
  expect_common(detector_image_ghost);
}

}  // namespace
}  // namespace bonafide::forensics
