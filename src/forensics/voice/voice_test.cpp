#include "forensics/voice/voice.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <numbers>
#include <random>

#include "support/support.h"

namespace bonafide::forensics::voice {
namespace {

std::vector<float> samples_of(const std::string& path) {
  std::vector<float> samples;
  FILE* pipe = popen(("ffmpeg -v error -i '" + path + "' -f f32le -ac 1 -ar 16000 -").c_str(), "r");
  float buffer[4096];
  for (std::size_t n = 0; (n = fread(buffer, sizeof(float), 4096, pipe)) > 0;) {
    samples.insert(samples.end(), buffer, buffer + n);
  }
  pclose(pipe);
  return samples;
}

// In blocks of 1,000 samples, the first one at `begin_s`.
Voice listen(const std::vector<float>& samples, double begin_s = 0) {
  VoiceActivity activity;
  for (std::size_t i = 0; i < samples.size(); i += 1000) {
    media::AudioBlock block;
    block.speech_time_s = begin_s + static_cast<double>(i) / media::kSpeechRate;
    block.speech.assign(samples.begin() + static_cast<std::ptrdiff_t>(i),
                        samples.begin() + static_cast<std::ptrdiff_t>(std::min(samples.size(), i + 1000)));
    activity.push(block);
  }
  return activity.finish();
}

std::vector<float> noise(double seconds, double deviation, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, deviation);
  std::vector<float> samples(static_cast<std::size_t>(seconds * media::kSpeechRate));
  for (float& s : samples) s = static_cast<float>(normal(random));
  return samples;
}

std::string spoken() {
  return testing::made("voice_words.wav",
                       "espeak-ng -v en -s 150 -w \"$OUT\" 'The quick brown fox jumps over the lazy dog again'");
}

// Two seconds of noise, then words, then two seconds of noise, 25 dB below the words.
std::vector<float> words_in_noise(double& begin_s, double& end_s) {
  const std::vector<float> words = samples_of(spoken());
  double power = 0;
  for (const float w : words) power += static_cast<double>(w) * static_cast<double>(w);
  const double deviation = std::sqrt(power / static_cast<double>(words.size())) * std::pow(10, -25.0 / 20);
  begin_s = 2;
  end_s = 2 + static_cast<double>(words.size()) / media::kSpeechRate;
  std::vector<float> all = noise(end_s + 2, deviation, 7);
  for (std::size_t i = 0; i < words.size(); ++i) all[2 * media::kSpeechRate + i] += words[i];
  return all;
}

TEST(Voice, FindsWordsBetweenNoise) {
  double begin = 0, end = 0;
  const Voice voice = listen(words_in_noise(begin, end));
  ASSERT_FALSE(voice.speech.empty());
  EXPECT_NEAR(voice.speech.front().begin_s, begin, 0.1);
  EXPECT_NEAR(voice.speech.back().end_s, end, 0.4);  // espeak ends with a short silence
  EXPECT_GT(voice.voiced_fraction, 0.4);
  ASSERT_TRUE(voice.snr_db.has_value());
  EXPECT_NEAR(*voice.snr_db, 25, 4);
  EXPECT_NEAR(voice.speech_fraction, (end - begin) / (end + 2), 0.1);
}

TEST(Voice, SteadyToneNoiseAndSilenceAreNotSpeech) {
  std::vector<float> tone(5 * media::kSpeechRate);
  for (std::size_t i = 0; i < tone.size(); ++i) {
    tone[i] = static_cast<float>(0.3 * std::sin(2 * std::numbers::pi * 220 * static_cast<double>(i) / 16000));
  }
  EXPECT_TRUE(listen(tone).speech.empty());
  EXPECT_TRUE(listen(noise(5, 0.1, 1)).speech.empty());
  EXPECT_TRUE(listen(std::vector<float>(5 * 16000, 0.0F)).speech.empty());
  // Bursts of noise stand out, but nothing in them is voiced.
  std::vector<float> bursts = noise(5, 0.001, 2);
  const std::vector<float> burst = noise(0.4, 0.2, 3);
  for (const double at : {1.0, 3.0}) {
    for (std::size_t i = 0; i < burst.size(); ++i) bursts[static_cast<std::size_t>(at * 16000) + i] += burst[i];
  }
  EXPECT_TRUE(listen(bursts).speech.empty());
}

TEST(Voice, EnvelopeHasRightPowerBandAndTime) {
  std::vector<float> samples(4 * media::kSpeechRate, 0.0F);
  for (std::size_t i = 2 * 16000; i < samples.size(); ++i) {  // 800 Hz from 2 s on: band 1
    samples[i] = static_cast<float>(0.2 * std::sin(2 * std::numbers::pi * 800 * static_cast<double>(i) / 16000));
  }
  const Voice voice = listen(samples, 10);
  ASSERT_GT(voice.envelope.size(), 390U);
  EXPECT_NEAR(voice.envelope.front().time_s, 10.016, 1e-9);
  EXPECT_NEAR(voice.envelope[1].time_s - voice.envelope[0].time_s, kHop_s, 1e-9);
  const VoicePoint& late = voice.envelope[300];
  EXPECT_NEAR(late.total, 0.02, 0.001);  // 0.2²/2
  EXPECT_NEAR(late.bands[1], late.total, 1e-4);
  const std::vector<double> grid = voice.sampled_db(11, 13);
  ASSERT_EQ(grid.size(), 200U);
  EXPECT_EQ(grid[90], -120);
  EXPECT_LT(grid[98], -25);  // the window reaches 16 ms to either side
  EXPECT_GT(grid[102], -18);
  EXPECT_NEAR(grid[150], -17, 0.2);
  EXPECT_TRUE(std::isnan(voice.sampled_db(0, 1)[50]));
}

TEST(Voice, JumpBeginsAfresh) {
  VoiceActivity activity;
  media::AudioBlock block;
  block.speech.assign(16000, 0.1F);
  activity.push(block);
  block.speech_time_s = 60;
  activity.push(block);
  const Voice voice = activity.finish();
  ASSERT_EQ(voice.envelope.size(), 2U * 97);
  EXPECT_LT(voice.envelope[96].time_s, 1);
  EXPECT_NEAR(voice.envelope[97].time_s, 60.016, 1e-9);
}

TEST(Voice, NothingHeardIsHarmless) {
  const Voice voice = VoiceActivity().finish();
  EXPECT_TRUE(voice.envelope.empty());
  EXPECT_EQ(voice.speech_fraction, 0);
  EXPECT_FALSE(voice.snr_db.has_value());
  EXPECT_TRUE(voice.sampled_db(1, 0).empty());
}

}  // namespace
}  // namespace bonafide::forensics::voice
