#include "provenance/mark/sound_compare.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "media/dsp/acontrario.h"
#include "media/dsp/statistics.h"

namespace bonafide::provenance::mark {

namespace {

// A lossy codec drops what a louder band masks, and all that is far below the loudest second.
constexpr double kMasked = 35, kSilent = 55;                // dB
constexpr double kLeastTolerance = 6, kMostTolerance = 12;  // dB
constexpr double kLeastRate = 0.04;                         // of bands that fail on an honest copy
constexpr double kBar = -4;                                 // log10 p of a span, corrected for all slots

struct Slot {
  double suspect_s = 0;
  std::size_t number = 0;
  std::array<double, kSoundBands> kept{}, heard{};  ///< dB
  /// dB, a little earlier and later: where sound begins after silence, some milliseconds are many decibels.
  std::array<double, kSoundBands> least{}, most{};
  double floor = 0;
  int tried = 0, failed = 0;
  double log10_p = 0;
  bool altered = false;
};

/// Mean power of `kHeardSlot` seconds from `begin_s` on; nothing where the suspect is not long enough.
std::optional<std::array<double, kSoundBands>> read(const std::vector<SoundPower>& bins, double begin_s) {
  const double from = begin_s / kSoundFine, to = from + kHeardSlot / kSoundFine;
  if (from < -0.5 || to > static_cast<double>(bins.size()) + 0.5) return {};
  std::array<double, kSoundBands> sum{};
  double weight = 0;
  const auto last = static_cast<std::size_t>(std::max(0.0, std::ceil(to)));
  for (auto i = static_cast<std::size_t>(std::max(0.0, from)); i < std::min(last, bins.size()); ++i) {
    const double share = std::min(to, static_cast<double>(i + 1)) - std::max(from, static_cast<double>(i));
    if (share <= 0 || bins[i].count == 0) continue;
    for (std::size_t b = 0; b < sum.size(); ++b) sum[b] += share * static_cast<double>(bins[i].sum[b]) / bins[i].count;
    weight += share;
  }
  if (weight <= 0) return {};
  for (double& value : sum) value = sound_level(value / weight);
  return sum;
}

std::vector<Slot> slots_of(const std::vector<SoundCode>& original, const std::vector<SoundPower>& suspect,
                           const std::vector<ClipPiece>& pieces) {
  std::vector<double> loudest;
  for (const SoundCode& code : original) loudest.push_back(*std::ranges::max_element(code) / 2.0 - 100);
  const double silent = media::quantile(loudest, 0.95) - kSilent;
  std::vector<Slot> slots;
  for (const ClipPiece& piece : pieces) {
    const auto first = static_cast<std::size_t>(std::lround(piece.original_s / kHeardSlot));
    const auto last = first + static_cast<std::size_t>(std::lround(piece.length_s / kHeardSlot));
    for (std::size_t number = first; number < std::min(last, original.size()); ++number) {
      Slot slot;
      slot.number = number;
      slot.suspect_s = static_cast<double>(number) * kHeardSlot + piece.offset_s;
      const auto heard = read(suspect, slot.suspect_s);
      if (!heard) continue;
      slot.heard = slot.least = slot.most = *heard;
      for (const double shift : {-kSoundFine / 2, kSoundFine / 2}) {
        const auto near = read(suspect, slot.suspect_s + shift);
        for (std::size_t b = 0; near && b < near->size(); ++b)
          slot.least[b] = std::min(slot.least[b], (*near)[b]), slot.most[b] = std::max(slot.most[b], (*near)[b]);
      }
      for (std::size_t b = 0; b < slot.kept.size(); ++b) slot.kept[b] = original[number][b] / 2.0 - 100;
      slot.floor = std::max(silent, loudest[number] - kMasked);
      slots.push_back(slot);
    }
  }
  return slots;
}

/// What became of one band of the whole sound.
struct Band {
  double gain = 0, deviation = 0;
  bool usable = false;
};

std::array<Band, kSoundBands> bands_of(const std::vector<Slot>& slots) {
  constexpr std::size_t kLeast = 8;
  constexpr double kGone = -25, kWild = 6;  // dB
  std::array<Band, kSoundBands> bands;
  for (std::size_t b = 0; b < bands.size(); ++b) {
    std::vector<double> change;
    for (const Slot& slot : slots)
      if (!slot.altered && slot.kept[b] > slot.floor + 6) change.push_back(slot.heard[b] - slot.kept[b]);
    if (change.size() < kLeast) continue;
    bands[b].gain = media::median(change);
    bands[b].deviation = media::robust_deviation(change);
    bands[b].usable = bands[b].gain > kGone && bands[b].deviation < kWild;
  }
  return bands;
}

/// The rate at which bands fail where nothing differs.
double judge(std::vector<Slot>& slots) {
  const auto bands = bands_of(slots);
  double tried = 0, failed = 0;
  for (Slot& slot : slots) {
    slot.tried = slot.failed = 0;
    for (std::size_t b = 0; b < bands.size(); ++b) {
      if (!bands[b].usable) continue;
      const double kept = std::max(slot.kept[b], slot.floor);
      const double least = std::max(slot.least[b] - bands[b].gain, slot.floor);
      const double most = std::max(slot.most[b] - bands[b].gain, slot.floor);
      constexpr double kOnset = 9;  // dB: elsewhere some milliseconds change little, and tell nothing away
      const double heard =
          most - least > kOnset ? std::clamp(kept, least, most) : std::max(slot.heard[b] - bands[b].gain, slot.floor);
      if (kept <= slot.floor && heard <= slot.floor + kLeastTolerance) continue;
      const double tolerance = std::clamp(4 * bands[b].deviation, kLeastTolerance, kMostTolerance);
      ++slot.tried;
      if (std::abs(heard - kept) > tolerance) ++slot.failed;
    }
    if (slot.altered) continue;
    tried += slot.tried, failed += slot.failed;
  }
  const double rate = std::max(kLeastRate, (failed + 1) / (tried + 2));
  for (Slot& slot : slots) slot.log10_p = media::log10_binomial_tail(slot.failed, slot.tried, rate);
  return rate;
}

/// The least p of up to four slots together, out of slots first…last, times the lengths tried.
double best_together(const std::vector<Slot>& slots, std::size_t first, std::size_t last, double rate) {
  constexpr std::size_t kMost = 4;
  double best = 0;
  for (std::size_t i = first; i <= last; ++i) {
    int tried = 0, failed = 0;
    for (std::size_t k = i; k <= last && k < i + kMost; ++k) {
      tried += slots[k].tried, failed += slots[k].failed;
      best = std::min(best, media::log10_binomial_tail(failed, tried, rate));
    }
  }
  return best + std::log10(static_cast<double>(kMost));
}

/// Runs of slots that differ, one in between allowed, with a second in them that chance does not make.
std::vector<ClipSpan> spans_of(std::vector<Slot>& slots, double rate) {
  constexpr double kJoins = -1.3;
  const double among = std::log10(static_cast<double>(std::max<std::size_t>(slots.size(), 1)));
  std::vector<ClipSpan> spans;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].log10_p > kJoins) continue;
    std::size_t last = i;
    const auto follows = [&](std::size_t k) {
      return k < slots.size() && slots[k].log10_p <= kJoins && slots[k].suspect_s - slots[last].suspect_s < 0.6;
    };
    while (follows(last + 1) || follows(last + 2)) last = follows(last + 1) ? last + 1 : last + 2;
    const double best = best_together(slots, i, last, rate);
    if (best + among <= kBar) {
      for (std::size_t k = i; k <= last; ++k) slots[k].altered = true;
      ClipSpan span;
      span.sound = true;
      span.begin_s = slots[i].suspect_s;
      span.end_s = slots[last].suspect_s + kHeardSlot;
      span.original_begin_s = static_cast<double>(slots[i].number) * kHeardSlot;
      span.original_end_s = static_cast<double>(slots[last].number + 1) * kHeardSlot;
      span.log10_p = std::min(0.0, best + among);
      spans.push_back(span);
    }
    i = last;
  }
  return spans;
}

}  // namespace

void compare_sound(const std::vector<SoundCode>& original, const std::vector<SoundPower>& suspect,
                   const std::vector<ClipPiece>& pieces, ClipComparison& answer) {
  std::vector<Slot> slots = slots_of(original, suspect, pieces);
  spans_of(slots, judge(slots));
  const double rate = judge(slots);  // what differs has no part in what is usual
  for (Slot& slot : slots) slot.altered = false;
  const std::vector<ClipSpan> spans = spans_of(slots, rate);
  answer.sound_slots = slots.size();
  answer.spans.insert(answer.spans.end(), spans.begin(), spans.end());
}

}  // namespace bonafide::provenance::mark
