#include "provenance/mark/clip_reader.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <deque>
#include <functional>
#include <opencv2/imgproc.hpp>
#include <thread>

#include "provenance/mark/clip_layout.h"
#include "provenance/mark/tile_layout.h"
#include "provenance/mark/tile_plane.h"

namespace bonafide::provenance::mark {

namespace {

constexpr double kBin = kStretch / 2;  // seconds that are summed before anything else; the beginning may lie anywhere
constexpr int kPhases = 2 * kStretches;
constexpr std::array<double, 4> kWindows{1, 2, 4, 8};
constexpr double kEvery = 1;  // seconds between two reads
constexpr int kLeastSide = 32;
constexpr int kKeptShort = 3 * kShortCells;  // pixels on the short side of what is kept of a bin
constexpr int kCheckBits = 22;
constexpr double kWorthDecoding = 4.5;
constexpr double kPlaces = static_cast<double>(kFold) * kFold * kLayouts;
constexpr std::array<int, 1> kAsIs{0};
constexpr std::array<int, 8> kAllTurns{0, 1, 2, 3, 4, 5, 6, 7};

/// The mean of the frames of kBin seconds: what moves is blurred away, the mark stands still.
struct Bin {
  std::int64_t number = 0;  ///< seconds / kBin, downwards
  cv::Mat1f sum;
  int frames = 0;
  Fold fold;  ///< at the scale of an uncropped frame
};

struct Found {
  double z = -1e9;
  int phase = 0;
  double scale = 1;
  SyncPeak peak;
  Fold fold;
};

/// The sign of a bin when stretch 0 begins `phase` bins before bin 0. A bin that two stretches share counts little.
float sign_of(const std::array<float, kStretches>& signs, std::int64_t bin, int phase) {
  const auto at = static_cast<std::size_t>(((bin + phase) % kPhases + kPhases) % kPhases);
  return signs[at / 2];
}

}  // namespace

struct ClipReader::State {
  State(const MarkKey& key, const ClipSearch& asked) : layout(key), signs(time_signs(key)), search(asked) {}

  void close_bin();
  void read_now(const Context& context);
  Found best_phase(std::span<const Fold* const> folds, std::int64_t first, std::span<const int> turns) const;
  bool claim(const Found& found, double cell_px, double from, double to);
  bool read_window(double seconds, std::span<const int> turns);
  void read_deep(const Context& context);
  void begin_again();

  TileLayout layout;
  std::array<float, kStretches> signs;
  ClipSearch search;
  ClipAnswer answer;
  cv::Size size;
  double shrink = 1, cell_px = 0;  // of the frames; kept pictures are `shrink` times as large
  Bin open;
  std::deque<Bin> bins;
  double next_read = kEvery;
  int attempts = 0;
  bool claimed = false;
};

void ClipReader::State::begin_again() {
  bins.clear();
  open = {};
  claimed = false;
}

void ClipReader::State::close_bin() {
  if (open.frames == 0) return;
  open.sum *= 1.0 / open.frames;
  open.fold = folded(whitened(working_picture(open.sum, cell_px * shrink)), 1, 1);
  bins.push_back(std::move(open));
  open = {};
  const auto most = static_cast<std::size_t>(kWindows.back() / kBin) + 1;
  while (bins.size() > most) bins.pop_front();
}

/// All phases; with and without what the bins have in common, which is the picture when it stands still.
Found ClipReader::State::best_phase(std::span<const Fold* const> folds, std::int64_t first,
                                    std::span<const int> turns) const {
  Found best;
  for (int phase = 0; phase < kPhases; ++phase) {
    std::vector<float> weights(folds.size());
    float mean = 0;
    for (std::size_t i = 0; i < folds.size(); ++i) {
      weights[i] = folds[i] == nullptr ? 0 : sign_of(signs, first + static_cast<std::int64_t>(i), phase);
      mean += weights[i] / static_cast<float>(folds.size());
    }
    if (std::abs(mean) > 0.9F) continue;  // one sign all the time: nothing tells it from a still picture
    Found found;
    found.phase = phase;
    found.fold.assign(static_cast<std::size_t>(kFold) * kFold, 0.0F);
    for (std::size_t i = 0; i < folds.size(); ++i) {
      if (folds[i] == nullptr) continue;
      const float weight = weights[i] - mean;
      for (std::size_t j = 0; j < found.fold.size(); ++j) found.fold[j] += weight * (*folds[i])[j];
    }
    found.peak = find_sync(layout, found.fold, turns);
    found.z = found.peak.z;
    if (found.z > best.z) best = std::move(found);
  }
  return best;
}

bool ClipReader::State::claim(const Found& found, double cell, double from, double to) {
  answer.best_z = std::max(answer.best_z, found.z);
  if (found.z < kWorthDecoding) return false;
  ++attempts;
  const auto id = TileLayout::decode(soft_at(layout, found.fold, found.peak));
  if (!id) return false;
  const Evidence evidence = weigh(found.z, answer.hypotheses, attempts, kCheckBits);
  if (evidence.log10_p > search.log10_bar) return false;
  claimed = true;
  if (!answer.readings.empty() && answer.readings.back().id == *id && from <= answer.readings.back().to + kEvery) {
    ClipReading& last = answer.readings.back();
    last.to = to;
    if (evidence.log10_p < last.evidence.log10_p) last.evidence = evidence;
    return true;
  }
  const TilePlace place{found.peak.turn, found.peak.layout, found.peak.shift_x, found.peak.shift_y};
  answer.readings.push_back({*id, evidence, from, to, cell, found.phase * kBin, place});
  return true;
}

bool ClipReader::State::read_window(double seconds, std::span<const int> turns) {
  const auto count = static_cast<std::int64_t>(std::lround(seconds / kBin));
  const std::int64_t last = bins.back().number, first = last - count + 1;
  std::vector<const Fold*> folds(static_cast<std::size_t>(count), nullptr);
  for (const Bin& bin : bins)
    if (bin.number >= first) folds[static_cast<std::size_t>(bin.number - first)] = &bin.fold;
  answer.hypotheses += kPlaces * kPhases * static_cast<double>(turns.size());
  const Found found = best_phase(folds, first, turns);
  return claim(found, cell_px, static_cast<double>(first) * kBin, static_cast<double>(last + 1) * kBin);
}

void ClipReader::State::read_now(const Context& context) {
  if (bins.empty()) return;
  const double there = static_cast<double>(bins.back().number - bins.front().number + 1) * kBin;
  for (const double seconds : kWindows) {
    if (context.stopped() || seconds > there + kBin) break;
    if (read_window(seconds, kAsIs)) return;
  }
}

/// Crops make cells larger than the short side says, frames around the picture make them smaller.
void ClipReader::State::read_deep(const Context& context) {
  constexpr double kSmallest = 0.7, kLargest = 1.7, kLevelRatio = 1.16;
  if (bins.empty()) return;
  std::vector<double> levels;
  for (double ratio = kSmallest * std::sqrt(kLevelRatio); ratio < kLargest; ratio *= kLevelRatio)
    levels.push_back(ratio);
  const std::int64_t first = bins.front().number;
  for (const double ratio : levels) {
    std::vector<cv::Mat1f> planes(static_cast<std::size_t>(bins.back().number - first) + 1);
    for (const Bin& bin : bins)
      planes[static_cast<std::size_t>(bin.number - first)] =
          whitened(working_picture(bin.sum, cell_px * shrink * ratio));
    const cv::Mat1f& any = planes.front();
    const double step = 1.6 / std::max(any.cols, any.rows);
    const int steps = static_cast<int>(std::ceil(std::log(kLevelRatio) / 2 / step));
    std::vector<Found> found(static_cast<std::size_t>(2 * steps));
    std::atomic<std::size_t> next{0};
    const auto loop = [&] {
      for (std::size_t i = next++; i < found.size() && !context.stopped(); i = next++) {
        const double scale = std::exp((static_cast<double>(i) - steps) * step);
        std::vector<Fold> folds(planes.size());
        std::vector<const Fold*> there(planes.size(), nullptr);
        for (std::size_t b = 0; b < planes.size(); ++b) {
          if (planes[b].empty()) continue;
          folds[b] = folded(planes[b], scale, scale);
          there[b] = &folds[b];
        }
        found[i] = best_phase(there, first, kAsIs);
        found[i].scale = ratio / scale;
      }
    };
    std::vector<std::jthread> others;
    for (int i = 1; i < search.threads; ++i) others.emplace_back(loop);
    loop();
    others.clear();
    answer.hypotheses += kPlaces * kPhases * static_cast<double>(found.size());
    std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.z > b.z; });
    for (std::size_t i = 0; i < std::min<std::size_t>(3, found.size()); ++i) {
      if (claim(found[i], cell_px * found[i].scale, static_cast<double>(first) * kBin,
                static_cast<double>(bins.back().number + 1) * kBin))
        return;
    }
    if (context.stopped()) return;
  }
}

