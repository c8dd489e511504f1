// Broken, lying and oversized files: an answer in words, never a crash, a hang or another file opened.
#include <gtest/gtest.h>

#include <chrono>

#include "media/decode/jpeg_coefficients.h"
#include "media/decode/test_media.h"
#include "support/support.h"

namespace bonafide::media {

namespace {

Bytes bytes_of(const std::string& path) {
  const auto file = FileReader::open(path);
  return *file->read(0, static_cast<std::size_t>(file->size()));
}

std::string written(const testing::TemporaryFolder& folder, std::string_view name, ByteView bytes) {
  std::string path = folder.file(name);
  EXPECT_TRUE(write_file(path, as_text(bytes), true));
  return path;
}

Code refusal(const Media& media, const Context& context = {}) {
  Media copy = media;
  const auto frame = read_still(copy, context);
  EXPECT_FALSE(frame);
  return frame ? Code::internal : frame.error().code;
}

void append(Bytes& bytes, std::initializer_list<int> values) {
  for (const int value : values) bytes.push_back(static_cast<std::uint8_t>(value));
}

/// A PNG that is all header: 60000 × 60000 RGB.
Bytes enormous_png() {
  Bytes bytes = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R'};
  append(bytes, {0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60, 8, 2, 0, 0, 0, 0, 0, 0, 0});
  append(bytes, {0, 0, 0, 0, 'I', 'D', 'A', 'T', 0, 0, 0, 0});
  return bytes;
}

/// A baseline grey JPEG header of 65500 × 65500 with no data behind it.
Bytes enormous_jpeg(bool progressive) {
  Bytes bytes = {0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0};
  for (int i = 0; i < 64; ++i) bytes.push_back(1);
  append(bytes, {0xFF, progressive ? 0xC2 : 0xC0, 0, 11, 8, 0xFF, 0xDC, 0xFF, 0xDC, 1, 1, 0x11, 0});
  append(bytes, {0xFF, 0xDA, 0, 8, 1, 1, 0, 0, progressive ? 0 : 63, 0, 0xFF, 0xD9});
  return bytes;
}

std::string photo() {
  return testing::made("photo.jpg", "ffmpeg -v error -f lavfi -i mandelbrot=s=320x240 -frames:v 1 -q:v 3 \"$OUT\"");
}
std::string clip() {
  return testing::made("clip.mp4",
                       "ffmpeg -v error -f lavfi -i testsrc2=s=320x240:r=25:d=4 -f lavfi -i sine=f=440:r=44100:d=4 "
                       "-c:v libx264 -g 50 -c:a aac -movflags +faststart \"$OUT\"");
}

}  // namespace

TEST(Hostile, EnormousStillsAreRefusedBeforeAnythingIsAllocated) {
  const testing::TemporaryFolder folder;
  const auto start = std::chrono::steady_clock::now();
  for (Media media : {media_as(written(folder, "a.png", enormous_png()), Format::png),
                      media_as(written(folder, "a.jpg", enormous_jpeg(false)), Format::jpeg),
                      media_as(written(folder, "p.jpg", enormous_jpeg(true)), Format::jpeg)}) {
    EXPECT_EQ(refusal(media), Code::limit) << media.path;
    const auto probe_done = probe(media, {});
    EXPECT_FALSE(probe_done) << media.path;
    EXPECT_EQ(probe_done.error().code, Code::limit);
    EXPECT_FALSE(read_jpeg_coefficients(*FileReader::open(media.path), {}));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
}

TEST(Hostile, LimitsAreKeptForEveryFormat) {
  Context few_pixels;
  few_pixels.limits.pixels = 64 * 48 - 1;
  Context little_memory;
  little_memory.limits.memory = 64 * 48 * 3;
  for (const std::string extension : {"jpg", "png", "webp", "tiff", "bmp", "gif", "jxl", "avif"}) {
    SCOPED_TRACE(extension);
    const std::string path = testing::made(
        "small." + extension,
        "ffmpeg -v error -f lavfi -i testsrc2=s=64x48 -frames:v 1 " +
            std::string(extension == "avif" ? "-c:v libaom-av1 -still-picture 1 -cpu-used 8 " : "") + "\"$OUT\"");
    const Media media = opened(path);
    EXPECT_TRUE(read_still(media, {}));
    EXPECT_EQ(refusal(media, few_pixels), Code::limit);
    EXPECT_EQ(refusal(media, little_memory), Code::limit);
  }
  const Media media = probed(clip());
  PassSink sink;
  sink.on_frame = [](const Frame&) { ADD_FAILURE() << "a frame over the limit"; };
  const auto result = run_pass(media, {}, sink, few_pixels);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::limit);
}

TEST(Hostile, EmptyAndMissingFiles) {
  const testing::TemporaryFolder folder;
  const std::string empty = written(folder, "empty", {});
  for (const Format format : {Format::jpeg, Format::png, Format::heic, Format::mp4, Format::wav, Format::ogg}) {
    Media media = media_as(empty, format);
    EXPECT_FALSE(probe(media, {}));
    EXPECT_FALSE(read_still(media, {}));
    EXPECT_FALSE(run_pass(media, {}, {}, {}));
    media.path = folder.file("not there");
    const auto missing = probe(media, {});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, Code::not_found);
  }
}

