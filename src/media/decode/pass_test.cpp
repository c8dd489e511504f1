#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "crypto/hash.h"
#include "media/decode/decode.h"
#include "support/support.h"

namespace bonafide::media {

namespace {

Media media_of(const std::string& path, Format format) {
  Media media;
  media.path = path;
  media.format = format;
  media.kind = kind_of(format);
  media.size = FileReader::open(path)->size();
  return media;
}

Media probed(const std::string& path, Format format) {
  Media media = media_of(path, format);
  const auto done = probe(media, {});
  EXPECT_TRUE(done) << done.error().to_string();
  return media;
}

std::string clip() {
  return testing::made("clip.mp4",
                       "ffmpeg -v error -f lavfi -i testsrc2=s=320x240:r=25:d=4 -f lavfi -i "
                       "sine=f=440:r=44100:d=4 -c:v libx264 -g 50 -bf 2 -c:a aac -ac 2 \"$OUT\"");
}

struct Seen {
  std::vector<double> times;
  std::vector<const std::uint8_t*> unused;
  std::vector<AudioBlock> blocks;
  std::vector<std::vector<std::uint8_t>> pictures;
  PassResult result;
};

Seen decode_all(const Media& media, const PassPlan& plan = {}, bool keep = false) {
  Seen seen;
  PassSink sink;
  sink.on_frame = [&](const Frame& frame) {
    seen.times.push_back(frame.time_s());
    if (keep) {
      const Plane& luma = frame.luma();
      seen.pictures.emplace_back(luma.data(), luma.data() + luma.stride() * static_cast<std::size_t>(luma.height()));
    }
  };
  sink.on_audio = [&](AudioBlock&& block) { seen.blocks.push_back(std::move(block)); };
  auto result = run_pass(media, plan, sink, {});
  EXPECT_TRUE(result) << result.error().to_string();
  if (result) seen.result = std::move(*result);
  return seen;
}

}  // namespace

TEST(Probe, DescribesTheTracks) {
  const Media media = probed(clip(), Format::mp4);
  EXPECT_EQ(media.kind, Kind::video);
  EXPECT_EQ(media.width, 320);
  EXPECT_EQ(media.height, 240);
  EXPECT_NEAR(media.duration_s, 4, 0.05);
  ASSERT_EQ(media.tracks.size(), 2U);
  EXPECT_EQ(media.tracks[0].codec, "h264");
  EXPECT_NEAR(media.tracks[0].frame_rate, 25, 1e-6);
  EXPECT_FALSE(media.tracks[0].variable_frame_rate);
  EXPECT_EQ(media.tracks[0].frames, 100);
  EXPECT_EQ(media.tracks[1].codec, "aac");
  EXPECT_EQ(media.tracks[1].sample_rate, 44100);
  EXPECT_EQ(media.tracks[1].channels, 2);
}

TEST(Pass, DecodesEveryFrameAndSample) {
  const Media media = probed(clip(), Format::mp4);
  const Seen seen = decode_all(media);
  ASSERT_EQ(seen.times.size(), 100U);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_NEAR(seen.times[i], 0.04 * static_cast<double>(i), 1e-4);
  EXPECT_NEAR(seen.result.audio_s, 4, 0.03);
  EXPECT_TRUE(seen.result.damage.empty());
  std::size_t speech = 0;
  for (const AudioBlock& block : seen.blocks) {
    EXPECT_NEAR(block.speech_time_s, static_cast<double>(speech) / kSpeechRate, 1e-6);
    speech += block.speech.size();
  }
  EXPECT_NEAR(static_cast<double>(speech) / kSpeechRate, seen.result.audio_s, 0.001);
  ASSERT_EQ(seen.result.examined.size(), 1U);
  EXPECT_NEAR(seen.result.examined[0].length(), 4, 0.05);
}

TEST(Pass, SpansBySeekingGiveTheSameFramesAsDecodingAll) {
  const Media media = probed(clip(), Format::mp4);
  const Seen all = decode_all(media, {}, true);
  PassPlan plan;
  plan.spans = {{0.5, 0.9}, {2.9, 3.3}};
  const Seen some = decode_all(media, plan, true);
  std::size_t next = 0;
  for (std::size_t i = 0; i < all.times.size(); ++i) {
    const double t = all.times[i];
    if (!((t >= 0.5 - 1e-6 && t < 0.9 - 1e-6) || (t >= 2.9 - 1e-6 && t < 3.3 - 1e-6))) continue;
    ASSERT_LT(next, some.times.size());
    EXPECT_NEAR(some.times[next], t, 1e-9);
    EXPECT_EQ(some.pictures[next], all.pictures[i]);
    ++next;
  }
  EXPECT_EQ(next, some.times.size());
  EXPECT_EQ(next, 20U);
}

TEST(Pass, WavIsExact) {
  const std::string path =
      testing::made("tone.wav", "ffmpeg -v error -f lavfi -i sine=f=1000:r=16000:d=1 -c:a pcm_s16le \"$OUT\"");
  const Media media = probed(path, Format::wav);
  EXPECT_EQ(media.kind, Kind::audio);
  const Seen seen = decode_all(media);
  std::vector<float> native;
  for (const AudioBlock& block : seen.blocks) {
    EXPECT_EQ(block.native.at(0), block.speech);
    native.insert(native.end(), block.native[0].begin(), block.native[0].end());
  }
  const Bytes bytes = *FileReader::open(path)->read(FileReader::open(path)->size() - 32000, 32000);
  ASSERT_EQ(native.size(), 16000U);
  for (std::size_t i = 0; i < native.size(); ++i) {
    const auto sample = static_cast<std::int16_t>(bytes[2 * i] | (bytes[2 * i + 1] << 8));
    ASSERT_EQ(native[i], static_cast<float>(sample) / 32768.0F) << i;
  }
}

}  // namespace bonafide::media
