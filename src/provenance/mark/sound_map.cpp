#include "provenance/mark/sound_map.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace bonafide::provenance::mark {

namespace {

constexpr std::size_t kLook = 7;    // steps that one value looks at: three for each half and one between them
constexpr std::size_t kReach = 32;  // steps each side (0.19 s) over which a band's usual movement is measured
constexpr std::size_t kNear = 4;    // bands each side that say what the whole sound does
constexpr float kMostDb = 12.0F;
constexpr float kLeastDb = 0.3F;
constexpr float kClip = 1.2F;  // of the usual movement: outliers count no more (measured best of 1.1, 1.2, 1.5, 2, 3)
constexpr float kSilence = 3e-7F;  // 16-bit rounding is a tenth of this
constexpr float kFloor = 1e-9F;

}  // namespace

SoundSpectra::SoundSpectra()
    : fft_(kSoundFrame),
      window_(kSoundFrame),
      real_(kSoundFrame),
      imaginary_(kSoundFrame),
      first_(kBins),
      second_(kBins) {
  for (std::size_t i = 0; i < window_.size(); ++i)
    window_[i] =
        static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * (static_cast<double>(i) + 0.5) / kSoundFrame));
}

void SoundSpectra::push(std::span<const float> samples, const OnSpectrum& on_spectrum) {
  constexpr std::size_t kStep = 1 << 15;
  while (!samples.empty()) {
    const auto step = samples.first(std::min(samples.size(), kStep));
    samples = samples.subspan(step.size());
    waiting_.insert(waiting_.end(), step.begin(), step.end());
    std::size_t begin = 0;
    for (; begin + kSoundFrame + kSoundStep <= waiting_.size(); begin += 2 * kSoundStep) {
      for (std::size_t i = 0; i < window_.size(); ++i) {  // two windows as one complex signal
        real_[i] = waiting_[begin + i] * window_[i];
        imaginary_[i] = waiting_[begin + kSoundStep + i] * window_[i];
      }
      fft_.forward(real_, imaginary_);
      for (std::size_t k = 1; k + 1 < kBins; ++k) {
        const std::size_t n = kSoundFrame - k;
        const float xr = real_[k] + real_[n], xi = imaginary_[k] - imaginary_[n];
        const float yr = imaginary_[k] + imaginary_[n], yi = real_[n] - real_[k];
        first_[k] = 0.25F * (xr * xr + xi * xi);
        second_[k] = 0.25F * (yr * yr + yi * yi);
      }
      on_spectrum(first_);
      on_spectrum(second_);
    }
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(begin));
  }
}

SoundMap::SoundMap(const SoundWarp& warp) : warp_(warp), bands_(sound_bands().size()) {
  for (const SoundBand& band : sound_bands()) edges_.push_back(static_cast<float>(band.first * warp.speed));
  const SoundBand& last = sound_bands().back();
  edges_.push_back(static_cast<float>((last.first + last.count) * warp.speed));
}

/// Powers summed up from bin 0 and read between bins: a bin's power is spread evenly around its middle.
void SoundMap::push(std::span<const float> power) {
  before_.swap(after_);
  after_.assign(edges_.size(), 0.0F);
  float sum = 0;
  std::size_t k = 0;
  for (std::size_t e = 0; e < edges_.size(); ++e) {
    const auto whole = std::min(static_cast<std::size_t>(edges_[e]), power.size() - 1);
    for (; k < whole; ++k) sum += power[k];
    after_[e] = sum + (edges_[e] - static_cast<float>(whole)) * power[whole];
    if (e == 0) {  // differences are all that counts: keep the numbers small
      after_[e] -= sum;
      sum = 0;
    }
  }
  if (before_.empty()) before_ = after_;
  const double pace = 1 / (warp_.speed * warp_.tempo);  // steps of the sound for one of the marked one
  for (; static_cast<double>(made_) * pace <= static_cast<double>(spectra_); ++made_) {
    const double at = static_cast<double>(made_) * pace - static_cast<double>(spectra_ - 1);
    add_levels(before_, after_, static_cast<float>(std::clamp(at, 0.0, 1.0)));
  }
  ++spectra_;
}

