#include "provenance/mark/sound_read.h"

#include <algorithm>
#include <cmath>

#include "media/dsp/sinc_resample.h"
#include "provenance/mark/sound_fold.h"

namespace bonafide::provenance::mark {

namespace {

constexpr std::size_t kBlock = kStepsInBlock;
// A block has 864 shifts, but neighbours see half of the same sound: unmarked sound's highest peaks are distributed as
// those of 640 independent ones (docs/evaluation/marks_sound.md).
constexpr double kPlacesInBlock = 640;
constexpr double kRowsPerSecond = static_cast<double>(kSoundRate) / kSoundStep;
constexpr std::size_t kPeaksTried = 3;
constexpr double kDeepSeconds = 120;  // of sound kept for the deep search

// Steps of 0.4 %: at the ends of twelve seconds the farthest is 12 ms off, half of a half slot.
constexpr double kCoarseStep = 0.004;
constexpr double kFineStep = 0.0005;
constexpr double kCoarseSeconds = 12;
constexpr std::size_t kDeepBins = 240;  // 186 bins of a sound 1.25 times as high
constexpr std::size_t kRefined = 4;     // of the coarse search's best

struct Range {
  std::size_t from = 0, to = 0;
};

/// The whole, then pieces of eight blocks: a sound that was cut has no one period.
std::vector<Range> ranges_of(std::size_t rows) {
  std::vector<Range> ranges{{0, rows}};
  constexpr std::size_t kPiece = 8 * kBlock;
  if (rows < kPiece + 4 * kBlock) return ranges;
  for (std::size_t from = 0; from + kPiece <= rows; from += kPiece / 2) ranges.push_back({from, from + kPiece});
  return ranges;
}

std::vector<SoundWarp> warps_tried() {
  std::vector<SoundWarp> warps;
  for (double speed = 0.8; speed <= 1.2501; speed *= 1 + kCoarseStep) warps.push_back({.speed = speed, .tempo = 1});
  for (double tempo = 0.94; tempo <= 1.0601; tempo *= 1 + kCoarseStep) warps.push_back({.speed = 1, .tempo = tempo});
  return warps;
}

}  // namespace

struct SoundReader::State {
  State(const MarkKey& key, int rate, int channels)
      : chips(key), width(static_cast<std::size_t>(channels)), resampler(static_cast<double>(kSoundRate) / rate) {
    resample = rate != kSoundRate;
  }

  SoundChips chips;
  std::size_t width;
  bool resample = false;
  media::SincResampler resampler;
  SoundSpectra spectra;
  SoundMap map;
  std::vector<float> kept;  ///< the beginning, for the deep search
  double places = 0;        ///< looked at so far
  double highest = 0;       ///< z of all of them
  int attempts = 0;
  SoundReading best;
  SoundMap found_map;  ///< with the warp undone, when the deep search found something
  bool warped = false;

