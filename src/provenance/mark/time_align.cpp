#include "provenance/mark/time_align.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numeric>

namespace bonafide::provenance::mark {

namespace {

// A jump must earn more than chance gives the best of a hundred offsets over some seconds (log likelihood).
constexpr double kJump = 14;
constexpr double kLeastGain = 20;        // of a piece
constexpr std::size_t kMostAsked = 800;  // slots that vote for offsets
constexpr std::size_t kMostOffsets = 40;
constexpr double kMatched = 0.45;  // correlation of a slot that is surely where it is thought to be

/// Windows of `ratio` rows as their means, less the mean over all of them.
TimeRows centred(const TimeRows& rows, std::size_t ratio) {
  TimeRows out{rows.width, {}};
  if (rows.rows() < ratio) return out;
  const std::size_t count = rows.rows() - ratio + 1;
  out.values.reserve(count * rows.width);
  for (std::size_t j = 0; j < count; ++j) {
    for (std::size_t k = 0; k < rows.width; ++k) {
      float sum = 0;
      for (std::size_t r = 0; r < ratio; ++r) sum += rows.row(j + r)[k];
      out.values.push_back(sum / static_cast<float>(ratio));
    }
  }
  for (std::size_t k = 0; k < rows.width; ++k) {
    double sum = 0;
    for (std::size_t j = 0; j < count; ++j) sum += static_cast<double>(out.row(j)[k]);
    const auto mean = static_cast<float>(sum / static_cast<double>(count));
    for (std::size_t j = 0; j < count; ++j) out.values[j * rows.width + k] -= mean;
  }
  return out;
}

class Aligner {
 public:
  Aligner(const TimeRows& original, const TimeRows& suspect, const TimeScale& scale)
      : scale_(scale), original_(centred(original, 1)), suspect_(centred(suspect, scale.ratio)) {
    for (const TimeRows* rows : {&original_, &suspect_}) {
      std::vector<double>& energy = rows == &original_ ? original_energy_ : suspect_energy_;
      for (std::size_t i = 0; i < rows->rows(); ++i) {
        double sum = 0;
        for (std::size_t k = 0; k < rows->width; ++k)
          sum += static_cast<double>(rows->row(i)[k]) * static_cast<double>(rows->row(i)[k]);
        energy.push_back(sum);
      }
    }
  }

  std::vector<TimePiece> run() {
    if (original_.rows() == 0 || suspect_.rows() == 0) return {};
    vote();
    std::vector<TimePiece> pieces = walk();
    std::erase_if(pieces, [](const TimePiece& piece) { return piece.gain < kLeastGain; });
    for (std::size_t i = 0; i + 1 < pieces.size(); ++i) trim(pieces[i], pieces[i + 1]);
    std::erase_if(pieces, [](const TimePiece& piece) { return piece.first >= piece.last; });
    for (TimePiece& piece : pieces) refine(piece);
    return pieces;
  }

 private:
  using Offset = std::int64_t;  // in rows of the suspect

  double correlation(std::size_t slot, Offset offset) const {
    const Offset at = static_cast<Offset>(slot * scale_.ratio) + offset;
    if (at < 0 || at >= static_cast<Offset>(suspect_.rows())) return 0;
    const auto j = static_cast<std::size_t>(at);
    const float* const a = original_.row(slot);
    const float* const b = suspect_.row(j);
    float sum = 0;
    for (std::size_t k = 0; k < original_.width; ++k) sum += a[k] * b[k];
    return static_cast<double>(sum) /
           std::sqrt((original_energy_[slot] + scale_.noise) * (suspect_energy_[j] + scale_.noise));
  }
  /// Of a log likelihood ratio -n/2·ln(1-r²) the first term: near 1, r says more of the codec than of the time.
  double gain(std::size_t slot, Offset offset) const {
    const double r = std::max(correlation(slot, offset), 0.0);
    return 0.5 * scale_.independent * r * r;
  }

