#include "provenance/mark/sound_slots.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace bonafide::provenance::mark {

namespace {

constexpr std::size_t kFrame = kSoundFrame;
constexpr std::size_t kHop = kSoundHop;
constexpr std::size_t kSlot = kSoundSlot;
constexpr std::size_t kNeeded = kSlot - kHop + kFrame;  // samples that a slot's windows see
constexpr float kNeper = 8.685889638F;                  // dB

// Limits of the ear. A gain of 1.5 dB is about what goes unnoticed in one band of noise or of changing sound (Zwicker
// and Fastl, Psychoacoustics, 7.1: level differences of 1 dB are just noticed); a steady tone is given half a decibel.
constexpr float kMostDb = 1.5F;
constexpr float kToneDb = 0.5F;
constexpr float kSpreadShare = 0.375F;  // of the band's usual movement
// Weak bands beside strong ones get more: energy to this power. Measured best of 0.1, 0.25, 0.4, 0.5 after AAC 64, Opus
// 16 and noise (November 2026, four clips).
constexpr float kLevelPower = -0.45F;
constexpr float kInaudible = 1e-6F;  // of the loudest band: codecs drop it
constexpr float kSilence = 1e-6F;    // summed power of a band's windows: 16-bit rounding is 1e-7
// Windows that overlap lose this much of the planned mark where its sign changes (measured).
constexpr double kOverlapGain = 1.55;

}  // namespace

std::size_t SlotMarker::flush_samples() { return kNeeded + kSlot; }

SlotMarker::SlotMarker(const MarkKey& key, const SoundMarkOptions& options, std::size_t channels)
    : layout_(key),
      energy_share_(kOverlapGain * std::pow(10.0, -options.signal_to_mark_db / 10)),
      fft_(kSoundFrame),
      window_(kFrame),
      in_(channels),
      tail_(channels, std::vector<float>(kHop)),
      pairs_((channels + 1) / 2),
      mid_real_(kFrame / 2 + 1),
      mid_imaginary_(kFrame / 2 + 1),
      real_(kFrame),
      imaginary_(kFrame) {
  for (std::size_t i = 0; i < kFrame; ++i)
    window_[i] = static_cast<float>(std::sin(std::numbers::pi * (static_cast<double>(i) + 0.5) / kFrame));
  for (auto& pair : pairs_) pair.fill({std::vector<float>(kFrame), std::vector<float>(kFrame)});
  for (int quarter = 0; quarter < kSoundQuarters; ++quarter)
    signs_[static_cast<std::size_t>(quarter)] = layout_.signs_of(options.id, quarter);
  spread_.fill(4.0F);
}

void SlotMarker::run(SoundMarker::Channels& mark) {
  while (in_[0].size() >= kNeeded) {
    analyse();
    choose();
    synthesise(mark);
    for (auto& channel : in_) channel.erase(channel.begin(), channel.begin() + kSoundSlot);
    ++slot_;
  }
}

void SlotMarker::transform(std::size_t pair, std::size_t frame) {
  Frame& into = pairs_[pair][frame];
  const float* const left = in_[2 * pair].data() + frame * kHop;
  const float* const right = 2 * pair + 1 < in_.size() ? in_[2 * pair + 1].data() + frame * kHop : nullptr;
  for (std::size_t i = 0; i < kFrame; ++i) {
    into.real[i] = left[i] * window_[i];
    into.imaginary[i] = right != nullptr ? right[i] * window_[i] : 0.0F;
  }
  fft_.forward(into.real, into.imaginary);
}

void SlotMarker::analyse() {
  total_ = 0;
  energy_.fill(0);
  for (std::size_t f = 0; f < kFrames; ++f) {
    for (std::size_t p = 0; p < pairs_.size(); ++p) transform(p, f);
    measure(f);
  }
  loudest_ = *std::max_element(energy_.begin(), energy_.end());
}

void SlotMarker::measure(std::size_t f) {
  std::fill(mid_real_.begin(), mid_real_.end(), 0.0F);
  std::fill(mid_imaginary_.begin(), mid_imaginary_.end(), 0.0F);
  for (const auto& pair : pairs_) {
    const Frame& z = pair[f];
    float all = 0;
    for (std::size_t k = 1; k < kFrame / 2; ++k) {
      const std::size_t n = kFrame - k;
      // the transforms of the two channels are (Z[k] + Z*[n])/2 and (Z[k] - Z*[n])/2i; this is their sum
      mid_real_[k] += 0.5F * (z.real[k] + z.real[n] + z.imaginary[k] + z.imaginary[n]);
      mid_imaginary_[k] += 0.5F * (z.imaginary[k] - z.imaginary[n] - z.real[k] + z.real[n]);
      all += z.real[k] * z.real[k] + z.imaginary[k] * z.imaginary[k] + z.real[n] * z.real[n] +
             z.imaginary[n] * z.imaginary[n];
    }
    total_ += static_cast<double>(0.5F * all);
  }
  const auto bands = sound_bands();
  for (std::size_t b = 0; b < bands.size(); ++b) {
    float mid = 0, energy = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(bands[b].count); ++i) {
      const std::size_t k = static_cast<std::size_t>(bands[b].first) + i;
      const std::size_t n = kFrame - k;
      mid += mid_real_[k] * mid_real_[k] + mid_imaginary_[k] * mid_imaginary_[k];
      for (const auto& pair : pairs_) {
        const Frame& z = pair[f];
        energy += z.real[k] * z.real[k] + z.imaginary[k] * z.imaginary[k] + z.real[n] * z.real[n] +
                  z.imaginary[n] * z.imaginary[n];
      }
    }
    mid_[b][f] = mid;
    energy_[b] += 0.5F * energy;
  }
}

