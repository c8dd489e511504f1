#include "media/dsp/comb_search.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <opencv2/core.hpp>
#include <optional>

#include "media/dsp/statistics.h"
#include "media/dsp/stft.h"

namespace bonafide::media {

namespace {

// Hop sizes of published vocoders (HiFi-GAN, BigVGAN, UnivNet, VITS, Parallel WaveGAN, MelGAN: 256 at 22,050, 24,000
// or 16,000 Hz; 300 at 24,000 Hz: kan-bayashi's recipes, iSTFTNet; 320: EnCodec; 275, 300 and 200: Tacotron-style
// 12.5 ms and 9 ms). 100 Hz and 50 Hz spacings (hop 160 at 16 kHz, 240 at 24 kHz) coincide with mains hum: left out.
struct Base {
  double hz;
  const char* origin;
};
constexpr std::array<Base, 8> kBases{{{22050.0 / 256, "22,050 Hz / 256"},
                                      {24000.0 / 256, "24,000 Hz / 256"},
                                      {24000.0 / 300, "24,000 Hz / 300"},
                                      {16000.0 / 256, "16,000 Hz / 256"},
                                      {22050.0 / 275, "22,050 Hz / 275"},
                                      {24000.0 / 320, "24,000 Hz / 320"},
                                      {22050.0 / 300, "22,050 Hz / 300"},
                                      {22050.0 / 200, "22,050 Hz / 200"}}};
constexpr std::size_t kCombs = kBases.size();
// Lines at every fourth place are left out: buffers of sound cards (64 samples at 44,100 Hz, 128 at 48,000 Hz) put
// interference on 689.06 and 375 Hz, which are multiples of the spacings above. Found in LibriSpeech (speakers 3080 and
// 3331); a comb must be seen without them.
constexpr int kLeftOut = 4;

constexpr double kLowest_hz = 300;     // below, the voice's own harmonics and hum are strongest
constexpr double kHighest_hz = 11500;  // half of 24 kHz, the highest rate of the vocoders above
constexpr double kOfNyquist = 0.96;    // above is the anti-alias filter's slope
constexpr int kFewest = 6;             // harmonics
constexpr double kSegment_s = 6;       // phase is followed over this long
constexpr int kSegmentsInPassage = 10;
constexpr double kLeast_s = 1.5;     // of sound
constexpr double kSilence = 1e-8;    // mean square of a frame, -80 dB re full scale
constexpr double kFloor = 1e-10;     // about the rounding noise of 16 bits (1/12 step², 7.8e-11) in a bin
constexpr int kAround = 4;           // bins to either side for the local power
constexpr int kNulls = 80;           // moved combs that make up the comparison for phase lock
constexpr double kFarthest_hz = 10;  // they are moved up to this far: half a bin
constexpr double kCap = 20;          // no single harmonic counts for more (mean 1 without a line)
constexpr std::size_t kMedian = 41;  // bins of the running median, about 110 Hz
constexpr double kClip = 2;          // nepers (power): no single bin counts for more
// Lines louder than this over the bins around them are tones (music, beeps, hum), not the residue of a vocoder, and
// are left out. Measured on media/train: the median line of a comb found in synthetic speech stands 0.4 nepers out,
// 90 % of files have fewer than a sixth of their lines above 1.5.
constexpr double kLoud = 2.5;
constexpr double kTone = 1.0;  // of a bin that counts for CombPassage::tonal
constexpr double kFewestSegments_s = 1.0;

// Mains hum and its harmonics; 1 Hz to either side covers the mains' own drift and the window's width.
bool near_mains(double hz) {
  for (const double mains : {50.0, 60.0}) {
    if (std::abs(hz - std::round(hz / mains) * mains) <= 1.0) return true;
  }
  return false;
}

double robust_z(double value, const std::vector<double>& others) {
  return (value - median(others)) / (robust_deviation(others) + 1e-9);
}

// 1,024 samples at 16…30 kHz (about 46 ms), doubled or halved for other rates.
int frame_size(int rate) {
  const double octaves = std::round(std::log2(std::max(rate, 1) / 22050.0));
  return static_cast<int>(std::lround(1024 * std::exp2(std::clamp(octaves, -2.0, 3.0))));
}

const std::vector<Comb>& comb_list() {
  static const std::vector<Comb> list = [] {
    std::vector<Comb> made;
    for (const Base& base : kBases) made.push_back({base.hz, base.origin});
    return made;
  }();
  return list;
}

}  // namespace

double CombScore::z() const { return (line_z + phase_z) / std::numbers::sqrt2; }

struct CombSearch::State {
  /// One harmonic of one base: its bin and how its phase turns from frame to frame.
  struct Harmonic {
    int number = 0;
    double hz = 0;
    std::size_t bin = 0;
    bool usable = false;  // not near mains, not at a fourth place
    std::complex<double> step, turn{1, 0};
  };

