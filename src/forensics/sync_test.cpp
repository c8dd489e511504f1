#include "forensics/sync.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <random>

#include "support/faces.h"

namespace bonafide::forensics::sync {
namespace {

std::vector<double> wave(double frequency_hz, std::size_t n) {
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    values[i] = std::sin(2 * std::numbers::pi * frequency_hz * static_cast<double>(i) / kRate);
  }
  return values;
}

double middle_amplitude(const std::vector<double>& values) {
  double most = 0;
  for (std::size_t i = values.size() / 4; i < values.size() * 3 / 4; ++i) most = std::max(most, std::abs(values[i]));
  return most;
}

// Noise with the rhythm of speech: about 1 to 8 Hz.
std::vector<double> rhythm(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<double> values(n);
  for (double& v : values) v = normal(random);
  return syllable_band(values);
}

// A mouth that opens with `opening`, and a sound whose formants swell with `loudness`, `late` points later. `loudness`
// begins kMaxLag points before the picture.
Stretch stretch(const std::vector<double>& opening, const std::vector<double>& loudness, int late, double noise,
                unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, noise);
  Stretch made{.begin_s = 10, .mouth = {}, .sound = {}};
  for (const double o : opening) {
    made.mouth.push_back(
        {0.05 + 0.1 * o + normal(random), 0.3 + 0.1 * o + normal(random), 0.9 + 0.1 * o + normal(random), 0.6});
  }
  for (int i = 0; i < static_cast<int>(opening.size()) + 2 * kMaxLag; ++i) {
    const int from = i - late;
    const bool inside = from >= 0 && from < static_cast<int>(loudness.size());
    const double level = inside ? -30 + 5 * loudness[static_cast<std::size_t>(from)] : -30;
    made.sound.push_back({-30, level, level, -40});
  }
  return made;
}

Stretch related(std::size_t n, int late, double noise, unsigned seed) {
  const std::vector<double> all = rhythm(n + 2 * kMaxLag, seed);
  return stretch({all.begin() + kMaxLag, all.end() - kMaxLag}, all, late, noise, seed + 1000);
}

TEST(Sync, FilterKeepsSyllablesOnly) {
  constexpr std::size_t kN = 500;
  EXPECT_LT(middle_amplitude(syllable_band(std::vector<double>(kN, 7.0))), 1e-9);
  const double at4 = middle_amplitude(syllable_band(wave(4, kN)));
  EXPECT_NEAR(at4, 2, 0.15);  // square root of 4 Hz
  EXPECT_NEAR(middle_amplitude(syllable_band(wave(2.25, kN))), 1.5, 0.15);
  EXPECT_LT(middle_amplitude(syllable_band(wave(0.25, kN))), 0.03 * at4);
  EXPECT_LT(middle_amplitude(syllable_band(wave(14, kN))), 0.05 * at4);
}

TEST(Sync, FilterKeepsTimeAndLength) {
  std::vector<double> click(301, 0.0);
  click[150] = 1;
  const std::vector<double> out = syllable_band(click);
  ASSERT_EQ(out.size(), click.size());
  for (std::size_t k = 1; k <= 150; ++k) {
    EXPECT_NEAR(out[150 - k], out[150 + k], 1e-12);
    EXPECT_LT(out[150 - k], out[150]);
  }
  EXPECT_TRUE(syllable_band({}).empty());
  EXPECT_EQ(syllable_band(std::vector<double>{3.0}).size(), 1U);
  EXPECT_EQ(syllable_band(std::vector<double>{3.0, 4.0, 5.0}).size(), 3U);
}

TEST(Sync, FindsTheDelay) {
  for (const int late : {-40, -10, 0, 6, 15, 45}) {
    const Comparison comparison({related(500, late, 0.05, 7)});
    const Agreement agreement = comparison.over(std::vector<TimeSpan>{{0, 100}});
    EXPECT_NEAR(agreement.seconds, 10, 0.05);
    const Peak peak = find_peak(agreement);
    EXPECT_NEAR(peak.lag_s, late / kRate, 0.015) << late;
    EXPECT_LT(peak.low_s, late / kRate);
    EXPECT_GT(peak.high_s, late / kRate);
    EXPECT_GT(peak.z, 5);
    EXPECT_GT(peak.r, 0.5);
    EXPECT_LT(log10_chance(peak.z, 2), -4);
  }
}

