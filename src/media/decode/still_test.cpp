#include <gtest/gtest.h>

#include "media/decode/decode.h"
#include "media/decode/jpeg_coefficients.h"
#include "support/support.h"

namespace bonafide::media {

namespace {

Media media_of(const std::string& path, Format format) {
  Media media;
  media.path = path;
  media.format = format;
  media.kind = Kind::image;
  return media;
}

/// 64 x 48: left half red, right half blue.
std::string two_colours(const std::string& extension, const std::string& options = "") {
  return testing::made("two." + extension,
                       "ffmpeg -v error -f lavfi -i color=red:s=32x48:d=1:r=1 -f lavfi -i color=blue:s=32x48:d=1:r=1 "
                       "-filter_complex hstack -frames:v 1 " +
                           options + " \"$OUT\"");
}

void expect_two_colours(const Frame& frame, int tolerance) {
  ASSERT_EQ(frame.width(), 64);
  ASSERT_EQ(frame.height(), 48);
  ASSERT_EQ(frame.rgb().channels(), 3);
  ASSERT_EQ(frame.luma().channels(), 1);
  EXPECT_NEAR(frame.rgb().at(5, 5, 0), 255, tolerance);
  EXPECT_NEAR(frame.rgb().at(5, 5, 2), 0, tolerance);
  EXPECT_NEAR(frame.rgb().at(58, 40, 0), 0, tolerance);
  EXPECT_NEAR(frame.rgb().at(58, 40, 2), 255, tolerance);
}

}  // namespace

TEST(Still, Jpeg) {
  Media media = media_of(two_colours("jpg", "-q:v 2"), Format::jpeg);
  ASSERT_TRUE(probe(media, {}));
  EXPECT_EQ(media.width, 64);
  const auto frame = read_still(media, {});
  ASSERT_TRUE(frame) << frame.error().to_string();
  expect_two_colours(*frame, 12);
  EXPECT_NEAR(frame->luma().at(5, 5), 76, 4);  // 0.299 × 255
  EXPECT_TRUE(frame->info().damage.empty());
  const auto coefficients = read_jpeg_coefficients(*FileReader::open(media.path), {});
  ASSERT_TRUE(coefficients) << coefficients.error().to_string();
  EXPECT_EQ(coefficients->components.size(), 3U);
  EXPECT_EQ(coefficients->components[0].blocks_wide, 8);
  EXPECT_EQ(coefficients->components[0].blocks_high, 6);
}

TEST(Still, Png) {
  Media media = media_of(two_colours("png"), Format::png);
  ASSERT_TRUE(probe(media, {}));
  const auto frame = read_still(media, {});
  ASSERT_TRUE(frame) << frame.error().to_string();
  expect_two_colours(*frame, 2);  // ffmpeg makes the colours in Y'CbCr
  EXPECT_NEAR(frame->luma().at(5, 5), 76, 1);
  EXPECT_EQ(frame->scaled(32).width(), 32);
  EXPECT_EQ(frame->scaled(32).height(), 24);
}

}  // namespace bonafide::media
