#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "forensics/detector.h"
#include "media/dsp/dct.h"
#include "support/texture.h"

namespace bonafide::forensics {

extern const Detector detector_image_spectrum;

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
  const auto session = detector_image_spectrum.start({media, context, {}});
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

// A weak tile repeated all over, as the last up-sampling layer of a generator may leave it.
Samples tiled(Samples picture, int period, int strength) {
  const Samples tile = texture(period, period, 9, 40);
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x) {
      auto& sample = picture[static_cast<std::size_t>(y * kWidth + x)];
      const int change = (tile[static_cast<std::size_t>(y % period * period + x % period)] - 128) * strength / 64;
      sample = static_cast<std::uint8_t>(std::clamp(sample + change, 0, 255));
    }
  return picture;
}

TEST(ImageSpectrum, KnownPositive) {
  const auto findings = run(tiled(texture(kWidth, kHeight, 1, 3), 6, 10), media::Format::png);
  ASSERT_EQ(findings.size(), 1U);
  std::string all;
  for (const auto& [name, value] : findings[0].details) all += name + ": " + value + "; ";
  EXPECT_EQ(findings[0].outcome, Outcome::sign) << all;
  EXPECT_EQ(findings[0].claim, "image.spectrum.peaks");
  EXPECT_EQ(findings[0].grade, Strength::weak);
  EXPECT_NE(findings[0].sentence.find("period of"), std::string::npos);
}

TEST(ImageSpectrum, KnownNegative) {
  for (unsigned seed = 1; seed < 5; ++seed) {
    EXPECT_EQ(run(texture(kWidth, kHeight, seed, 3), media::Format::png)[0].outcome, Outcome::nothing_found) << seed;
    EXPECT_EQ(run(saved(texture(kWidth, kHeight, seed, 3), 60), media::Format::jpeg)[0].outcome, Outcome::nothing_found)
        << "JPEG's own lattice is no sign, seed " << seed;
  }
}

TEST(ImageSpectrum, NotApplicable) { expect_common(detector_image_spectrum); }

}  // namespace
}  // namespace bonafide::forensics
