// What was cut out of a clip or a sound and what was put in, by the pieces that were found.
#include <algorithm>
#include <cmath>

#include "provenance/mark/clip_compare.h"

namespace bonafide::provenance::mark {

namespace {

struct Jumps {
  double slot_s = 0, least_s = 0;  ///< a smaller difference of two offsets is none
  bool sound = false;
  std::vector<ClipSpan> spans{};

  ClipSpan& add(SpanKind kind) {
    ClipSpan span;
    span.kind = kind;
    span.sound = sound;
    return spans.emplace_back(span);
  }

  void between(const ClipPiece& left, const ClipPiece& right) {
    const double left_end = left.original_s + left.length_s;
    const double from = left_end + left.offset_s, to = right.original_s + right.offset_s;
    const double removed = left.offset_s - right.offset_s;
    if (std::abs(removed) < least_s) return;
    const double middle = (from + to) / 2;
    ClipSpan* span = nullptr;
    if (removed < 0) {
      span = &add(SpanKind::inserted);
      span->begin_s = middle + removed / 2, span->end_s = middle - removed / 2;
      span->original_begin_s = span->original_end_s = span->begin_s - left.offset_s;
    } else if (to - from > 2.5 * slot_s) {  // cut out, and something else of another length put in
      span = &add(SpanKind::other);
      span->begin_s = from, span->end_s = to;
      span->original_begin_s = left_end, span->original_end_s = right.original_s;
    } else {
      span = &add(SpanKind::removed);
      span->begin_s = span->end_s = middle;
      span->original_begin_s = middle - left.offset_s, span->original_end_s = middle - right.offset_s;
    }
    // Either side by itself stands this far above unrelated content; 10^6 offsets were there to choose from.
    span->log10_p = std::clamp(6 - std::min(left.gain, right.gain) / std::log(10.0), -300.0, 0.0);
  }

  void edges(const ClipPiece& first, const ClipPiece& last, double length_s, double suspect_s) {
    constexpr double kLeast = 0.6;  // seconds: tracks of honest copies end that much earlier or later
    if (std::abs(first.offset_s) > kLeast) {
      ClipSpan& span = add(first.offset_s < 0 ? SpanKind::removed : SpanKind::inserted);
      span.edge = true;
      (first.offset_s < 0 ? span.original_end_s : span.end_s) = std::abs(first.offset_s);
    }
    const double end = length_s + last.offset_s;
    if (std::abs(end - suspect_s) > kLeast) {
      ClipSpan& span = add(end > suspect_s ? SpanKind::removed : SpanKind::inserted);
      span.edge = true;
      span.begin_s = std::min(end, suspect_s), span.end_s = suspect_s;
      span.original_begin_s = span.begin_s - last.offset_s, span.original_end_s = length_s;
    }
  }
};

}  // namespace

void add_jumps(const std::vector<ClipSpan>& jumps, ClipComparison& answer) {
  for (const ClipSpan& jump : jumps) {
    const double slot_s = jump.sound ? kHeardSlot : kClipSlot;
    const double from = jump.begin_s - 1.3 * slot_s, to = jump.end_s + 1.3 * slot_s;
    if (jump.edge) continue;
    std::erase_if(answer.spans, [&](const ClipSpan& span) {
      return span.sound == jump.sound && span.kind == SpanKind::other && span.begin_s >= from && span.end_s <= to;
    });
    std::erase_if(answer.regions, [&](const ClipRegion& region) {
      return !jump.sound && region.begin_s >= from && region.end_s <= to;
    });
  }
  answer.spans.insert(answer.spans.end(), jumps.begin(), jumps.end());
}

std::vector<ClipSpan> clip_jumps(const std::vector<ClipPiece>& pieces, double length_s, double suspect_s, bool sound) {
  Jumps jumps{sound ? kHeardSlot : kClipSlot, sound ? 0.15 : 0.3, sound};
  if (pieces.empty()) return {};
  for (std::size_t i = 0; i + 1 < pieces.size(); ++i) jumps.between(pieces[i], pieces[i + 1]);
  jumps.edges(pieces.front(), pieces.back(), length_s, suspect_s);
  return jumps.spans;
}

}  // namespace bonafide::provenance::mark
