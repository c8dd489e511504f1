// How loud sixteen bands of a sound are in time. Private to this room.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "media/dsp/stft.h"
#include "provenance/mark/clip_map.h"

namespace bonafide::provenance::mark {

inline constexpr double kSoundFine = kHeardSlot / 4;  ///< seconds: what a suspect is measured in

/// Mean power over a bin of time.
struct SoundPower {
  std::array<float, kSoundBands> sum{};
  int count = 0;
};

/// Pushed samples summed up in bins of `bin_s` from 0 on, by the middle of each window of 64 ms.
class SoundBands {
 public:
  explicit SoundBands(double bin_s);
  /// Mono at kMapSoundRate. What is missing between two calls is not bridged.
  void push(std::span<const float> samples, double seconds);
  const std::vector<SoundPower>& bins() const { return bins_; }

 private:
  void take(std::int64_t first, std::span<const float> power);

  double bin_s_;
  media::Stft stft_;
  std::vector<int> band_of_;  ///< by value of the spectrum; -1: none
  double begin_s_ = 0;        ///< of the sample counted as 0
  double next_s_ = -1;        ///< where the next sample is expected; below 0: nothing came yet
  std::vector<SoundPower> bins_;
};

/// dB of a mean power; nothing measured is -100.
double sound_level(double power);
SoundCode sound_code(const SoundPower& power);

}  // namespace bonafide::provenance::mark
