#include "media/dsp/fft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace bonafide::media {
namespace {

std::vector<float> random_values(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

TEST(Fft, IsTheSumItPromises) {
  constexpr int kSize = 24;
  const std::vector<float> values = random_values(kSize, 1);
  const Spectrum spectrum = fft_real(values);
  ASSERT_EQ(spectrum.size(), 13U);
  for (std::size_t k = 0; k < spectrum.size(); ++k) {
    std::complex<double> sum;
    for (std::size_t i = 0; i < kSize; ++i)
      sum +=
          static_cast<double>(values[i]) * std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(i * k) / kSize);
    EXPECT_NEAR(std::abs(sum - std::complex<double>(spectrum[k])), 0, 1e-4) << k;
  }
}

TEST(Fft, ThereAndBack) {
  for (const int n : {2, 6, 64, 1000}) {
    const std::vector<float> values = random_values(static_cast<std::size_t>(n), 2);
    const std::vector<float> again = ifft_real(fft_real(values), n);
    ASSERT_EQ(again.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(again[i], values[i], 1e-4);
  }
  const std::vector<float> plane = random_values(6 * 10, 3);
  const std::vector<float> again = ifft2_real(fft2_real(plane, 6, 10), 6, 10);
  for (std::size_t i = 0; i < plane.size(); ++i) EXPECT_NEAR(again[i], plane[i], 1e-4);
}

TEST(Fft, CorrelationFindsAShift) {
  constexpr int kRows = 8, kCols = 16;
  const std::vector<float> b = random_values(kRows * kCols, 4);
  std::vector<float> a(b.size());
  for (std::size_t y = 0; y < kRows; ++y)
    for (std::size_t x = 0; x < kCols; ++x) a[(y + 3) % kRows * kCols + (x + 5) % kCols] = b[y * kCols + x];
  const auto peaks = correlate2(fft2_real(a, kRows, kCols), fft2_real(b, kRows, kCols), kRows, kCols);
  EXPECT_EQ(std::max_element(peaks.begin(), peaks.end()) - peaks.begin(), 3 * kCols + 5);
}

TEST(Fft, RefusesOddSizes) {
  EXPECT_TRUE(fft_real(std::vector<float>(5)).empty());
  EXPECT_TRUE(fft_real({}).empty());
  EXPECT_TRUE(ifft_real(Spectrum(3), 8).empty());
}

}  // namespace
}  // namespace bonafide::media
