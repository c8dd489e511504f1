#include "media/dsp/band_meter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <random>

namespace bonafide::media {
namespace {

std::vector<float> noise(std::size_t count, double deviation, double offset = 0) {
  std::mt19937 random(3);
  std::normal_distribution<double> normal(offset, deviation);
  std::vector<float> samples(count);
  for (float& s : samples) s = static_cast<float>(normal(random));
  return samples;
}

BandReport report_of(std::vector<float> samples, int rate) {
  BandMeter meter(rate);
  meter.push({std::move(samples)}, 0);
  return meter.finish();
}

TEST(BandMeter, NoiseFillsTheBand) {
  const BandReport report = report_of(noise(160000, 0.1, 0.02), 16000);
  EXPECT_NEAR(report.examined_s, 10, 1e-6);
  EXPECT_GT(report.top_hz, 7900);
  EXPECT_FALSE(report.edge.has_value());
  EXPECT_NEAR(report.dc, 0.02, 0.002);
  EXPECT_TRUE(report.changes.empty());
  EXPECT_EQ(report.zero_s, 0);
  EXPECT_NEAR(report.level_db[512], -20, 2);
}

TEST(BandMeter, CountsBitsReallyUsed) {
  std::vector<float> samples = noise(20000, 0.1);
  for (float& s : samples) s = std::nearbyint(s * 128) / 128;
  EXPECT_EQ(report_of(samples, 16000).bits, 8);
  samples[777] += 1.0F / 32768;
  EXPECT_EQ(report_of(samples, 16000).bits, 16);
  samples[778] += 0.3F / 8388608;
  EXPECT_FALSE(report_of(samples, 16000).bits.has_value());
}

TEST(BandMeter, FindsZerosAndClipping) {
  std::vector<float> samples = noise(48000, 0.1);
  std::fill(samples.begin() + 16000, samples.begin() + 24000, 0.0F);
  std::fill(samples.begin() + 30000, samples.begin() + 30005, 1.0F);
  const BandReport report = report_of(samples, 16000);
  ASSERT_EQ(report.zero_runs.size(), 1U);
  EXPECT_NEAR(report.zero_runs[0].begin_s, 1.0, 1e-3);
  EXPECT_NEAR(report.zero_runs[0].end_s, 1.5, 1e-3);
  EXPECT_EQ(report.clipped_runs, 1);
  EXPECT_EQ(report.peak, 1);
}

TEST(BandMeter, SurvivesNonsense) {
  EXPECT_EQ(BandMeter(0).finish().examined_s, 0);
  BandMeter meter(1);
  meter.push({{1, 2, 3}, {}}, 0);
  meter.push({std::vector<float>(5000, std::numeric_limits<float>::infinity())}, 1e12);
  meter.push({}, -5);
  EXPECT_FALSE(meter.finish().edge.has_value());
  const BandReport report = report_of(std::vector<float>(5000, std::numeric_limits<float>::quiet_NaN()), 8000);
  EXPECT_EQ(report.sounding_s, 0);
}

}  // namespace
}  // namespace bonafide::media
