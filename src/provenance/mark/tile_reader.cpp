#include "provenance/mark/tile_reader.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <functional>
#include <mutex>
#include <thread>

#include "provenance/mark/tile_plane.h"

namespace bonafide::provenance::mark {

namespace {

constexpr std::array<int, 8> kAllTurns{0, 1, 2, 3, 4, 5, 6, 7};
constexpr std::array<int, 2> kUpright{0, 4};
constexpr std::array<int, 1> kAsIs{0};
constexpr double kPlaces = static_cast<double>(kFold) * kFold * kLayouts;  // per fold and turn
constexpr double kWorthDecoding = 4.5;  // below, chance has thousands of such peaks and the checksum alone would decide
constexpr int kCheckBits = 22;

struct Candidate {
  SyncPeak peak;
  std::size_t level = 0;  ///< index of its plane
  TileGeometry geometry;
};

struct Level {
  double cell_px = 0;
  cv::Mat1f plane;
};

// One read: planes at several cell sizes, the folds tried on them, and what came of it.
class Search {
 public:
  Search(const TileLayout& layout, const cv::Mat1f& luma, const TileSearch& options, const Context& context)
      : layout_(layout), luma_(luma), options_(options), context_(context) {}

  Result<TileAnswer> run();

 private:
  double guess(int cells = kShortCells) const { return static_cast<double>(std::min(luma_.cols, luma_.rows)) / cells; }
  std::size_t add_level(double cell_px);
  void each(std::size_t count, const std::function<void(std::size_t)>& work) const;
  void scan(const std::vector<Candidate>& places, std::span<const int> turns, std::vector<Candidate>& found);
  void scan_scales(std::vector<Candidate>& found);
  void scan_angles(std::size_t level, std::vector<Candidate>& found);
  void scan_aspects(std::size_t level, std::vector<Candidate>& found);
  bool decide(std::vector<Candidate> found, std::size_t most);
  Candidate refined(Candidate candidate);
  bool decode(const Candidate& candidate);

