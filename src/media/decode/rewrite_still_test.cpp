// Stills written again: brightness is changed, everything else is as it was.
#include "media/decode/rewrite_still.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "media/decode/jpeg_coefficients.h"
#include "media/decode/test_media.h"
#include "support/support.h"

namespace bonafide::media {
namespace {

using bonafide::testing::made;
using bonafide::testing::TemporaryFolder;

std::string picture(const std::string& extension, const std::string& options = "") {
  return made("still." + extension,
              "ffmpeg -v error -f lavfi -i mandelbrot=s=201x153 -frames:v 1 " + options + " \"$OUT\"");
}

Result<void> brighter(const StillSamples& samples) {
  for (int y = 0; y < samples.height; ++y)
    for (int x = 0; x < samples.width; ++x)
      for (int c = 0; c < std::min(samples.channels, 3); ++c) {
        std::uint8_t& sample = samples.data[y * samples.stride + x * samples.channels + c];
        sample = static_cast<std::uint8_t>(std::min(sample + 20, 255));
      }
  return {};
}

double mean(const Plane& plane) {
  double sum = 0;
  for (const std::uint8_t sample : samples_of(plane)) sum += sample;
  return sum / (static_cast<double>(plane.width()) * plane.height() * plane.channels());
}

Result<RewrittenStill> rewritten(const std::string& from, const std::string& to, bool overwrite = false) {
  const Media media = opened(from);
  return rewrite_still(media, {to, overwrite, brighter}, {});
}

/// Rewrites a picture and compares what comes out: 20 brighter, within what coding and clipping take.
void expect_brighter(const std::string& from, double tolerance) {
  const TemporaryFolder folder;
  const std::string to = folder.file("new" + std::filesystem::path(from).extension().string());
  const auto done = rewritten(from, to);
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_TRUE(done->left_out.empty());
  const auto before = read_still(opened(from), {}), after = read_still(opened(to), {});
  ASSERT_TRUE(before && after);
  EXPECT_EQ(after->width(), 201);
  EXPECT_EQ(after->height(), 153);
  EXPECT_NEAR(mean(after->luma()) - mean(before->luma()), 20, tolerance) << from;
}

TEST(RewriteStill, EveryKindOfPicture) {
  expect_brighter(picture("png"), 4);
  expect_brighter(picture("png", "-pix_fmt gray"), 4);
  expect_brighter(picture("png", "-pix_fmt rgba"), 4);
  expect_brighter(picture("png", "-pix_fmt ya8"), 4);
  expect_brighter(picture("png", "-vf 'trim=end_frame=1,split[a][b];[a]palettegen[p];[b][p]paletteuse'"), 4);
  expect_brighter(picture("jpg", "-pix_fmt yuvj420p -q:v 3"), 4);
  expect_brighter(picture("jpg", "-pix_fmt yuvj444p -q:v 3"), 4);
  expect_brighter(picture("jpg", "-pix_fmt gray -q:v 3"), 4);
  expect_brighter(picture("webp", "-lossless 1"), 4);
}

TEST(RewriteStill, LossyWebpStaysInItsRange) {
  const TemporaryFolder folder;
  const std::string from = picture("webp", "-pix_fmt yuv420p -quality 90"), to = folder.file("new.webp");
  ASSERT_TRUE(rewritten(from, to));
  const auto before = read_still(opened(from), {}), after = read_still(opened(to), {});
  ASSERT_TRUE(before && after);
  EXPECT_NEAR(mean(after->rgb()) - mean(before->rgb()), 20, 5);
}

TEST(RewriteStill, JpegKeepsTablesSamplingAndColours) {
  const TemporaryFolder folder;
  const std::string from = picture("jpg", "-pix_fmt yuvj422p -q:v 5"), to = folder.file("new.jpg");
  ASSERT_TRUE(rewritten(from, to));
  const Media before = opened(from), after = opened(to);
  ASSERT_TRUE(before.jpeg && after.jpeg);
  EXPECT_EQ(before.jpeg->subsampling, after.jpeg->subsampling);
  ASSERT_EQ(before.jpeg->tables.size(), after.jpeg->tables.size());
  EXPECT_EQ(before.jpeg->tables[0].values, after.jpeg->tables[0].values);
  const auto old = read_jpeg_coefficients(*FileReader::open(from), {}),
             fresh = read_jpeg_coefficients(*FileReader::open(to), {});
  ASSERT_TRUE(old && fresh);
  int others = 0;  // colour coefficients, which nobody touched
  const auto& then = old->components[1].values;
  const auto& now = fresh->components[1].values;
  ASSERT_EQ(then.size(), now.size());
  for (std::size_t i = 0; i < then.size(); ++i) others += then[i] != now[i] ? 1 : 0;
  EXPECT_LT(others, static_cast<int>(then.size() / 200));
}

TEST(RewriteStill, ExifStaysAndCredentialGoes) {
  const TemporaryFolder folder;
  const FileReader file = *FileReader::open(picture("jpg", "-pix_fmt yuvj420p"));
  Bytes bytes = *file.read(0, static_cast<std::size_t>(file.size()));
  const std::string exif(
      "\xFF\xE1\x00\x22"
      "Exif\0\0II*\0\x08\0\0\0\x01\0\x0E\x01\x02\0\x02\0\0\0a\0\0\0\0\0\0\0",
      36);
  const std::string jumbf(
      "\xFF\xEB\x00\x0A"
      "JP\0\1\0\0\0\1",
      12);
  const std::string comment(
      "\xFF\xFE\x00\x06"
      "note",
      8);
  const std::string added = exif + jumbf + comment;
  bytes.insert(bytes.begin() + 2, added.begin(), added.end());
  const std::string from = folder.file("old.jpg"), to = folder.file("new.jpg");
  ASSERT_TRUE(write_file(from, as_text(bytes), false));
  const auto done = rewritten(from, to);
  ASSERT_TRUE(done) << done.error().to_string();
  ASSERT_EQ(done->left_out.size(), 1U);
  const std::string written = read_file(to, 1 << 20).value();
  EXPECT_NE(written.find(exif), std::string::npos);
  EXPECT_NE(written.find(comment), std::string::npos);
  EXPECT_EQ(written.find(std::string("JP\0\1", 4)), std::string::npos);
}

TEST(RewriteStill, PngChunksStay) {
  const TemporaryFolder folder;
  const FileReader file = *FileReader::open(picture("png"));
  Bytes bytes = *file.read(0, static_cast<std::size_t>(file.size()));
  const std::string text("\0\0\0\x08tEXtNote\0abc\x12\x34\x56\x78", 20), credential(
                                                                             "\0\0\0\x01"
                                                                             "caBXx\0\0\0\0",
                                                                             13);
  const std::string added = text + credential;
  bytes.insert(bytes.begin() + 33, added.begin(), added.end());
  const std::string from = folder.file("old.png"), to = folder.file("new.png");
  ASSERT_TRUE(write_file(from, as_text(bytes), false));
  const auto done = rewritten(from, to);
  ASSERT_TRUE(done) << done.error().to_string();
  ASSERT_EQ(done->left_out.size(), 1U);
  const std::string written = read_file(to, 1 << 24).value();
  EXPECT_NE(written.find(text), std::string::npos);
  EXPECT_EQ(written.find("caBX"), std::string::npos);
}

TEST(RewriteStill, WebpKeepsExif) {
  const TemporaryFolder folder;
  const std::string plain = read_file(picture("webp", "-lossless 1"), 1 << 24).value();
  const std::string exif("EXIF\x0E\0\0\0II*\0\x08\0\0\0\0\0\0\0\0\0", 22);
  std::string whole =
      plain.substr(0, 12) + std::string("VP8X\x0A\0\0\0\x08\0\0\0\xC8\0\0\x98\0\0", 18) + plain.substr(12) + exif;
  const std::uint32_t size = static_cast<std::uint32_t>(whole.size() - 8);
  for (std::size_t i = 0; i < 4; ++i) whole[4 + i] = static_cast<char>(size >> (8 * i) & 0xFF);
  const std::string from = folder.file("old.webp"), to = folder.file("new.webp");
  ASSERT_TRUE(write_file(from, whole, false));
  const auto done = rewritten(from, to);
  ASSERT_TRUE(done) << done.error().to_string();
  const std::string written = read_file(to, 1 << 24).value();
  EXPECT_NE(written.find(exif), std::string::npos);
  const auto seen = read_still(opened(to), {});
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->width(), 201);
  for (const std::string& damage : opened(to).damage) ADD_FAILURE() << damage;
}

TEST(RewriteStill, Refuses) {
  const TemporaryFolder folder;
  const std::string png = picture("png"), there = folder.file("there.png");
  EXPECT_EQ(rewritten(png, folder.file("new.jpg")).error().code, Code::invalid_argument);
  ASSERT_TRUE(write_file(there, "precious", false));
  EXPECT_EQ(rewritten(png, there).error().code, Code::invalid_argument);
  EXPECT_EQ(read_file(there, 100).value(), "precious");
  EXPECT_TRUE(rewritten(png, there, true));
  EXPECT_EQ(rewritten(picture("png", "-pix_fmt rgb48be"), folder.file("deep.png")).error().code, Code::unsupported);
  EXPECT_EQ(rewritten(picture("gif"), folder.file("new.gif")).error().code, Code::unsupported);
  EXPECT_FALSE(std::filesystem::exists(folder.file("deep.png")));
}

}  // namespace
}  // namespace bonafide::media
