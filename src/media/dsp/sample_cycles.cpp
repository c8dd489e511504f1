#include "media/dsp/sample_cycles.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

#include "media/dsp/block_fft.h"

namespace bonafide::media {

namespace {

constexpr std::size_t kWindow = 1024, kHop = 512;
constexpr std::size_t kSmooth = 7;  // bins to either side of the local level
constexpr double kLowest_hz = 1000;
constexpr double kOfNyquist = 0.93;
constexpr std::size_t kSegment = 16384;
constexpr std::size_t kLineStep = kSegment / kLongestCycle;  // bins
constexpr std::size_t kNear = 3, kFar = 60;                  // bins beside a line that stand for chance
constexpr double kClip = 0.99;                               // quantile of the energy that no sample exceeds
constexpr double kSilence = 1e-8;
// Rounding to 16 bits in a bin of the window (√384·2^-15/√12): empty bands stay empty, and what a codec leaves there
// below the last bit does not count.
constexpr float kFloor = 2e-4F;

// log10 of 1/P(G >= sum), G the sum of n exponential variables of mean 1.
double gamma_evidence(double sum, int n) {
  double term = 1, total = 1;
  for (int i = 1; i < n; ++i) total += term *= sum / i;
  return std::max(0.0, (sum - std::log(total)) / std::numbers::ln10);
}

}  // namespace

struct SampleCycles::State {
  int rate;
  BlockFft window_fft{static_cast<int>(kWindow)};
  BlockFft segment_fft{static_cast<int>(kSegment)};
  std::vector<float> hann;
  std::vector<float> input;   // samples not yet past by a whole hop
  std::vector<float> output;  // overlap-add of whitened windows; the first kHop are complete after each window
  std::vector<float> energy;  // of the segment being collected
  std::vector<bool> quiet;
  /// Sums over the segments of a contiguous piece. Line j-1: Σ e[n]·exp(-2πi·n·j/64), e the whitened sound's energy.
  struct Piece {
    std::size_t segments = 0;
    double sounding_s = 0;
    std::array<std::complex<double>, kCycleLines> lines{};
    std::array<double, kCycleLines> chance{};  // mean power of the frequencies next to each line
  };
  Piece now, longest;

  explicit State(int rate_hz) : rate(rate_hz), hann(kWindow), output(kWindow, 0.0F) {
    for (std::size_t i = 0; i < kWindow; ++i) {
      hann[i] = static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / kWindow));
    }
  }

  void whiten(std::span<const float> samples);
  void close_segment();
};

// One window: every bin divided by the mean magnitude of its neighbours, so that no part of the voice outweighs the
// rest.
void SampleCycles::State::whiten(std::span<const float> samples) {
  std::vector<float> real(kWindow), imaginary(kWindow, 0.0F);
  double power = 0;
  for (std::size_t i = 0; i < kWindow; ++i) {
    const float sample = std::isfinite(samples[i]) ? samples[i] : 0.0F;
    power += static_cast<double>(sample) * static_cast<double>(sample);
    real[i] = hann[i] * sample;
  }
  const bool sounds = power / kWindow >= kSilence;
  if (sounds) {
    window_fft.forward(real, imaginary);
    constexpr std::size_t bins = kWindow / 2 + 1;
    std::vector<double> sum(bins + 1, 0);
    for (std::size_t k = 0; k < bins; ++k) sum[k + 1] = sum[k] + static_cast<double>(std::hypot(real[k], imaginary[k]));
    const auto low = static_cast<std::size_t>(std::ceil(kLowest_hz * kWindow / rate));
    const auto high = static_cast<std::size_t>(kOfNyquist * kWindow / 2);
    for (std::size_t k = 0; k < bins; ++k) {
      const std::size_t from = k > kSmooth ? k - kSmooth : 0, to = std::min(bins, k + kSmooth + 1);
      const auto level = static_cast<float>((sum[to] - sum[from]) / static_cast<double>(to - from));
      const float gain = k >= low && k <= high ? 1 / (level + kFloor) : 0.0F;
      real[k] *= gain;
      imaginary[k] *= gain;
      if (k > 0 && k < kWindow / 2) {
        real[kWindow - k] = real[k];
        imaginary[kWindow - k] = -imaginary[k];
      }
    }
    window_fft.inverse(real, imaginary);
  } else {
    std::fill(real.begin(), real.end(), 0.0F);
  }
  for (std::size_t i = 0; i < kWindow; ++i) output[i] += hann[i] * real[i];
  for (std::size_t i = 0; i < kHop; ++i) {
    energy.push_back(output[i] * output[i]);
    quiet.push_back(!sounds);
    if (energy.size() == kSegment) close_segment();
  }
  std::copy(output.begin() + kHop, output.end(), output.begin());
  std::fill(output.end() - kHop, output.end(), 0.0F);
}

