#include "report/clip_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/credential/page.h"
#include "report/names.h"

namespace bonafide::report {

namespace {

namespace mark = provenance::mark;

std::string time_words(double begin_s, double end_s) {
  return span_words({std::max(0.0, begin_s), std::max(0.0, end_s)});
}

std::string what_words(const mark::ClipSpan& span) {
  const char* const what = span.sound ? "sound" : "pictures";
  const double seconds =
      span.kind == mark::SpanKind::removed ? span.original_end_s - span.original_begin_s : span.end_s - span.begin_s;
  switch (span.kind) {
    case mark::SpanKind::removed: return fmt::format("{:.1f} s of {} were cut out here", seconds, what);
    case mark::SpanKind::inserted: return fmt::format("{:.1f} s of {} were put in here", seconds, what);
    case mark::SpanKind::other: return fmt::format("other {} than in the original ({:.1f} s)", what, seconds);
  }
  return {};
}

std::string box_words(const provenance::Altered& altered) {
  if (!altered.box) return {};
  const provenance::AlteredBox& box = *altered.box;
  return fmt::format("; {} by {} pixels from ({}, {})", box.width, box.height, box.x, box.y);
}

/// What was cut off or added at the ends, and how the picture lies.
std::vector<std::string> placement_lines(const ClipComparison& comparison) {
  const mark::ClipComparison& result = comparison.result;
  std::vector<std::string> lines;
  if (result.pictures) {
    lines.push_back(result.pictures_found ? "pictures: " + placement_words(result.placement)
                                          : "pictures: those of the original were not found");
  }
  if (result.sound && !result.sound_found) lines.emplace_back("sound: that of the original was not found");
  for (const mark::ClipSpan& span : result.spans) {
    if (!span.edge) continue;
    const bool removed = span.kind == mark::SpanKind::removed;
    const bool first = removed ? span.original_begin_s <= 0 : span.begin_s <= 0;
    const double seconds = removed ? span.original_end_s - span.original_begin_s : span.end_s - span.begin_s;
    lines.push_back(fmt::format("{}: {:.1f} s {} at the {}", span.sound ? "sound" : "pictures", seconds,
                                removed ? "were cut off" : "were added", first ? "beginning" : "end"));
  }
  return lines;
}

Json span_json(double begin_s, double end_s) { return {{"begin_s", begin_s}, {"end_s", end_s}}; }

Json regions_json(const mark::ClipComparison& result) {
  const auto box = [](const mark::PixelBox& b) { return Json{b.x, b.y, b.width, b.height}; };
  Json regions = Json::array();
  for (const mark::ClipRegion& region : result.regions) {
    Json slots = Json::array();
    for (const auto& [begin_s, blocks] : region.shapes) slots.push_back({{"begin_s", begin_s}, {"blocks", blocks}});
    regions.push_back({{"change", to_string(region.change)},
                       {"time", span_json(region.begin_s, region.end_s)},
                       {"original_time", span_json(region.original_begin_s, region.original_end_s)},
                       {"box", box(region.suspect_box)},
                       {"original_box", box(region.box)},
                       {"log10_p", region.log10_p},
                       {"slots", std::move(slots)}});
  }
  return regions;
}

}  // namespace

Compared answer_of(const ClipComparison& comparison) {
  const mark::ClipComparison& result = comparison.result;
  if (!result.pictures_found && !result.sound_found) return Compared::no_match;
  const bool other_track = (result.pictures && !result.pictures_found) || (result.sound && !result.sound_found);
  const bool spans = std::ranges::any_of(result.spans, [](const mark::ClipSpan& span) { return !span.edge; });
  return other_track || spans || !result.regions.empty() ? Compared::altered : Compared::same;
}

std::vector<provenance::Altered> altered_by(const ClipComparison& comparison) {
  std::vector<provenance::Altered> all;
  for (const mark::ClipRegion& region : comparison.result.regions) {
    const mark::PixelBox& box = region.suspect_box;
    all.push_back({"mark.map",
                   ninth_words(box, comparison.width, comparison.height) + ": " + change_words(region.change),
                   region.log10_p, provenance::AlteredBox{box.x, box.y, box.width, box.height},
                   provenance::AlteredTime{region.begin_s, region.end_s}});
  }
  for (const mark::ClipSpan& span : comparison.result.spans) {
    if (span.edge) continue;
    all.push_back({"mark.map", what_words(span), span.log10_p, {}, provenance::AlteredTime{span.begin_s, span.end_s}});
  }
  return all;
}

std::vector<std::string> comparison_sentences(const ClipComparison& comparison) {
  switch (answer_of(comparison)) {
    case Compared::no_match:
      return {"the original was not found in it: it shows something else, or it was changed beyond recognition"};
    case Compared::same:
      return {
          comparison.result.pictures_found
              ? fmt::format("nothing differs from the original as far as the map can tell ({:.0f} % of the pictures "
                            "and {:.0f} s of sound could be compared)",
                            100 * comparison.result.same,
                            static_cast<double>(comparison.result.sound_slots) * mark::kHeardSlot)
              : fmt::format("nothing differs from the original as far as the map can tell ({:.0f} s of sound)",
                            static_cast<double>(comparison.result.sound_slots) * mark::kHeardSlot)};
    case Compared::altered: break;
  }
  std::vector<std::string> sentences;
  for (const provenance::Altered& altered : altered_by(comparison))
    sentences.push_back(fmt::format("{} {}{}, {}", time_words(altered.time->begin_s, altered.time->end_s),
                                    altered.sentence, box_words(altered), chance_words(altered.log10_p)));
  if (comparison.result.pictures && !comparison.result.pictures_found)
    sentences.emplace_back("the pictures of the original were not found, its sound was");
  if (comparison.result.sound && !comparison.result.sound_found)
    sentences.emplace_back("the sound of the original was not found, its pictures were");
  return sentences;
}

Json comparison_json(const ClipComparison& comparison) {
  const mark::ClipComparison& result = comparison.result;
  Json json{{"schema", "bonafide.compare_clip/1"},
            {"original", clean_utf8(comparison.original)},
            {"suspect", clean_utf8(comparison.suspect)},
            {"answer", to_string(answer_of(comparison))},
            {"basis", comparison.basis}};
  if (!comparison.credential.empty()) json["credential"] = clean_utf8(comparison.credential);
  json["sentences"] = comparison_sentences(comparison);
  const auto pieces = [](const std::vector<mark::ClipPiece>& all) {
    Json list = Json::array();
    for (const mark::ClipPiece& piece : all)
      list.push_back({{"original_s", piece.original_s}, {"length_s", piece.length_s}, {"offset_s", piece.offset_s}});
    return list;
  };
  json["pictures"] = {{"compared", result.pictures}, {"found", result.pictures_found}};
  if (result.pictures) {
    const mark::MapPlacement& placement = result.placement;
    json["pictures"]["pieces"] = pieces(result.times.pictures);
    json["pictures"]["window"] = {placement.x0, placement.y0, placement.x1, placement.y1};
    json["pictures"]["mirrored"] = placement.mirrored;
    json["pictures"]["quarter_turns"] = placement.quarter_turns;
    json["pictures"]["agreement"] = result.agreement;
    json["pictures"]["share"] = {{"same", result.same}, {"unknown", result.unknown}, {"altered", result.altered}};
    json["pictures"]["map"] = {{"columns", comparison.columns}, {"rows", comparison.rows}, {"slots", result.slots}};
  }
  json["sound"] = {{"compared", result.sound}, {"found", result.sound_found}};
  if (result.sound) {
    json["sound"]["pieces"] = pieces(result.times.sound);
    json["sound"]["slots"] = result.sound_slots;
  }
  json["regions"] = regions_json(result);
  json["spans"] = Json::array();
  for (const mark::ClipSpan& span : result.spans) {
    json["spans"].push_back({{"kind", to_string(span.kind)},
                             {"in", span.sound ? "sound" : "pictures"},
                             {"edge", span.edge},
                             {"time", span_json(span.begin_s, span.end_s)},
                             {"original_time", span_json(span.original_begin_s, span.original_end_s)},
                             {"log10_p", span.log10_p}});
  }
  return json;
}

std::string comparison_text(const ClipComparison& comparison, const TextStyle& style) {
  Page page(style);
  page.title(comparison.suspect);
  const Compared answer = answer_of(comparison);
  const bool clip = comparison.result.pictures;
  page.field("answer", answer == Compared::same      ? (clip ? "the same clip" : "the same sound")
                       : answer == Compared::altered ? "altered"
                                                     : (clip ? "not the same clip" : "not the same sound"));
  page.field("against", comparison.original + (comparison.basis == "credential"
                                                   ? ": the map in its credential; " + comparison.credential
                                                   : ": the file itself; nothing says that it is genuine"));
  if (answer != Compared::no_match) {
    bool first = true;
    for (const std::string& line : placement_lines(comparison)) {
      page.field(first ? "placement" : "", line);
      first = false;
    }
  }
  bool first = true;
  for (const std::string& sentence : comparison_sentences(comparison)) {
    page.field(first ? (answer == Compared::altered ? "where" : "found") : "", sentence);
    first = false;
  }
  if (answer != Compared::no_match && comparison.result.pictures_found) {
    page.field("limits",
               fmt::format("{:.0f} % of the pictures could not be compared; changes inside a block of {} by {} of the "
                           "original's pixels, or much shorter than half a second, may not show",
                           100 * comparison.result.unknown,
                           (comparison.original_width + comparison.columns / 2) / std::max(comparison.columns, 1),
                           (comparison.original_height + comparison.rows / 2) / std::max(comparison.rows, 1)));
  } else if (answer != Compared::no_match) {
    page.field("limits", "silence, and changes much shorter than a quarter of a second, do not show");
  }
  return page.take();
}

}  // namespace bonafide::report
