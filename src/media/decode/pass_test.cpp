// Probe and the pass: times, spans, offsets, damage, limits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "media/decode/test_media.h"
#include "support/support.h"

namespace bonafide::media {

namespace {

std::string clip() {
  return testing::made("clip.mp4",
                       "ffmpeg -v error -f lavfi -i testsrc2=s=320x240:r=25:d=4 -f lavfi -i "
                       "sine=f=440:r=44100:d=4 -c:v libx264 -g 50 -bf 2 -c:a aac -ac 2 \"$OUT\"");
}

}  // namespace

TEST(Probe, DescribesTheTracks) {
  const Media media = probed(clip());
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
  const Media media = probed(clip());
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

/// What a pass over spans must give, taken from a pass over everything.
void expect_same_pictures(const Seen& all, const Seen& some, const std::vector<TimeSpan>& spans) {
  std::size_t next = 0;
  for (const TimeSpan& span : spans) {
    for (std::size_t i = 0; i < all.times.size(); ++i) {
      const double t = all.times[i];
      if (t < span.begin_s - 1e-6 || t >= span.end_s - 1e-6) continue;
      ASSERT_LT(next, some.times.size()) << t;
      EXPECT_NEAR(some.times[next], t, 1e-9);
      EXPECT_EQ(some.pictures[next], all.pictures[i]) << t;
      ++next;
    }
  }
  EXPECT_EQ(next, some.times.size());
}

TEST(Pass, SpansBySeekingGiveTheSameFramesAsDecodingAll) {
  const std::string sources =
      "ffmpeg -v error -f lavfi -i testsrc2=s=160x120:r=25:d=12 -f lavfi -i sine=f=440:r=44100:d=12 ";
  const std::vector<std::string> files = {
      testing::made("long.mp4", sources + "-c:v libx264 -preset veryfast -g 50 -bf 3 -c:a aac \"$OUT\""),
      testing::made("open.mp4", sources +
                                    "-c:v libx264 -preset veryfast -g 60 -bf 3 -x264-params open-gop=1:scenecut=0 "
                                    "-c:a aac \"$OUT\""),
      testing::made("long.ts", sources + "-c:v libx264 -preset veryfast -g 40 -c:a mp2 \"$OUT\""),
      testing::made("long.mkv", sources + "-c:v libx264 -preset veryfast -g 300 -c:a libopus \"$OUT\""),
      testing::made("long.avi", sources + "-c:v mpeg4 -g 30 -bf 2 -c:a libmp3lame \"$OUT\""),
      testing::made("long.mpg", sources + "-c:v mpeg2video -bf 2 -c:a mp2 \"$OUT\""),
  };
  for (const std::string& file : files) {
    SCOPED_TRACE(file);
    const Media media = probed(file);
    const Seen all = decode_all(media, {}, true);
    EXPECT_GE(all.times.size(), 300U);
    PassPlan plan;
    plan.spans = {{0.5, 0.9}, {4.9, 5.3}, {5.3, 5.5}, {9.03, 9.5}, {11.5, 13}};
    const Seen some = decode_all(media, plan, true);
    EXPECT_EQ(some.spans.size(), plan.spans.size());
    expect_same_pictures(all, some, plan.spans);
    ASSERT_EQ(some.result.examined.size(), 5U);
    EXPECT_NEAR(some.result.audio_s, 0.4 + 0.4 + 0.2 + 0.47 + 0.5, 0.1);
    EXPECT_TRUE(some.result.damage.empty()) << some.result.damage.front();
  }
}

TEST(Pass, SoundOfASpanIsTheSoundOfTheWhole) {
  const std::string source = "ffmpeg -v error -f lavfi -i 'aevalsrc=0.5*sin(2*PI*(200+40*t)*t):s=48000:d=12' ";
  const std::vector<std::pair<std::string, double>> files = {
      {testing::made("sweep.wav", source + "\"$OUT\""), 0},
      {testing::made("sweep.flac", source + "\"$OUT\""), 0},
      {testing::made("sweep.mp3", source + "-c:a libmp3lame \"$OUT\""), 1e-6},
      {testing::made("sweep.m4a", source + "-c:a aac -aac_pns 0 \"$OUT\""), 1e-6},
      {testing::made("sweep.ogg", source + "-c:a libvorbis \"$OUT\""), 1e-6},
      {testing::made("sweep.opus", source + "-c:a libopus \"$OUT\""), 1e-3},
  };
  for (const auto& [file, tolerance] : files) {
    SCOPED_TRACE(file);
    const Media media = probed(file);
    const std::vector<float> all = decode_all(media).native();
    PassPlan plan;
    plan.spans = {{3, 4}, {8.25, 8.75}};
    const Seen some = decode_all(media, plan);
    const std::vector<float> part = some.native();
    ASSERT_EQ(part.size(), 72000U);
    EXPECT_NEAR(some.blocks.at(0).time_s, 3, 1e-4);
    const double rate = some.blocks.at(0).rate;
    double worst = 0;
    std::size_t next = 0;
    for (const TimeSpan& span : plan.spans) {
      const auto first = static_cast<std::size_t>(std::lround(span.begin_s * rate));
      const auto count = static_cast<std::size_t>(std::lround(span.length() * rate));
      for (std::size_t i = 0; i < count; ++i)
        worst = std::max(worst, std::abs(static_cast<double>(part[next++]) - static_cast<double>(all.at(first + i))));
    }
    EXPECT_LE(worst, tolerance);
  }
}

/// The first moment at which the picture (mean brightness) and the sound (level) pass a threshold.
struct Onsets {
  double flash = -1, beep = -1, speech_beep = -1;
};
Onsets onsets(const Media& media) {
  Onsets found;
  PassSink sink;
  sink.on_frame = [&](const Frame& frame) {
    if (found.flash < 0 && frame.luma().at(frame.width() / 2, frame.height() / 2) > 128) found.flash = frame.time_s();
  };
  const auto first_loud = [](const std::vector<float>& samples) {
    return std::find_if(samples.begin(), samples.end(), [](float v) { return std::abs(v) > 0.05F; }) - samples.begin();
  };
  sink.on_audio = [&](AudioBlock&& block) {
    if (found.beep >= 0) return;
    const auto native = first_loud(block.native[0]);
    if (static_cast<std::size_t>(native) < block.native[0].size())
      found.beep = block.time_s + static_cast<double>(native) / block.rate;
    const auto speech = first_loud(block.speech);
    if (static_cast<std::size_t>(speech) < block.speech.size())
      found.speech_beep = block.speech_time_s + static_cast<double>(speech) / kSpeechRate;
  };
  EXPECT_TRUE(run_pass(media, {}, sink, {}));
  return found;
}

TEST(Pass, KeepsTheOffsetBetweenPictureAndSound) {
  // White flash at 1 s, beep at 1 s; then the same with the sound's track moved 0.3 s later.
  const std::string picture = "-f lavfi -i \"color=black:s=64x64:r=50:d=2,drawbox=c=white:t=fill:enable='gte(t,1)'\"";
  const std::string sound = "-f lavfi -i \"aevalsrc='if(gte(t,1),0.8*sin(2*PI*1000*t),0)':s=44100:d=2\"";
  struct Wrap {
    std::string extension, codecs;
  };
  for (const auto& [extension, codecs] :
       {Wrap{"mp4", "-c:v libx264 -c:a aac"}, Wrap{"mov", "-c:v libx264 -c:a pcm_s16le"},
        Wrap{"mkv", "-c:v libx264 -c:a libopus"}, Wrap{"webm", "-c:v libvpx -c:a libvorbis"},
        Wrap{"ts", "-c:v libx264 -c:a mp2"}, Wrap{"avi", "-c:v mjpeg -c:a pcm_s16le"}}) {
    SCOPED_TRACE(extension);
    const std::string options = codecs + " -crf 20 ";
    const Media plain = probed(
        testing::made("sync." + extension, "ffmpeg -v error " + picture + " " + sound + " " + options + "\"$OUT\""));
    const Onsets together = onsets(plain);
    EXPECT_NEAR(together.flash, 1, extension == "avi" ? 0.041 : 0.021);
    EXPECT_NEAR(together.beep - together.flash, 0, 0.025);
    EXPECT_NEAR(together.speech_beep, together.beep, 0.0005);
    if (extension == "avi") continue;  // AVI tracks have no start time
    const Media late = probed(testing::made(
        "late." + extension, "ffmpeg -v error " + picture + " -itsoffset 0.3 " + sound + " " + options + "\"$OUT\""));
    const Onsets apart = onsets(late);
    EXPECT_NEAR(apart.beep - apart.flash, together.beep - together.flash + 0.3, 0.012);
    const Track* const track = late.first(Track::Kind::audio);
    ASSERT_NE(track, nullptr);
    EXPECT_NEAR(track->start_s, 0.3, 0.04);
  }
}

TEST(Pass, ResamplingForSpeechMovesNothing) {
  // A single click at 0.5 s: the 16 kHz version must peak at the same time.
  for (const char* const rate : {"8000", "22050", "44100", "48000", "96000"}) {
    SCOPED_TRACE(rate);
    const std::string r = rate;
    const Media media =
        probed(testing::made("click" + r + ".wav", "ffmpeg -v error -f lavfi -i \"aevalsrc='if(eq(n,floor(" + r +
                                                       "/2)),0.9,0)':s=" + r + ":d=1.3\" -c:a pcm_f32le \"$OUT\""));
    const Seen seen = decode_all(media);
    const std::vector<float> speech = seen.speech();
    EXPECT_NEAR(static_cast<double>(speech.size()), 1.3 * kSpeechRate, 2);
    const auto peak = std::max_element(speech.begin(), speech.end()) - speech.begin();
    EXPECT_NEAR(static_cast<double>(peak), 0.5 * kSpeechRate, 1);
  }
}

TEST(Pass, TurnsRotatedClipsUpright) {
  const std::string plain = testing::made(
      "flat.mp4",
      "ffmpeg -v error -f lavfi -i \"color=black:s=96x64:r=10:d=0.5,drawbox=x=0:y=0:w=32:h=32:c=white:t=fill\" "
      "-c:v libx264 \"$OUT\"");
  struct Turn {
    std::string tag;  ///< this FFmpeg writes rotate=90 as a quarter turn counter-clockwise (its player agrees)
    int rotation, width, height, white_x, white_y;
  };
  for (const auto& [tag, rotation, width, height, white_x, white_y] :
       {Turn{"0", 0, 96, 64, 5, 5}, Turn{"270", 90, 64, 96, 58, 5}, Turn{"180", 180, 96, 64, 90, 58},
        Turn{"90", 270, 64, 96, 5, 90}}) {
    SCOPED_TRACE(rotation);
    const Media media = probed(testing::made(
        "turned" + tag + ".mp4", "ffmpeg -v error -i " + plain + " -c copy -metadata:s:v rotate=" + tag + " \"$OUT\""));
    EXPECT_EQ(media.tracks.at(0).rotation, rotation);
    EXPECT_EQ(media.width, width);
    EXPECT_EQ(media.height, height);
    PassSink sink;
    int seen = 0;
    sink.on_frame = [&](const Frame& frame) {
      ASSERT_EQ(frame.width(), width);
      ASSERT_EQ(frame.luma().width(), width);
      ASSERT_EQ(frame.rgb().height(), height);
      EXPECT_GT(frame.luma().at(white_x, white_y), 200);
      EXPECT_GT(frame.rgb().at(white_x, white_y, 1), 200);
      EXPECT_LT(frame.luma().at(width / 2, height / 2), 60);
      ++seen;
    };
    ASSERT_TRUE(run_pass(media, {}, sink, {}));
    EXPECT_EQ(seen, 5);
  }
}

TEST(Probe, NoticesAVariableFrameRate) {
  const Media media = probed(testing::made("vfr.mp4",
                                           "ffmpeg -v error -f lavfi -i testsrc2=s=96x64:r=30:d=3 -vf "
                                           "\"select='not(between(n,20,40))+eq(mod(n,3),0)'\" -vsync vfr "
                                           "-c:v libx264 \"$OUT\""));
  EXPECT_TRUE(media.tracks.at(0).variable_frame_rate);
  const Seen seen = decode_all(media);
  EXPECT_EQ(seen.times.size(), 76U);
  EXPECT_NEAR(seen.times.at(21) - seen.times.at(20), 0.1, 1e-3);
}

TEST(Probe, CoverPicturesAreNoVideo) {
  const std::string cover =
      testing::made("cover.jpg", "ffmpeg -v error -f lavfi -i testsrc2=s=64x64 -frames:v 1 \"$OUT\"");
  for (const std::string extension : {"mp3", "m4a"}) {
    const Media media = probed(
        testing::made("covered." + extension, "ffmpeg -v error -f lavfi -i sine=d=1 -i " + cover +
                                                  " -map 0 -map 1 -c:v copy -disposition:v:0 attached_pic \"$OUT\""));
    EXPECT_EQ(media.kind, Kind::audio) << extension;
    EXPECT_EQ(media.first(Track::Kind::video), nullptr);
    EXPECT_EQ(media.width, 0);
    const Seen seen = decode_all(media);
    EXPECT_TRUE(seen.times.empty());
    EXPECT_NEAR(seen.result.audio_s, 1, 0.06);
  }
}

TEST(Pass, IsDeterministic) {
  const Media media = probed(clip());
  const Seen first = decode_all(media, {}, true);
  PassPlan one_thread;
  one_thread.threads = 1;
  const Seen second = decode_all(media, one_thread, true);
  EXPECT_EQ(first.times, second.times);
  EXPECT_EQ(first.pictures, second.pictures);
  EXPECT_EQ(first.native(), second.native());
  EXPECT_EQ(first.speech(), second.speech());
}

TEST(Pass, WavIsExact) {
  const std::string path =
      testing::made("tone.wav", "ffmpeg -v error -f lavfi -i sine=f=1000:r=16000:d=1 -c:a pcm_s16le \"$OUT\"");
  const Media media = probed(path);
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
