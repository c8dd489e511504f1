#include "media/dsp/comb_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace bonafide::media {
namespace {

std::vector<float> noise(double seconds, int rate) {
  std::mt19937 random(9);
  std::normal_distribution<double> normal(0, 0.05);
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (float& s : samples) s = static_cast<float>(normal(random));
  return samples;
}

std::vector<CombPassage> search(const std::vector<float>& samples, int rate, std::size_t block = 5000) {
  CombSearch search(rate);
  for (std::size_t i = 0; i < samples.size(); i += block) {
    search.push(std::span(samples).subspan(i, std::min(block, samples.size() - i)), static_cast<double>(i) / rate);
  }
  return search.finish();
}

CombScore strongest(const CombPassage& passage) {
  return *std::max_element(passage.scores.begin(), passage.scores.end(),
                           [](const CombScore& a, const CombScore& b) { return a.z() < b.z(); });
}

TEST(CombSearch, FindsPulsesAtAnyRateByTheirSpacing) {
  for (const int rate : {16000, 22050, 24000, 44100, 48000}) {
    std::vector<float> samples = noise(8, rate);
    // Pulses every 1/93.75 s, placed on the nearest sample: jitter as after resampling.
    for (double t = 0; t < 8; t += 1 / 93.75) {
      const auto at = static_cast<std::size_t>(std::lround(t * rate));
      if (at < samples.size()) samples[at] += 0.2F;
    }
    const std::vector<CombPassage> passages = search(samples, rate);
    ASSERT_EQ(passages.size(), 1U);
    const CombScore best = strongest(passages[0]);
    EXPECT_NEAR(CombSearch::combs()[best.comb].spacing_hz, 93.75, 1e-9) << rate;
    EXPECT_GT(best.z(), 6) << rate;
    EXPECT_LT(passages[0].tonal, 0.08);
  }
}

TEST(CombSearch, NoiseHasNoCombAndBlocksDoNotMatter) {
  const std::vector<float> samples = noise(10, 22050);
  const std::vector<CombPassage> passages = search(samples, 22050);
  ASSERT_EQ(passages.size(), 1U);
  for (const CombScore& score : passages[0].scores) EXPECT_LT(std::abs(score.z()), 5);
  const std::vector<CombPassage> again = search(samples, 22050, 777);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(strongest(again[0]).z(), strongest(passages[0]).z());
}

// A buffer of 64 samples at 44.1 kHz, as sound cards have: its spacing is 8 × 86.13 Hz and must not count.
TEST(CombSearch, LeavesOutSoundCardBuffers) {
  std::vector<float> samples = noise(8, 44100);
  for (std::size_t i = 0; i < samples.size(); i += 64) samples[i] += 0.1F;
  const std::vector<CombPassage> passages = search(samples, 44100);
  ASSERT_EQ(passages.size(), 1U);
  EXPECT_LT(strongest(passages[0]).z(), 5);
}

TEST(CombSearch, LongSoundComesInPassagesAndShortInNone) {
  EXPECT_EQ(search(noise(125, 8000), 8000).size(), 3U);
  EXPECT_TRUE(search(noise(0.9, 8000), 8000).empty());
  EXPECT_TRUE(search(noise(5, 4000), 4000).empty());
  CombSearch broken(22050);
  broken.push(std::vector<float>(60000, std::numeric_limits<float>::quiet_NaN()), 0);
  EXPECT_TRUE(broken.finish().empty());
}

}  // namespace
}  // namespace bonafide::media