  void take(std::span<const float> mono);
  bool examine(const SoundMap& seen, const SoundWarp& warp, bool decode_anyway);
  void attempt(const SoundFold& fold, const SoundPeak& peak, const SoundWarp& warp);
  void search();
  std::vector<float> spectra_of(std::span<const float> samples) const;
  SoundMap mapped(std::span<const float> powers, const SoundWarp& warp) const;
  double sync_at(std::span<const float> powers, const SoundWarp& warp);
  SoundWarp refined(std::span<const float> powers, SoundWarp warp);
};

void SoundReader::State::take(std::span<const float> mono) {
  const auto most = static_cast<std::size_t>(kDeepSeconds * kSoundRate);
  const auto keep = mono.first(std::min(mono.size(), most - std::min(most, kept.size())));
  kept.insert(kept.end(), keep.begin(), keep.end());
  best.seconds += static_cast<double>(mono.size()) / kSoundRate;
  spectra.push(mono, [&](std::span<const float> power) { map.push(power); });
}

/// Decodes what lies under one peak and keeps it if its evidence is the best so far.
void SoundReader::State::attempt(const SoundFold& fold, const SoundPeak& peak, const SoundWarp& warp) {
  const SoundChips::Brief brief = chips.read_brief(fold, peak.offset);
  ++attempts;
  constexpr int kBriefCheck = 16, kFullCheck = 40;
  if (!brief.holds) return;
  const auto full = chips.read_rest(fold, peak.offset, brief.upper);
  const Evidence evidence = full ? weigh(peak.z, places, kSoundQuarters * attempts, kFullCheck)
                                 : weigh(peak.z, places, attempts, kBriefCheck);
  if (evidence.log10_p > kSoundClaimLog10P) return;
  const bool as_whole = full.has_value() == best.id.has_value();
  const bool better = as_whole ? evidence.log10_p < best.evidence.log10_p : full.has_value();
  if (best.upper && !better) return;
  best.upper = brief.upper;
  best.id = full ? std::optional(full->id) : std::nullopt;
  best.evidence = evidence;
  best.warp = warp;
}

/// True when the whole id was read: nothing better can come.
bool SoundReader::State::examine(const SoundMap& seen, const SoundWarp& warp, bool decode_anyway) {
  const auto ranges = ranges_of(seen.rows());
  places += static_cast<double>(ranges.size()) * kPlacesInBlock;
  for (const Range& range : ranges) {
    const SoundFold fold(seen, range.from, range.to);
    for (const SoundPeak& peak : chips.peaks(fold, kPeaksTried)) {
      highest = std::max(highest, peak.z);
      // below this, chance makes such peaks everywhere: in the deep search not worth decoding
      if (!decode_anyway && log10_p_of_peak(peak.z, places) > -0.5) break;
      attempt(fold, peak, warp);
      if (best.id) return true;
    }
  }
  return false;
}

/// Spectra one after another, as far up as the fastest sound's bands reach.
std::vector<float> SoundReader::State::spectra_of(std::span<const float> samples) const {
  std::vector<float> all;
  SoundSpectra from;
  from.push(samples, [&](std::span<const float> power) {
    all.insert(all.end(), power.begin(), power.begin() + static_cast<std::ptrdiff_t>(kDeepBins));
  });
  return all;
}

SoundMap SoundReader::State::mapped(std::span<const float> powers, const SoundWarp& warp) const {
  SoundMap seen(warp);
  for (std::size_t i = 0; i + kDeepBins <= powers.size(); i += kDeepBins) seen.push(powers.subspan(i, kDeepBins));
  seen.finish();
  return seen;
}

double SoundReader::State::sync_at(std::span<const float> powers, const SoundWarp& warp) {
  places += kPlacesInBlock;
  const auto peaks = chips.peaks(SoundFold(mapped(powers, warp)), 1);
  if (peaks.empty()) return 0;
  highest = std::max(highest, peaks[0].z);
  return peaks[0].z;
}

/// The best of finer steps around, on more sound: the drift at its ends shows small differences.
SoundWarp SoundReader::State::refined(std::span<const float> powers, SoundWarp warp) {
  SoundWarp best_warp = warp;
  double most = -1;
  for (int i = -5; i <= 5; ++i) {
    SoundWarp tried = warp;
    (warp.speed != 1 ? tried.speed : tried.tempo) *= 1 + i * kFineStep;
    if (const double z = sync_at(powers, tried); z > most) {
      most = z;
      best_warp = tried;
    }
  }
  return best_warp;
}

void SoundReader::State::search() {
  const std::vector<float> powers = spectra_of(kept);
  const std::size_t rows = powers.size() / kDeepBins;
  const auto window = std::min(rows, static_cast<std::size_t>(kCoarseSeconds * kRowsPerSecond));
  // two places, so that a quiet one does not decide
  for (const double share : {0.3, 0.7}) {
    const auto begin = static_cast<std::size_t>(share * static_cast<double>(rows - window));
    const auto part = [&](std::size_t count) {
      return std::span(powers).subspan(begin * kDeepBins, std::min(count, rows - begin) * kDeepBins);
    };
    std::vector<std::pair<double, SoundWarp>> found;
    for (const SoundWarp& warp : warps_tried()) found.emplace_back(sync_at(part(window), warp), warp);
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (std::size_t i = 0; i < std::min(kRefined, found.size()); ++i) {
      const SoundWarp warp = refined(part(2 * window), found[i].second);
      SoundMap seen = mapped(powers, warp);
      const bool done = examine(seen, warp, false);
      if (best.upper && best.warp.speed == warp.speed && best.warp.tempo == warp.tempo) {
        found_map = std::move(seen);
        warped = true;
      }
      if (done) return;
    }
    if (best.upper || rows < 2 * window) return;
  }
}

SoundReader::SoundReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
SoundReader::SoundReader(SoundReader&&) noexcept = default;
SoundReader& SoundReader::operator=(SoundReader&&) noexcept = default;
SoundReader::~SoundReader() = default;

Result<SoundReader> SoundReader::create(const MarkKey& key, int rate, int channels) {
  if (rate < 8000 || rate > 768000)
    return make_error(Code::unsupported, "a sound mark needs a sampling rate of 8 to 768 kHz");
  if (channels < 1 || channels > 64) return make_error(Code::unsupported, "a sound mark needs 1 to 64 channels");
  return SoundReader(std::make_unique<State>(key, rate, channels));
}

Result<void> SoundReader::push(const std::vector<std::vector<float>>& samples) {
  State& s = *state_;
  const auto as_first = [&](const std::vector<float>& channel) { return channel.size() == samples[0].size(); };
  if (samples.size() != s.width || !std::all_of(samples.begin(), samples.end(), as_first))
    return make_error(Code::invalid_argument, "channels of different number or length");
  std::vector<float> mono(samples[0].size(), 0.0F), resampled;
  for (const auto& channel : samples)
    for (std::size_t i = 0; i < mono.size(); ++i)
      if (std::isfinite(channel[i])) mono[i] += channel[i] / static_cast<float>(s.width);
  if (s.resample) s.resampler.push(mono, resampled);
  s.take(s.resample ? resampled : mono);
  return {};
}

SoundReading SoundReader::finish(const Options& options) {
  State& s = *state_;
  if (s.resample) {
    std::vector<float> rest;
    s.resampler.finish(rest);
    s.take(rest);
  }
  s.map.finish();
  constexpr double kLeastSeconds = 2;
  if (s.best.seconds < kLeastSeconds) return s.best;
  if (!s.examine(s.map, {}, true) && !s.best.upper && options.deep) s.search();
  if (!s.best.upper) s.best.evidence = weigh(s.highest, s.places, 1, 0);
  return s.best;
}

const SoundMap& SoundReader::map() const { return state_->warped ? state_->found_map : state_->map; }

}  // namespace bonafide::provenance::mark