  int rate;
  int size;
  double top_hz;
  Stft fine;  // short frames with phases
  Stft wide;  // long frames for the spectrum's lines
  std::array<std::vector<Harmonic>, kBases.size()> harmonics;
  std::size_t harmonic_count = 0;

  // The segment being collected: frames × harmonics, frames of silence are zero.
  std::vector<std::complex<float>> locked;
  std::size_t frames = 0;
  std::size_t sounding = 0;
  double segment_begin_s = 0;
  std::vector<double> band_power;  // of the segment, per harmonic

  SpectrumMean segment_mean;
  SpectrumMean passage_mean;
  CombPassage passage;
  std::vector<CombPassage> done;
  double all_sounding_s = 0;

  bool running = false;
  double begin_s = 0;
  std::int64_t samples = 0;
  std::vector<float> pending;  // less than one step

  explicit State(int rate_hz)
      : rate(rate_hz),
        size(frame_size(rate_hz)),
        top_hz(std::min(kHighest_hz, kOfNyquist * rate_hz / 2)),
        fine(size, size * 15 / 61),
        wide(size * 8, size * 2),
        segment_mean(wide.bins()),
        passage_mean(wide.bins()) {
    for (std::size_t base = 0; base < kBases.size(); ++base) {
      const double spacing = kBases[base].hz;
      for (int k = static_cast<int>(std::ceil(kLowest_hz / spacing)); k * spacing < top_hz; ++k) {
        Harmonic h;
        h.number = k;
        h.hz = k * spacing;
        h.bin = static_cast<std::size_t>(std::lround(h.hz * size / rate));
        h.usable = !near_mains(h.hz) && k % kLeftOut != 0;
        h.step = std::polar(1.0, -2 * std::numbers::pi * h.hz * fine.hop() / rate);
        harmonics[base].push_back(h);
        ++harmonic_count;
      }
    }
    band_power.assign(harmonic_count, 0);
  }

  double frame_s() const { return static_cast<double>(fine.hop()) / rate; }

