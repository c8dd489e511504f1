#include "media/dsp/band_meter.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "media/dsp/statistics.h"
#include "media/dsp/stft.h"

namespace bonafide::media {

namespace {

constexpr double kSounding = 1e-7;     // mean square of a window, -70 dB re full scale
constexpr double kRounding_db = -101;  // 16 bits' rounding noise in a bin: 10·log10((2⁻¹⁵)²/12)
constexpr double kEmpty_db = -95;      // rounding with some dither
constexpr double kFull_db = -85;
constexpr double kBand_hz = 500;
constexpr double kWindow_s = 2;      // of the search for changes
constexpr std::size_t kStretch = 2;  // windows on either side of a change
constexpr double kChangeFrom_hz = 3000;
constexpr double kChangeLeast_hz = 2000;
constexpr double kEdge_db = 20;
constexpr double kLowestWall_hz = 3000;  // telephones end at 3.4 kHz; steep falls below are voices
constexpr double kZeroRun_s = 0.1;
constexpr std::size_t kMostRuns = 100;

double decibel(double power) { return 10 * std::log10(std::max(power, 1e-16)); }

}  // namespace

struct BandMeter::State {
  int rate;
  Stft stft;
  SpectrumMean mean;
  std::vector<float> mono;
  bool running = false;
  double begin_s = 0;
  std::int64_t samples = 0;
  std::int64_t all_samples = 0;
  std::int64_t sounding = 0;  // windows

  // Changes: mean power per band in windows of 2 s.
  struct Window {
    double begin_s = 0;
    int count = 0;
    std::vector<float> power;
    double edge_hz = 0;
  };
  std::vector<Window> windows;

  double peak = 0;
  std::vector<double> sums;
  std::vector<int> run_length;  // of equal extreme samples, per channel
  std::vector<float> run_value;
  std::int64_t clipped = 0;
  std::int64_t zeros = 0;
  double zero_s = 0;
  std::vector<SampleRun> zero_runs;
  bool fixed_point = true;
  std::uint32_t bits = 0;

  explicit State(int hz)
      : rate(std::max(hz, 1)), stft(hz > 30000 ? 4096 : 2048, hz > 30000 ? 2048 : 1024), mean(stft.bins()) {}

  double bin_hz() const { return static_cast<double>(rate) / stft.size(); }
  std::size_t bands() const { return static_cast<std::size_t>(rate / 2 / kBand_hz); }