/// What one band may get at most, and its share before the whole is brought to the allowed energy.
void SlotMarker::shape(std::size_t b, float deviation) {
  constexpr float kForget = 0.12F;  // about eight slots
  spread_[b] += kForget * (std::min(std::abs(deviation), 12.0F) - spread_[b]);
  cap_[b] = std::min(kMostDb, kToneDb + kSpreadShare * spread_[b]);
  if (energy_[b] < kSilence || energy_[b] < kInaudible * loudest_) cap_[b] = 0;
  want_[b] = std::pow(energy_[b] / (loudest_ + 1e-9F) + 1e-7F, kLevelPower);
}

/// The largest factor on `want_` for which the mark keeps within the allowed energy.
float SlotMarker::strength_within(double allowed) const {
  const std::size_t bands = sound_bands().size();
  float low = 0, high = 16;
  for (int i = 0; i < 12; ++i) {
    const float middle = 0.5F * (low + high);
    double spent = 0;
    for (std::size_t b = 0; b < bands; ++b) {
      const float gain = std::min(cap_[b], middle * want_[b]) / kNeper;
      spent += static_cast<double>(gain * gain * energy_[b]);
    }
    (spent > allowed ? high : low) = middle;
  }
  return low;
}

void SlotMarker::choose() {
  const std::size_t bands = sound_bands().size();
  const std::int64_t block = slot_ / kSoundSlots;
  const auto first = static_cast<std::size_t>(slot_ % kSoundSlots) * bands;
  if (first == 0) place_ = layout_.place_signs(block);
  std::array<float, kMostBands> change{};
  for (std::size_t b = 0; b < bands; ++b)
    change[b] = 0.5F * kNeper * std::log((mid_[b][0] + mid_[b][1] + 1e-9F) / (mid_[b][2] + mid_[b][3] + 1e-9F));
  for (std::size_t b = 0; b < bands; ++b) {
    const std::size_t from = b >= 4 ? b - 4 : 0, to = std::min(bands, b + 5);
    float mean = 0;
    for (std::size_t c = from; c < to; ++c) mean += change[c];
    shape(b, change[b] - mean / static_cast<float>(to - from));
  }
  const float strength = strength_within(total_ * energy_share_);
  const auto& signs = signs_[static_cast<std::size_t>(block % kSoundQuarters)];
  for (std::size_t b = 0; b < bands; ++b) {
    const float sign = signs[first + b] != 0 ? signs[first + b] : place_[first + b];
    gain_[b] = sign * std::min(cap_[b], strength * want_[b]);
  }
}

void SlotMarker::synthesise(SoundMarker::Channels& mark) {
  const std::size_t base = mark[0].size();
  for (std::size_t c = 0; c < mark.size(); ++c) {
    mark[c].resize(base + kSlot, 0.0F);
    std::copy(tail_[c].begin(), tail_[c].end(), mark[c].begin() + static_cast<std::ptrdiff_t>(base));
    std::fill(tail_[c].begin(), tail_[c].end(), 0.0F);
  }
  for (std::size_t p = 0; p < pairs_.size(); ++p)
    for (std::size_t f = 0; f < kFrames; ++f) add_frame(p, f, base, mark);
}

void SlotMarker::add_frame(std::size_t pair, std::size_t f, std::size_t base, SoundMarker::Channels& mark) {
  const Frame& frame = pairs_[pair][f];
  const auto bands = sound_bands();
  std::fill(real_.begin(), real_.end(), 0.0F);
  std::fill(imaginary_.begin(), imaginary_.end(), 0.0F);
  for (std::size_t b = 0; b < bands.size(); ++b) {
    if (gain_[b] == 0) continue;
    const float change = std::exp((f < kFrames / 2 ? gain_[b] : -gain_[b]) / kNeper) - 1.0F;
    for (std::size_t i = 0; i < static_cast<std::size_t>(bands[b].count); ++i) {
      const std::size_t k = static_cast<std::size_t>(bands[b].first) + i;
      for (const std::size_t n : {k, kFrame - k}) {
        real_[n] = change * frame.real[n];
        imaginary_[n] = change * frame.imaginary[n];
      }
    }
  }
  fft_.inverse(real_, imaginary_);
  for (std::size_t c = 2 * pair; c < std::min(mark.size(), 2 * pair + 2); ++c) {
    const std::vector<float>& from = c == 2 * pair ? real_ : imaginary_;
    const std::size_t at = f * kHop;
    const std::size_t here = std::min(kFrame, kSlot - at);
    for (std::size_t i = 0; i < here; ++i) mark[c][base + at + i] += from[i] * window_[i] / kSoundFrame;
    for (std::size_t i = here; i < kFrame; ++i) tail_[c][at + i - kSlot] += from[i] * window_[i] / kSoundFrame;
  }
}

}  // namespace bonafide::provenance::mark
