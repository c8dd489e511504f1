#include "media/dsp/sinc_resample.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace bonafide::media {
namespace {

std::vector<float> tone(double hertz, double rate, std::size_t count) {
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; ++i)
    samples[i] = static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / rate + 0.3));
  return samples;
}

std::vector<float> resampled(const std::vector<float>& in, double ratio, std::size_t block) {
  SincResampler resampler(ratio);
  std::vector<float> out;
  for (std::size_t i = 0; i < in.size(); i += block)
    resampler.push(std::span(in).subspan(i, std::min(block, in.size() - i)), out);
  resampler.finish(out);
  return out;
}

TEST(SincResampler, TonesArriveWhereAndAsTheyWere) {
  for (const auto& [from, to] :
       {std::pair{48000.0, 44100.0}, {8000.0, 44100.0}, {44100.0, 16000.0}, {44100.0, 41999.3}}) {
    for (const double part : {0.01, 0.3, 0.85}) {
      const double hertz = part * std::min(from, to) / 2;
      const auto out = resampled(tone(hertz, from, 20000), to / from, 4096);
      ASSERT_EQ(out.size(), static_cast<std::size_t>(std::llround(20000 * to / from)));
      const auto want = tone(hertz, to, out.size());
      double worst = 0;
      for (std::size_t i = out.size() / 8; i < out.size() * 7 / 8; ++i)
        worst = std::max(worst, static_cast<double>(std::abs(out[i] - want[i])));
      EXPECT_LT(worst, 3e-4) << from << " to " << to << ", " << hertz << " Hz";
    }
  }
}

TEST(SincResampler, WhatTheLowerRateCannotHoldIsGone) {
  const auto out = resampled(tone(9500, 44100, 20000), 16000.0 / 44100, 20000);
  for (std::size_t i = out.size() / 8; i < out.size() * 7 / 8; ++i) EXPECT_LT(std::abs(out[i]), 3e-4F);
}

TEST(SincResampler, BlocksDoNotMatter) {
  const auto in = tone(1000, 44100, 5000);
  const auto whole = resampled(in, 0.9, 5000);
  EXPECT_EQ(resampled(in, 0.9, 1), whole);
  EXPECT_EQ(resampled(in, 0.9, 777), whole);
}

TEST(SincResampler, NothingAndNonsense) {
  EXPECT_TRUE(resampled({}, 2, 1).empty());
  EXPECT_EQ(SincResampler(0).ratio(), 1.0 / 64);
  EXPECT_EQ(SincResampler(std::nan("")).ratio(), 1);
}

}  // namespace
}  // namespace bonafide::media
