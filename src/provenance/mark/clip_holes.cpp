#include "provenance/mark/clip_holes.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "media/dsp/statistics.h"

namespace bonafide::provenance::mark {

namespace {

constexpr double kLeastExpected = 4;           // deviations: where less is to be expected, a hole cannot be told
constexpr double kMissing = 0.35;              // of what is expected: less than this is a hole
constexpr double kBar = -3;                    // log10 p, all windows counted
constexpr std::array<int, 3> kSides{3, 4, 6};  // parts
// Shorter than two seconds, an untouched clip has holes of its own: seen on vtest.avi, at a cut second.
constexpr std::array<double, 3> kLengths{2, 3, 4};  // seconds

/// z a part-bin should have, by how much energy it holds: medians over the whole clip, that no hole of a few per cent
/// moves.
class Expectation {
 public:
  explicit Expectation(const PartTable& table) {
    std::vector<std::pair<float, float>> all;  // energy, z
    for (const auto& bin : table.bins)
      for (const Part& part : bin.parts)
        if (part.energy > 0) all.emplace_back(part.energy, part.sum / std::sqrt(part.energy));
    std::ranges::sort(all);
    const std::size_t groups = std::min<std::size_t>(kGroups, all.size() / kLeast);
    for (std::size_t g = 0; g < groups; ++g) {
      const std::size_t from = all.size() * g / groups, to = all.size() * (g + 1) / groups;
      std::vector<double> z;
      for (std::size_t i = from; i < to; ++i) z.push_back(static_cast<double>(all[i].second));
      limits_.push_back(all[to - 1].first);
      z_.push_back(std::max(0.0, media::median(z)));
    }
    by_part(table);
    by_time(table);
  }

  double z(const Part& part, std::size_t at, std::size_t bin) const {
    if (z_.empty() || part.energy <= 0) return 0;
    const auto group = static_cast<std::size_t>(std::ranges::lower_bound(limits_, part.energy) - limits_.begin());
    return std::min(kSpread * z_[std::min(group, z_.size() - 1)], part_[at] * time_[bin]);
  }

 private:
  static constexpr std::size_t kGroups = 12, kLeast = 200;
  static constexpr double kSpread = 1.3;

  /// Means over the clip at each place: how strong the mark is there, and how far the codec wears it down.
  void by_part(const PartTable& table) {
    std::vector<double> count;
    part_.resize(static_cast<std::size_t>(table.columns) * static_cast<std::size_t>(table.rows));
    count.resize(part_.size());
    for (const auto& bin : table.bins) {
      for (std::size_t i = 0; i < part_.size(); ++i) {
        if (bin.parts[i].energy <= 0) continue;
        part_[i] += static_cast<double>(bin.parts[i].sum / std::sqrt(bin.parts[i].energy));
        count[i] += 1;
      }
    }
    for (std::size_t i = 0; i < part_.size(); ++i) part_[i] = std::max(0.0, part_[i] / std::max(count[i], 1.0));
  }

  /// How the whole picture fares from bin to bin: a key frame keeps more of the mark than what follows it.
  void by_time(const PartTable& table) {
    double usual = 0;
    for (const double z : part_) usual += z;
    for (const auto& bin : table.bins) {
      double sum = 0;
      for (const Part& part : bin.parts)
        if (part.energy > 0) sum += static_cast<double>(part.sum / std::sqrt(part.energy));
      time_.push_back(usual > 0 ? std::clamp(sum / usual, 0.0, 3.0) : 0);
    }
  }

  std::vector<float> limits_;
  std::vector<double> z_, part_, time_;
};

struct Window {
  std::size_t first = 0, last = 0;  ///< bins, the last not included
  int x = 0, y = 0, side = 0;       ///< parts
  double z = 0, expected = 0, log10_p = 0;
};

class Finder {
 public:
  explicit Finder(const PartTable& table) : table_(table), expectation_(table) {}

  ClipPlaces run() {
    ClipPlaces places;
    places.columns = table_.columns, places.rows = table_.rows;
    places.seconds = static_cast<double>(table_.bins.size()) * table_.bin_s;
    std::vector<Window> holes;
    double verifiable = 0;
    std::vector<std::vector<Window>> scales;
    double independent = 0;  // windows overlap their neighbours: by how much, they count as one, four times over
    for (const int side : kSides) {
      for (const double length : kLengths) {
        scales.push_back(windows(side, length));
        independent += 4 * static_cast<double>(scales.back().size()) / (3.0 * side * side);
      }
    }
    for (std::size_t i = 0; i < scales.size(); ++i) {
      const double share = judge(scales[i], std::max(independent, 1.0));
      if (i == kShown) verifiable = share;
      for (const Window& window : scales[i]) {
        if (window.log10_p <= kBar) holes.push_back(window);
      }
    }
    places.verifiable = verifiable;
    places.unverifiable = 1 - verifiable;
    places.holes = joined(std::move(holes));
    return places;
  }

 private:
  static constexpr std::size_t kShown = 5;  // of the scales: 4 by 4 parts for four seconds

  std::vector<Window> windows(int side, double length) const {
    std::vector<Window> made;
    const auto bins = static_cast<std::size_t>(std::lround(length / table_.bin_s));
    const std::size_t step = std::max<std::size_t>(1, bins / 3);
    for (std::size_t first = 0; first + bins <= table_.bins.size(); first += step) {
      for (int y = 0; y + side <= table_.rows; ++y)
        for (int x = 0; x + side <= table_.columns; ++x) made.push_back(measured({first, first + bins, x, y, side}));
    }
    return made;
  }

