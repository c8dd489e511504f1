#include "media/dsp/stft.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>

namespace bonafide::media {

struct Stft::State {
  int size = 0;
  int hop = 0;
  std::vector<float> window;
  std::vector<float> waiting;  // samples of the next window, at most size + one push
  std::int64_t first = 0;
  cv::Mat1f in, out;
  std::vector<std::complex<float>> spectrum;
  std::vector<float> power;
};

Stft::Stft(int size, int hop) : state_(std::make_unique<State>()) {
  State& s = *state_;
  s.size = std::clamp(size, 16, 65536) & ~1;
  s.hop = std::clamp(hop, 1, s.size);
  s.window.resize(static_cast<std::size_t>(s.size));
  double energy = 0;
  for (int i = 0; i < s.size; ++i) {
    const double w = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * i / s.size);
    s.window[static_cast<std::size_t>(i)] = static_cast<float>(w);
    energy += w * w;
  }
  for (float& w : s.window) w = static_cast<float>(w / std::sqrt(energy));
  s.in = cv::Mat1f(1, s.size);
  s.spectrum.resize(static_cast<std::size_t>(s.size) / 2 + 1);
  s.power.resize(s.spectrum.size());
}

Stft::Stft(Stft&&) noexcept = default;
Stft& Stft::operator=(Stft&&) noexcept = default;
Stft::~Stft() = default;

int Stft::size() const { return state_->size; }
int Stft::hop() const { return state_->hop; }

void Stft::reset() {
  state_->waiting.clear();
  state_->first = 0;
}

void Stft::push(std::span<const float> samples, const OnSpectrum& on_spectrum) {
  push_complex(samples, [&](std::int64_t first, std::span<const std::complex<float>> spectrum) {
    std::vector<float>& power = state_->power;
    for (std::size_t k = 0; k < power.size(); ++k) power[k] = std::norm(spectrum[k]);
    on_spectrum(first, power);
  });
}

void Stft::push_complex(std::span<const float> samples, const OnComplex& on_spectrum) {
  State& s = *state_;
  const auto size = static_cast<std::size_t>(s.size);
  const auto hop = static_cast<std::size_t>(s.hop);
  while (!samples.empty()) {  // in steps, so that a huge block does not double the memory
    const auto step = samples.first(std::min(samples.size(), 16 * size));
    samples = samples.subspan(step.size());
    for (const float v : step) s.waiting.push_back(std::isfinite(v) ? v : 0.0F);
    std::size_t begin = 0;
    for (; begin + size <= s.waiting.size(); begin += hop) {
      for (std::size_t i = 0; i < size; ++i) s.in(0, static_cast<int>(i)) = s.waiting[begin + i] * s.window[i];
      cv::dft(s.in, s.out);  // packed: Re0, Re1, Im1, …, Re(n/2)
      const float* x = s.out[0];
      s.spectrum.front() = x[0];
      s.spectrum.back() = x[size - 1];
      for (std::size_t k = 1; k < size / 2; ++k) s.spectrum[k] = {x[2 * k - 1], x[2 * k]};
      on_spectrum(s.first, s.spectrum);
      s.first += s.hop;
    }
    s.waiting.erase(s.waiting.begin(), s.waiting.begin() + static_cast<std::ptrdiff_t>(begin));
  }
}

std::vector<float> autocorrelation(std::span<const float> power) {
  std::vector<float> lags(power.size(), 0.0F);
  if (power.size() < 2) return lags;
  const int size = static_cast<int>(power.size() - 1) * 2;
  cv::Mat1f packed(1, size, 0.0F);
  packed(0, 0) = power.front();
  packed(0, size - 1) = power.back();
  for (int k = 1; k < size / 2; ++k) packed(0, 2 * k - 1) = power[static_cast<std::size_t>(k)];
  cv::Mat1f out;
  cv::dft(packed, out, cv::DFT_INVERSE | cv::DFT_REAL_OUTPUT);
  const float zero = out(0, 0);
  if (!(zero > 0)) return lags;
  for (std::size_t i = 0; i < lags.size(); ++i) lags[i] = out(0, static_cast<int>(i)) / zero;
  return lags;
}

void SpectrumMean::add(std::span<const float> power, double floor) {
  const std::size_t n = std::min(power.size(), power_.size());
  for (std::size_t i = 0; i < n; ++i) {
    const double p = static_cast<double>(power[i]);
    power_[i] += p;
    log_power_[i] += std::log(p + floor);
  }
  ++count_;
}

void SpectrumMean::add(const SpectrumMean& other) {
  const std::size_t n = std::min(other.power_.size(), power_.size());
  for (std::size_t i = 0; i < n; ++i) {
    power_[i] += other.power_[i];
    log_power_[i] += other.log_power_[i];
  }
  count_ += other.count_;
}

namespace {
std::vector<double> divided(std::vector<double> sums, std::int64_t count) {
  for (double& v : sums) v /= static_cast<double>(std::max<std::int64_t>(count, 1));
  return sums;
}
}  // namespace

std::vector<double> SpectrumMean::power() const { return divided(power_, count_); }
std::vector<double> SpectrumMean::log_power() const { return divided(log_power_, count_); }

}  // namespace bonafide::media