  void sample(std::size_t channel, float value);
  void end_zero_run(double now_s);
  void spectrum(std::int64_t first, std::span<const float> power);
  double edge_of(const Window& window) const;
  std::vector<BandChange> changes() const;
  std::optional<BandEdge> brick_wall(const std::vector<double>& level) const;
};

void BandMeter::State::sample(std::size_t channel, float value) {
  if (!std::isfinite(value)) return;
  const double v = static_cast<double>(value);
  peak = std::max(peak, std::abs(v));
  sums[channel] += v;
  if (std::abs(v) >= 0.99 && value == run_value[channel]) {
    if (++run_length[channel] == 3) ++clipped;
  } else {
    run_length[channel] = 1;
    run_value[channel] = value;
  }
  if (!fixed_point) return;
  const double scaled = v * 8388608.0;  // 24 bits
  const double whole = std::nearbyint(scaled);
  if (std::abs(scaled - whole) > 1e-6 || std::abs(whole) > 8388608.0) {
    fixed_point = false;
  } else {
    bits |= static_cast<std::uint32_t>(std::abs(static_cast<std::int32_t>(whole)));
  }
}

void BandMeter::State::end_zero_run(double now_s) {
  const double length = static_cast<double>(zeros) / rate;
  if (length >= kZeroRun_s) {
    zero_s += length;
    if (zero_runs.size() < kMostRuns) zero_runs.push_back({now_s - length, now_s});
  }
  zeros = 0;
}

void BandMeter::State::spectrum(std::int64_t first, std::span<const float> power) {
  double sum = 0;
  for (const float p : power) sum += static_cast<double>(p);
  const bool sounds = sum / static_cast<double>(power.size()) >= kSounding;
  const double time = begin_s + static_cast<double>(first) / rate;
  if (windows.empty() || time >= windows.back().begin_s + kWindow_s || time < windows.back().begin_s) {
    windows.push_back({time, 0, std::vector<float>(bands(), 0.0F), 0});
  }
  if (!sounds) return;
  ++sounding;
  mean.add(power, 1e-16);
  Window& window = windows.back();
  ++window.count;
  for (std::size_t band = 0; band < window.power.size(); ++band) {
    const auto from = static_cast<std::size_t>(static_cast<double>(band) * kBand_hz / bin_hz()) + 1;
    const auto to =
        std::min(power.size(), static_cast<std::size_t>(static_cast<double>(band + 1) * kBand_hz / bin_hz()));
    double in_band = 0;
    for (std::size_t k = from; k < to; ++k) in_band += static_cast<double>(power[k]);
    in_band /= static_cast<double>(std::max<std::size_t>(to - from, 1));
    window.power[band] += static_cast<float>(in_band);
  }
}

std::optional<BandEdge> BandMeter::State::brick_wall(const std::vector<double>& level) const {
  const auto bins = [&](double hz) { return static_cast<std::size_t>(std::lround(hz / bin_hz())); };
  std::vector<double> sums_to(level.size() + 1, 0.0);
  for (std::size_t k = 0; k < level.size(); ++k) sums_to[k + 1] = sums_to[k] + level[k];
  const auto average = [&](std::size_t from, std::size_t to) {
    return (sums_to[to] - sums_to[from]) / static_cast<double>(std::max<std::size_t>(to - from, 1));
  };
  // Highest smoothed level from each bin upwards: nothing may rise again above the wall.
  std::vector<double> above(level.size() + 1, -200.0);
  const std::size_t smooth = std::max<std::size_t>(bins(100), 1);
  for (std::size_t k = level.size(); k-- > 0;) {
    above[k] = std::max(above[k + 1], k + smooth <= level.size() ? average(k, k + smooth) : -200.0);
  }
  std::optional<BandEdge> best;
  const std::size_t near = bins(150);
  const std::size_t far = bins(600);
  const std::size_t last = static_cast<std::size_t>(0.9 * static_cast<double>(level.size()));
  for (std::size_t k = bins(1000); k < last && k + far < level.size(); ++k) {
    const double below = average(k - far, k - near);
    const double drop = below - average(k + near, k + far);
    if (drop < kEdge_db || above[k + near] > below - 15) continue;
    if (best && static_cast<double>(k) * bin_hz() > best->hz + 300) break;  // the lowest wall, at its steepest place
    if (!best || drop > best->drop_db) best = BandEdge{static_cast<double>(k) * bin_hz(), drop};
  }
  if (!best) return best;
  // A slow filter's slope may be 1 kHz long: the band ends where it begins to fall, not where it meets the floor.
  auto k = static_cast<std::size_t>(std::lround(best->hz / bin_hz()));
  const std::size_t from = k > bins(2500) ? k - bins(2500) : 1;
  const std::size_t to = k > bins(1500) ? k - bins(1500) : from + 1;
  const double level_below = average(from, to);
  while (k > to && average(k - smooth, k) < level_below - 10) --k;
  best->hz = static_cast<double>(k) * bin_hz();
  if (best->hz < kLowestWall_hz) best.reset();
  return best;
}

// The frequency above which every band of the window is empty; 0 when some band is neither empty nor full, or the
// window hardly sounds.
double BandMeter::State::edge_of(const Window& window) const {
  if (window.count * stft.hop() < rate / 2) return 0;
  std::size_t band = window.power.size();
  const auto level = [&](std::size_t i) { return decibel(static_cast<double>(window.power[i]) / window.count); };
  while (band > 0 && level(band - 1) < kEmpty_db) --band;
  if (band == 0 || level(band - 1) < kFull_db) {
    // One band may lie across the edge.
    if (band < 2 || level(band - 2) < kFull_db) return 0;
    --band;
  }
  return static_cast<double>(band) * kBand_hz;
}

std::vector<BandChange> BandMeter::State::changes() const {
  std::vector<BandChange> found;
  std::vector<std::pair<double, double>> known;  // time, edge of the windows that have one
  for (const Window& window : windows) {
    const double edge = edge_of(window);
    if (edge >= kChangeFrom_hz) known.emplace_back(window.begin_s, edge);
  }
  for (std::size_t i = kStretch; i + kStretch <= known.size(); ++i) {
    double lowest_before = 1e9, highest_before = 0, lowest_after = 1e9, highest_after = 0;
    for (std::size_t j = 0; j < kStretch; ++j) {
      lowest_before = std::min(lowest_before, known[i - 1 - j].second);
      highest_before = std::max(highest_before, known[i - 1 - j].second);
      lowest_after = std::min(lowest_after, known[i + j].second);
      highest_after = std::max(highest_after, known[i + j].second);
    }
    // Each side steady within one band, and the sides well apart.
    if (highest_before - lowest_before > kBand_hz || highest_after - lowest_after > kBand_hz) continue;
    const bool apart =
        lowest_before - highest_after >= kChangeLeast_hz || lowest_after - highest_before >= kChangeLeast_hz;
    if (apart && found.size() < kMostRuns) found.push_back({known[i].first, highest_before, highest_after});
  }
  return found;
}

BandMeter::BandMeter(int rate) : state_(std::make_unique<State>(rate)) {}
BandMeter::BandMeter(BandMeter&&) noexcept = default;
BandMeter::~BandMeter() = default;

void BandMeter::restart() {
  State& s = *state_;
  if (s.running) s.end_zero_run(s.begin_s + static_cast<double>(s.samples) / s.rate);
  s.stft.reset();
  s.running = false;
}

void BandMeter::push(const std::vector<std::vector<float>>& channels, double time_s) {
  State& s = *state_;
  if (channels.empty() || channels[0].empty()) return;
  if (s.running && std::abs(time_s - (s.begin_s + static_cast<double>(s.samples) / s.rate)) > 0.02) restart();
  if (!s.running) {
    s.running = true;
    s.begin_s = time_s;
    s.samples = 0;
  }
  std::size_t length = channels[0].size();
  for (const auto& channel : channels) length = std::min(length, channel.size());
  s.sums.resize(std::max(s.sums.size(), channels.size()), 0.0);
  s.run_length.resize(s.sums.size(), 0);
  s.run_value.resize(s.sums.size(), 0.0F);
  s.mono.assign(length, 0.0F);
  const float weight = 1.0F / static_cast<float>(channels.size());
  for (std::size_t i = 0; i < length; ++i) {
    bool zero = true;
    for (std::size_t c = 0; c < channels.size(); ++c) {
      s.sample(c, channels[c][i]);
      s.mono[i] += weight * channels[c][i];
      zero = zero && channels[c][i] == 0.0F;
    }
    if (zero) {
      ++s.zeros;
    } else if (s.zeros > 0) {
      s.end_zero_run(s.begin_s + static_cast<double>(s.samples + static_cast<std::int64_t>(i)) / s.rate);
    }
  }
  s.samples += static_cast<std::int64_t>(length);
  s.all_samples += static_cast<std::int64_t>(length);
  s.stft.push(s.mono, [&](std::int64_t first, std::span<const float> power) { s.spectrum(first, power); });
}

BandReport BandMeter::finish() {
  restart();
  State& s = *state_;
  BandReport report;
  report.rate = s.rate;
  report.examined_s = static_cast<double>(s.all_samples) / s.rate;
  report.sounding_s = static_cast<double>(s.sounding * s.stft.hop()) / s.rate;
  report.bin_hz = s.bin_hz();
  if (s.sounding > 0) {
    for (const double power : s.mean.power()) report.level_db.push_back(decibel(power));
    const std::vector<double> smooth = running_median(report.level_db, 9);  // single lines do not make a band
    for (std::size_t k = 0; k < smooth.size(); ++k) {
      if (smooth[k] > kRounding_db + 6) report.top_hz = static_cast<double>(k) * s.bin_hz();
    }
    report.edge = s.brick_wall(report.level_db);
    report.changes = s.changes();
  }
  report.peak = s.peak;
  for (const double sum : s.sums) {
    const double offset = sum / static_cast<double>(std::max<std::int64_t>(s.all_samples, 1));
    if (std::abs(offset) > std::abs(report.dc)) report.dc = offset;
  }
  report.clipped_runs = s.clipped;
  report.zero_s = s.zero_s;
  report.zero_runs = s.zero_runs;
  if (s.fixed_point && s.bits != 0) report.bits = 24 - std::countr_zero(s.bits);
  return report;
}

}  // namespace bonafide::media