  Window measured(Window window) const {
    double sum = 0, energy = 0, expected = 0;
    for (std::size_t bin = window.first; bin < window.last; ++bin) {
      for (int i = 0; i < window.side * window.side; ++i) {
        const auto at =
            static_cast<std::size_t>((window.y + i / window.side) * table_.columns + window.x + i % window.side);
        const Part& part = table_.bins[bin].parts[at];
        if (part.energy <= 0) continue;
        sum += static_cast<double>(part.sum), energy += static_cast<double>(part.energy);
        expected += expectation_.z(part, at, bin) * std::sqrt(static_cast<double>(part.energy));
      }
    }
    if (energy > 0) window.z = sum / std::sqrt(energy), window.expected = expected / std::sqrt(energy);
    return window;
  }

  /// Against how windows of this size scatter about what is expected of them in this clip, downwards. The share of them
  /// in which a mark that is gone (a tenth of it seems to be left, by chance) would be told.
  static double judge(std::vector<Window>& windows, double independent) {
    constexpr std::size_t kLeast = 50;
    std::vector<double> off;
    for (const Window& window : windows)
      if (window.expected >= kLeastExpected) off.push_back((window.z - window.expected) / std::sqrt(window.expected));
    if (off.size() < kLeast) return 0;
    const double middle = media::median(off), deviation = middle - media::quantile(off, 0.16);
    double would_tell = 0;
    for (Window& window : windows) {
      if (window.expected < kLeastExpected) continue;
      const double root = std::sqrt(window.expected);
      const double spread = std::max(deviation, 1 / root);  // chips alone scatter by 1
      const auto log10_p = [&](double z) {
        const double below = middle - (z - window.expected) / root;
        return std::min(0.0, media::log10_normal_tail(below / spread) + std::log10(independent));
      };
      if (log10_p(0.1 * window.expected) <= kBar) would_tell += 1;
      if (window.z <= kMissing * window.expected) window.log10_p = log10_p(window.z);
    }
    return would_tell / static_cast<double>(windows.size());
  }

  /// Windows that overlap are one hole: its box and time are those of the surest, grown by what is nearly as sure.
  std::vector<ClipHole> joined(std::vector<Window> windows) const {
    std::ranges::sort(windows, {}, &Window::log10_p);
    std::vector<Window> kept;
    std::vector<ClipHole> holes;
    for (const Window& window : windows) {
      const auto overlaps = [&](std::size_t i) {
        const Window& k = kept[i];
        return window.first < k.last && k.first < window.last && window.x < k.x + k.side &&
               k.x < window.x + window.side && window.y < k.y + k.side && k.y < window.y + window.side;
      };
      std::size_t of = 0;
      while (of < kept.size() && !overlaps(of)) ++of;
      const double begin = table_.bins[window.first].begin_s, end = table_.bins[window.last - 1].begin_s + table_.bin_s;
      if (of == kept.size()) {
        kept.push_back(window);
        holes.push_back(
            {begin, end, {window.x, window.y, window.side, window.side}, window.z, window.expected, window.log10_p});
        continue;
      }
      if (window.log10_p > 0.5 * holes[of].log10_p) continue;
      ClipHole& hole = holes[of];
      hole.begin_s = std::min(hole.begin_s, begin), hole.end_s = std::max(hole.end_s, end);
      const int right = std::max(hole.box.x + hole.box.width, window.x + window.side);
      const int bottom = std::max(hole.box.y + hole.box.height, window.y + window.side);
      hole.box.x = std::min(hole.box.x, window.x), hole.box.y = std::min(hole.box.y, window.y);
      hole.box.width = right - hole.box.x, hole.box.height = bottom - hole.box.y;
    }
    return holes;
  }

  const PartTable& table_;
  Expectation expectation_;
};

/// The beginning of the row of signs at which the whole picture stands out most, for the whole clip.
void give_signs(PartTable& table, const std::array<float, kStretches>& signs) {
  constexpr std::int64_t kPhases = 2 * kStretches;  // bins in a row of signs
  std::vector<double> whole;
  for (const auto& bin : table.bins) {
    double sum = 0;
    for (const Part& part : bin.parts) sum += static_cast<double>(part.sum);
    whole.push_back(sum);
  }
  const auto sign = [&](const PartTable::Bin& bin, std::int64_t phase) {
    return signs[static_cast<std::size_t>(((bin.number + phase) % kPhases + kPhases) % kPhases / 2)];
  };
  std::int64_t best = 0;
  double most = -1e300;
  for (std::int64_t phase = 0; phase < kPhases; ++phase) {
    double sum = 0;
    for (std::size_t i = 0; i < whole.size(); ++i) sum += static_cast<double>(sign(table.bins[i], phase)) * whole[i];
    if (sum > most) most = sum, best = phase;
  }
  for (auto& bin : table.bins)
    for (Part& part : bin.parts) part.sum *= sign(bin, best);
}

}  // namespace

ClipPlaces find_holes(PartTable table, const std::array<float, kStretches>& signs) {
  if (table.bins.empty()) return {};
  give_signs(table, signs);
  return Finder(table).run();
}

}  // namespace bonafide::provenance::mark
