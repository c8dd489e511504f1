#include "media/dsp/flutter_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <numeric>

#include "media/dsp/fft.h"
#include "media/dsp/statistics.h"
#include "media/dsp/stft.h"

namespace bonafide::media {

namespace {

// The frame rates of published vocoders, as in comb_search.cpp; those on 50 or 60 Hz cannot be told from mains.
constexpr std::array<double, 8> kRates{22050.0 / 256, 24000.0 / 256, 24000.0 / 300, 16000.0 / 256,
                                       22050.0 / 275, 24000.0 / 320, 22050.0 / 300, 22050.0 / 200};
constexpr int kMultiples = 7;  // above, the short window smooths the ripple away
constexpr int kLeftOut = 4;    // sound-card buffers lie on every fourth: see comb_search.cpp

// Chosen on media/train among 19 layouts by detections at 1 % false alarms (docs/methods/audio.hop_flutter.md).
constexpr double kWindow_s = 0.0029;
constexpr double kStep_s = 0.00073;
constexpr double kBand_hz = 500;
constexpr int kFirstBand = 2, kLastBand = 21;  // 1…11 kHz
constexpr double kOfRate = 0.48;
constexpr double kTrend_s = 0.02;  // slower changes are the voice's own
constexpr double kAround_hz = 12;
constexpr double kLoading = 0.1;  // of the mean power, on the covariance's diagonal

constexpr std::size_t kPassageFrames = 32768;
constexpr double kLeast_s = 1.5;
constexpr double kSilence = 1e-8;  // mean power of a window, -80 dB re full scale
constexpr float kFloor = 1e-10F;

using Complex = std::complex<double>;

bool near_mains(double hz) {
  for (const double mains : {50.0, 60.0}) {
    if (std::abs(hz - std::round(hz / mains) * mains) < 0.7) return true;
  }
  return false;
}

// An even window near `wanted` whose transform is quick.
int quick_size(double wanted) {
  for (int size = std::max(16, static_cast<int>(std::lround(wanted / 2)) * 2);; size += 2) {
    int rest = size;
    for (const int prime : {2, 3, 5}) {
      while (rest % prime == 0) rest /= prime;
    }
    if (rest == 1) return size;
  }
}

// log10 P(G >= sum) for the sum of n exponential variables of mean 1.
double log10_gamma_tail(double sum, int n) {
  double term = 1, total = 1;
  for (int i = 1; i < n; ++i) total += term *= sum / i;
  return std::min(0.0, (std::log(total) - sum) / std::numbers::ln10);
}

// Solves S·x = c for every column c by Cholesky's L·Lᴴ = S and returns |L⁻¹c|² = cᴴS⁻¹c. S is Hermitian, positive.
class Whitener {
 public:
  explicit Whitener(std::vector<Complex> matrix, std::size_t n) : l_(std::move(matrix)), n_(n) {
    for (std::size_t j = 0; j < n_; ++j) {
      for (std::size_t i = j; i < n_; ++i) {
        Complex sum = l_[i * n_ + j];
        for (std::size_t k = 0; k < j; ++k) sum -= l_[i * n_ + k] * std::conj(l_[j * n_ + k]);
        l_[i * n_ + j] = i == j ? Complex(std::sqrt(std::max(sum.real(), 1e-30))) : sum / l_[j * n_ + j].real();
      }
    }
  }
  double squared_length(std::vector<Complex>& c) const {
    double total = 0;
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t k = 0; k < i; ++k) c[i] -= l_[i * n_ + k] * c[k];
      c[i] /= l_[i * n_ + i].real();
      total += std::norm(c[i]);
    }
    return total;
  }

 private:
  std::vector<Complex> l_;
  std::size_t n_;
};

}  // namespace

double FlutterScore::evidence() const { return std::max(0.0, log10_p_between - log10_p); }

struct FlutterSearch::State {
  int rate;
  Stft windows;
  double frame_hz;
  std::size_t bands = 0;
  std::vector<std::size_t> band_of;  // per bin; `bands` for those outside
  std::vector<float> bins_of_band;
  std::vector<std::vector<float>> level;  // [band][frame], mean log power; NaN in silence
  std::size_t sounding = 0;
  double all_sounding_s = 0;
  bool running = false;
  double begin_s = 0;
  std::size_t frames_before = 0;  // of this contiguous piece, in earlier passages
  std::vector<FlutterPassage> done;

