#include "media/decode/jpeg_encode.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/files.h"
#include "media/decode/decode.h"
#include "support/support.h"

namespace bonafide::media {
namespace {

Plane slope(int width, int height, int channels) {
  std::vector<std::uint8_t> samples;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c) samples.push_back(static_cast<std::uint8_t>((x + 2 * y + 40 * c) % 256));
  return {width, height, channels, std::move(samples)};
}

TEST(JpegEncode, ReadsBackAlmostTheSame) {
  const testing::TemporaryFolder folder;
  for (const int channels : {1, 3}) {
    const Plane plane = slope(61, 47, channels);
    const auto bytes = encode_jpeg(plane, 95);
    ASSERT_TRUE(bytes);
    const std::string path = folder.file("a.jpg");
    ASSERT_TRUE(write_file(path, as_text(*bytes), true));
    const auto file = FileReader::open(path);
    ASSERT_TRUE(file);
    const auto media = open(*file, {});
    ASSERT_TRUE(media) << media.error().to_string();
    const auto frame = read_still(*media, {});
    ASSERT_TRUE(frame) << frame.error().to_string();
    ASSERT_EQ(frame->width(), 61);
    ASSERT_EQ(frame->height(), 47);
    for (int c = 0; c < channels; ++c) EXPECT_NEAR(frame->rgb().at(10, 20, c), plane.at(10, 20, c), 12);
  }
}

TEST(JpegEncode, RefusesWhatJpegCannotHold) {
  EXPECT_EQ(encode_jpeg(Plane(), 80).error().code, Code::invalid_argument);
  EXPECT_EQ(encode_jpeg(slope(8, 8, 2), 80).error().code, Code::invalid_argument);
  EXPECT_EQ(encode_jpeg(slope(8, 8, 1), 0).error().code, Code::invalid_argument);
  EXPECT_EQ(encode_jpeg(slope(65501, 1, 1), 80).error().code, Code::limit);
}

}  // namespace
}  // namespace bonafide::media
