// AudioBlock: a stretch of sound, decoded and resampled once for everybody.
#pragma once
#include <cstdint>
#include <vector>

namespace bonafide::media {

inline constexpr int kSpeechRate = 16000;  ///< Hz, the common rate of all speech detectors

struct AudioBlock {
  double time_s = 0;                       ///< of native sample 0, on the file's clock (same zero as Frame::time_s)
  int rate = 0;                            ///< Hz, of `native`
  std::vector<std::vector<float>> native;  ///< [channel][sample], -1…1
  double speech_time_s = 0;                ///< of `speech` sample 0, on the same clock
  std::vector<float> speech;               ///< mono mean of the channels at kSpeechRate
};

}  // namespace bonafide::media
