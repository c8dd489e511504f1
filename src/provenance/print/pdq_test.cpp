#include "provenance/print/pdq.h"

#include <gtest/gtest.h>

#include "media/dsp/resize.h"
#include "support/texture.h"

namespace bonafide::provenance::print {
namespace {

struct Grey {
  int width = 0, height = 0;
  std::vector<std::uint8_t> samples;
  media::GreyView view() const { return {samples.data(), width, height, width}; }
  std::uint8_t at(int x, int y) const { return samples[static_cast<std::size_t>(y * width + x)]; }
};

Grey drawn(unsigned seed, int width = 640, int height = 480) {
  return {width, height, testing::texture(width, height, seed)};
}

Grey turned(const Grey& in) {
  Grey out{in.height, in.width, {}};
  for (int y = 0; y < out.height; ++y)
    for (int x = 0; x < out.width; ++x) out.samples.push_back(in.at(y, in.height - 1 - x));
  return out;
}

Grey mirrored(const Grey& in) {
  Grey out{in.width, in.height, {}};
  for (int y = 0; y < in.height; ++y)
    for (int x = 0; x < in.width; ++x) out.samples.push_back(in.at(in.width - 1 - x, y));
  return out;
}

TEST(Pdq, AgreesWithTheDescriptionWorkedOutInPython) {
  // numpy and OpenCV on the same samples: luma, blur, grid, DCT, median as published. The project's own rule for other
  // implementations is 10 bits.
  const Grey picture = drawn(7);
  const auto print = picture_print(picture.view());
  ASSERT_TRUE(print);
  const auto oracle = parse_bits("dc4bf131cc82ae3a90dc7fe28b6392e3b2f0c2145d5cc117e8981cbe677da588");
  ASSERT_TRUE(oracle);
  EXPECT_LE(distance(print->bits, *oracle), 10) << to_hex(print->bits);
  EXPECT_NEAR(print->quality, 100, 0);
}

TEST(Pdq, HalfTheBitsAreSetAndDigitsReadBack) {
  const auto print = picture_print(drawn(1).view());
  ASSERT_TRUE(print);
  EXPECT_EQ(distance(print->bits, {}), 128);
  const std::string hex = to_hex(print->bits);
  EXPECT_EQ(hex.size(), 64U);
  EXPECT_EQ(parse_bits(hex).value(), print->bits);
  EXPECT_EQ(to_hex({1, 0, 0, 0}), std::string(63, '0') + "1");
  EXPECT_FALSE(parse_bits("12"));
  EXPECT_FALSE(parse_bits(std::string(63, '0') + "g"));
}

TEST(Pdq, SmallerAndSavedCopiesAreNearOtherPicturesAreFar) {
  const Grey picture = drawn(2);
  const Bits bits = picture_print(picture.view())->bits;
  const Grey half{320, 240, media::reduce_area(picture.samples, 640, 480, 1, 320, 240)};
  EXPECT_LE(distance(bits, picture_print(half.view())->bits), kNear);
  const Grey saved{640, 480, media::resave(picture.view(), media::ijg_luma_table(30), 0, 0)};
  EXPECT_LE(distance(bits, picture_print(saved.view())->bits), kNear);
  for (unsigned seed = 100; seed < 120; ++seed) EXPECT_GE(distance(bits, picture_print(drawn(seed).view())->bits), 80);
}

TEST(Pdq, EveryTurnAndMirrorIsOneOfTheEight) {
  const Grey picture = drawn(3);
  const auto eight = eight_prints(picture.view());
  ASSERT_TRUE(eight);
  EXPECT_EQ((*eight)[0], picture_print(picture.view()).value());
  Grey now = picture;
  for (int turn = 0; turn < 8; ++turn) {
    if (turn == 4) now = mirrored(picture);
    const Bits straight = picture_print(now.view())->bits;
    EXPECT_LE(distance(straight, (*eight)[static_cast<std::size_t>(turn)].bits), kNear) << turn;
    for (int other = 0; other < 8; ++other) {
      if (other == turn) continue;
      EXPECT_GT(distance(straight, (*eight)[static_cast<std::size_t>(other)].bits), 60) << turn;
    }
    now = turned(now);
  }
  EXPECT_EQ(turn_words(0), "");
  EXPECT_EQ(turn_words(5), "mirrored, turned by 90°");
}

TEST(Pdq, QualitySaysWhetherThereIsAnythingToSee) {
  const Grey flat{100, 100, std::vector<std::uint8_t>(10'000, 90)};
  EXPECT_EQ(picture_print(flat.view())->quality, 0);
  EXPECT_GE(picture_print(drawn(4).view())->quality, kLeastQuality);
}

TEST(Pdq, RefusesWhatIsTooSmallAndTakesWhatIsLong) {
  EXPECT_EQ(picture_print(drawn(5, 15, 40).view()).error().code, Code::unsupported);
  EXPECT_TRUE(picture_print(drawn(5, 16, 16).view()));
  EXPECT_TRUE(picture_print(drawn(5, 3000, 20).view()));
  EXPECT_EQ(picture_print({}).error().code, Code::unsupported);
}

}  // namespace
}  // namespace bonafide::provenance::print
