#include "media/dsp/block_fft.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <random>

namespace bonafide::media {
namespace {

TEST(BlockFft, EqualsTheDefinition) {
  for (const int size : {4, 16, 64, 256}) {
    const auto n = static_cast<std::size_t>(size);
    BlockFft fft(size);
    ASSERT_EQ(fft.size(), size);
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    std::vector<float> real(n), imaginary(n);
    for (std::size_t i = 0; i < n; ++i) {
      real[i] = normal(random);
      imaginary[i] = normal(random);
    }
    const std::vector<float> x = real, y = imaginary;
    fft.forward(real, imaginary);
    for (std::size_t k = 0; k < n; ++k) {
      std::complex<double> sum;
      for (std::size_t i = 0; i < n; ++i)
        sum += std::complex<double>(x[i], y[i]) *
               std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(k * i) / size);
      EXPECT_NEAR(real[k], sum.real(), 1e-4) << size;
      EXPECT_NEAR(imaginary[k], sum.imag(), 1e-4) << size;
    }
  }
}

TEST(BlockFft, ThereAndBack) {
  constexpr std::size_t kSize = 1024;
  BlockFft fft(kSize);
  std::vector<float> real(kSize), imaginary(kSize);
  for (std::size_t i = 0; i < kSize; ++i) {
    real[i] = std::sin(static_cast<float>(i) * 0.37F);
    imaginary[i] = std::cos(static_cast<float>(i * i) * 0.01F);
  }
  const std::vector<float> x = real, y = imaginary;
  fft.forward(real, imaginary);
  fft.inverse(real, imaginary);
  for (std::size_t i = 0; i < kSize; ++i) {
    EXPECT_NEAR(real[i] / kSize, x[i], 1e-6);
    EXPECT_NEAR(imaginary[i] / kSize, y[i], 1e-6);
  }
}

TEST(BlockFft, OtherSizesDoNothing) {
  for (const int size : {-4, 0, 1, 2, 8, 1000, 131072, 1 << 30}) EXPECT_EQ(BlockFft(size).size(), 0) << size;
  BlockFft fft(16);
  std::vector<float> real(8, 1.0F), imaginary(16, 1.0F);
  fft.forward(real, imaginary);
  EXPECT_EQ(real[1], 1.0F);
  EXPECT_EQ(imaginary[1], 1.0F);
}

}  // namespace
}  // namespace bonafide::media