  /// The offsets at which single slots are found, by how much they gain there.
  void vote() {
    constexpr std::size_t kEach = 6;
    std::map<Offset, double> votes;
    const std::size_t step = std::max<std::size_t>(1, original_.rows() / kMostAsked);
    std::vector<std::pair<double, Offset>> best;
    for (std::size_t slot = 0; slot < original_.rows(); slot += step) {
      best.clear();
      const Offset first = -static_cast<Offset>(slot * scale_.ratio);
      for (std::size_t j = 0; j < suspect_.rows(); ++j) {
        const Offset offset = first + static_cast<Offset>(j);
        const double value = gain(slot, offset);
        if (value > 2 && (best.size() < kEach || value > best.back().first)) {
          best.emplace_back(value, offset);
          std::ranges::sort(best, std::greater<>());
          if (best.size() > kEach) best.pop_back();
        }
      }
      for (const auto& [value, offset] : best) votes[offset] += value;
    }
    std::vector<std::pair<double, Offset>> ranked;
    for (const auto& [offset, value] : votes) ranked.emplace_back(value, offset);
    std::ranges::sort(ranked, std::greater<>());
    offsets_ = {0};
    for (std::size_t i = 0; i < std::min(kMostOffsets, ranked.size()); ++i) offsets_.push_back(ranked[i].second);
    const std::size_t chosen = offsets_.size();
    for (std::size_t i = 0; i < chosen; ++i) {
      offsets_.push_back(offsets_[i] - 1);
      offsets_.push_back(offsets_[i] + 1);
    }
    std::ranges::sort(offsets_);
    offsets_.erase(std::ranges::unique(offsets_).begin(), offsets_.end());
  }

  /// Small jumps are mostly another rounding of the same place.
  double jump(Offset a, Offset b) const {
    constexpr double kSmall = 0.35;  // seconds
    if (a == b) return 0;
    return std::abs(seconds(a - b)) < kSmall ? 3 * kJump : kJump;
  }

  /// The most likely way through the offsets (Viterbi 1967), as pieces.
  std::vector<TimePiece> walk() const {
    const std::size_t states = offsets_.size();
    std::vector<double> score(states, 0);
    std::vector<std::uint16_t> from(original_.rows() * states);
    for (std::size_t slot = 0; slot < original_.rows(); ++slot) {
      const std::vector<double> before = score;
      for (std::size_t k = 0; slot > 0 && k < states; ++k) {
        std::size_t best = k;
        for (std::size_t from_k = 0; from_k < states; ++from_k) {
          const double jumped = before[from_k] - jump(offsets_[from_k], offsets_[k]);
          if (jumped > score[k]) score[k] = jumped, best = from_k;
        }
        from[slot * states + k] = static_cast<std::uint16_t>(best);
      }
      for (std::size_t k = 0; k < states; ++k) score[k] += gain(slot, offsets_[k]);
    }
    std::vector<TimePiece> pieces;
    auto state = static_cast<std::size_t>(std::ranges::max_element(score) - score.begin());
    for (std::size_t slot = original_.rows(); slot-- > 0;) {
      const Offset offset = offsets_[state];
      const double offset_s = seconds(offset);
      // a step of one row is the same place, told with another rounding
      if (pieces.empty() || std::abs(pieces.back().offset_s - offset_s) > 1.5 * seconds(1))
        pieces.push_back({slot, slot + 1, offset_s, 0});
      pieces.back().first = slot;
      pieces.back().gain += gain(slot, offset);
      state = from[slot * states + state];
    }
    std::ranges::reverse(pieces);
    return pieces;
  }

  double seconds(Offset offset) const {
    return static_cast<double>(offset) * scale_.slot_s / static_cast<double>(scale_.ratio);
  }
  Offset rows_of(double offset_s) const {
    return std::llround(offset_s / scale_.slot_s * static_cast<double>(scale_.ratio));
  }