  explicit State(int rate_hz)
      : rate(rate_hz),
        windows(quick_size(kWindow_s * rate_hz), std::max(1, static_cast<int>(std::lround(kStep_s * rate_hz)))),
        frame_hz(static_cast<double>(rate_hz) / windows.hop()) {
    for (int k = kFirstBand; k <= kLastBand && (k + 1) * kBand_hz <= kOfRate * rate; ++k) ++bands;
    bins_of_band.assign(bands + 1, 0);
    for (int bin = 0; bin < windows.bins(); ++bin) {
      const double hz = static_cast<double>(bin) * rate / windows.size();
      const auto k = static_cast<int>(std::floor(hz / kBand_hz)) - kFirstBand;
      band_of.push_back(k >= 0 && static_cast<std::size_t>(k) < bands ? static_cast<std::size_t>(k) : bands);
      ++bins_of_band[band_of.back()];
    }
    level.resize(bands);
  }

  std::size_t frames() const { return level.empty() ? 0 : level[0].size(); }
  void add(std::span<const float> power);
  void close();
  std::vector<Spectrum> modulation() const;
  void judge(FlutterPassage& passage) const;
};

void FlutterSearch::State::add(std::span<const float> power) {
  if (bands == 0) return;
  const double mean = std::accumulate(power.begin(), power.end(), 0.0) / static_cast<double>(power.size());
  const bool sounds = mean >= kSilence;
  std::vector<float> sums(bands + 1, 0.0F);
  for (std::size_t bin = 0; sounds && bin < power.size(); ++bin) sums[band_of[bin]] += std::log(power[bin] + kFloor);
  for (std::size_t band = 0; band < bands; ++band) {
    level[band].push_back(sounds && bins_of_band[band] > 0 ? sums[band] / bins_of_band[band] : std::nanf(""));
  }
  if (sounds) {
    ++sounding;
    all_sounding_s += 1 / frame_hz;
  }
  if (frames() == kPassageFrames) close();
}

// Each band's fast changes as a spectrum of its own, all of the same variance.
std::vector<Spectrum> FlutterSearch::State::modulation() const {
  const std::size_t count = frames();
  std::size_t padded = 2;
  while (padded < 2 * count) padded *= 2;
  const auto half = static_cast<std::size_t>(kTrend_s * frame_hz / 2);
  std::vector<Spectrum> spectra;
  for (const std::vector<float>& values : level) {
    std::vector<double> sum(count + 1, 0), weight(count + 1, 0);
    for (std::size_t i = 0; i < count; ++i) {
      const bool sounds = !std::isnan(values[i]);
      sum[i + 1] = sum[i] + (sounds ? static_cast<double>(values[i]) : 0.0);
      weight[i + 1] = weight[i] + (sounds ? 1 : 0);
    }
    std::vector<float> fast(padded, 0.0F);
    double square = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (std::isnan(values[i])) continue;
      const std::size_t from = i > half ? i - half : 0, to = std::min(count, i + half + 1);
      const double value = static_cast<double>(values[i]) - (sum[to] - sum[from]) / (weight[to] - weight[from]);
      square += value * value;
      const double place = (static_cast<double>(i) + 0.5) / static_cast<double>(count);
      fast[i] = static_cast<float>(value * (0.5 - 0.5 * std::cos(2 * std::numbers::pi * place)));
    }
    const auto scale = static_cast<float>(1 / std::sqrt(square / static_cast<double>(count) + 1e-18));
    for (float& value : fast) value *= scale;
    spectra.push_back(fft_real(fast));
  }
  return spectra;
}

namespace {

// The strength of every modulation frequency in `around` Hz about `hz`, all bands together: cᴴS⁻¹c, where S is what the
// bands have in common there (a voice moves them together, and that must not count twenty times).
std::vector<double> strengths(const std::vector<Spectrum>& spectra, double hz, double bin_hz, std::size_t& centre) {
  const std::size_t n = spectra.size();
  const auto middle = static_cast<std::size_t>(std::lround(hz / bin_hz));
  const auto reach = static_cast<std::size_t>(kAround_hz / bin_hz);
  const std::size_t from = middle > reach ? middle - reach : 0, to = std::min(middle + reach, spectra[0].size());
  centre = middle - from;
  std::vector<Complex> covariance(n * n);
  double trace = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      Complex sum;
      for (std::size_t k = from; k < to; ++k) sum += Complex(spectra[i][k]) * std::conj(Complex(spectra[j][k]));
      covariance[i * n + j] = sum / static_cast<double>(to - from);
    }
    trace += covariance[i * n + i].real();
  }
  for (std::size_t i = 0; i < n; ++i) covariance[i * n + i] += kLoading * trace / static_cast<double>(n) + 1e-12;
  const Whitener whitener(std::move(covariance), n);
  std::vector<double> values;
  std::vector<Complex> column(n);
  for (std::size_t k = from; k < to; ++k) {
    for (std::size_t i = 0; i < n; ++i) column[i] = Complex(spectra[i][k]);
    values.push_back(whitener.squared_length(column));
  }
  return values;
}