  void add_frame(std::span<const std::complex<float>> spectrum);
  void add_wide(std::span<const float> power);
  void take(std::span<const float> step);
  void close_segment();
  void close_passage();
  std::vector<CombScore> phase_scores(const std::vector<bool>& usable) const;
  void add_phase(std::size_t base, std::size_t column, const std::vector<bool>& usable,
                 std::vector<CombScore>& scores) const;
  std::vector<double> residue_of(const SpectrumMean& spectrum) const;
  void add_lines(const std::vector<double>& residue, const std::vector<bool>& usable,
                 std::vector<CombScore>& scores) const;
  std::vector<bool> usable_bins(const SpectrumMean& spectrum, const std::vector<double>& residue) const;
  double tonal_share(const std::vector<double>& residue) const;
  std::size_t wide_bin(double hz) const { return static_cast<std::size_t>(std::lround(hz * wide.size() / rate)); }
};

void CombSearch::State::add_frame(std::span<const std::complex<float>> spectrum) {
  // Running sums give the mean power of the 2·kAround+1 bins around each.
  std::vector<double> sums(spectrum.size() + 1, 0.0);
  for (std::size_t k = 0; k < spectrum.size(); ++k) {
    sums[k + 1] = sums[k] + static_cast<double>(std::norm(spectrum[k]));
  }
  const double mean_square = sums.back() / static_cast<double>(spectrum.size());
  const bool sounds = mean_square >= kSilence;
  const std::size_t row = locked.size();
  locked.resize(row + harmonic_count);
  std::size_t column = 0;
  for (auto& list : harmonics) {
    for (Harmonic& h : list) {
      if (sounds) {
        const std::size_t from = h.bin >= kAround ? h.bin - kAround : 0;
        const std::size_t to = std::min(spectrum.size(), h.bin + kAround + 1);
        const double local = (sums[to] - sums[from]) / static_cast<double>(to - from);
        const std::complex<double> value(spectrum[h.bin]);
        locked[row + column] = std::complex<float>(value * h.turn / std::sqrt(local + kFloor));
        band_power[column] += local;
      }
      h.turn *= h.step;
      ++column;
    }
  }
  ++frames;
  if (sounds) {
    ++sounding;
    all_sounding_s += frame_s();
  }
}

void CombSearch::State::add_wide(std::span<const float> power) {
  double sum = 0;
  for (const float p : power) sum += static_cast<double>(p);
  if (sum / static_cast<double>(power.size()) >= kSilence) segment_mean.add(power, kFloor / 100);
}

// One base: a Fourier transform over the frames of each harmonic shows how much of it turns exactly with the comb
// (place 0) and how much with slightly other frequencies (the comparison).
void CombSearch::State::add_phase(std::size_t base, std::size_t column, const std::vector<bool>& usable,
                                  std::vector<CombScore>& scores) const {
  const auto& list = harmonics[base];
  if (list.empty()) return;
  int length = 64;
  while (length < static_cast<int>(2 * frames)) length *= 2;
  cv::Mat turned(static_cast<int>(list.size()), length, CV_32FC2, cv::Scalar::all(0));
  for (std::size_t m = 0; m < frames; ++m) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::complex<float> v = locked[m * harmonic_count + column + i];
      turned.at<cv::Vec2f>(static_cast<int>(i), static_cast<int>(m)) = {v.real(), v.imag()};
    }
  }
  cv::dft(turned, turned, cv::DFT_ROWS);

  const double step_hz = 1 / (frame_s() * length);
  const double near_hz = 2.5 / (static_cast<double>(frames) * frame_s());
  const double far_hz = std::max(std::min(kFarthest_hz, 0.4 / frame_s()), near_hz);
  std::vector<int> places{0};
  for (int i = 0; i < kNulls / 2; ++i) {
    const int place = static_cast<int>(std::lround((near_hz + (far_hz - near_hz) * i / (kNulls / 2 - 1)) / step_hz));
    places.push_back(place % length);
    places.push_back((length - place % length) % length);
  }
  // strength[i][j]: harmonic i at place j, over its own mean at the moved places.
  std::vector<std::vector<double>> strength(list.size(), std::vector<double>(places.size(), 0.0));
  for (std::size_t i = 0; i < list.size(); ++i) {
    double others = 0;
    for (std::size_t j = 0; j < places.size(); ++j) {
      const auto v = turned.at<cv::Vec2f>(static_cast<int>(i), places[j]);
      const double re = static_cast<double>(v[0]);
      const double im = static_cast<double>(v[1]);
      strength[i][j] = re * re + im * im;
      if (j > 0) others += strength[i][j] / kNulls;
    }
    for (double& s : strength[i]) s = std::min(s / (others + 1e-12), kCap);
  }
  std::vector<double> mean_strength(places.size(), 0.0);
  int used = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const bool occupied = band_power[column + i] > kFloor * static_cast<double>(sounding);
    if (!list[i].usable || !occupied || !usable[wide_bin(list[i].hz)]) continue;
    ++used;
    for (std::size_t j = 0; j < places.size(); ++j) mean_strength[j] += strength[i][j];
  }
  if (used < kFewest) return;
  // Means of exponential values follow a gamma law; its cube root is close to normal (Wilson and Hilferty 1931).
  for (double& value : mean_strength) value = std::cbrt(value / used);
  CombScore score;
  score.comb = base;
  score.harmonics = used;
  score.phase_z = robust_z(mean_strength[0], {mean_strength.begin() + 1, mean_strength.end()});
  scores.push_back(score);
}

