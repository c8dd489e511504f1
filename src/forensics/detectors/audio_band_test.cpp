#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "forensics/detector.h"
#include "support/sound.h"
#include "support/support.h"

namespace bonafide::forensics {
extern const Detector detector_audio_band;

namespace {

const Detector& band() { return detector_audio_band; }

/// All findings on a file made by ffmpeg, by way of the real decoder.
std::vector<Finding> examined(const std::string& path) {
  const media::Media media = testing::probed(path);
  const auto session = testing::begin(band(), media);
  media::PassPlan plan{.spans = {{0, 1e6}}, .frames = false, .audio = true};
  media::PassSink sink;
  sink.on_audio = [&](media::AudioBlock&& block) { session->on_audio(block); };
  EXPECT_TRUE(media::run_pass(media, plan, sink, Context()).has_value());
  return session->finish();
}

const Finding* claim(const std::vector<Finding>& findings, const std::string& name) {
  const auto at = std::find_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.claim == name; });
  return at == findings.end() ? nullptr : &*at;
}

std::string noise(const std::string& name, const std::string& filters, const std::string& codec) {
  return testing::made(name,
                       "ffmpeg -v error -f lavfi -i anoisesrc=color=pink:amplitude=0.3:sample_rate=44100:duration=6"
                       ":seed=3 " +
                           filters + " " + codec + " -y \"$OUT\"");
}

// Once 16 kHz, now 44.1 kHz; with a hole of exact silence; 16 bits in 24.
TEST(AudioBand, KnownPositive) {
  const std::vector<Finding> narrow =
      examined(noise("band_narrow.wav", "-af aresample=16000,aresample=44100", "-c:a pcm_s16le"));
  const Finding* wall = claim(narrow, "audio.band.narrow_lossless");
  ASSERT_NE(wall, nullptr) << narrow.front().sentence;
  EXPECT_EQ(wall->outcome, Outcome::fact);
  EXPECT_NE(wall->sentence.find("nothing above 7."), std::string::npos) << wall->sentence;
  ASSERT_EQ(wall->curves.size(), 1U);
  EXPECT_NEAR(wall->curves[0].ticks.at(0), 7800, 400);

  const std::vector<Finding> muted =
      examined(noise("band_muted.wav", "-af \"volume=0:enable='between(t,2,3)'\"", "-c:a pcm_s16le"));
  const Finding* silence = claim(muted, "audio.band.digital_silence");
  ASSERT_NE(silence, nullptr);
  ASSERT_EQ(silence->spans.size(), 1U);
  EXPECT_NEAR(silence->spans[0].begin_s, 2, 0.05);
  EXPECT_NEAR(silence->spans[0].end_s, 3, 0.05);

  const std::vector<Finding> padded = examined(
      testing::made("band_padded.wav",
                    "ffmpeg -v error -f lavfi -i anoisesrc=amplitude=0.3:sample_rate=44100:duration=3:seed=3 -c:a "
                    "pcm_s16le -f wav - | ffmpeg -v error -i - -c:a pcm_s24le -y \"$OUT\""));
  const Finding* depth = claim(padded, "audio.band.depth");
  ASSERT_NE(depth, nullptr);
  EXPECT_NE(depth->sentence.find("stores 24 bits"), std::string::npos);
  EXPECT_NE(depth->sentence.find("steps of 16"), std::string::npos);

  const std::vector<Finding> loud = examined(noise("band_loud.wav", "-af volume=30dB", "-c:a pcm_s16le"));
  EXPECT_NE(claim(loud, "audio.band.clipping"), nullptr);
}

TEST(AudioBand, FindsAPatchOfAnotherBand) {
  const std::string patched = testing::made(
      "band_patched.wav",
      "ffmpeg -v error -f lavfi -i anoisesrc=color=pink:amplitude=0.3:sample_rate=44100:duration=8:seed=3 -f lavfi -i "
      "anoisesrc=color=pink:amplitude=0.3:sample_rate=44100:duration=8:seed=4 -filter_complex "
      "'[1]aresample=16000,aresample=44100[n];[0][n]concat=n=2:v=0:a=1' -c:a pcm_s16le -y \"$OUT\"");
  const std::vector<Finding> findings = examined(patched);
  const Finding* change = claim(findings, "audio.band.change");
  ASSERT_NE(change, nullptr);
  EXPECT_EQ(change->grade, Strength::weak);
  ASSERT_FALSE(change->spans.empty());
  EXPECT_LE(change->spans[0].begin_s, 8);
  EXPECT_GE(change->spans[0].end_s, 8);
}

TEST(AudioBand, KnownNegative) {
  const std::vector<Finding> plain = examined(noise("band_plain.flac", "", "-c:a flac"));
  ASSERT_EQ(plain.size(), 1U) << plain.back().sentence;
  EXPECT_EQ(plain[0].claim, "audio.band.facts");
  EXPECT_EQ(plain[0].outcome, Outcome::fact);
  const auto speech = examined(testing::made(
      "band_speech.wav", "espeak-ng -v en -w \"$OUT\" 'Help the woman get back to her feet. A pot of tea helps.'"));
  EXPECT_EQ(claim(speech, "audio.band.change"), nullptr);
  EXPECT_EQ(claim(speech, "audio.band.depth"), nullptr);
  // A codec's own low-pass is stated, never as a sign.
  for (const Finding& finding : examined(noise("band_low.mp3", "", "-c:a libmp3lame -b:a 96k"))) {
    EXPECT_EQ(finding.outcome, Outcome::fact) << finding.sentence;
  }
}

TEST(AudioBand, NotApplicable) {
  media::Media still;
  EXPECT_TRUE(band().not_applicable(still).has_value());
  still.tracks.emplace_back().kind = media::Track::Kind::audio;
  EXPECT_FALSE(band().not_applicable(still).has_value());
  const std::vector<Finding> nothing = testing::begin(band(), still)->finish();
  ASSERT_EQ(nothing.size(), 1U);
  EXPECT_EQ(nothing[0].outcome, Outcome::not_applicable);
  const Finding silent = testing::feed(band(), std::vector<float>(44100, 0.0F), 44100);
  EXPECT_EQ(silent.outcome, Outcome::fact);
}

}  // namespace
}  // namespace bonafide::forensics
