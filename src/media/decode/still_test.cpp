// Stills: stored brightness, coefficients, depth, orientation, thumbnails, ink colours, animations.
#include <gtest/gtest.h>
//
#include <jpeglib.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "media/decode/jpeg_coefficients.h"
#include "media/decode/test_media.h"
#include "support/support.h"

namespace bonafide::media {

namespace {

std::string photo(const std::string& extension, const std::string& options = "") {
  return testing::made("photo." + extension,
                       "ffmpeg -v error -f lavfi -i mandelbrot=s=200x152 -frames:v 1 " + options + " \"$OUT\"");
}

/// T.81 A.3.3: the inverse transform, written down as it stands there.
double inverse(const std::array<double, 64>& block, int x, int y) {
  double sum = 0;
  for (int v = 0; v < 8; ++v) {
    for (int u = 0; u < 8; ++u) {
      const double cu = u == 0 ? std::numbers::sqrt2 / 2 : 1;
      const double cv = v == 0 ? std::numbers::sqrt2 / 2 : 1;
      sum += cu * cv * block.at(static_cast<std::size_t>(v * 8 + u)) *
             std::cos((2 * x + 1) * u * std::numbers::pi / 16) * std::cos((2 * y + 1) * v * std::numbers::pi / 16);
    }
  }
  return sum / 4 + 128;
}

Bytes ffmpeg_raw(const std::string& name, const std::string& input, const std::string& options) {
  const auto file =
      FileReader::open(testing::made(name, "ffmpeg -v error -i '" + input + "' " + options + " -f rawvideo \"$OUT\""));
  return *file->read(0, static_cast<std::size_t>(file->size()));
}

}  // namespace

TEST(Jpeg, CoefficientsExplainTheBrightness) {
  const std::string path = photo("jpg", "-q:v 6 -pix_fmt yuvj420p");
  const auto frame = read_still(opened(path), {});
  ASSERT_TRUE(frame);
  const auto coefficients = read_jpeg_coefficients(*FileReader::open(path), {});
  ASSERT_TRUE(coefficients) << coefficients.error().to_string();
  ASSERT_EQ(coefficients->components.size(), 3U);
  EXPECT_EQ(coefficients->width, 200);
  const JpegComponent& luma = coefficients->components[0];
  EXPECT_EQ(luma.blocks_wide, 25);
  EXPECT_EQ(luma.blocks_high, 19);
  EXPECT_EQ(luma.quant.size(), 64U);
  EXPECT_EQ(coefficients->components[1].blocks_wide, 13);
  double worst = 0;
  for (int by = 0; by < luma.blocks_high; by += 3) {
    for (int bx = 0; bx < luma.blocks_wide; bx += 4) {
      std::array<double, 64> block{};
      for (std::size_t k = 0; k < 64; ++k) block.at(k) = luma.block(bx, by)[k] * luma.quant[k];
      for (int y = 0; y < 8; ++y)
        for (int x = 0; x < 8; ++x)
          worst = std::max(
              worst, std::abs(std::clamp(inverse(block, x, y), 0.0, 255.0) - frame->luma().at(bx * 8 + x, by * 8 + y)));
    }
  }
  EXPECT_LT(worst, 1.0);  // the integer transform rounds once
}

TEST(Jpeg, ProgressiveHoldsTheSameCoefficients) {
  // Same picture, baseline and progressive: made by libjpeg in both orders from the same coefficients would need a
  // transcoder; instead the progressive file's own brightness must follow from its own coefficients.
  const std::string path =
      testing::made("progressive.jpg", "ffmpeg -v error -i " + photo("jpg", "-q:v 6 -pix_fmt yuvj420p") +
                                           " -f rawvideo "
                                           "-pix_fmt gray \"$OUT\"");
  const auto raw = FileReader::open(path);
  const Bytes grey = *raw->read(0, static_cast<std::size_t>(raw->size()));
  const testing::TemporaryFolder folder;
  std::array<std::string, 2> files = {folder.file("b.jpg"), folder.file("p.jpg")};
  for (int progressive = 0; progressive < 2; ++progressive) {
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    unsigned char* buffer = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&info, &buffer, &size);
    info.image_width = 200;
    info.image_height = 152;
    info.input_components = 1;
    info.in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(&info);
    if (progressive != 0) jpeg_simple_progression(&info);
    jpeg_start_compress(&info, TRUE);
    for (std::size_t y = 0; y < 152; ++y) {
      auto* row = const_cast<JSAMPROW>(grey.data() + y * 200);
      jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
    ASSERT_TRUE(write_file(files.at(static_cast<std::size_t>(progressive)), as_text({buffer, size}), true));
    jpeg_destroy_compress(&info);
    std::free(buffer);
  }
  const auto baseline = read_jpeg_coefficients(*FileReader::open(files[0]), {});
  const auto progressive = read_jpeg_coefficients(*FileReader::open(files[1]), {});
  ASSERT_TRUE(baseline);
  ASSERT_TRUE(progressive);
  EXPECT_EQ(baseline->components.at(0).values, progressive->components.at(0).values);
  EXPECT_EQ(samples_of(read_still(opened(files[0]), {})->luma()), samples_of(read_still(opened(files[1]), {})->luma()));
}

TEST(Jpeg, InkColours) {
  // Adobe's CMYK: inverted, so (255, 0, 0, 255) is full red light through no cyan and no black.
  const testing::TemporaryFolder folder;
  for (const J_COLOR_SPACE stored : {JCS_CMYK, JCS_YCCK}) {
    jpeg_compress_struct info{};
    jpeg_error_mgr errors{};
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    unsigned char* buffer = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&info, &buffer, &size);
    info.image_width = info.image_height = 16;
    info.input_components = 4;
    info.in_color_space = JCS_CMYK;
    jpeg_set_defaults(&info);
    jpeg_set_colorspace(&info, stored);
    jpeg_set_quality(&info, 100, TRUE);
    jpeg_start_compress(&info, TRUE);
    std::vector<std::uint8_t> row;
    for (int x = 0; x < 16; ++x) row.insert(row.end(), {200, 100, 50, 255});
    for (int y = 0; y < 16; ++y) {
      JSAMPROW pointer = row.data();
      jpeg_write_scanlines(&info, &pointer, 1);
    }
    jpeg_finish_compress(&info);
    const std::string path = folder.file("cmyk.jpg");
    ASSERT_TRUE(write_file(path, as_text({buffer, size}), true));
    jpeg_destroy_compress(&info);
    std::free(buffer);
    const auto frame = read_still(opened(path), {});
    ASSERT_TRUE(frame) << frame.error().to_string();
    EXPECT_NEAR(frame->rgb().at(5, 5, 0), 200, 3);
    EXPECT_NEAR(frame->rgb().at(5, 5, 1), 100, 3);
    EXPECT_NEAR(frame->rgb().at(5, 5, 2), 50, 3);
    EXPECT_NEAR(frame->luma().at(5, 5), 124, 3);  // 0.299 × 200 + 0.587 × 100 + 0.114 × 50
  }
}