ClipReader::ClipReader(const MarkKey& key, const ClipSearch& search) : state_(std::make_unique<State>(key, search)) {}
ClipReader::ClipReader(ClipReader&&) noexcept = default;
ClipReader::~ClipReader() = default;

Result<void> ClipReader::add(media::GreyView luma, double seconds, const Context& context) {
  State& state = *state_;
  if (context.stopped()) return make_error(Code::cancelled, "stopped");
  if (std::min(luma.width, luma.height) < kLeastSide || !std::isfinite(seconds)) return {};
  const cv::Size size(luma.width, luma.height);
  const auto number = static_cast<std::int64_t>(std::floor(seconds / kBin));
  if (size != state.size || (!state.bins.empty() && number < state.bins.back().number)) {
    state.begin_again();
    state.size = size;
    const int short_side = std::min(size.width, size.height);
    state.cell_px = static_cast<double>(short_side) / kShortCells;
    state.shrink = std::min(1.0, static_cast<double>(kKeptShort) / short_side);
    state.next_read = seconds + kEvery;
  }
  if (state.open.frames > 0 && number != state.open.number) {
    state.close_bin();
    if (seconds >= state.next_read) {
      state.read_now(context);
      state.next_read += kEvery * std::max(1.0, std::ceil((seconds - state.next_read) / kEvery));
    }
  }
  const cv::Mat1b whole(luma.height, luma.width, const_cast<std::uint8_t*>(luma.data),  // only read
                        static_cast<std::size_t>(luma.stride));
  cv::Mat1b small = whole;
  if (state.shrink < 1) cv::resize(whole, small, {}, state.shrink, state.shrink, cv::INTER_AREA);
  if (state.open.frames == 0) {
    state.open.number = number;
    state.open.sum = cv::Mat1f(small.size(), 0.0F);
  }
  cv::add(state.open.sum, small, state.open.sum, cv::noArray(), CV_32F);
  ++state.open.frames;
  return {};
}

Result<ClipAnswer> ClipReader::finish(const Context& context) {
  State& state = *state_;
  state.close_bin();
  state.read_now(context);
  if (state.search.deep && !state.claimed && !state.bins.empty() && !context.stopped()) {
    if (!state.read_window(kWindows.back(), kAllTurns)) state.read_deep(context);
  }
  if (context.stopped()) return make_error(Code::cancelled, "stopped");
  return std::move(state.answer);
}

}  // namespace bonafide::provenance::mark
