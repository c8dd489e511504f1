// Fourier transforms of whole arrays, in one and two dimensions, real values to half spectra and back. For streams of
// overlapping windows use stft.h.
#pragma once
#include <complex>
#include <span>
#include <vector>

namespace bonafide::media {

using Spectrum = std::vector<std::complex<float>>;

/// n real values -> n/2+1 coefficients, unscaled. n even, at least 2 (otherwise empty); products of 2, 3, 5 are quick.
Spectrum fft_real(std::span<const float> values);
/// Back to n values; fft_real's inverse (divides by n). `spectrum` has n/2+1 coefficients.
std::vector<float> ifft_real(std::span<const std::complex<float>> spectrum, int n);

/// rows × cols real values (row by row) -> rows × (cols/2+1) coefficients, unscaled; cols even.
Spectrum fft2_real(std::span<const float> values, int rows, int cols);
std::vector<float> ifft2_real(std::span<const std::complex<float>> spectrum, int rows, int cols);

/// Circular cross-correlation of two arrays of rows × cols from their half spectra: out[dy,dx] = Σ a[y+dy,x+dx]·b[y,x].
std::vector<float> correlate2(std::span<const std::complex<float>> a, std::span<const std::complex<float>> b, int rows,
                              int cols);

}  // namespace bonafide::media
