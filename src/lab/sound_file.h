// Whole sounds in memory, for the ladder and for forgeries: short recordings, bounded.
#pragma once
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"

namespace bonafide::lab {

inline constexpr double kLongestSound_s = 600;

struct Sound {
  int rate = 0;
  std::vector<std::vector<float>> channels;  ///< [channel][sample], -1…1
  std::size_t length() const { return channels.empty() ? 0 : channels.front().size(); }
};

/// At its own rate, all channels; `limit` when longer than kLongestSound_s.
Result<Sound> read_sound(const std::string& path, const Context& context);
/// The mean of its channels at 16 kHz.
Result<Sound> read_speech(const std::string& path, const Context& context);

/// 16 bits, as WAV; `comment` goes into the file's INFO list (and is left out when empty).
Result<void> write_wav(const std::string& path, const Sound& sound, const std::string& comment);

}  // namespace bonafide::lab
