#include "media/dsp/spectrum_peaks.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "media/dsp/fft.h"
#include "media/dsp/statistics.h"

namespace bonafide::media {

namespace {

constexpr int kMostTiles = 64;
constexpr int kRing = 4;        // bins: the surroundings of a peak
constexpr double kClip_dB = 6;  // one strong line must not pass for a lattice

// Mean log power over tiles, in dB, whole plane, zero frequency at (0, 0).
class MeanSpectrum {
 public:
  explicit MeanSpectrum(int size)
      : size_(size), sum_(static_cast<std::size_t>(size) * static_cast<std::size_t>(size / 2 + 1), 0) {
    for (int i = 0; i < size; ++i)
      window_.push_back(static_cast<float>(0.5 - 0.5 * std::cos(2 * std::numbers::pi * (i + 0.5) / size)));
  }
  void add(GreyView picture, int x0, int y0) {
    const auto n = static_cast<std::size_t>(size_);
    std::vector<float> residual(n * n);
    for (std::size_t y = 0; y < n; ++y) {
      const std::uint8_t* row = picture.row(y0 + static_cast<int>(y)) + x0;
      const std::uint8_t* next = picture.row(y0 + static_cast<int>(y) + 1) + x0;
      for (std::size_t x = 0; x < n; ++x)
        residual[y * n + x] = static_cast<float>(row[x] + next[x + 1] - row[x + 1] - next[x]) * window_[x] * window_[y];
    }
    const Spectrum spectrum = fft2_real(residual, size_, size_);
    for (std::size_t i = 0; i < sum_.size(); ++i)
      sum_[i] += 10 * std::log10(static_cast<double>(std::norm(spectrum[i])) + 1);
    ++tiles_;
  }
  int size() const { return size_; }
  int tiles() const { return tiles_; }
  double at(int fy, int fx) const {
    fx = ((fx % size_) + size_) % size_;
    fy = ((fy % size_) + size_) % size_;
    if (fx > size_ / 2) {
      fx = size_ - fx;
      fy = (size_ - fy) % size_;
    }
    return sum_[static_cast<std::size_t>(fy) * static_cast<std::size_t>(size_ / 2 + 1) + static_cast<std::size_t>(fx)] /
           tiles_;
  }
  /// Height above the median of the surroundings, clipped.
  double peak(double fy, double fx) const {
    const int y = static_cast<int>(std::lround(fy)), x = static_cast<int>(std::lround(fx));
    std::vector<double> ring;
    for (int dy = -kRing; dy <= kRing; ++dy)
      for (int dx = -kRing; dx <= kRing; ++dx)
        if (std::max(std::abs(dx), std::abs(dy)) > 1) ring.push_back(at(y + dy, x + dx));
    return std::clamp(at(y, x) - median(std::move(ring)), -kClip_dB, kClip_dB);
  }

 private:
  int size_, tiles_ = 0;
  std::vector<double> sum_;
  std::vector<float> window_;
};

// Is i/period a multiple of 1/8 (JPEG's own), within a bin or so?
bool of_jpeg(int i, int period) { return 8 * i % period == 0; }

double lattice_level(const MeanSpectrum& spectrum, int period, double move_y, double move_x) {
  const double step = static_cast<double>(spectrum.size()) / period;
  double sum = 0;
  int count = 0;
  for (int j = 0; j < period; ++j)
    for (int i = 0; i <= period / 2; ++i) {
      if (of_jpeg(i, period) && of_jpeg(j, period)) continue;
      sum += spectrum.peak(j * step + move_y, i * step + move_x);
      ++count;
    }
  return count == 0 ? 0 : sum / count;
}

PeakLattice test(const MeanSpectrum& spectrum, int period) {
  PeakLattice lattice;
  lattice.period = period;
  lattice.level = lattice_level(spectrum, period, 0, 0);
  // 5 bins away in each of many directions: far from the lattice, near enough for the same surroundings.
  std::vector<double> elsewhere;
  for (int dy = -7; dy <= 7; dy += 2)
    for (int dx = -7; dx <= 7; dx += 2)
      if (std::max(std::abs(dx), std::abs(dy)) >= 3) elsewhere.push_back(lattice_level(spectrum, period, dy, dx));
  const double spread = std::max(1e-6, robust_deviation(elsewhere));
  lattice.z = (lattice.level - median(elsewhere)) / spread;
  lattice.log10_p = std::min(0.0, std::log10(static_cast<double>(kPeakPeriods.size())) + log10_normal_tail(lattice.z));
  return lattice;
}

}  // namespace

Result<SpectrumPeaks> find_spectrum_peaks(GreyView picture, const Context& context) {
  SpectrumPeaks result;
  const int side = std::min(picture.width, picture.height) - 1;
  if (side < 128) return result;
  result.tile = side >= 256 ? 256 : 128;
  MeanSpectrum spectrum(result.tile);
  // Overlapping by half where the picture is small; spread evenly where it is large.
  const int across = std::max(1, 2 * (picture.width - 1) / result.tile - 1);
  const int down = std::max(1, 2 * (picture.height - 1) / result.tile - 1);
  const int every =
      std::max(1, static_cast<int>(std::ceil(std::sqrt(static_cast<double>(across) * down / kMostTiles))));
  for (int ty = 0; ty < down; ty += every)
    for (int tx = 0; tx < across; tx += every) {
      if (context.stopped()) return make_error(Code::cancelled, "stopped");
      if (context.out_of_time()) return make_error(Code::limit, "out of time");
      spectrum.add(picture, tx * result.tile / 2, ty * result.tile / 2);
    }
  result.tiles = spectrum.tiles();
  for (const int period : kPeakPeriods) result.lattices.push_back(test(spectrum, period));
  std::stable_sort(result.lattices.begin(), result.lattices.end(),
                   [](const PeakLattice& a, const PeakLattice& b) { return a.z > b.z; });
  return result;
}

}  // namespace bonafide::media
