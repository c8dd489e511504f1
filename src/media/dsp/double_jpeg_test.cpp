#include "media/dsp/double_jpeg.h"

#include <gtest/gtest.h>

#include <cmath>

#include "media/dsp/acontrario.h"
#include "media/dsp/dct.h"
#include "support/texture.h"

namespace bonafide::media {
namespace {

using testing::texture;

constexpr int kWidth = 512;
constexpr int kHeight = 384;

struct Coded {
  std::vector<std::int16_t> values;
  std::array<std::uint16_t, 64> quant{};
  CoefficientView view() const { return {values.data(), kWidth / 8, kHeight / 8, quant.data()}; }
};

// What a JPEG coder stores, from the formula.
Coded coded(const std::vector<std::uint8_t>& picture, int quality) {
  Coded result;
  result.quant = ijg_luma_table(quality);
  Block8 samples;
  Block8 coefficients;
  for (int by = 0; by < kHeight / 8; ++by)
    for (int bx = 0; bx < kWidth / 8; ++bx) {
      for (int i = 0; i < 64; ++i)
        samples[static_cast<std::size_t>(i)] =
            static_cast<float>(picture[static_cast<std::size_t>((by * 8 + i / 8) * kWidth + bx * 8 + i % 8)]) - 128;
      forward_dct8(samples, coefficients);
      for (std::size_t i = 0; i < 64; ++i)
        result.values.push_back(
            static_cast<std::int16_t>(std::lround(coefficients[i] / static_cast<float>(result.quant[i]))));
    }
  return result;
}

std::vector<std::uint8_t> saved(const std::vector<std::uint8_t>& picture, int quality) {
  return resave({picture.data(), kWidth, kHeight, kWidth}, ijg_luma_table(quality), 0, 0);
}

DoubleJpeg examined(const Coded& jpeg) { return *find_double_jpeg(jpeg.view(), {}, Context{}); }

TEST(DoubleJpeg, FindsTheFirstQuality) {
  for (const int first : {60, 75, 85}) {
    const auto found = examined(coded(saved(texture(kWidth, kHeight, 1, 3), first), 95));
    ASSERT_TRUE(found.found) << first;
    EXPECT_EQ(nearest_ijg_quality(found.first_table()).quality, first);
    EXPECT_TRUE(single_regions(found, kLog10Epsilon).empty()) << first;
  }
}

TEST(DoubleJpeg, SavedOnceIsNotTwice) {
  for (unsigned seed = 1; seed <= 4; ++seed)
    for (const int quality : {60, 80, 90, 97}) {
      const auto found = examined(coded(texture(kWidth, kHeight, seed, 3), quality));
      EXPECT_FALSE(found.found) << seed << " at " << quality;
      EXPECT_TRUE(single_regions(found, kLog10Epsilon).empty());
    }
}

TEST(DoubleJpeg, SavedTwiceAlikeCannotBeSeen) {
  EXPECT_FALSE(examined(coded(saved(texture(kWidth, kHeight, 1, 3), 80), 80)).found);
}

// The splice of the benchmark: host saved at q1, a part without history pasted, saved at q2.
TEST(DoubleJpeg, MapsAPastedPart) {
  double worst = 1;
  for (const int first : {60, 70, 85})
    for (const int last : {90, 95}) {
      auto picture = saved(texture(kWidth, kHeight, 1, 3), first);
      const auto donor = texture(kWidth, kHeight, 2, 3);
      for (int y = 100; y < 230; ++y)
        for (int x = 150; x < 300; ++x)
          picture[static_cast<std::size_t>(y * kWidth + x)] = donor[static_cast<std::size_t>(y * kWidth + x)];
      const auto found = examined(coded(picture, last));
      ASSERT_TRUE(found.found);
      const auto regions = single_regions(found, kLog10Epsilon);
      ASSERT_GE(regions.size(), 1U) << first << " then " << last;
      EXPECT_NEAR(regions[0].x, 19, 2);
      EXPECT_NEAR(regions[0].y, 13, 2);
      EXPECT_NEAR(regions[0].width, 19, 4);
      EXPECT_NEAR(regions[0].height, 16, 4);
      // Area under the ROC curve over blocks that lie wholly inside or outside.
      std::vector<float> inside;
      std::vector<float> outside;
      for (int by = 0; by < found.down; ++by)
        for (int bx = 0; bx < found.across; ++bx) {
          const float odds = found.log_odds[static_cast<std::size_t>(by * found.across + bx)];
          const bool in = bx * 8 >= 150 && bx * 8 + 8 <= 300 && by * 8 >= 100 && by * 8 + 8 <= 230;
          const bool out = bx * 8 + 8 <= 150 || bx * 8 >= 300 || by * 8 + 8 <= 100 || by * 8 >= 230;
          if (in) inside.push_back(odds);
          if (out) outside.push_back(odds);
        }
      double above = 0;
      for (const float a : inside)
        for (const float b : outside) above += a > b ? 1 : a == b ? 0.5 : 0;
      worst = std::min(worst, above / (static_cast<double>(inside.size()) * static_cast<double>(outside.size())));
    }
  EXPECT_GT(worst, 0.95);
}

TEST(DoubleJpeg, HostileInputIsSafe) {
  std::vector<std::int16_t> extremes(std::size_t{256} * 64, 32767);
  for (std::size_t i = 0; i < extremes.size(); i += 2) extremes[i] = -32768;
  std::vector<std::int16_t> ramp(extremes.size());  // sizes within what is looked at
  for (std::size_t i = 0; i < ramp.size(); ++i)
    ramp[i] = static_cast<std::int16_t>(static_cast<int>(i / 64 * 7 % 161) - 80);
  for (const std::uint16_t step : std::initializer_list<std::uint16_t>{0, 1, 255, 65535}) {
    const std::vector<std::uint16_t> quant(64, step);
    const auto found = find_double_jpeg({extremes.data(), 16, 16, quant.data()}, {}, Context{});
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->found);
    EXPECT_TRUE(find_double_jpeg({ramp.data(), 16, 16, quant.data()}, {}, Context{}));
  }
  const auto nothing = find_double_jpeg({extremes.data(), 0, 0, nullptr}, {}, Context{});
  ASSERT_TRUE(nothing);
  EXPECT_FALSE(nothing->found);
}

TEST(DoubleJpeg, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  Context context;
  context.stop = source.get_token();
  const auto jpeg = coded(texture(kWidth, kHeight, 1), 80);
  EXPECT_FALSE(find_double_jpeg(jpeg.view(), {}, context));
}

}  // namespace
}  // namespace bonafide::media
