#include "media/dsp/sinc_resample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace bonafide::media {

namespace {

constexpr std::size_t kPhases = 256;  // linear between them: error below -90 dB
constexpr int kCrossings = 20;        // zero crossings of the sinc on each side

// Kaiser's window, beta 8: side lobes near -80 dB (Kaiser, IEEE ISCAS 1974).
double kaiser(double x) {  // x in -1…1
  if (std::abs(x) >= 1) return 0;
  constexpr double kBeta = 8.0;
  return std::cyl_bessel_i(0.0, kBeta * std::sqrt(1 - x * x)) / std::cyl_bessel_i(0.0, kBeta);
}

float dot(const float* a, const float* b, std::size_t count) {  // count is a multiple of 8
  std::array<float, 8> sums{};
  for (std::size_t i = 0; i < count; i += 8)
    for (std::size_t k = 0; k < 8; ++k) sums[k] += a[i + k] * b[i + k];
  return ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
}

}  // namespace

SincResampler::SincResampler(double ratio) : ratio_(std::isfinite(ratio) ? std::clamp(ratio, 1.0 / 64, 64.0) : 1) {
  const double cutoff = std::min(1.0, ratio_);  // of the input's Nyquist frequency
  const auto half = static_cast<std::size_t>(std::ceil(kCrossings / cutoff));
  taps_ = (2 * half + 7) / 8 * 8;
  table_.resize((kPhases + 1) * taps_);
  for (std::size_t phase = 0; phase <= kPhases; ++phase) {
    float* const row = table_.data() + phase * taps_;
    double sum = 0;
    for (std::size_t i = 0; i < taps_; ++i) {
      // tap i weighs the sample at offset i - (taps/2 - 1) from the whole position
      const double x = static_cast<double>(i) - static_cast<double>(taps_ / 2 - 1) -
                       static_cast<double>(phase) / static_cast<double>(kPhases);
      const double angle = std::numbers::pi * x * cutoff;
      const double sinc = std::abs(angle) < 1e-9 ? 1 : std::sin(angle) / angle;
      const double value = sinc * kaiser(x / (static_cast<double>(taps_) / 2));
      row[i] = static_cast<float>(value);
      sum += value;
    }
    for (std::size_t i = 0; i < taps_; ++i) row[i] = static_cast<float>(static_cast<double>(row[i]) / sum);
  }
  waiting_.assign(taps_ / 2 - 1, 0.0F);  // silence before the first sample
  first_ = -static_cast<std::int64_t>(waiting_.size());
}

void SincResampler::produce(std::vector<float>& out, std::int64_t limit) {
  const auto before = static_cast<std::int64_t>(taps_ / 2 - 1);
  for (; made_ < limit; ++made_) {
    const double position = static_cast<double>(made_) / ratio_;
    const auto whole = static_cast<std::int64_t>(std::floor(position));
    const std::int64_t begin = whole - before - first_;
    if (begin + static_cast<std::int64_t>(taps_) > static_cast<std::int64_t>(waiting_.size())) break;
    const double phase = (position - static_cast<double>(whole)) * static_cast<double>(kPhases);
    const auto row = std::min(static_cast<std::size_t>(phase), kPhases - 1);
    const auto part = static_cast<float>(phase - static_cast<double>(row));
    const float* const samples = waiting_.data() + begin;
    const float low = dot(table_.data() + row * taps_, samples, taps_);
    const float high = dot(table_.data() + (row + 1) * taps_, samples, taps_);
    out.push_back(low + part * (high - low));
  }
  const auto next = static_cast<std::int64_t>(std::floor(static_cast<double>(made_) / ratio_)) - before - first_;
  const auto drop = std::clamp<std::int64_t>(next, 0, static_cast<std::int64_t>(waiting_.size()));
  waiting_.erase(waiting_.begin(), waiting_.begin() + drop);
  first_ += drop;
}

void SincResampler::push(std::span<const float> samples, std::vector<float>& out) {
  constexpr std::size_t kStep = 16384;  // so that a huge block does not double the memory
  while (!samples.empty()) {
    const auto step = samples.first(std::min(samples.size(), kStep));
    samples = samples.subspan(step.size());
    waiting_.insert(waiting_.end(), step.begin(), step.end());
    taken_ += static_cast<std::int64_t>(step.size());
    produce(out, std::llround(static_cast<double>(taken_) * ratio_));
  }
}

void SincResampler::finish(std::vector<float>& out) {
  waiting_.insert(waiting_.end(), taps_, 0.0F);
  produce(out, std::llround(static_cast<double>(taken_) * ratio_));
}

}  // namespace bonafide::media