TEST(Sync, LooksOnlyWhereAsked) {
  Stretch good = related(500, 5, 0.05, 8), bad = related(500, 5, 0.05, 9);
  bad.begin_s = 40;
  bad.sound = related(500, 5, 0.05, 10).sound;
  const Comparison comparison({good, bad});
  EXPECT_GT(find_peak(comparison.over(std::vector<TimeSpan>{{10, 20}})).z, 5);
  EXPECT_LT(find_peak(comparison.over(std::vector<TimeSpan>{{40, 50}})).z, 4);
  EXPECT_DOUBLE_EQ(comparison.over(std::vector<TimeSpan>{{25, 35}}).seconds, 0);
  const Peak early = find_peak(comparison.over(std::vector<TimeSpan>{{10, 20}}), -1, -0.2);
  EXPECT_LE(early.lag_s, -0.19);
  EXPECT_LT(early.z, 4);
}

// The odds are right: of pairs that have nothing to do with each other, about one in a hundred reaches p = 0.01.
TEST(Sync, ChanceIsWhatItSays) {
  int below_tenth = 0, below_hundredth = 0;
  constexpr int kPairs = 400;
  for (unsigned seed = 0; seed < kPairs; ++seed) {
    Stretch pair = related(300, 0, 0.02, 2 * seed + 1);
    pair.sound = related(300, 0, 0.02, 2 * seed + 2).sound;
    const Agreement agreement = Comparison({pair}).over(std::vector<TimeSpan>{{0, 100}});
    const double p = log10_chance(find_peak(agreement).z, 2);
    below_tenth += p < -1;
    below_hundredth += p < -2;
  }
  EXPECT_GE(below_tenth, 2);  // not absurdly timid
  EXPECT_LE(below_tenth, 60);
  EXPECT_LE(below_hundredth, 11);  // P(Binomial(400, 0.01) > 11) = 0.001
}

TEST(Sync, NothingHeardIsNoEvidence) {
  Stretch deaf = related(300, 0, 0.02, 3);
  for (SoundBands& bands : deaf.sound) bands.fill(std::numeric_limits<double>::quiet_NaN());
  const Agreement agreement = Comparison({deaf}).over(std::vector<TimeSpan>{{0, 100}});
  EXPECT_DOUBLE_EQ(agreement.seconds, 0);
  EXPECT_DOUBLE_EQ(find_peak(agreement).z, 0);

  Stretch still = related(300, 0, 0.02, 3);
  for (MouthShape& shape : still.mouth) shape = {0.05, 0.3, 0.9, 0.6};
  const Comparison comparison({still});
  EXPECT_DOUBLE_EQ(comparison.mouth_activity(), 0);
  EXPECT_DOUBLE_EQ(find_peak(comparison.over(std::vector<TimeSpan>{{0, 100}})).z, 0);
  EXPECT_DOUBLE_EQ(Comparison({}).over(std::vector<TimeSpan>{{0, 100}}).seconds, 0);
}

TEST(Sync, OneSlippedLandmarkDoesNotDecide) {
  Stretch slipped = related(500, 5, 0.03, 11);
  slipped.mouth[250] = {3, 5, 9, 4};
  const Peak peak = find_peak(Comparison({slipped}).over(std::vector<TimeSpan>{{0, 100}}));
  EXPECT_NEAR(peak.lag_s, 0.1, 0.02);
  EXPECT_GT(peak.z, 4.5);
}

TEST(Sync, MouthShapeIsMeasuredInEyeDistances) {
  const MouthShape closed = mouth_shape(testing::made_face(100, 100, 80, 0.3F, 0.3F, 0.02F));
  const MouthShape open = mouth_shape(testing::made_face(300, 50, 240, 0.3F, 0.3F, 0.2F, 0.4F));
  EXPECT_NEAR(closed[0], 0.02, 0.01);
  EXPECT_NEAR(open[0], 0.2, 0.01);
  EXPECT_NEAR(open[3], closed[3], 0.01);
  EXPECT_NEAR(open[2], closed[2], 0.01);
  EXPECT_EQ(mouth_shape(face::Landmarks{}), MouthShape{});
}

}  // namespace
}  // namespace bonafide::forensics::sync