TEST(Still, StaysAsStoredWhateverItsOrientation) {
  Media media = opened(photo("jpg", "-q:v 6 -pix_fmt yuvj420p"));
  media.orientation = 6;
  ASSERT_TRUE(probe(media, {}));
  EXPECT_EQ(media.width, 152);
  EXPECT_EQ(media.height, 200);
  const auto frame = read_still(media, {});
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->width(), 200);
  EXPECT_EQ(frame->info().orientation, 6);
}

TEST(Still, ThumbnailsAreFramesToo) {
  Media media = opened(photo("jpg", "-q:v 6 -pix_fmt yuvj420p"));
  const auto none = read_thumbnail(media, {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::not_found);
  media.thumbnail = Thumbnail{0, media.size};  // the picture stands in for its own thumbnail
  const auto frame = read_thumbnail(media, {});
  ASSERT_TRUE(frame) << frame.error().to_string();
  EXPECT_EQ(frame->width(), 200);
  media.thumbnail = Thumbnail{10, media.size};
  EXPECT_FALSE(read_thumbnail(media, {}));
}

TEST(Still, SixteenBitsAreRoundedNotCut) {
  const std::string path =
      testing::made("grey16.png",
                    "{ printf 'P5\\n2 1\\n65535\\n'; printf '\\200\\000\\200\\377'; } > \"$OUT.pgm\"; "
                    "ffmpeg -v error -i \"$OUT.pgm\" \"$OUT\"");
  const auto frame = read_still(opened(path), {});
  ASSERT_TRUE(frame) << frame.error().to_string();
  EXPECT_EQ(frame->info().bit_depth, 16);
  EXPECT_EQ(frame->luma().at(0, 0), 128);
  EXPECT_EQ(frame->luma().at(1, 0), 129);  // 0x80FF is nearer to 0x8100
}

TEST(Still, BrightnessOfAvifFollowsTheStoredOne) {
  const std::string path = testing::made("photo.avif", "ffmpeg -v error -i " + photo("jpg", "-q:v 2") +
                                                           " -c:v libaom-av1 -still-picture 1 -cpu-used 8 -crf 20 "
                                                           "-pix_fmt yuv420p \"$OUT\"");
  const auto frame = read_still(opened(path), {});
  ASSERT_TRUE(frame) << frame.error().to_string();
  const Bytes stored = ffmpeg_raw("avif.y", path, "-vf extractplanes=y -pix_fmt gray");  // 16…235
  ASSERT_EQ(stored.size(), 200U * 152U);
  double sum = 0;
  for (std::size_t i = 0; i < stored.size(); ++i)
    sum += std::abs((stored[i] - 16) * 255.0 / 219.0 - frame->luma().data()[i]);
  EXPECT_LT(sum / static_cast<double>(stored.size()), 1.0);
}

TEST(Still, TheFirstPictureOfAnAnimation) {
  const std::string path = testing::made(
      "moving.gif",
      "ffmpeg -v error -f lavfi -i \"color=white:s=32x32:r=5:d=1,drawbox=c=black:t=fill:enable='gte(n,1)'\" "
      "\"$OUT\"");
  const Media media = probed(path);
  EXPECT_EQ(media.kind, Kind::image);
  const auto frame = read_still(media, {});
  ASSERT_TRUE(frame) << frame.error().to_string();
  EXPECT_GT(frame->luma().at(16, 16), 230);  // the second picture is black; GIF's palette has no exact white here
}

TEST(Still, ClipsAreNoStills) {
  const std::string path = testing::made("s.wav", "ffmpeg -v error -f lavfi -i sine=d=1 \"$OUT\"");
  const auto frame = read_still(media_as(path, Format::wav), {});
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().code, Code::unsupported);
}

}  // namespace bonafide::media