  /// Where the one piece ends and the other begins: as many slots between as were cut out, at the place where both
  /// match best, near the one that the walk found.
  void trim(TimePiece& left, TimePiece& right) const {
    const double removed = std::max(0.0, left.offset_s - right.offset_s);
    const auto gap = static_cast<std::size_t>(std::lround(removed / scale_.slot_s));
    const std::size_t reach = gap + 12, walked = left.last;
    const std::size_t first = std::max(left.first, walked > reach ? walked - reach : 0);
    const std::size_t last = std::min(right.last, walked + reach);
    const auto likeness = [&](const TimePiece& piece, std::size_t slot) {
      return correlation(slot, rows_of(piece.offset_s));
    };
    double sum = 0;  // all to the right of `first`
    for (std::size_t slot = first + gap; slot < last; ++slot) sum += likeness(right, slot);
    double best = sum;
    std::size_t end = first;
    for (std::size_t slot = first; slot < last; ++slot) {
      sum += likeness(left, slot) - (slot + gap < last ? likeness(right, slot + gap) : 0);
      if (sum > best) best = sum, end = slot + 1;
    }
    left.last = end;
    right.first = std::min(end + gap, right.last);
    if (left.last > left.first && likeness(left, left.last - 1) < kMatched) --left.last;
    if (right.first < right.last && likeness(right, right.first) < kMatched) ++right.first;
  }

  /// How alike what changes from one slot to the next is: what stands still, and how a codec tells it, is left out.
  double moves_alike(std::size_t slot, Offset offset) const {
    const Offset at = static_cast<Offset>(slot * scale_.ratio) + offset;
    const auto next = at + static_cast<Offset>(scale_.ratio);
    if (at < 0 || next >= static_cast<Offset>(suspect_.rows())) return 0;
    const float *const a = original_.row(slot), *const a_next = original_.row(slot + 1);
    const float *const b = suspect_.row(static_cast<std::size_t>(at)), *const b_next =
                                                                           suspect_.row(static_cast<std::size_t>(next));
    double ab = 0, aa = scale_.noise, bb = scale_.noise;
    for (std::size_t k = 0; k < original_.width; ++k) {
      const auto da = static_cast<double>(a_next[k] - a[k]), db = static_cast<double>(b_next[k] - b[k]);
      ab += da * db, aa += da * da, bb += db * db;
    }
    return ab / std::sqrt(aa * bb);
  }

  /// Between rows: the best of the near ones, and a parabola through its neighbours.
  void refine(TimePiece& piece) const {
    constexpr Offset kNear = 3;
    constexpr double kFlat = 0.01;  // of the mean likeness: less tells no time
    const Offset middle = rows_of(piece.offset_s);
    std::vector<double> sum;
    for (Offset offset = middle - kNear - 1; offset <= middle + kNear + 1; ++offset) {
      sum.push_back(0);
      for (std::size_t slot = piece.first; slot + 1 < piece.last; ++slot) sum.back() += moves_alike(slot, offset);
    }
    std::size_t best = kNear + 1;
    for (std::size_t i = 1; i + 1 < sum.size(); ++i)
      if (sum[i] > sum[best]) best = i;
    const double bend = sum[best - 1] - 2 * sum[best] + sum[best + 1];
    if (-bend < kFlat * static_cast<double>(piece.last - piece.first)) return;
    const double part = std::clamp(0.5 * (sum[best - 1] - sum[best + 1]) / bend, -0.6, 0.6);
    piece.offset_s = seconds(middle) + seconds(1) * (static_cast<double>(best) - static_cast<double>(kNear + 1) + part);
  }

  TimeScale scale_;
  TimeRows original_, suspect_;
  std::vector<double> original_energy_, suspect_energy_;
  std::vector<Offset> offsets_;
};

}  // namespace

std::vector<TimePiece> align_times(const TimeRows& original, const TimeRows& suspect, const TimeScale& scale) {
  return Aligner(original, suspect, scale).run();
}

}  // namespace bonafide::provenance::mark
