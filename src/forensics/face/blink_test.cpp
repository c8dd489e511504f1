#include "forensics/face/blink.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bonafide::forensics::face {
namespace {

struct MadeBlink {
  double time, depth;  ///< depth of the right and left eye alike unless told otherwise
  double right = 1, left = 1;
  double late = 0;  ///< seconds by which the left eye follows
};

// Lids close in 0.08 s and open in 0.16 s (half depth: 0.12 s); hash noise of the given size.
std::vector<EyeSample> curve(double seconds, double fps, const std::vector<MadeBlink>& blinks, double noise = 0.005) {
  auto shape = [](double t) { return t < 0 ? std::max(0.0, 1 + t / 0.08) : std::max(0.0, 1 - t / 0.16); };
  std::vector<EyeSample> out;
  unsigned state = 12345;
  auto rough = [&] {
    state = state * 1664525U + 1013904223U;
    return noise * 1.7 * (static_cast<double>(state >> 8) / 8388608.0 - 1);
  };
  for (int i = 0; i < static_cast<int>(seconds * fps); ++i) {
    const double t = i / fps;
    double right = 0.3, left = 0.3;
    for (const MadeBlink& b : blinks) {
      right -= 0.3 * b.depth * b.right * shape(t - b.time);
      left -= 0.3 * b.depth * b.left * shape(t - b.time - b.late);
    }
    out.push_back({t, static_cast<float>(right + rough()), static_cast<float>(left + rough()), true});
  }
  return out;
}

TEST(Blink, FindsEveryBlinkAtFilmAndTelevisionRates) {
  for (const double fps : {20.0, 24.0, 25.0, 30.0, 50.0, 60.0, 120.0}) {
    std::vector<MadeBlink> made;
    for (int i = 0; i < 10; ++i) made.push_back({2.03 + 3.17 * i, i % 2 == 0 ? 0.5 : 0.35});
    const BlinkCurve found = find_blinks(curve(36, fps, made));
    ASSERT_EQ(found.blinks.size(), made.size()) << fps;
    for (std::size_t i = 0; i < made.size(); ++i) {
      EXPECT_NEAR(found.blinks[i].closest_s, made[i].time, 0.6 / fps + 0.005) << fps;
      EXPECT_NEAR(found.blinks[i].length_s(), 0.12, 0.05) << fps;
      EXPECT_NEAR(found.blinks[i].depth, made[i].depth, 0.16) << fps;
      EXPECT_FALSE(found.blinks[i].one_eye);
    }
    EXPECT_NEAR(found.usable_s, 36, 0.1);
    EXPECT_NEAR(found.open_level, 0.3, 0.01);
  }
}

TEST(Blink, NoiseGlancesAndSquintsAreNone) {
  std::vector<EyeSample> samples = curve(30, 25, {}, 0.008);
  EXPECT_TRUE(find_blinks(samples).blinks.empty());
  EXPECT_NEAR(find_blinks(samples).noise, 0.008 / 0.3 / std::sqrt(2.0), 0.006);
  for (EyeSample& s : samples) {
    // Looking down from 5 s to 8 s in a tenth of a second, and a smile that narrows the eyes slowly.
    if (s.time_s > 5 && s.time_s < 8) s.right -= 0.12F, s.left -= 0.12F;
    if (s.time_s > 15) {
      const auto squint = static_cast<float>(0.1 * std::pow(std::sin((s.time_s - 15) / 2), 2));
      s.right -= squint, s.left -= squint;
    }
  }
  const BlinkCurve found = find_blinks(samples);
  EXPECT_TRUE(found.blinks.empty());
  ASSERT_EQ(found.long_closures.size(), 1U);
  EXPECT_NEAR(found.long_closures[0].begin_s, 5, 0.1);
  EXPECT_NEAR(found.long_closures[0].end_s, 8, 0.1);
}

TEST(Blink, PartialOneEyedAndLateOnesAreTold) {
  const BlinkCurve found = find_blinks(curve(12, 50, {{2, 0.25}, {5, 0.6, 1, 0.1}, {8, 0.5, 1, 1, 0.04}}, 0.002));
  ASSERT_EQ(found.blinks.size(), 3U);
  EXPECT_TRUE(found.blinks[0].partial);
  EXPECT_FALSE(found.blinks[0].one_eye);
  EXPECT_TRUE(found.blinks[1].one_eye);
  EXPECT_FALSE(found.blinks[2].partial);
  EXPECT_NEAR(found.blinks[2].lag_s, 0.04, 0.01);
  EXPECT_NEAR(found.blinks[0].lag_s, 0, 0.01);
}

TEST(Blink, ADoubleBlinkIsTwoAndAStumbleInOneIsOne) {
  EXPECT_EQ(find_blinks(curve(6, 30, {{2, 0.5}, {2.4, 0.5}})).blinks.size(), 2U);
  std::vector<EyeSample> stumble = curve(6, 30, {});
  for (EyeSample& s : stumble)
    if (s.time_s > 2 && s.time_s < 2.3 && !(s.time_s > 2.12 && s.time_s < 2.18)) s.right = s.left = 0.15F;
  EXPECT_EQ(find_blinks(stumble).blinks.size(), 1U);
}

TEST(Blink, UnusableStretchesEndRunsAndHideBlinks) {
  std::vector<EyeSample> samples = curve(20, 25, {{3, 0.5}, {10, 0.5}, {17, 0.5}});
  for (EyeSample& s : samples) s.usable = s.time_s < 8 || s.time_s > 12;
  const BlinkCurve found = find_blinks(samples);
  EXPECT_EQ(found.blinks.size(), 2U);
  EXPECT_EQ(found.runs.size(), 2U);
  EXPECT_NEAR(found.usable_s, 16, 0.2);
}

TEST(Blink, NothingAndNonsense) {
  EXPECT_EQ(find_blinks({}).usable_s, 0);
  std::vector<EyeSample> samples(100);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = {static_cast<double>(i) * 0.04, NAN, 0.3F, true};
  EXPECT_EQ(find_blinks(samples).usable_s, 0);
  for (auto& s : samples) s.right = s.left = 0;
  EXPECT_TRUE(find_blinks(samples).blinks.empty());
  for (auto& s : samples) s.time_s = 1;
  EXPECT_EQ(find_blinks(samples).usable_s, 0);
}

TEST(Blink, TailsAreThoseOfTheNegativeBinomial) {
  // (1 + 11.69 T / 120)^-2 for no blink at all.
  EXPECT_NEAR(blink_tails(0, 60).few, std::pow(1 + 11.69 / 2, -2), 1e-9);
  EXPECT_NEAR(blink_tails(0, 60).many, 1, 1e-12);
  for (const int n : {1, 5, 40}) {
    const BlinkTails here = blink_tails(n, 90), before = blink_tails(n - 1, 90);
    EXPECT_NEAR(here.many, 1 - before.few, 1e-9);
    EXPECT_GT(here.few, before.few);
  }
  EXPECT_GT(blink_tails(2, 53).few, 0.05);  // a genuine webcam clip of the dev set
  EXPECT_LT(blink_tails(0, 200).few, 0.005);
  EXPECT_LT(blink_tails(100, 60).many, 1e-4);
  EXPECT_EQ(blink_tails(3, 0).few, 1);
}

}  // namespace
}  // namespace bonafide::forensics::face
