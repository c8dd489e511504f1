// The other walkers on files that FFmpeg makes, on hand-made bytes, and everything cut short and disturbed.
#include <gmock/gmock.h>

#include <filesystem>

#include "media/container/test_bytes.h"
#include "support/support.h"

namespace bonafide::media {
namespace {
using namespace std::string_view_literals;
using ::testing::Contains;
using testing::fact;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::open_memory;
using testing::Writer;

Result<Media> made(const std::string& name, const std::string& options) {
  const bool sound = options.starts_with("-c:a") || options.starts_with("-ar");
  const std::string source = sound ? "sine=f=440:d=0.3:r=16000" : "testsrc=s=64x48:r=10:d=0.3";
  const std::string path = bonafide::testing::made(
      name, "ffmpeg -v error -f lavfi -i " + source + " -metadata title=Name " + options + " \"$OUT\"");
  return open(*FileReader::open(path), Context{});
}

TEST(Formats, ReadWhatFfmpegWrites) {
  const auto webp = made("a.webp", "-frames:v 1 -c:v libwebp");
  EXPECT_EQ(webp->width, 64);
  EXPECT_EQ(fact(*webp, "WebP", "Compression"), "lossy (VP8)");
  const auto gif = made("a.gif", "-loop 3");
  EXPECT_EQ(fact(*gif, "GIF", "Frames"), "3");
  EXPECT_EQ(fact(*gif, "GIF", "Loops"), "3");
  const auto bmp = made("a.bmp", "-frames:v 1");
  EXPECT_EQ(bmp->height, 48);
  const auto jxl = made("a.jxl", "-frames:v 1 -c:v libjxl");
  EXPECT_EQ(jxl->width, 64);
  EXPECT_EQ(jxl->height, 48);
  const auto avi = made("a.avi", "-c:v mjpeg");
  EXPECT_EQ(avi->width, 64);
  EXPECT_EQ(fact(*avi, "AVI", "Title"), "Name");
  EXPECT_EQ(fact(*avi, "AVI", "Codec"), "MJPG");
  const auto mkv = made("a.mkv", "-c:v mpeg4");
  EXPECT_EQ(mkv->width, 64);
  EXPECT_EQ(fact(*mkv, "Matroska", "Title"), "Name");
  EXPECT_THAT(fact(*mkv, "Matroska", "MuxingApp"), HasSubstr("Lavf"));
  EXPECT_EQ(fact(*mkv, "Matroska track 1", "TrackType"), "video");
  const auto ts = made("a.ts", "-c:v mpeg2video -r 25");
  EXPECT_EQ(ts->format, Format::mpegts);
  EXPECT_EQ(fact(*ts, "MPEG-TS", "PacketSize"), "188");
  const auto mpg = made("a.mpg", "-c:v mpeg1video -r 25");
  EXPECT_EQ(mpg->width, 64);
  const auto flv = made("a.flv", "-c:v flv");
  EXPECT_EQ(flv->height, 48);
  const auto wmv = made("a.wmv", "-c:v wmv2");
  EXPECT_EQ(wmv->width, 64);
  EXPECT_EQ(fact(*wmv, "ASF", "Title"), "Name");
  for (const auto* media : {&webp, &gif, &bmp, &jxl, &avi, &mkv, &ts, &mpg, &flv, &wmv})
    EXPECT_THAT((*media)->damage, IsEmpty()) << (*media)->path;
}

TEST(Formats, ReadTheSoundFfmpegWrites) {
  EXPECT_EQ(fact(*made("a.wav", "-c:a pcm_s16le"), "WAV", "SampleRate"), "16000 Hz");
  EXPECT_EQ(fact(*made("b.wav", "-c:a pcm_s16le"), "WAV", "Title"), "Name");
  EXPECT_EQ(fact(*made("r.wav", "-c:a pcm_s16le -rf64 always"), "WAV", "Encoding"), "PCM");
  const auto flac = made("a.flac", "-c:a flac");
  EXPECT_EQ(fact(*flac, "FLAC", "Samples"), "4800");
  EXPECT_EQ(fact(*flac, "FLAC", "BitsPerSample"), "16");
  EXPECT_EQ(fact(*flac, "FLAC", "TITLE"), "Name");
  const auto mp3 = made("a.mp3", "-c:a libmp3lame");
  EXPECT_EQ(fact(*mp3, "ID3", "Title"), "Name");
  EXPECT_EQ(fact(*mp3, "MP3", "Version"), "MPEG-2 layer 3");
  EXPECT_THAT(fact(*mp3, "MP3", "Encoder"), HasSubstr("Lavc"));
  const auto m4a = made("a.m4a", "-c:a aac");
  EXPECT_EQ(m4a->kind, Kind::audio);
  EXPECT_EQ(fact(*m4a, "MP4", "Title"), "Name");
  const auto opus = made("a.opus", "-c:a libopus");
  EXPECT_EQ(fact(*opus, "Ogg", "Codec"), "Opus");
  EXPECT_EQ(fact(*opus, "Ogg", "OriginalSampleRate"), "16000 Hz");
  EXPECT_EQ(fact(*made("a.ogg", "-c:a libvorbis"), "Ogg", "Codec"), "Vorbis");
  EXPECT_EQ(fact(*made("a.aac", "-c:a aac"), "AAC", "Profile"), "LC");
  EXPECT_EQ(fact(*made("a.aiff", "-c:a pcm_s16be"), "AIFF", "SampleRate"), "16000 Hz");
  EXPECT_EQ(fact(*made("a.caf", "-c:a pcm_s16le"), "CAF", "SampleRate"), "16000 Hz");
}

TEST(Formats, ReadTagsByHand) {
  const Bytes frames = Writer()
                           .text("TIT2")
                           .u32(3)
                           .u16(0)
                           .text("\3ab")
                           .text("TXXX")
                           .u32(5)
                           .u16(0)
                           .text("\0a\0bc"sv)
                           .text("TPE1")
                           .u32(5)
                           .u16(0)
                           .text(
                               "\1\xFF\xFE"
                               "A\0"sv)
                           .bytes();
  const Bytes mp3 = Writer()
                        .text("ID3\4\0\0"sv)
                        .u32(frames.size())
                        .raw(frames)
                        .u32(0xFFFB9064)
                        .zeros(413)
                        .text("TAG")
                        .text("Old")
                        .zeros(122)
                        .bytes();
  const auto media = open_memory(mp3, "x.mp3");
  EXPECT_EQ(fact(*media, "ID3", "Title"), "ab");
  EXPECT_EQ(fact(*media, "ID3", "a"), "bc");
  EXPECT_EQ(fact(*media, "ID3", "Artist"), "A");
  EXPECT_EQ(fact(*media, "ID3v1", "Title"), "Old");
  EXPECT_EQ(fact(*media, "MP3", "FirstBitrate"), "128 kbit/s");
}

TEST(Formats, RefuseBottomlessLists) {
  Bytes inner(2, 0);
  for (int i = 0; i < 200; ++i)
    inner = Writer(false).text("LIST").u32(inner.size() + 4).text("INFO").raw(inner).bytes();
  const auto media =
      open_memory(Writer(false).text("RIFF").u32(inner.size() + 4).text("WAVE").raw(inner).bytes(), "x.wav");
  ASSERT_FALSE(media);
  EXPECT_EQ(media.error().code, Code::limit);
}

TEST(Formats, SaySmallThings) {
  EXPECT_EQ(fact(*open_memory(as_bytes("%PDF-1.7\n/Encrypt 1 0 R\n%%EOF")), "PDF", "Encrypted"), "yes");
  EXPECT_EQ(fact(*open_memory(as_bytes("<svg width=\"12\" height='7'>")), "SVG", "height"), "7");
  EXPECT_FALSE(open_memory(as_bytes("<?xml version='1.0'?><html/>")));
  EXPECT_EQ(fact(*open_memory(as_bytes("#!AMR-WB\n123")), "AMR", "Band"), "wide (16 kHz)");
  EXPECT_THAT(open_memory(Writer(false).text("RIFF").u32(500).text("WAVE").bytes())->damage,
              Contains(HasSubstr("ends early")));
}

// Hostile and damaged files of the neighbour folder: opened or refused, each within a second.
TEST(FormatsShared, SurviveHostileFiles) {
  const auto folder = bonafide::testing::shared("c2pa");
  if (!folder) GTEST_SKIP() << bonafide::testing::skip_line("c2pa");
  int opened = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
    if (!entry.is_regular_file()) continue;
    const auto file = FileReader::open(entry.path().string());
    if (!file) continue;
    const auto begin = Clock::now();
    const auto media = open(*file, Context{});
    EXPECT_LT(std::chrono::duration<double>(Clock::now() - begin).count(), 1.0) << entry.path();
    if (media) ++opened;
    EXPECT_TRUE(media || media.error().code != Code::internal);
    // Cut at every power of two.
    for (std::uint64_t size = 1; size < file->size() && size <= 1U << 20; size *= 2) {
      const Bytes bytes = *file->read(0, static_cast<std::size_t>(size));
      const auto part = open_memory(bytes, entry.path().string());
      EXPECT_TRUE(part || !part.error().message.empty());
    }
  }
  EXPECT_GT(opened, 100);
}

}  // namespace
}  // namespace bonafide::media
