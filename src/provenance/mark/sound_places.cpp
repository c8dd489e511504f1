#include "provenance/mark/sound_places.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "provenance/mark/sound_layout.h"

namespace bonafide::provenance::mark {

namespace {

constexpr std::size_t kCycle = static_cast<std::size_t>(kStepsInBlock) * kSoundQuarters;
constexpr std::size_t kSlotRows = kStepsInSlot;
constexpr std::size_t kUnitRows = 11 * kSlotRows;    // 0.51 s
constexpr std::size_t kWindowRows = 43 * kSlotRows;  // 2.0 s, what an alignment is looked for in
constexpr double kSecondsPerRow = static_cast<double>(kSoundStep) / kSoundRate;
// Of one alignment among 3,456 in a window: chance reaches it once in 10^7 windows.
constexpr double kAligned = 6.6;
constexpr double kStillAligned = 4.0;  // of the alignment before: one hypothesis
constexpr double kNumbered = 5.5;      // of one number among a thousand
constexpr double kVerified = 2.0;      // of a second around: 2 % of unmarked sound reaches it
constexpr double kActive = 0.25;
constexpr std::size_t kCyclesTried = 180;  // an hour beyond the file's own length

struct Score {
  double sum = 0, energy = 0;
  double active = 0, chips = 0;
  double z() const { return energy > 0 ? sum / std::sqrt(energy) : 0; }
  void add(const Score& other) {
    sum += other.sum;
    energy += other.energy;
    active += other.active;
    chips += other.chips;
  }
};

/// Rows [from, to) of the file in which row j is row j + shift of the mark's cycle.
struct Stretch {
  std::size_t from = 0, to = 0;
  std::size_t shift = 0;
  std::optional<std::int64_t> absolute;  ///< row j is row j + absolute of the work
};

class Locator {
 public:
  Locator(const SoundMap& map, const MarkKey& key, std::uint64_t id) : map_(map), layout_(key) {
    for (int q = 0; q < kSoundQuarters; ++q) {
      const auto signs = layout_.signs_of(id, q);
      signs_.insert(signs_.end(), signs.begin(), signs.end());
    }
  }

  SoundPlaces run(double pace);

 private:
  Score slot(std::size_t row, const float* signs) const;
  Score window(std::size_t from, std::size_t to, std::size_t shift) const;
  std::vector<Stretch> stretches() const;
  std::optional<std::size_t> align(std::size_t from, std::size_t before) const;
  void number(Stretch& stretch);
  double numbered(const Stretch& stretch, std::size_t cycle);
  const std::vector<float>& place(std::int64_t block);
  std::size_t boundary(const Stretch& left, const Stretch& right) const;
  SoundUnit unit(std::size_t from, const std::vector<Stretch>& all) const;
  static SoundState state_of(const std::vector<SoundUnit>& units, std::size_t i);