std::vector<CombScore> CombSearch::State::phase_scores(const std::vector<bool>& usable) const {
  std::vector<CombScore> scores;
  std::size_t column = 0;
  for (std::size_t base = 0; base < kBases.size(); ++base) {
    add_phase(base, column, usable, scores);
    column += harmonics[base].size();
  }
  return scores;
}

std::vector<double> CombSearch::State::residue_of(const SpectrumMean& spectrum) const {
  std::vector<double> residue = spectrum.log_power();
  const std::vector<double> smooth = running_median(residue, kMedian);
  for (std::size_t k = 0; k < residue.size(); ++k) residue[k] = std::max(residue[k] - smooth[k], -kClip);
  return residue;
}

double CombSearch::State::tonal_share(const std::vector<double>& residue) const {
  const std::size_t from = wide_bin(kLowest_hz);
  const std::size_t to = std::min(residue.size(), std::max(wide_bin(top_hz), from + 1));
  std::size_t tonal = 0;
  for (std::size_t k = from; k < to; ++k) tonal += residue[k] > kTone ? 1U : 0U;
  return static_cast<double>(tonal) / static_cast<double>(to - from);
}

// Where something is to be heard but no tone within two bins (the width of the window's main lobe).
std::vector<bool> CombSearch::State::usable_bins(const SpectrumMean& spectrum,
                                                 const std::vector<double>& residue) const {
  const std::vector<double> power = spectrum.power();
  std::vector<bool> usable(power.size(), true);
  for (std::size_t k = 0; k < power.size(); ++k) {
    if (power[k] <= kFloor) usable[k] = false;
    if (residue[k] <= kLoud) continue;
    for (std::size_t i = k >= 2 ? k - 2 : 0; i < std::min(power.size(), k + 3); ++i) usable[i] = false;
  }
  return usable;
}

void CombSearch::State::add_lines(const std::vector<double>& residue, const std::vector<bool>& usable,
                                  std::vector<CombScore>& scores) const {
  for (CombScore& score : scores) {
    const Comb& comb = comb_list()[score.comb];
    const int half = static_cast<int>(comb.spacing_hz * wide.size() / rate / 2);
    if (half < 6) continue;
    double on = 0;
    std::vector<double> moved;
    for (int shift = -half; shift < half; ++shift) {
      double sum = 0;
      int used = 0;
      for (const Harmonic& h : harmonics[score.comb]) {
        const auto place = static_cast<std::ptrdiff_t>(wide_bin(h.hz)) + shift;
        const auto last = static_cast<std::ptrdiff_t>(residue.size()) - 1;
        const auto at = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(place, 0, last));
        if (!h.usable || !usable[at]) continue;
        sum += std::min(residue[at], kClip);
        ++used;
      }
      if (used < kFewest) continue;
      sum /= used;
      if (shift == 0) {
        on = sum;
        score.harmonics = used;
      } else if (std::abs(shift) > 1) {
        moved.push_back(sum);
      }
    }
    if (moved.size() < 8) continue;
    // 1e-3: the prototype's guard against spectra without any spread.
    score.line_z = std::clamp((on - median(moved)) / (robust_deviation(moved) + 1e-3), -8.0, 12.0);
  }
}

void CombSearch::State::take(std::span<const float> step) {
  wide.push(step, [&](std::int64_t, std::span<const float> power) { add_wide(power); });
  fine.push_complex(step, [&](std::int64_t, std::span<const std::complex<float>> x) { add_frame(x); });
  if (static_cast<double>(frames) * frame_s() >= kSegment_s) close_segment();
}

