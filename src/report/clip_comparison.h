// What `compare` shows of clips and sounds: whether it is the one that a map was made of, and where and when it
// differs.
#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text_style.h"
#include "provenance/altered.h"
#include "provenance/mark/clip_compare.h"
#include "report/comparison.h"

namespace bonafide::report {

struct ClipComparison {
  std::string original, suspect;
  std::string basis;          ///< "media", "credential": where the map came from
  std::string credential;     ///< what is known of the credential it came from, a plain sentence; or empty
  int width = 0, height = 0;  ///< of the suspect, upright; 0: a sound
  int original_width = 0, original_height = 0;
  int columns = 0, rows = 0;  ///< of the map
  provenance::mark::ClipComparison result;
};

/// Altered: a region, or seconds in the middle, differ. What was cut off at either end only makes a copy shorter.
Compared answer_of(const ClipComparison& comparison);
/// Every region and span, the surest regions first, then spans in time.
std::vector<provenance::Altered> altered_by(const ClipComparison& comparison);
/// The answer and every region and span as plain sentences: "0:12–0:15 upper left: other content; …".
std::vector<std::string> comparison_sentences(const ClipComparison& comparison);
/// Schema bonafide.compare_clip/1: docs/schema/bonafide.compare_clip-1.json.
Json comparison_json(const ClipComparison& comparison);
std::string comparison_text(const ClipComparison& comparison, const TextStyle& style);

}  // namespace bonafide::report
