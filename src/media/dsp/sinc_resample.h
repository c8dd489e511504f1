// Changing a stream's sampling rate by any ratio, in constant memory: windowed sinc without delay, so that output
// sample n is the signal at input position n/ratio exactly.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bonafide::media {

class SincResampler {
 public:
  /// `ratio` = output rate / input rate, brought to 1/64…64. Flat to 0.90 of the lower Nyquist frequency; aliases below
  /// -80 dB from 1.1 of it on.
  explicit SincResampler(double ratio);

  double ratio() const { return ratio_; }
  /// Takes samples of any number and appends what they complete to `out`.
  void push(std::span<const float> samples, std::vector<float>& out);
  /// The signal has ended (zeros follow): appends the rest. In all, round(input·ratio) samples came out.
  void finish(std::vector<float>& out);

 private:
  void produce(std::vector<float>& out, std::int64_t limit);

  double ratio_ = 1;
  std::size_t taps_ = 0;
  std::vector<float> table_;    // phases + 1 rows of taps
  std::vector<float> waiting_;  // input from index first_ on
  std::int64_t first_ = 0, taken_ = 0, made_ = 0;
};

}  // namespace bonafide::media
