#include "media/dsp/sample_cycles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace bonafide::media {
namespace {

// Noise whose variance rises in the first quarter of each `cycle` samples.
std::vector<float> cycling(std::size_t count, int cycle, double depth, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, 0.05);
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; ++i) {
    const bool high = static_cast<int>(i % static_cast<std::size_t>(cycle)) < std::max(1, cycle / 4);
    samples[i] = static_cast<float>(normal(random) * (high ? 1 + depth : 1));
  }
  return samples;
}

CycleReport report(const std::vector<float>& samples, int rate = 22050, std::size_t block = 5000) {
  SampleCycles cycles(rate);
  for (std::size_t i = 0; i < samples.size(); i += block) {
    cycles.push(std::span(samples).subspan(i, std::min(block, samples.size() - i)));
  }
  return cycles.finish();
}

TEST(SampleCycles, NamesTheCycle) {
  for (std::size_t i = 0; i < kCycles.size(); ++i) {
    const CycleReport found = report(cycling(150000, kCycles[i], 0.3));
    EXPECT_GT(found.evidence[i], 8) << kCycles[i];
    for (std::size_t longer = i + 1; longer < kCycles.size(); ++longer) {
      EXPECT_LT(found.evidence[longer], 4) << kCycles[i] << " " << kCycles[longer];
    }
  }
}

// 60 noises × 6 cycles: about 3.6 reach 10^-2 by chance.
TEST(SampleCycles, NoiseKeepsItsStatedChance) {
  int reached = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    for (const double evidence : report(cycling(60000, 2, 0, seed)).evidence) reached += evidence >= 2 ? 1 : 0;
  }
  EXPECT_LE(reached, 11);
}

TEST(SampleCycles, BlocksDoNotMatterAndBrokenSoundIsSilence) {
  const auto samples = cycling(100000, 8, 0.3);
  EXPECT_EQ(report(samples).evidence, report(samples, 22050, 77).evidence);
  EXPECT_EQ(report({}).segments, 0U);
  EXPECT_EQ(report(std::vector<float>(60000, std::numeric_limits<float>::quiet_NaN())).segments, 0U);
  EXPECT_EQ(report(cycling(100000, 8, 0.3), 4000).segments, 0U);
}

// Two pieces on different grids would cancel if they were added up.
TEST(SampleCycles, PiecesAreNotJoined) {
  const auto samples = cycling(150000, 4, 0.3);
  SampleCycles cycles(22050);
  cycles.push(samples);
  cycles.restart();
  cycles.push(std::span(samples).subspan(2));
  const CycleReport found = cycles.finish();
  EXPECT_GT(found.evidence[1], 8);
  EXPECT_EQ(found.segments, 9U);
  ASSERT_EQ(found.swing.size(), 64U);
  EXPECT_GT(found.swing[0], found.swing[2] + 0.1);
}

}  // namespace
}  // namespace bonafide::media
