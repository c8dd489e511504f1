#include "media/dsp/stft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <random>

namespace bonafide::media {
namespace {

std::vector<float> tone(double frequency, double amplitude, std::size_t count) {
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; ++i) {
    samples[i] = static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * frequency * static_cast<double>(i)));
  }
  return samples;
}

TEST(Stft, SineAndNoiseHaveTheStatedPower) {
  Stft stft(1024, 256);
  double peak = 0;
  stft.push(tone(100.0 / 1024, 0.5, 4096), [&](std::int64_t, std::span<const float> p) {
    peak = static_cast<double>(p[100]);
    EXPECT_LT(p[110], 1e-6);
  });
  EXPECT_NEAR(peak, 0.25 * 1024 / 6, 0.1);

  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 0.3F);
  std::vector<float> noise(1 << 17);
  for (float& v : noise) v = normal(random);
  SpectrumMean sum(stft.bins());
  stft.reset();
  stft.push(noise, [&](std::int64_t, std::span<const float> p) { sum.add(p, 1e-14); });
  const std::vector<double> power = sum.power();
  double all = 0;
  for (std::size_t k = 2; k + 2 < power.size(); ++k) all += power[k];
  EXPECT_NEAR(all / static_cast<double>(power.size() - 4), 0.09, 0.002);
  EXPECT_EQ(sum.count(), (static_cast<std::int64_t>(noise.size()) - 1024) / 256 + 1);
}

TEST(Stft, SameAnswersWhateverTheBlocks) {
  const std::vector<float> samples = tone(0.037, 0.7, 20000);
  std::vector<std::vector<float>> at_once, in_pieces;
  std::vector<std::int64_t> firsts;
  Stft a(512, 200);
  a.push(samples, [&](std::int64_t, std::span<const float> p) { at_once.emplace_back(p.begin(), p.end()); });
  Stft b(512, 200);
  std::size_t step = 1;
  for (std::size_t i = 0; i < samples.size(); i += step, step = step * 7 % 1999) {
    b.push(std::span(samples).subspan(i, std::min(step, samples.size() - i)),
           [&](std::int64_t first, std::span<const float> p) {
             firsts.push_back(first);
             in_pieces.emplace_back(p.begin(), p.end());
           });
  }
  EXPECT_EQ(at_once, in_pieces);
  ASSERT_GT(firsts.size(), 3U);
  EXPECT_EQ(firsts[3], 600);
}

TEST(Stft, BrokenSamplesDoNotSpread) {
  std::vector<float> samples(2048, 0.0F);
  samples[7] = std::numeric_limits<float>::quiet_NaN();
  samples[9] = std::numeric_limits<float>::infinity();
  Stft(1024, 512).push(samples, [](std::int64_t, std::span<const float> p) {
    for (const float v : p) EXPECT_EQ(v, 0.0F);
  });
}

TEST(Stft, AutocorrelationPeaksAtThePeriod) {
  std::vector<float> lags;
  Stft(1024, 1024).push(tone(1.0 / 64, 1, 1024), [&](std::int64_t, std::span<const float> p) {
    lags = autocorrelation(p);
  });
  ASSERT_EQ(lags.size(), 513U);
  EXPECT_NEAR(lags[0], 1, 1e-5);
  EXPECT_GT(lags[64], 0.9);
  EXPECT_LT(lags[32], -0.9);
  EXPECT_EQ(autocorrelation(std::vector<float>(9, 0.0F))[0], 0.0F);
}

}  // namespace
}  // namespace bonafide::media