TEST(Hostile, TheBytesDecideNotTheLabel) {
  // As media::open would never say it: every file under every wrong format.
  const std::vector<std::string> files = {photo(), clip(),
                                          testing::made("t.wav", "ffmpeg -v error -f lavfi -i sine=d=1 \"$OUT\"")};
  for (const std::string& file : files) {
    const Format truth = opened(file).format;
    for (int i = 1; i <= static_cast<int>(Format::caf); ++i) {
      const auto format = static_cast<Format>(i);
      if (format == truth || (truth == Format::mp4 && (format == Format::mov || format == Format::m4a))) continue;
      Media media = media_as(file, format);
      PassSink sink;
      std::int64_t frames = 0;
      sink.on_frame = [&](const Frame&) { ++frames; };
      sink.on_audio = [](AudioBlock&&) {};
      const auto pass = run_pass(media, {}, sink, {});
      EXPECT_EQ(frames, 0) << file << " as " << to_string(format);
      EXPECT_FALSE(read_still(media, {})) << file << " as " << to_string(format);
    }
  }
}

TEST(Hostile, PlaylistsOpenNothing) {
  const testing::TemporaryFolder folder;
  const std::string playlist =
      "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile://" + clip() + "\n#EXT-X-ENDLIST\n";
  const std::string concat = "ffconcat version 1.0\nfile '" + clip() + "'\n";
  for (const std::string& text : {playlist, concat}) {
    const std::string path = written(folder, "list.mp4", as_bytes(text));
    EXPECT_FALSE(open(*FileReader::open(path), {}));
    for (int i = 1; i <= static_cast<int>(Format::caf); ++i) {
      Media media = media_as(path, static_cast<Format>(i));
      PassSink sink;
      std::int64_t seen = 0;
      sink.on_frame = [&](const Frame&) { ++seen; };
      sink.on_audio = [&](AudioBlock&& block) { seen += static_cast<std::int64_t>(block.speech.size()); };
      const auto result = run_pass(media, {}, sink, {});
      EXPECT_EQ(seen, 0) << to_string(media.format);
    }
  }
}

TEST(Hostile, TruncatedStillsSaySo) {
  const testing::TemporaryFolder folder;
  const Bytes whole = bytes_of(photo());
  const Media cut = media_as(written(folder, "cut.jpg", ByteView(whole).first(whole.size() / 2)), Format::jpeg);
  const auto frame = read_still(cut, {});
  ASSERT_TRUE(frame) << frame.error().to_string();
  EXPECT_EQ(frame->width(), 320);
  ASSERT_FALSE(frame->info().damage.empty());
  EXPECT_EQ(frame->rgb().width(), 320);
  const auto coefficients = read_jpeg_coefficients(*FileReader::open(cut.path), {});
  ASSERT_FALSE(coefficients);
  EXPECT_EQ(coefficients.error().code, Code::corrupt);

  const Bytes png = bytes_of(testing::made("photo.png", "ffmpeg -v error -i " + photo() + " \"$OUT\""));
  const auto part =
      read_still(media_as(written(folder, "c.png", ByteView(png).first(png.size() / 2)), Format::png), {});
  EXPECT_TRUE(!part || !part->info().damage.empty()) << "half a PNG must not pass as a whole one";
}

