#include "media/dsp/fft.h"

#include <algorithm>
#include <opencv2/core.hpp>

namespace bonafide::media {

namespace {

std::size_t size_of(int rows, int cols) { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols); }

bool fits(std::size_t values, int rows, int cols) {
  return rows >= 1 && cols >= 2 && cols % 2 == 0 && values == size_of(rows, cols);
}

}  // namespace

Spectrum fft2_real(std::span<const float> values, int rows, int cols) {
  if (!fits(values.size(), rows, cols)) return {};
  const cv::Mat1f in(rows, cols, const_cast<float*>(values.data()));  // OpenCV has no const view; it is only read
  cv::Mat2f out;
  cv::dft(in, out, cv::DFT_COMPLEX_OUTPUT);
  const int half = cols / 2 + 1;
  Spectrum spectrum;
  spectrum.reserve(size_of(rows, half));
  for (int y = 0; y < rows; ++y)
    for (int x = 0; x < half; ++x) spectrum.emplace_back(out(y, x)[0], out(y, x)[1]);
  return spectrum;
}

std::vector<float> ifft2_real(std::span<const std::complex<float>> spectrum, int rows, int cols) {
  const int half = cols / 2 + 1;
  if (!fits(size_of(rows, cols), rows, cols) || spectrum.size() != size_of(rows, half)) return {};
  cv::Mat2f in(rows, cols);
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < cols; ++x) {  // the other half of a real array's spectrum: conjugate at minus the frequency
      const bool given = x < half;
      const int from_y = given ? y : (rows - y) % rows;
      const auto value = spectrum[size_of(from_y, half) + static_cast<std::size_t>(given ? x : cols - x)];
      in(y, x) = {value.real(), given ? value.imag() : -value.imag()};
    }
  }
  std::vector<float> values(size_of(rows, cols));
  cv::Mat1f out(rows, cols, values.data());
  cv::dft(in, out, cv::DFT_INVERSE | cv::DFT_SCALE | cv::DFT_REAL_OUTPUT);
  return values;
}

Spectrum fft_real(std::span<const float> values) { return fft2_real(values, 1, static_cast<int>(values.size())); }

std::vector<float> ifft_real(std::span<const std::complex<float>> spectrum, int n) {
  return ifft2_real(spectrum, 1, n);
}

std::vector<float> correlate2(std::span<const std::complex<float>> a, std::span<const std::complex<float>> b, int rows,
                              int cols) {
  if (a.size() != b.size()) return {};
  Spectrum product(a.size());
  std::transform(a.begin(), a.end(), b.begin(), product.begin(),
                 [](std::complex<float> x, std::complex<float> y) { return x * std::conj(y); });
  return ifft2_real(product, rows, cols);
}

}  // namespace bonafide::media
