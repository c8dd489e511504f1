// A Fourier transform planned once for many blocks of one size: for streams, where fft.h would plan each anew.
#pragma once
#include <span>
#include <vector>

namespace bonafide::media {

/// Complex transforms of 4…65536 values, a power of four (otherwise size() is 0 and nothing is done). Real and
/// imaginary parts stand in arrays of their own, so that compilers make SIMD of the loops; results do not depend on it.
/// Two real signals x and y go through at once as x + iy. Not shared between threads.
class BlockFft {
 public:
  explicit BlockFft(int size);
  int size() const { return size_; }

  /// In place, unscaled: X[k] = Σ x[n]·exp(-2πikn/size).
  void forward(std::span<float> real, std::span<float> imaginary);
  /// In place, unscaled: forward and inverse give size times the values.
  void inverse(std::span<float> real, std::span<float> imaginary) { forward(imaginary, real); }

 private:
  int size_ = 0;
  std::vector<float> cosine_, sine_;  // of 2πk/size
  std::vector<float> real_, imaginary_;
};

}  // namespace bonafide::media