void SoundMap::add_levels(std::span<const float> before, std::span<const float> after, float part) {
  for (std::size_t b = 0; b < bands_; ++b) {
    const float old = before[b + 1] - before[b], now = after[b + 1] - after[b];
    levels_.push_back(std::max(old + part * (now - old), 0.0F) + kFloor);
  }
  if (levels_.size() < kLook * bands_) return;
  differ();
  levels_.erase(levels_.begin(), levels_.begin() + static_cast<std::ptrdiff_t>(bands_));
  constexpr std::size_t kTogether = 256;  // settled at a time, so that moving what stays costs nothing
  const std::size_t known = changes_.size() / bands_;
  if (known >= 2 * kReach + kTogether) settle(known - kReach);
}

void SoundMap::differ() {
  const auto level = [&](std::size_t step, std::size_t b) { return levels_[step * bands_ + b]; };
  const std::size_t row = changes_.size();
  std::vector<float> change(bands_), bounded(bands_ + 1, 0.0F);
  for (std::size_t b = 0; b < bands_; ++b) {
    const float first = level(0, b) + level(1, b) + level(2, b), second = level(4, b) + level(5, b) + level(6, b);
    change[b] = 4.342944819F * std::log(first / second);
    bounded[b + 1] = bounded[b] + std::clamp(change[b], -kMostDb, kMostDb);
  }
  changes_.resize(row + bands_);
  sizes_.resize(row + bands_);
  for (std::size_t b = 0; b < bands_; ++b) {
    const std::size_t from = b >= kNear ? b - kNear : 0, to = std::min(bands_, b + kNear + 1);
    const float deviation = change[b] - (bounded[to] - bounded[from]) / static_cast<float>(to - from);
    const bool silent = level(1, b) + level(5, b) < 2 * kSilence;
    sizes_[row + b] = std::min(std::abs(deviation), kMostDb);
    changes_[row + b] = silent ? 0.0F : deviation;
  }
}

/// Values of the first `ready` rows that have none yet, each compared with the mean size within kReach.
void SoundMap::settle(std::size_t ready) {
  const std::size_t known = changes_.size() / bands_;
  const std::size_t done = rows() - base_;
  std::vector<double> sums(bands_, 0.0);
  std::size_t low = done >= kReach ? done - kReach : 0, high = low;
  for (std::size_t j = done; j < ready; ++j) {
    for (; high < known && high <= j + kReach; ++high)
      for (std::size_t b = 0; b < bands_; ++b) sums[b] += static_cast<double>(sizes_[high * bands_ + b]);
    for (; low + kReach < j; ++low)
      for (std::size_t b = 0; b < bands_; ++b) sums[b] -= static_cast<double>(sizes_[low * bands_ + b]);
    const auto count = static_cast<float>(high - low);
    for (std::size_t b = 0; b < bands_; ++b) {
      const float usual = 1.25F * static_cast<float>(sums[b]) / count + kLeastDb;  // mean size to deviation
      const float value = std::clamp(changes_[j * bands_ + b] / usual, -kClip, kClip);
      values_.push_back(static_cast<std::int8_t>(std::lrint(value * kUnit)));
    }
  }
  const std::size_t drop = ready >= kReach ? ready - kReach : 0;
  const auto count = static_cast<std::ptrdiff_t>(drop * bands_);
  changes_.erase(changes_.begin(), changes_.begin() + count);
  sizes_.erase(sizes_.begin(), sizes_.begin() + count);
  base_ += drop;
}

void SoundMap::finish() { settle(changes_.size() / bands_); }

}  // namespace bonafide::provenance::mark