void SampleCycles::State::close_segment() {
  const auto silent = static_cast<std::size_t>(std::count(quiet.begin(), quiet.end(), true));
  if (silent < kSegment / 2) {
    ++now.segments;
    now.sounding_s += static_cast<double>(kSegment - silent) / rate;
    std::vector<float> sorted = energy;
    const auto top = sorted.begin() + static_cast<std::ptrdiff_t>(kClip * kSegment);
    std::nth_element(sorted.begin(), top, sorted.end());
    const float most = *top;
    double mean = 0;
    for (float& e : energy) mean += static_cast<double>(e = std::min(e, most));
    mean = std::max(mean / kSegment, 1e-12);
    std::vector<float> imaginary(kSegment, 0.0F);
    for (float& e : energy) e = static_cast<float>(static_cast<double>(e) / mean - 1);
    segment_fft.forward(energy, imaginary);
    // The place of n = 0 in this segment is a multiple of 64, so phases run on from segment to segment.
    for (std::size_t j = 1; j <= kCycleLines; ++j) {
      const std::size_t bin = j * kLineStep;
      now.lines[j - 1] += std::complex<double>(static_cast<double>(energy[bin]), static_cast<double>(imaginary[bin]));
      double power = 0;
      int count = 0;
      for (std::size_t d = kNear; d <= kFar; ++d) {
        for (const std::size_t k : {bin - d, bin + d}) {
          power += static_cast<double>(energy[k]) * static_cast<double>(energy[k]) +
                   static_cast<double>(imaginary[k]) * static_cast<double>(imaginary[k]);
          ++count;
        }
      }
      now.chance[j - 1] += power / count;
    }
  }
  energy.clear();
  quiet.clear();
}

SampleCycles::SampleCycles(int rate) : state_(std::make_unique<State>(std::max(rate, 1))) {}
SampleCycles::SampleCycles(SampleCycles&&) noexcept = default;
SampleCycles::~SampleCycles() = default;

void SampleCycles::push(std::span<const float> samples) {
  State& s = *state_;
  if (s.rate < 7000) return;
  s.input.insert(s.input.end(), samples.begin(), samples.end());
  std::size_t used = 0;
  for (; s.input.size() - used >= kWindow; used += kHop) s.whiten(std::span(s.input).subspan(used, kWindow));
  s.input.erase(s.input.begin(), s.input.begin() + static_cast<std::ptrdiff_t>(used));
}

void SampleCycles::restart() {
  State& s = *state_;
  s.input.clear();
  s.energy.clear();
  s.quiet.clear();
  std::fill(s.output.begin(), s.output.end(), 0.0F);
  if (s.now.segments > s.longest.segments) s.longest = s.now;
  s.now = {};
}

CycleReport SampleCycles::finish() {
  restart();
  const State::Piece& piece = state_->longest;
  CycleReport report{.evidence = {}, .sounding_s = piece.sounding_s, .segments = piece.segments, .swing = {}};
  for (std::size_t i = 0; i < kCycles.size(); ++i) {
    double total = 0;
    int count = 0;
    const auto step = static_cast<std::size_t>(kLongestCycle / kCycles[i]);
    for (std::size_t j = step; j <= kCycleLines; j += 2 * step) {
      if (piece.chance[j - 1] <= 0) continue;
      // At half the rate the transform is real: its power has one degree of freedom and twice the mean.
      total += std::norm(piece.lines[j - 1]) / piece.chance[j - 1] / (j == kCycleLines ? 2 : 1);
      ++count;
    }
    report.evidence[i] = count > 0 ? gamma_evidence(total, count) : 0;
  }
  if (piece.segments == 0) return report;
  const double samples = static_cast<double>(piece.segments * kSegment);
  for (int n = 0; n < kLongestCycle; ++n) {
    double value = 1;
    for (std::size_t j = 1; j <= kCycleLines; ++j) {
      const double angle = 2 * std::numbers::pi * static_cast<double>(j) * n / kLongestCycle;
      value += (j == kCycleLines ? 1 : 2) * (piece.lines[j - 1] * std::polar(1.0, angle)).real() / samples;
    }
    report.swing.push_back(value);
  }
  return report;
}

}  // namespace bonafide::media