  const TileLayout& layout_;
  const cv::Mat1f& luma_;
  const TileSearch& options_;
  const Context& context_;
  std::vector<Level> levels_;
  TileAnswer answer_;
  int attempts_ = 0;
};

std::size_t Search::add_level(double cell_px) {
  levels_.push_back({cell_px, whitened(working_picture(luma_, cell_px))});
  return levels_.size() - 1;
}

void Search::each(std::size_t count, const std::function<void(std::size_t)>& work) const {
  std::atomic<std::size_t> next{0};
  const auto loop = [&] {
    for (std::size_t i = next++; i < count && !context_.stopped(); i = next++) work(i);
  };
  std::vector<std::jthread> others;
  for (int i = 1; i < options_.threads; ++i) others.emplace_back(loop);
  loop();
}

// Candidates keep the order of the places: the answer does not depend on the number of threads.
void Search::scan(const std::vector<Candidate>& places, std::span<const int> turns, std::vector<Candidate>& found) {
  const std::size_t first = found.size();
  found.insert(found.end(), places.begin(), places.end());
  each(places.size(), [&](std::size_t i) {
    Candidate& candidate = found[first + i];
    const Fold fold = folded(levels_[candidate.level].plane, candidate.geometry);
    candidate.peak = find_sync(layout_, fold, turns);
  });
  answer_.hypotheses += kPlaces * static_cast<double>(turns.size() * places.size());
}

bool stronger(const Candidate& a, const Candidate& b) { return a.peak.z > b.peak.z; }

// Steps at which the far corner moves by less than half a working pixel between two neighbours' middles.
double step_of(const Level& level) { return 1.6 / std::max(level.plane.cols, level.plane.rows); }

// Crops make cells larger than the short side says, frames around the picture make them smaller.
void Search::scan_scales(std::vector<Candidate>& found) {
  constexpr double kSmallest = 0.6, kLargest = 3.3, kLevelRatio = 1.16;  // whitening is good for ±8 %
  std::vector<double> sizes;
  for (double ratio = kSmallest * std::sqrt(kLevelRatio); ratio < kLargest; ratio *= kLevelRatio)
    sizes.push_back(guess() * ratio);
  const std::size_t first = levels_.size();
  levels_.resize(first + sizes.size());
  each(sizes.size(), [&](std::size_t i) {
    levels_[first + i] = {sizes[i], whitened(working_picture(luma_, sizes[i]))};
  });
  std::vector<Candidate> places;
  for (std::size_t i = first; i < levels_.size(); ++i) {
    if (levels_[i].plane.empty()) continue;  // stopped
    const double step = step_of(levels_[i]);
    const int steps = static_cast<int>(std::ceil(std::log(kLevelRatio) / 2 / step));
    for (int k = -steps; k < steps; ++k) {
      const double scale = std::exp(k * step);
      places.push_back({{}, i, {scale, scale, 0}});
    }
  }
  scan(places, kUpright, found);
}

// A picture turned by a few degrees on its own canvas keeps its scale.
void Search::scan_angles(std::size_t at, std::vector<Candidate>& found) {
  const Level& level = levels_[at];
  const double diagonal = std::hypot(level.plane.cols, level.plane.rows);
  const double turn_step = std::max(0.2, 1.4 / diagonal * 180 / CV_PI);
  const int turns = static_cast<int>(std::floor(options_.most_angle / turn_step));
  constexpr double kScales = 0.02;
  const double step = step_of(level) * 1.2;
  const int scales = static_cast<int>(std::ceil(kScales / step));
  std::vector<Candidate> by_angle(static_cast<std::size_t>(2 * turns + 1));
  each(by_angle.size(), [&](std::size_t i) {
    const double angle = (static_cast<double>(i) - turns) * turn_step;
    const cv::Mat1f plane = turned_back(level.plane, angle);
    Candidate best;
    best.peak.z = -1e9;
    for (int k = -scales; k <= scales; ++k) {
      const double scale = std::exp(k * step);
      const SyncPeak peak = find_sync(layout_, folded(plane, scale, scale), kAsIs);
      if (peak.z > best.peak.z) best = {peak, at, {scale, scale, angle}};
    }
    by_angle[i] = best;
  });
  found.insert(found.end(), by_angle.begin(), by_angle.end());
  answer_.hypotheses += kPlaces * static_cast<double>(by_angle.size()) * (2 * scales + 1);
}

void Search::scan_aspects(std::size_t level, std::vector<Candidate>& found) {
  std::vector<Candidate> places;
  const double step = step_of(levels_[level]) * 1.2;
  const int steps = static_cast<int>(std::ceil(0.05 / step));
  for (int x = -steps; x <= steps; ++x)
    for (int y = -steps; y <= steps; ++y) places.push_back({{}, level, {std::exp(x * step), std::exp(y * step), 0}});
  scan(places, kAsIs, found);
}

// Climbs in x scale, y scale and angle, with steps that shrink. Each step looks at all shifts again, and counts.
Candidate Search::refined(Candidate candidate) {
  const cv::Mat1f& plane = levels_[candidate.level].plane;
  const std::array<int, 1> turn{candidate.peak.turn};
  double step = step_of(levels_[candidate.level]) / 2;
  for (int round = 0; round < 3; ++round, step /= 2) {
    Candidate best = candidate;
    const double degrees = step * 180 / CV_PI;
    const std::array<TileGeometry, 8> moves{{{1 + step, 1 + step, 0},
                                             {1 - step, 1 - step, 0},
                                             {1, 1, degrees},
                                             {1, 1, -degrees},
                                             {1 + step, 1, 0},
                                             {1 - step, 1, 0},
                                             {1, 1 + step, 0},
                                             {1, 1 - step, 0}}};
    for (const TileGeometry& move : moves) {
      Candidate next = candidate;
      next.geometry = {candidate.geometry.scale_x * move.scale_x, candidate.geometry.scale_y * move.scale_y,
                       candidate.geometry.angle + move.angle};
      next.peak = find_sync(layout_, folded(plane, next.geometry), turn);
      if (next.peak.z > best.peak.z) best = next;
    }
    answer_.hypotheses += kPlaces * static_cast<double>(moves.size());
    candidate = best;
  }
  return candidate;
}

bool Search::decode(const Candidate& candidate) {
  const Level& level = levels_[candidate.level];
  const Fold fold = folded(level.plane, candidate.geometry);
  ++attempts_;
  const auto id = TileLayout::decode(soft_at(layout_, fold, candidate.peak));
  if (!id) return false;
  const Evidence evidence = weigh(candidate.peak.z, answer_.hypotheses, attempts_, kCheckBits);
  if (evidence.log10_p > options_.log10_bar) return false;
  TileReading reading{.id = *id, .evidence = evidence};
  reading.cell_px = level.cell_px / candidate.geometry.scale_x;
  reading.cell_py = level.cell_px / candidate.geometry.scale_y;
  reading.angle = candidate.geometry.angle;
  reading.turn = candidate.peak.turn;
  reading.layout = candidate.peak.layout;
  reading.origin_x = candidate.peak.shift_x * reading.cell_px / kCellPixels;
  reading.origin_y = candidate.peak.shift_y * reading.cell_py / kCellPixels;
  answer_.reading = reading;
  return true;
}

bool Search::decide(std::vector<Candidate> found, std::size_t most) {
  std::stable_sort(found.begin(), found.end(), stronger);
  if (!found.empty()) answer_.best_z = std::max(answer_.best_z, found.front().peak.z);
  for (std::size_t i = 0; i < std::min(most, found.size()); ++i) {
    if (found[i].peak.z < kWorthDecoding || context_.stopped()) break;
    if (decode(found[i])) return true;
    const Candidate better = refined(found[i]);
    answer_.best_z = std::max(answer_.best_z, better.peak.z);
    if (better.peak.z > found[i].peak.z && decode(better)) return true;
  }
  return false;
}

Result<TileAnswer> Search::run() {
  constexpr int kLeast = 32;
  if (luma_.cols < kLeast || luma_.rows < kLeast) return answer_;
  const int short_side = std::min(luma_.cols, luma_.rows);
  std::vector<Candidate> places{{{}, add_level(guess()), {}}};
  if (short_side < 2 * kSmallSide) places.push_back({{}, add_level(guess(kSmallShortCells)), {}});  // of a small still
  std::vector<Candidate> found;
  scan(places, kAllTurns, found);
  std::vector<Candidate> likely = found;
  std::stable_sort(likely.begin(), likely.end(), stronger);
  bool done = false;
  for (const Candidate& candidate : likely) done = done || (candidate.peak.z >= kWorthDecoding && decode(candidate));
  answer_.best_z = likely.front().peak.z;
  if (options_.deep && !done) {
    scan_scales(found);
    done = decide(found, 12);
    const std::size_t kinds = short_side < kSmallSide ? 2 : 1;  // what was enlarged and turned is missed
    for (std::size_t level = 0; !done && options_.most_angle > 0 && level < kinds; ++level) {
      found.clear();
      scan_angles(level, found);
      done = decide(found, 6);
    }
    for (std::size_t level = 0; !done && options_.aspect && level < kinds; ++level) {
      found.clear();
      scan_aspects(level, found);
      done = decide(found, 6);
    }
  }
  if (context_.stopped()) return make_error(Code::cancelled, "stopped");
  return answer_;
}

}  // namespace

struct TileReader::State {
  TileLayout layout;
};

TileReader::TileReader(const MarkKey& key) : state_(std::make_unique<State>(State{TileLayout(key)})) {}
TileReader::TileReader(TileReader&&) noexcept = default;
TileReader::~TileReader() = default;

Result<TileAnswer> TileReader::read(media::GreyView luma, const TileSearch& search, const Context& context) const {
  const cv::Mat1f values = float_of(luma);
  return Search(state_->layout, values, search, context).run();
}

}  // namespace bonafide::provenance::mark
