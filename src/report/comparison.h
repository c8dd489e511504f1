// What `compare` shows: whether a picture is the one that a map was made of, and where it differs.
#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text_style.h"
#include "media/decode/plane.h"
#include "provenance/altered.h"
#include "provenance/mark/map_compare.h"

namespace bonafide::report {

enum class Compared { same, altered, no_match };
std::string_view to_string(Compared answer);  ///< "same", "altered", "no_match"

/// "upper left", "centre": the ninth of the picture that the middle of a box lies in.
std::string ninth_words(const provenance::mark::PixelBox& box, int width, int height);
std::string change_words(provenance::mark::Change change);
/// "the whole picture", "mirrored, 76 % of the original can be seen, …".
std::string placement_words(const provenance::mark::MapPlacement& placement);

struct Comparison {
  std::string original, suspect;
  std::string basis;       ///< "picture", "credential": where the map came from
  std::string credential;  ///< what is known of the credential it came from, a plain sentence; or empty
  provenance::mark::BlockMap map;
  provenance::mark::MapComparison result;
  int width = 0, height = 0;  ///< of the suspect, upright
};

Compared answer_of(const Comparison& comparison);
/// The answer and every region as plain sentences, the surest first.
std::vector<std::string> comparison_sentences(const Comparison& comparison);
/// Every region, the surest first.
std::vector<provenance::Altered> altered_by(const Comparison& comparison);
/// Schema bonafide.compare/1: docs/schema/bonafide.compare-1.json.
Json comparison_json(const Comparison& comparison);
std::string comparison_text(const Comparison& comparison, const TextStyle& style);
/// A pixel a block on the original's grid, `scale` times as large: the same black, unknown grey, altered white.
media::Plane comparison_map(const Comparison& comparison, int scale);

}  // namespace bonafide::report
