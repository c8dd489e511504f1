// Short-time spectra of pushed samples, in constant memory: everybody who looks at sound in frequency starts here.
#pragma once
#include <complex>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace bonafide::media {

/// Power spectra of overlapping Hann windows (periodic form). A spectrum has size/2+1 values; value k belongs to
/// k·rate/size Hz. Scaling: white noise of variance v gives v on average in every value; a sine of amplitude a in the
/// middle of a bin peaks at a²·size/6.
class Stft {
 public:
  /// `size` samples in a window (16…65536, even; powers of two are fastest), a new window every `hop` samples
  /// (1…size). Values outside are brought to the nearest allowed.
  Stft(int size, int hop);
  Stft(Stft&&) noexcept;
  Stft& operator=(Stft&&) noexcept;
  ~Stft();

  int size() const;
  int hop() const;
  int bins() const { return size() / 2 + 1; }

  /// `first`: index of the window's first sample, counted since the start or the last reset().
  using OnSpectrum = std::function<void(std::int64_t first, std::span<const float> power)>;
  /// Takes samples of any number and answers with every window that they complete. NaN and infinity count as 0.
  void push(std::span<const float> samples, const OnSpectrum& on_spectrum);

  /// The same with phases; the squared magnitudes are what push() gives. Phases refer to the window's first sample.
  using OnComplex = std::function<void(std::int64_t first, std::span<const std::complex<float>> spectrum)>;
  void push_complex(std::span<const float> samples, const OnComplex& on_spectrum);
  /// Forgets the unfinished window and counts from 0 again: what comes next is not contiguous.
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The autocorrelation of a window from its power spectrum (Wiener-Khinchin; circular): size/2+1 lags, scaled so that
/// lag 0 is 1; all 0 for silence.
std::vector<float> autocorrelation(std::span<const float> power);

/// Mean power and mean log power of many spectra.
class SpectrumMean {
 public:
  explicit SpectrumMean(int bins)
      : power_(static_cast<std::size_t>(bins)), log_power_(static_cast<std::size_t>(bins)) {}
  /// `floor` is added to every value before its logarithm is taken.
  void add(std::span<const float> power, double floor);
  void add(const SpectrumMean& other);
  std::int64_t count() const { return count_; }
  std::vector<double> power() const;      ///< linear
  std::vector<double> log_power() const;  ///< natural logarithm: favours weak lines that are always there

 private:
  std::vector<double> power_;
  std::vector<double> log_power_;
  std::int64_t count_ = 0;
};

}  // namespace bonafide::media