TEST(Hostile, TruncatedClipsGiveWhatIsThere) {
  const testing::TemporaryFolder folder;
  const Bytes whole = bytes_of(clip());
  const Media cut = media_as(written(folder, "cut.mp4", ByteView(whole).first(whole.size() * 6 / 10)), Format::mp4);
  const Seen seen = decode_all(cut);
  EXPECT_GT(seen.times.size(), 20U);
  EXPECT_LT(seen.times.size(), 90U);
  ASSERT_FALSE(seen.result.damage.empty());
  // Without its index (at the end of this one) there is nothing to go by.
  const Bytes late = bytes_of(testing::made("late-index.mp4", "ffmpeg -v error -i " + clip() + " -c copy \"$OUT\""));
  Media headless = media_as(written(folder, "no.mp4", ByteView(late).first(late.size() / 2)), Format::mp4);
  EXPECT_FALSE(probe(headless, {}));
}

TEST(Hostile, FlippedBitsAreCountedAsDamageAndDecodingGoesOn) {
  const testing::TemporaryFolder folder;
  Bytes bytes = bytes_of(clip());
  for (std::size_t i = bytes.size() / 3; i < bytes.size(); i += 997)
    bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ 0x55U);
  const Seen seen = decode_all(media_as(written(folder, "bad.mp4", bytes), Format::mp4));
  EXPECT_GT(seen.times.size(), 50U);
  EXPECT_FALSE(seen.result.damage.empty());
}

TEST(Hostile, ManySeedsOfNoiseEndInAnAnswer) {
  const std::vector<std::string> files = {
      photo(),
      clip(),
      testing::made("n.png", "ffmpeg -v error -i " + photo() + " -vf scale=64:-1 \"$OUT\""),
      testing::made("n.gif", "ffmpeg -v error -i " + photo() + " -vf scale=64:-1 \"$OUT\""),
      testing::made("n.webp", "ffmpeg -v error -i " + photo() + " -vf scale=64:-1 \"$OUT\""),
      testing::made("n.ogg", "ffmpeg -v error -f lavfi -i sine=d=1 -c:a libvorbis \"$OUT\""),
      testing::made("n.mkv", "ffmpeg -v error -i " + clip() + " -t 1 -c copy \"$OUT\""),
      testing::made("n.ts", "ffmpeg -v error -i " + clip() + " -t 1 -c copy \"$OUT\"")};
  const testing::TemporaryFolder folder;
  std::uint32_t state = 1;
  const auto next = [&] { return state = state * 1664525U + 1013904223U; };  // Numerical Recipes' generator
  Context context;
  context.limits.pixels = 4'000'000;
  context.limits.memory = std::uint64_t{256} << 20;
  for (const std::string& file : files) {
    const Bytes whole = bytes_of(file);
    const Format format = opened(file).format;
    for (int round = 0; round < 8; ++round) {
      Bytes bytes = whole;
      for (int i = 0; i < 20; ++i) {
        // Half of the hits in the first kilobyte, where the structure is.
        const std::size_t reach = i % 2 == 0 ? std::min<std::size_t>(bytes.size(), 1024) : bytes.size();
        bytes[16 + next() % (reach - 16)] = static_cast<std::uint8_t>(next() >> 24);
      }
      Media media = media_as(written(folder, "noise", bytes), format);
      const auto probe_done = probe(media, context);
      PassSink sink;
      sink.on_frame = [](const Frame& frame) { EXPECT_EQ(frame.rgb().width(), frame.width()); };
      sink.on_audio = [](AudioBlock&&) {};
      context.deadline = Clock::now() + std::chrono::seconds(5);
      const auto still = read_still(media, context);
      if (still) {
        EXPECT_EQ(still->luma().height(), still->rgb().height());
      }
      const auto pass = run_pass(media, {}, sink, context);
      const auto coefficients = read_jpeg_coefficients(*FileReader::open(media.path), context);
      (void)probe_done, (void)pass, (void)coefficients;
    }
  }
}

