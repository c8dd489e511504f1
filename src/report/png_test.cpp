#include "report/png.h"

#include <gtest/gtest.h>

namespace bonafide::report {
namespace {

media::Plane slope(int width, int height) {
  std::vector<std::uint8_t> samples;
  for (int i = 0; i < width * height; ++i) samples.push_back(static_cast<std::uint8_t>(i * 7));
  return media::Plane(width, height, 1, std::move(samples));
}

TEST(Png, GreyComesBack) {
  for (const auto& [width, height] : {std::pair{1, 1}, {3, 2}, {257, 31}}) {
    const media::Plane plane = slope(width, height);
    const auto back = decode_grey_png(encode_png(plane));
    ASSERT_TRUE(back) << back.error().to_string();
    ASSERT_EQ(back->width(), width);
    ASSERT_EQ(back->height(), height);
    EXPECT_TRUE(std::equal(plane.data(), plane.data() + width * height, back->data()));
  }
}

// One grey pixel of value 128 as Python's zlib and struct write it: another writer than ours.
TEST(Png, ReadsForeignFilterNone) {
  const Bytes png = *from_hex(
      "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
      "0000000a49444154789c636800000082008177cd72b60000000049454e44ae426082");
  const auto plane = decode_grey_png(png);
  ASSERT_TRUE(plane) << plane.error().to_string();
  EXPECT_EQ(plane->at(0, 0), 128);
}

TEST(Png, EveryBrokenByteIsAnError) {
  const Bytes good = encode_png(slope(9, 9));
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(decode_grey_png(ByteView(good).first(i)) && i + 12 < good.size()) << i;
    Bytes bad = good;
    bad[i] ^= 0x41;
    const auto plane = decode_grey_png(bad);
    // Only the empty last chunk may be hurt without anything being lost.
    EXPECT_TRUE(!plane || i + 12 >= good.size()) << i;
  }
}

TEST(Png, HeatHasClearZero) {
  const Bytes png = encode_heat_png(slope(4, 4));
  const std::string_view text = as_text(png);
  const std::size_t alpha = text.find("tRNS");
  ASSERT_NE(alpha, std::string_view::npos);
  EXPECT_EQ(png[alpha + 4], 0);
  EXPECT_EQ(png[alpha + 4 + 255], 255);
  EXPECT_FALSE(decode_grey_png(png)) << "colours are not grey";
}

TEST(Png, NothingFromNothing) { EXPECT_TRUE(encode_png({}).empty()); }

}  // namespace
}  // namespace bonafide::report
