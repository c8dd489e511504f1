#include "provenance/mark/sound_bands.h"

#include <algorithm>
#include <cmath>

namespace bonafide::provenance::mark {

namespace {

constexpr int kWindow = 1024, kHop = 256;
constexpr double kLowest = 200, kOctaves = 5;  // Hz; to 6,400: below what low bit rates and telephones cut off

}  // namespace

SoundBands::SoundBands(double bin_s) : bin_s_(bin_s), stft_(kWindow, kHop) {
  for (int i = 0; i < stft_.bins(); ++i) {
    const double hertz = static_cast<double>(i) * kMapSoundRate / kWindow;
    const double band = hertz < kLowest ? -1 : std::log2(hertz / kLowest) / kOctaves * kSoundBands;
    band_of_.push_back(band >= 0 && band < kSoundBands ? static_cast<int>(band) : -1);
  }
}

void SoundBands::push(std::span<const float> samples, double seconds) {
  constexpr double kJoined = 0.01;  // seconds
  if (next_s_ < 0 || std::abs(seconds - next_s_) > kJoined) {
    stft_.reset();
    begin_s_ = seconds;
  }
  next_s_ = seconds + static_cast<double>(samples.size()) / kMapSoundRate;
  stft_.push(samples, [this](std::int64_t first, std::span<const float> power) { take(first, power); });
}

void SoundBands::take(std::int64_t first, std::span<const float> power) {
  constexpr double kMostBins = 2e7;
  const double bin =
      std::floor((begin_s_ + (static_cast<double>(first) + kWindow / 2.0) / kMapSoundRate) / bin_s_ + 1e-6);
  if (!(bin >= 0) || bin > kMostBins) return;
  const auto at = static_cast<std::size_t>(bin);
  if (at >= bins_.size()) bins_.resize(at + 1);
  std::array<float, kSoundBands> sum{};
  std::array<int, kSoundBands> count{};
  for (std::size_t i = 0; i < power.size(); ++i) {
    if (band_of_[i] < 0) continue;
    sum[static_cast<std::size_t>(band_of_[i])] += power[i];
    ++count[static_cast<std::size_t>(band_of_[i])];
  }
  for (std::size_t b = 0; b < sum.size(); ++b)
    bins_[at].sum[b] += sum[b] / static_cast<float>(std::max(count[b], 1));
  ++bins_[at].count;
}

double sound_level(double power) {
  constexpr double kLeast = 1e-10;
  return 10 * std::log10(std::max(power, kLeast));
}

SoundCode sound_code(const SoundPower& power) {
  SoundCode code{};
  for (std::size_t b = 0; b < code.size(); ++b) {
    const double level = power.count > 0 ? sound_level(static_cast<double>(power.sum[b]) / power.count) : -100;
    code[b] = static_cast<std::uint8_t>(std::clamp(std::lround(2 * (level + 100)), 0L, 255L));
  }
  return code;
}

}  // namespace bonafide::provenance::mark