void CombSearch::State::close_segment() {
  const double length_s = static_cast<double>(frames) * frame_s();
  const double sounding_s = static_cast<double>(sounding) * frame_s();
  if (sounding_s >= kFewestSegments_s && segment_mean.count() >= 2) {
    CombSegment segment;
    segment.begin_s = segment_begin_s;
    segment.end_s = segment_begin_s + length_s;
    const std::vector<double> residue = residue_of(segment_mean);
    const std::vector<bool> usable = usable_bins(segment_mean, residue);
    segment.scores = phase_scores(usable);
    // One segment must not decide for a whole passage: bounds of the sum below.
    for (CombScore& score : segment.scores) score.phase_z = std::clamp(score.phase_z, -8.0, 12.0);
    add_lines(residue, usable, segment.scores);
    passage_mean.add(segment_mean);
    if (passage.parts.empty()) passage.begin_s = segment.begin_s;
    passage.end_s = segment.end_s;
    passage.sounding_s += sounding_s;
    passage.parts.push_back(std::move(segment));
    if (passage.parts.size() >= kSegmentsInPassage) close_passage();
  }
  segment_begin_s += length_s;
  locked.clear();
  frames = sounding = 0;
  segment_mean = SpectrumMean(wide.bins());
  std::fill(band_power.begin(), band_power.end(), 0.0);
  for (auto& list : harmonics) {
    for (Harmonic& h : list) h.turn = {1, 0};
  }
}

void CombSearch::State::close_passage() {
  if (passage.sounding_s >= kLeast_s && passage_mean.count() >= 2) {
    std::array<double, kCombs> sum{};
    std::array<double, kCombs> squares{};
    std::array<int, kCombs> most{};
    for (const CombSegment& part : passage.parts) {
      const double weight = part.end_s - part.begin_s;  // a line's strength grows with the time it is followed
      for (const CombScore& score : part.scores) {
        sum[score.comb] += weight * score.phase_z;
        squares[score.comb] += weight * weight;
        most[score.comb] = std::max(most[score.comb], score.harmonics);
      }
    }
    for (std::size_t comb = 0; comb < kCombs; ++comb) {
      if (squares[comb] <= 0) continue;
      CombScore score;
      score.comb = comb;
      score.harmonics = most[comb];
      score.phase_z = sum[comb] / std::sqrt(squares[comb]);  // Stouffer, weighted
      passage.scores.push_back(score);
    }
    passage.residue = residue_of(passage_mean);
    passage.bin_hz = static_cast<double>(rate) / wide.size();
    passage.tonal = tonal_share(passage.residue);
    add_lines(passage.residue, usable_bins(passage_mean, passage.residue), passage.scores);
    done.push_back(std::move(passage));
  }
  passage = CombPassage();
  passage_mean = SpectrumMean(wide.bins());
}

CombSearch::CombSearch(int rate) : state_(std::make_unique<State>(rate)) {}
CombSearch::CombSearch(CombSearch&&) noexcept = default;
CombSearch::~CombSearch() = default;

std::span<const Comb> CombSearch::combs() { return comb_list(); }
double CombSearch::sounding_s() const { return state_->all_sounding_s; }

void CombSearch::restart() {
  State& s = *state_;
  if (s.running) {
    s.take(s.pending);
    s.close_segment();
  }
  s.pending.clear();
  s.close_passage();
  s.fine.reset();
  s.wide.reset();
  s.running = false;
}

void CombSearch::push(std::span<const float> samples, double time_s) {
  State& s = *state_;
  if (s.rate < 7000 || samples.empty()) return;
  // 20 ms: rounding of container times, but no gap that would break the phases unseen.
  if (s.running && std::abs(time_s - (s.begin_s + static_cast<double>(s.samples) / s.rate)) > 0.02) restart();
  if (!s.running) {
    s.running = true;
    s.begin_s = s.segment_begin_s = time_s;
    s.samples = 0;
  }
  // In steps of one length from the start on, so that the answer does not depend on how the sound came in blocks.
  const auto step = static_cast<std::size_t>(s.size);
  s.pending.insert(s.pending.end(), samples.begin(), samples.end());
  s.samples += static_cast<std::int64_t>(samples.size());
  std::size_t used = 0;
  for (; used + step <= s.pending.size(); used += step) s.take(std::span(s.pending).subspan(used, step));
  s.pending.erase(s.pending.begin(), s.pending.begin() + static_cast<std::ptrdiff_t>(used));
}

std::vector<CombPassage> CombSearch::finish() {
  restart();
  return std::move(state_->done);
}

}  // namespace bonafide::media
