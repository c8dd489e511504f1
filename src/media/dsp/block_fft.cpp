#include "media/dsp/block_fft.h"

#include <cmath>
#include <numbers>

namespace bonafide::media {

BlockFft::BlockFft(int size) {
  int power = 4;
  while (power < size && power < 65536) power *= 4;
  if (power != size) return;
  size_ = size;
  const auto n = static_cast<std::size_t>(size);
  cosine_.resize(n);
  sine_.resize(n);
  for (std::size_t k = 0; k < n; ++k) {
    const double angle = 2 * std::numbers::pi * static_cast<double>(k) / size;
    cosine_[k] = static_cast<float>(std::cos(angle));
    sine_[k] = static_cast<float>(std::sin(angle));
  }
  real_.resize(n);
  imaginary_.resize(n);
}

namespace {

struct Parts {
  const float* real;
  const float* imaginary;
};

/// One butterfly of Stockham's radix-4 step (decimation in frequency) for `stride` neighbours with the same factors.
void butterflies(const Parts& in, std::size_t quarter, float* real, float* imaginary, std::size_t stride,
                 const float (&w)[6]) {
  for (std::size_t q = 0; q < stride; ++q) {
    const float ar = in.real[q], ai = in.imaginary[q];
    const float br = in.real[q + quarter], bi = in.imaginary[q + quarter];
    const float cr = in.real[q + 2 * quarter], ci = in.imaginary[q + 2 * quarter];
    const float dr = in.real[q + 3 * quarter], di = in.imaginary[q + 3 * quarter];
    const float acr = ar + cr, aci = ai + ci, amr = ar - cr, ami = ai - ci;
    const float bdr = br + dr, bdi = bi + di, bmr = br - dr, bmi = bi - di;
    real[q] = acr + bdr;
    imaginary[q] = aci + bdi;
    const float xr = amr + bmi, xi = ami - bmr;  // a - c - i(b - d)
    real[q + stride] = xr * w[0] + xi * w[1];
    imaginary[q + stride] = xi * w[0] - xr * w[1];
    const float yr = acr - bdr, yi = aci - bdi;
    real[q + 2 * stride] = yr * w[2] + yi * w[3];
    imaginary[q + 2 * stride] = yi * w[2] - yr * w[3];
    const float zr = amr - bmi, zi = ami + bmr;
    real[q + 3 * stride] = zr * w[4] + zi * w[5];
    imaginary[q + 3 * stride] = zi * w[4] - zr * w[5];
  }
}

}  // namespace

void BlockFft::forward(std::span<float> real, std::span<float> imaginary) {
  const auto n = static_cast<std::size_t>(size_);
  if (size_ == 0 || real.size() != n || imaginary.size() != n) return;
  float* from_real = real.data();
  float* from_imaginary = imaginary.data();
  float* to_real = real_.data();
  float* to_imaginary = imaginary_.data();
  for (std::size_t length = n, stride = 1; length > 1; length /= 4, stride *= 4) {
    const std::size_t groups = length / 4;
    for (std::size_t p = 0; p < groups; ++p) {
      const std::size_t k = p * stride;  // factors exp(-2πi·k·{1,2,3}/n)
      const float w[6] = {cosine_[k], sine_[k], cosine_[2 * k], sine_[2 * k], cosine_[3 * k], sine_[3 * k]};
      butterflies({from_real + stride * p, from_imaginary + stride * p}, stride * groups, to_real + stride * 4 * p,
                  to_imaginary + stride * 4 * p, stride, w);
    }
    std::swap(from_real, to_real);
    std::swap(from_imaginary, to_imaginary);
  }
  if (from_real == real.data()) return;
  for (std::size_t i = 0; i < n; ++i) {
    real[i] = from_real[i];
    imaginary[i] = from_imaginary[i];
  }
}

}  // namespace bonafide::media