// -ln of the centre's rank: the highest of three bins (the frequency may fall between two), among all such.
double surprise(const std::vector<double>& values, std::size_t centre) {
  std::vector<double> highest;
  for (std::size_t k = 1; k + 1 < values.size(); ++k)
    highest.push_back(std::max({values[k - 1], values[k], values[k + 1]}));
  if (centre < 1 || centre > highest.size() || highest.size() < 24) return 0;
  const double mine = highest[centre - 1];
  const auto count = static_cast<double>(highest.size());
  const auto above =
      static_cast<double>(std::count_if(highest.begin(), highest.end(), [&](double v) { return v >= mine; }));
  double rank = (above + 0.5) / count;
  // Its own three bins are all that reach as high: beyond the ranks, by how far it stands over the next.
  if (above <= 3) {
    double next = 0;
    for (std::size_t k = 0; k < highest.size(); ++k) {
      if (k + 3 < centre || k > centre + 1) next = std::max(next, highest[k]);
    }
    rank = std::min(rank, std::exp(-std::log(count) - 3 * std::max(0.0, mine / (next + 1e-12) - 1)));
  }
  return -std::log(rank);
}

}  // namespace

void FlutterSearch::State::judge(FlutterPassage& passage) const {
  const std::vector<Spectrum> spectra = modulation();
  const double bin_hz = frame_hz / (2.0 * static_cast<double>(spectra[0].size() - 1));
  double best = -1;
  for (const double base : kRates) {
    FlutterScore score;
    score.rate_hz = base;
    double sum = 0, between = 0;
    int betweens = 0;
    std::vector<double> height;
    for (int k = 1; k <= kMultiples; ++k) {
      std::size_t centre = 0;
      if (const double hz = base * k; hz < 0.45 * frame_hz && k % kLeftOut != 0 && !near_mains(hz)) {
        const std::vector<double> values = strengths(spectra, hz, bin_hz, centre);
        sum += surprise(values, centre);
        ++score.multiples;
        if (height.size() < values.size()) height.resize(values.size(), 0.0);
        const double middle = median(values);
        for (std::size_t i = 0; i < values.size(); ++i) height[i] += values[i] / (middle + 1e-12);
      }
      if (const double hz = base * (k - 0.5); hz < 0.45 * frame_hz && !near_mains(hz) && hz > 1.5 * kAround_hz) {
        between += surprise(strengths(spectra, hz, bin_hz, centre), centre);
        ++betweens;
      }
    }
    if (score.multiples < 3) continue;
    score.log10_p = log10_gamma_tail(sum, score.multiples);
    score.log10_p_between = betweens > 0 ? log10_gamma_tail(between, betweens) : 0;
    if (score.evidence() > best) {
      best = score.evidence();
      passage.height.clear();
      passage.offset_hz.clear();
      for (std::size_t i = 0; i < height.size(); ++i) {
        passage.offset_hz.push_back((static_cast<double>(i) - std::floor(kAround_hz / bin_hz)) * bin_hz);
        passage.height.push_back(height[i] / score.multiples);
      }
    }
    passage.scores.push_back(score);
  }
}

void FlutterSearch::State::close() {
  const std::size_t count = frames();
  const double sounding_s = static_cast<double>(sounding) / frame_hz;
  if (count > 0 && sounding_s >= kLeast_s) {
    FlutterPassage passage;
    passage.begin_s = begin_s + static_cast<double>(frames_before) / frame_hz;
    passage.end_s = passage.begin_s + static_cast<double>(count) / frame_hz;
    passage.sounding_s = sounding_s;
    judge(passage);
    if (!passage.scores.empty()) done.push_back(std::move(passage));
  }
  frames_before += count;
  for (std::vector<float>& values : level) values.clear();
  sounding = 0;
}

FlutterSearch::FlutterSearch(int rate) : state_(std::make_unique<State>(std::max(rate, 1))) {}
FlutterSearch::FlutterSearch(FlutterSearch&&) noexcept = default;
FlutterSearch::~FlutterSearch() = default;

std::size_t FlutterSearch::rates() { return kRates.size(); }

void FlutterSearch::push(std::span<const float> samples, double time_s) {
  if (state_->rate < 7000 || samples.empty()) return;
  if (!state_->running) {
    state_->running = true;
    state_->begin_s = time_s;
    state_->frames_before = 0;
  }
  state_->windows.push(samples, [this](std::int64_t, std::span<const float> power) { state_->add(power); });
}

void FlutterSearch::restart() {
  state_->close();
  state_->windows.reset();
  state_->running = false;
}

std::vector<FlutterPassage> FlutterSearch::finish() {
  restart();
  return std::move(state_->done);
}

double FlutterSearch::sounding_s() const { return state_->all_sounding_s; }

}  // namespace bonafide::media
