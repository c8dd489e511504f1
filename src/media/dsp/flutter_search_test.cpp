#include "media/dsp/flutter_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

namespace bonafide::media {
namespace {

// White noise whose loudness ripples by `depth` in pulses at `hz`, placed by the sample clock.
std::vector<float> rippled(double seconds, int rate, double hz, double depth, unsigned seed = 5) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, 0.05);
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double phase = std::fmod(static_cast<double>(i) * hz / rate, 1.0);
    samples[i] = static_cast<float>(normal(random) * (1 + depth * std::exp(-phase * 8)));
  }
  return samples;
}

std::vector<FlutterPassage> search(const std::vector<float>& samples, int rate, std::size_t block = 5000) {
  FlutterSearch search(rate);
  for (std::size_t i = 0; i < samples.size(); i += block) {
    search.push(std::span(samples).subspan(i, std::min(block, samples.size() - i)), static_cast<double>(i) / rate);
  }
  return search.finish();
}

FlutterScore strongest(const FlutterPassage& passage) {
  return *std::max_element(passage.scores.begin(), passage.scores.end(),
                           [](const FlutterScore& a, const FlutterScore& b) { return a.evidence() < b.evidence(); });
}

TEST(FlutterSearch, FindsARippleOfNoiseAtAnyRate) {
  for (const int rate : {16000, 22050, 24000, 44100, 48000}) {
    const auto passages = search(rippled(6, rate, 93.75, 0.3), rate);
    ASSERT_EQ(passages.size(), 1U);
    EXPECT_EQ(strongest(passages[0]).rate_hz, 93.75) << rate;
    EXPECT_GT(strongest(passages[0]).evidence(), 5) << rate;
  }
}

// 200 noises: the number that reach p = 10^-2 in any of eight rates must be about 200 · 8 · 10^-2 = 16 or fewer.
TEST(FlutterSearch, NoiseKeepsItsStatedChance) {
  int reached = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    for (const FlutterScore& score : search(rippled(2, 16000, 80, 0, seed), 16000).at(0).scores) {
      if (score.log10_p <= -2) ++reached;
    }
  }
  EXPECT_LE(reached, 30);
}

// What repeats at half the rate as well is a codec's frame, not a vocoder's.
TEST(FlutterSearch, HalfTheRateIsACodecs) {
  const auto passages = search(rippled(6, 44100, 44100.0 / 1024, 0.4), 44100);
  EXPECT_LT(strongest(passages.at(0)).evidence(), 3);
}

TEST(FlutterSearch, MainsAndOtherRatesAreNotFound) {
  for (const double hz : {50.0, 60.0, 71.3, 97.0}) {
    EXPECT_LT(strongest(search(rippled(6, 22050, hz, 0.3), 22050).at(0)).evidence(), 3) << hz;
  }
}

TEST(FlutterSearch, BlocksDoNotMatterAndBrokenSoundIsSilence) {
  const auto samples = rippled(5, 22050, 80, 0.2);
  const auto once = search(samples, 22050), again = search(samples, 22050, 77);
  ASSERT_EQ(once.size(), again.size());
  EXPECT_EQ(strongest(once[0]).log10_p, strongest(again[0]).log10_p);
  EXPECT_TRUE(search(rippled(1, 22050, 80, 0), 22050).empty());
  EXPECT_TRUE(search(rippled(5, 4000, 80, 0), 4000).empty());
  FlutterSearch broken(22050);
  broken.push(std::vector<float>(60000, std::numeric_limits<float>::quiet_NaN()), 0);
  EXPECT_TRUE(broken.finish().empty());
}

}  // namespace
}  // namespace bonafide::media
