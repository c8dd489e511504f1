// Sample cycles: what repeats every few samples in the variance of a sound. Quantisation in a filter bank (MP3: 32
// samples; the MDCT of AAC and Vorbis: a power of two from 64 up) and networks that raise the rate by squeezing or by
// strided layers (2, 4, 8, 16) leave such cycles; microphones and good resamplers do not. Cyclostationarity of second
// order as in flutter_search.h, here at the scale of samples, after whitening in short windows.
#pragma once
#include <array>
#include <memory>
#include <span>
#include <vector>

namespace bonafide::media {

inline constexpr int kLongestCycle = 64;  ///< samples
inline constexpr std::size_t kCycleLines = kLongestCycle / 2;
inline constexpr std::array<int, 6> kCycles{2, 4, 8, 16, 32, 64};

struct CycleReport {
  /// -log10 of the probability that chance alone would show a cycle of kCycles[i] as strong, over all segments of the
  /// longest contiguous piece. Each counts the lines that no shorter cycle has: odd multiples of 1/kCycles[i].
  std::array<double, kCycles.size()> evidence{};
  double sounding_s = 0;     ///< of that piece, without silence
  std::size_t segments = 0;  ///< of 16,384 samples
  /// The energy at each place of the longest cycle over its mean, 64 values around 1: for showing.
  std::vector<double> swing;
};

/// Streaming; constant memory (under 1 MB). Not thread-safe.
class SampleCycles {
 public:
  explicit SampleCycles(int rate);
  SampleCycles(SampleCycles&&) noexcept;
  ~SampleCycles();
  void push(std::span<const float> samples);
  void restart();        ///< what follows is not contiguous
  CycleReport finish();  ///< call once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bonafide::media
