// Every format we say we read, made on the spot and read back.
#include <gtest/gtest.h>
#include <libheif/heif.h>

#include <cstring>

#include "media/decode/test_media.h"
#include "support/support.h"

namespace bonafide::media {

namespace {

struct Case {
  std::string name;     ///< file name
  std::string options;  ///< for ffmpeg
  Format format;
  int tolerance;
};
void PrintTo(const Case& each, std::ostream* out) { *out << each.name; }
std::string label(const ::testing::TestParamInfo<Case>& info) {
  std::string text;
  for (const char c : info.param.name) text += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return text;
}

/// 64 x 48: the left half (220, 40, 40), the right half (30, 60, 200).
std::string two_colours() {
  return testing::made("two.ppm",
                       "{ printf 'P6\\n64 48\\n255\\n'; for y in $(seq 48); do for x in $(seq 32); do "
                       "printf '\\334\\050\\050'; done; for x in $(seq 32); do printf '\\036\\074\\310'; done; done; } "
                       "> \"$OUT\"");
}

void expect_two_colours(const Frame& frame, int tolerance) {
  ASSERT_EQ(frame.width(), 64);
  ASSERT_EQ(frame.height(), 48);
  ASSERT_EQ(frame.rgb().channels(), 3);
  ASSERT_EQ(frame.luma().channels(), 1);
  const std::array<int, 3> left = {220, 40, 40};
  const std::array<int, 3> right = {30, 60, 200};
  for (int c = 0; c < 3; ++c) {
    EXPECT_NEAR(frame.rgb().at(5, 5, c), left.at(static_cast<std::size_t>(c)), tolerance) << c;
    EXPECT_NEAR(frame.rgb().at(58, 40, c), right.at(static_cast<std::size_t>(c)), tolerance) << c;
  }
}

class StillFormat : public ::testing::TestWithParam<Case> {};

TEST_P(StillFormat, IsRead) {
  const Case& each = GetParam();
  const std::string path =
      testing::made(each.name, "ffmpeg -v error -i " + two_colours() + " -frames:v 1 " + each.options + " \"$OUT\"");
  const Media media = probed(path);
  EXPECT_EQ(media.format, each.format);
  EXPECT_EQ(media.kind, Kind::image);
  EXPECT_EQ(media.width, 64);
  EXPECT_EQ(media.height, 48);
  ASSERT_EQ(media.tracks.size(), 1U);
  EXPECT_EQ(media.tracks[0].frames, 1);
  const auto frame = read_still(media, {});
  ASSERT_TRUE(frame) << frame.error().to_string();
  expect_two_colours(*frame, each.tolerance);
  EXPECT_TRUE(frame->info().damage.empty());
  const int depth = each.name.find("16") != std::string::npos ? 16 : 8;
  EXPECT_EQ(frame->info().bit_depth, depth);
  EXPECT_EQ(media.tracks[0].bit_depth, depth);
}

INSTANTIATE_TEST_SUITE_P(
    All, StillFormat,
    ::testing::Values(Case{"a.jpg", "-q:v 1 -pix_fmt yuvj444p", Format::jpeg, 4},
                      Case{"a420.jpg", "-q:v 1 -pix_fmt yuvj420p", Format::jpeg, 4}, Case{"a.png", "", Format::png, 0},
                      Case{"a16.png", "-pix_fmt rgb48be", Format::png, 0},
                      Case{"alpha.png", "-pix_fmt rgba", Format::png, 0},
                      Case{"a.webp", "-c:v libwebp -lossless 1 -pix_fmt bgra", Format::webp, 0},
                      Case{"lossy.webp", "-c:v libwebp -quality 95", Format::webp, 4},
                      Case{"a.tiff", "-pix_fmt rgb24", Format::tiff, 0},
                      Case{"a16.tiff", "-pix_fmt rgb48le", Format::tiff, 0}, Case{"a.bmp", "", Format::bmp, 0},
                      Case{"a.gif", "-vf 'split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none'", Format::gif, 4},
                      Case{"a.jxl", "-c:v libjxl -distance 0", Format::jxl, 0},
                      Case{"a.avif", "-c:v libaom-av1 -still-picture 1 -crf 5 -cpu-used 8 -pix_fmt yuv444p",
                           Format::avif, 4}),
    label);

struct Clip {
  std::string name;
  std::string options;
  Format format;
  bool picture = true, sound = true;
  double slack_s = 0.06;  ///< of the sound's length: codec padding that the container cannot say
};
void PrintTo(const Clip& each, std::ostream* out) { *out << each.name; }
std::string clip_label(const ::testing::TestParamInfo<Clip>& info) {
  std::string text;
  for (const char c : info.param.name) text += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return text;
}

class ClipFormat : public ::testing::TestWithParam<Clip> {};

TEST_P(ClipFormat, IsRead) {
  const Clip& each = GetParam();
  std::string command = "ffmpeg -v error";
  if (each.picture) command += " -f lavfi -i testsrc2=s=160x120:r=25:d=2";
  if (each.sound) command += " -f lavfi -i sine=f=440:r=48000:d=2";
  const Media media = probed(testing::made(each.name, command + " " + each.options + " \"$OUT\""));
  EXPECT_EQ(media.format, each.format);
  EXPECT_EQ(media.kind, each.picture ? Kind::video : Kind::audio);
  EXPECT_EQ(media.width, each.picture ? 160 : 0);
  EXPECT_NEAR(media.duration_s, 2, 0.15);
  const Seen seen = decode_all(media);
  EXPECT_EQ(seen.times.size(), each.picture ? 50U : 0U);
  if (each.picture) {
    // FFmpeg's AVI writer opens with an empty frame: the file itself says that the second picture comes late.
    EXPECT_NEAR(seen.times.back() - seen.times.front(), 49 * 0.04, each.format == Format::avi ? 0.041 : 0.002);
    EXPECT_FALSE(media.first(Track::Kind::video)->variable_frame_rate);
  }
  if (each.sound) {
    EXPECT_NEAR(seen.result.audio_s, 2, each.slack_s);
  }
  EXPECT_TRUE(seen.result.damage.empty()) << seen.result.damage.front();
}

INSTANTIATE_TEST_SUITE_P(
    All, ClipFormat,
    ::testing::Values(
        Clip{"a.mp4", "-c:v libx264 -c:a aac", Format::mp4},
        Clip{"hevc.mp4", "-c:v libx265 -c:a aac -x265-params log-level=none", Format::mp4},
        Clip{"ten.mp4", "-c:v libx264 -pix_fmt yuv420p10le -c:a aac", Format::mp4},
        Clip{"a.mov", "-c:v libx264 -c:a pcm_s16le", Format::mov},
        Clip{"a.mkv", "-c:v libx264 -c:a flac", Format::matroska},
        Clip{"a.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus", Format::matroska},
        Clip{"a.avi", "-c:v mjpeg -c:a libmp3lame", Format::avi},
        Clip{"a.ts", "-c:v libx264 -c:a aac", Format::mpegts, true, true, 0.1},
        Clip{"a.mpg", "-c:v mpeg2video -c:a mp2", Format::mpegps},
        Clip{"a.flv", "-c:v flv1 -c:a aac", Format::flv, true, true, 0.1},
        Clip{"a.wav", "-c:a pcm_s16le", Format::wav, false}, Clip{"a24.wav", "-c:a pcm_s24le", Format::wav, false},
        Clip{"float.wav", "-c:a pcm_f32le", Format::wav, false}, Clip{"a.flac", "", Format::flac, false},
        Clip{"a.mp3", "-c:a libmp3lame", Format::mp3, false}, Clip{"a.m4a", "-c:a aac", Format::m4a, false},
        Clip{"a.ogg", "-c:a libvorbis", Format::ogg, false}, Clip{"a.opus", "-c:a libopus", Format::ogg, false},
        Clip{"theora.ogg", "-c:v libtheora -c:a libvorbis", Format::ogg},
        Clip{"sound.mp4", "-c:a aac -f mp4", Format::mp4, false},
        Clip{"a.aac", "-c:a aac -f adts", Format::aac, false, true, 0.1}, Clip{"a.aiff", "", Format::aiff, false},
        Clip{"a.wma", "-c:a wmav2", Format::asf, false, true, 0.2},
        Clip{"silent.mp4", "-c:v libx264", Format::mp4, true, false},
        Clip{"a.caf", "-c:a pcm_s16le", Format::caf, false}),
    clip_label);

/// libheif is the only HEIC writer at hand; the reader under test goes another way (its own planes to ours).
std::string heic(const std::string& path, heif_compression_format compression, const std::vector<std::uint8_t>& rgb,
                 int width, int height) {
  heif_context* const context = heif_context_alloc();
  heif_encoder* encoder = nullptr;
  heif_error error = heif_context_get_encoder_for_format(context, compression, &encoder);
  if (error.code != heif_error_Ok) return error.message;
  heif_encoder_set_lossy_quality(encoder, 95);
  heif_encoder_set_parameter(encoder, "chroma", "444");
  heif_image* image = nullptr;
  heif_image_create(width, height, heif_colorspace_RGB, heif_chroma_interleaved_RGB, &image);
  heif_image_add_plane(image, heif_channel_interleaved, width, height, 24);
  int stride = 0;
  std::uint8_t* const to = heif_image_get_plane(image, heif_channel_interleaved, &stride);
  for (int y = 0; y < height; ++y)
    std::memcpy(to + static_cast<std::ptrdiff_t>(y) * stride,
                rgb.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 3,
                static_cast<std::size_t>(width) * 3);
  error = heif_context_encode_image(context, image, encoder, nullptr, nullptr);
  if (error.code == heif_error_Ok) error = heif_context_write_to_file(context, path.c_str());
  heif_image_release(image);
  heif_encoder_release(encoder);
  heif_context_free(context);
  return error.code == heif_error_Ok ? "" : error.message;
}

TEST(HeicFormat, IsRead) {
  std::vector<std::uint8_t> rgb;
  for (int y = 0; y < 48; ++y)
    for (int x = 0; x < 64; ++x) {
      if (x < 32) {
        rgb.insert(rgb.end(), {220, 40, 40});
      } else {
        rgb.insert(rgb.end(), {30, 60, 200});
      }
    }
  const testing::TemporaryFolder folder;
  const std::string path = folder.file("a.heic");
  if (const std::string trouble = heic(path, heif_compression_HEVC, rgb, 64, 48); !trouble.empty())
    GTEST_SKIP() << "skipped: this libheif cannot write HEIC: " << trouble;
  const Media media = probed(path);
  EXPECT_EQ(media.format, Format::heic);
  EXPECT_EQ(media.width, 64);
  const auto frame = read_still(media, {});
  ASSERT_TRUE(frame) << frame.error().to_string();
  expect_two_colours(*frame, 5);
}

}  // namespace

}  // namespace bonafide::media