  const SoundMap& map_;
  SoundLayout layout_;
  std::vector<float> signs_;  ///< of four blocks, 0 where the part numbers them
  std::map<std::int64_t, std::vector<float>> place_;
};

Score Locator::slot(std::size_t row, const float* signs) const {
  Score score;
  const auto values = map_.row(row);
  float sum = 0, energy = 0;
  int active = 0, chips = 0;
  for (std::size_t b = 0; b < values.size(); ++b) {
    if (signs[b] == 0) continue;
    const auto value = static_cast<float>(values[b]);
    sum += signs[b] * value;
    energy += value * value;
    active += values[b] != 0 ? 1 : 0;
    ++chips;
  }
  return {static_cast<double>(sum), static_cast<double>(energy), static_cast<double>(active),
          static_cast<double>(chips)};
}

/// All slots that begin in [from, to).
Score Locator::window(std::size_t from, std::size_t to, std::size_t shift) const {
  Score score;
  const std::size_t first = from + (kSlotRows - (from + shift) % kSlotRows) % kSlotRows;
  for (std::size_t row = first; row < std::min(to, map_.rows()); row += kSlotRows)
    score.add(slot(row, signs_.data() + (row + shift) % kCycle / kSlotRows * map_.bands()));
  return score;
}

std::optional<std::size_t> Locator::align(std::size_t from, std::size_t before) const {
  const std::size_t to = from + kWindowRows;
  double best = 0;
  std::size_t found = 0;
  for (const std::size_t shift : {before, before + 1, before + kCycle - 1}) {
    const double z = window(from, to, shift % kCycle).z();
    if (z > best) {
      best = z;
      found = shift % kCycle;
    }
  }
  if (best >= kStillAligned) return found;
  best = 0;
  for (std::size_t shift = 0; shift < kCycle; ++shift) {
    const double z = window(from, to, shift).z();
    if (z > best) {
      best = z;
      found = shift;
    }
  }
  return best >= kAligned ? std::optional(found) : std::nullopt;
}

std::vector<Stretch> Locator::stretches() const {
  std::vector<Stretch> all;
  std::size_t before = 0;
  for (std::size_t from = 0; from + kWindowRows <= map_.rows(); from += kUnitRows) {
    const auto shift = align(from, before);
    if (!shift) continue;
    const std::size_t apart = (*shift + kCycle - before) % kCycle;
    const bool same = !all.empty() && (apart <= 2 || apart >= kCycle - 2);
    if (!same) all.push_back({from, from, *shift, {}});
    all.back().to = from + kWindowRows;
    all.back().shift = *shift;
    before = *shift;
  }
  return all;
}

const std::vector<float>& Locator::place(std::int64_t block) {
  auto& signs = place_[block];
  if (!signs.empty()) return signs;
  signs = layout_.place_signs(block);
  const auto chips = layout_.chips(0);  // where they lie is the same in every block
  for (std::size_t i = 0; i < signs.size(); ++i)
    if (chips[i].part != SoundPart::place) signs[i] = 0;
  return signs;
}

/// z of the numbered chips of at most one cycle, if the stretch lay in this cycle of the work.
double Locator::numbered(const Stretch& stretch, std::size_t cycle) {
  Score score;
  const std::size_t first = stretch.from + (kSlotRows - (stretch.from + stretch.shift) % kSlotRows) % kSlotRows;
  const std::size_t last = std::min({stretch.to, map_.rows(), stretch.from + kCycle});
  const std::size_t wraps = (stretch.from + stretch.shift) / kCycle;
  for (std::size_t row = first; row < last; row += kSlotRows) {
    const std::size_t work = row + stretch.shift - wraps * kCycle + cycle * kCycle;
    const std::size_t in_block = work % kStepsInBlock / kSlotRows;
    score.add(slot(row, place(static_cast<std::int64_t>(work / kStepsInBlock)).data() + in_block * map_.bands()));
  }
  return score.z();
}

void Locator::number(Stretch& stretch) {
  const std::size_t cycles = map_.rows() / kCycle + kCyclesTried;
  const std::size_t wraps = (stretch.from + stretch.shift) / kCycle;
  double best = 0;
  std::size_t found = 0;
  for (std::size_t cycle = 0; cycle < cycles; ++cycle) {
    const double z = numbered(stretch, cycle);
    if (z > best) {
      best = z;
      found = cycle;
    }
  }
  if (best < kNumbered) return;
  stretch.absolute =
      static_cast<std::int64_t>(stretch.shift) +
      (static_cast<std::int64_t>(found) - static_cast<std::int64_t>(wraps)) * static_cast<std::int64_t>(kCycle);
}

/// The row where the left alignment's chips end and the right one's begin, most likely.
std::size_t Locator::boundary(const Stretch& left, const Stretch& right) const {
  const std::size_t from = left.to > kWindowRows ? left.to - kWindowRows : 0;
  const std::size_t to = std::min(right.from + kWindowRows, map_.rows());
  double gained = 0, best = 0;  // of leaving everything to the right
  std::size_t found = from;
  for (std::size_t row = from; row + 1 < to; ++row) {
    gained += window(row, row + 1, left.shift).sum - window(row, row + 1, right.shift).sum;
    if (gained > best) {
      best = gained;
      found = row + 1 + kSlotRows / 2;
    }
  }
  return std::min(found, to);
}

SoundUnit Locator::unit(std::size_t from, const std::vector<Stretch>& all) const {
  SoundUnit made{static_cast<double>(from) * kSecondsPerRow, 0, 0};
  const Stretch* left = nullptr;
  const Stretch* right = nullptr;
  for (const Stretch& stretch : all) {
    if (stretch.from <= from) left = &stretch;
    if (right == nullptr && stretch.to >= from + kUnitRows) right = &stretch;
  }
  if (left == right) right = nullptr;
  bool first = true;
  for (const Stretch* const stretch : {left, right}) {
    if (stretch == nullptr) continue;
    const Score score = window(from, from + kUnitRows, stretch->shift);
    if (first || score.z() > made.z) made.z = score.z();
    made.active = score.chips > 0 ? score.active / score.chips : 0;
    first = false;
  }
  return made;
}

/// A unit is weighed with half of each neighbour, or by itself where that says more.
SoundState Locator::state_of(const std::vector<SoundUnit>& units, std::size_t i) {
  if (units[i].active < kActive) return SoundState::unverifiable;
  double z = units[i].z, weight = 1;
  for (const std::size_t k : {i - 1, i + 1}) {  // i - 1 wraps round for 0 and is left out by the test
    if (k >= units.size() || units[k].active < kActive) continue;
    z += 0.5 * units[k].z;
    weight += 0.25;
  }
  return std::max(units[i].z, z / std::sqrt(weight)) >= kVerified ? SoundState::verified : SoundState::altered;
}

/// Half a second alone is not enough to call anything altered.
void leave_out_single(std::vector<SoundState>& states) {
  const auto altered = [&](std::size_t i) { return i < states.size() && states[i] == SoundState::altered; };
  std::vector<SoundState> kept = states;
  for (std::size_t i = 0; i < states.size(); ++i)
    if (altered(i) && !altered(i + 1) && (i == 0 || !altered(i - 1))) kept[i] = SoundState::unverifiable;
  states = std::move(kept);
}

SoundPlaces Locator::run(double pace) {
  SoundPlaces places;
  std::vector<Stretch> all = stretches();
  if (all.empty()) return places;
  for (Stretch& stretch : all) number(stretch);
  for (std::size_t from = 0; from + kUnitRows <= map_.rows(); from += kUnitRows)
    places.units.push_back(unit(from, all));
  std::vector<SoundState> states;
  for (std::size_t i = 0; i < places.units.size(); ++i) states.push_back(state_of(places.units, i));
  leave_out_single(states);
  for (std::size_t i = 0; i < places.units.size(); ++i) {
    SoundUnit& each = places.units[i];
    each.state = states[i];
    const double begin = each.begin_s / pace;
    const double end = (static_cast<double>((i + 1) * kUnitRows) * kSecondsPerRow) / pace;
    if (places.spans.empty() || places.spans.back().state != each.state)
      places.spans.push_back({begin, begin, each.state});
    places.spans.back().end_s = end;
  }
  for (SoundUnit& each : places.units) each.begin_s /= pace;
  if (all[0].absolute) places.starts_at_s = static_cast<double>(*all[0].absolute) * kSecondsPerRow;
  for (std::size_t i = 1; i < all.size(); ++i) {
    const Stretch& left = all[i - 1];
    const Stretch& right = all[i];
    SoundJump jump{static_cast<double>(boundary(left, right)) * kSecondsPerRow / pace, {}};
    if (left.absolute && right.absolute) {
      jump.removed_s = static_cast<double>(*right.absolute - *left.absolute) * kSecondsPerRow;
      if (std::abs(*jump.removed_s) < 2 * static_cast<double>(kSlotRows) * kSecondsPerRow / 4)
        continue;  // the same place
    }
    places.jumps.push_back(jump);
  }
  return places;
}

}  // namespace

SoundPlaces locate_sound(const SoundMap& map, const MarkKey& key, std::uint64_t id, double pace) {
  return Locator(map, key, id).run(pace);
}

}  // namespace bonafide::provenance::mark