TEST(Hostile, AThousandScansAreRefused) {
  const testing::TemporaryFolder folder;
  // A progressive grey JPEG, 2048 × 2048: one DC scan repeated. Decoding each scan walks all blocks.
  Bytes bytes = {0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0};
  for (int i = 0; i < 64; ++i) bytes.push_back(1);
  append(bytes, {0xFF, 0xC2, 0, 11, 8, 8, 0, 8, 0, 1, 1, 0x11, 0});
  append(bytes, {0xFF, 0xC4, 0, 20, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  for (int scan = 0; scan < 1000; ++scan) append(bytes, {0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0, 0});
  append(bytes, {0xFF, 0xD9});
  const auto start = std::chrono::steady_clock::now();
  const Media media = media_as(written(folder, "scans.jpg", bytes), Format::jpeg);
  EXPECT_EQ(refusal(media), Code::limit);
  const auto coefficients = read_jpeg_coefficients(*FileReader::open(media.path), {});
  ASSERT_FALSE(coefficients);
  EXPECT_EQ(coefficients.error().code, Code::limit);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Hostile, EncryptedClipsAreNamed) {
  const std::string path = testing::made(
      "secret.mp4",
      "ffmpeg -v error -f lavfi -i testsrc2=s=96x64:r=10:d=1 -c:v libx264 -encryption_scheme cenc-aes-ctr "
      "-encryption_key 00112233445566778899aabbccddeeff -encryption_kid "
      "0123456789abcdef0123456789abcdef \"$OUT\"");
  Media media = media_as(path, Format::mp4);
  EXPECT_TRUE(probe(media, {}));
  PassSink sink;
  sink.on_frame = [](const Frame&) { ADD_FAILURE() << "a frame out of encrypted bytes"; };
  const auto result = run_pass(media, {}, sink, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::unsupported);
  EXPECT_NE(result.error().message.find("encrypted"), std::string::npos);
}

TEST(Hostile, JoinedStreamsOfDifferentSizes) {
  const std::string a = "ffmpeg -v error -f lavfi -i testsrc2=s=160x120:r=25:d=1 -f lavfi -i sine=r=48000:d=1 ";
  const std::string b = "ffmpeg -v error -f lavfi -i testsrc2=s=320x240:r=25:d=1 -f lavfi -i sine=r=32000:d=1 ";
  const std::string codecs = "-c:v mpeg2video -c:a mp2 ";
  const Media media = probed(testing::made("joined.ts", a + codecs + "-f mpegts \"$OUT.1\"; " + b + codecs +
                                                            "-ac 2 -f mpegts \"$OUT.2\"; cat \"$OUT.1\" "
                                                            "\"$OUT.2\" > \"$OUT\""));
  const Seen seen = decode_all(media);
  EXPECT_GE(seen.times.size(), 48U);
  EXPECT_EQ(seen.width, 320);
  double end = -1;
  for (const AudioBlock& block : seen.blocks) {
    EXPECT_GE(block.time_s, end - 0.05);
    end = block.time_s + static_cast<double>(block.native.at(0).size()) / block.rate;
  }
}

TEST(Hostile, OnlySubtitlesIsNoMedia) {
  Media media = media_as(testing::made("text.mkv",
                                       "printf '1\\n00:00:00,000 --> 00:00:01,000\\nhello\\n' > \"$OUT.srt\"; "
                                       "ffmpeg -v error -i \"$OUT.srt\" -c:s srt \"$OUT\""),
                         Format::matroska);
  const auto result = probe(media, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::unsupported);
}

TEST(Hostile, TracksWithoutAnythingInThemAreNoSilentSuccess) {
  const testing::TemporaryFolder folder;
  const Bytes wav = bytes_of(testing::made("t.wav", "ffmpeg -v error -f lavfi -i sine=d=1 \"$OUT\""));
  const Media header = media_as(written(folder, "h.wav", ByteView(wav).first(78)), Format::wav);
  PassSink sink;
  sink.on_audio = [](AudioBlock&&) { ADD_FAILURE() << "sound out of nothing"; };
  const auto result = run_pass(header, {}, sink, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::corrupt);
}

TEST(Stopping, OnRequestAndOnTheDeadline) {
  const Media media = probed(clip());
  std::stop_source stop;
  Context context;
  context.stop = stop.get_token();
  PassSink sink;
  int frames = 0;
  sink.on_frame = [&](const Frame&) {
    if (++frames == 5) stop.request_stop();
  };
  const auto result = run_pass(media, {}, sink, context);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Code::cancelled);
  EXPECT_LT(frames, 40);

  Context late;
  sink.on_frame = [&](const Frame&) { late.deadline = Clock::now(); };
  const auto partial = run_pass(media, {}, sink, late);
  ASSERT_TRUE(partial) << partial.error().to_string();
  EXPECT_TRUE(partial->out_of_time);
  EXPECT_GE(partial->frames, 1);
  EXPECT_LT(partial->frames, 90);
  ASSERT_EQ(partial->examined.size(), 1U);
  EXPECT_LT(partial->examined[0].end_s, 3.9);
}

}  // namespace bonafide::media
