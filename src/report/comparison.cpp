#include "report/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/credential/page.h"
#include "report/names.h"

namespace bonafide::report {

namespace {

namespace mark = provenance::mark;

double share(const Comparison& comparison, mark::BlockState state) {
  return 100.0 * static_cast<double>(comparison.result.count(state)) /
         static_cast<double>(std::max<std::size_t>(comparison.map.size(), 1));
}

}  // namespace

std::string ninth_words(const mark::PixelBox& box, int width, int height) {
  const int column = std::clamp((box.x + box.width / 2) * 3 / std::max(width, 1), 0, 2);
  const int row = std::clamp((box.y + box.height / 2) * 3 / std::max(height, 1), 0, 2);
  constexpr std::array<const char*, 9> kNames{"upper left", "top",        "upper right", "left",       "centre",
                                              "right",      "lower left", "bottom",      "lower right"};
  return kNames[static_cast<std::size_t>(row * 3 + column)];
}

std::string change_words(mark::Change change) {
  switch (change) {
    case mark::Change::content: return "other content";
    case mark::Change::detail: return "detail was lost or added (blurred, smoothed, filled in or sharpened)";
    case mark::Change::colour: return "other brightness or colour";
  }
  return {};
}

std::string placement_words(const mark::MapPlacement& placement) {
  if (placement.whole()) return "the whole picture";
  std::string words;
  if (placement.mirrored) words += "mirrored, ";
  if (placement.quarter_turns != 0) words += fmt::format("turned by {} degrees, ", placement.quarter_turns * 90 % 360);
  const double seen_x = std::min(placement.x1, 1.0) - std::max(placement.x0, 0.0);
  const double seen_y = std::min(placement.y1, 1.0) - std::max(placement.y0, 0.0);
  const double seen = seen_x * seen_y / ((placement.x1 - placement.x0) * (placement.y1 - placement.y0));
  return words + fmt::format("{:.0f} % of the original can be seen, on {:.0f} % of this picture", 100 * seen,
                             100 * seen_x * seen_y);
}

std::string_view to_string(Compared answer) {
  switch (answer) {
    case Compared::same: return "same";
    case Compared::altered: return "altered";
    case Compared::no_match: return "no_match";
  }
  return "no_match";
}

Compared answer_of(const Comparison& comparison) {
  if (!comparison.result.placement.found) return Compared::no_match;
  return comparison.result.regions.empty() ? Compared::same : Compared::altered;
}

std::vector<std::string> comparison_sentences(const Comparison& comparison) {
  switch (answer_of(comparison)) {
    case Compared::no_match:
      return {
          "the original was not found in this picture: it shows something else, or it was changed beyond recognition"};
    case Compared::same:
      return {
          fmt::format("no part differs from the original as far as the map can tell ({:.0f} % of it could be compared)",
                      share(comparison, mark::BlockState::same))};
    case Compared::altered: break;
  }
  std::vector<std::string> sentences;
  const std::vector<provenance::Altered> all = altered_by(comparison);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const provenance::AlteredBox& box = *all[i].box;
    sentences.push_back(fmt::format("{}; {} by {} pixels from ({}, {}), {:.1f} % of the original, {}", all[i].sentence,
                                    box.width, box.height, box.x, box.y,
                                    100.0 * static_cast<double>(comparison.result.regions[i].blocks.size()) /
                                        static_cast<double>(comparison.map.size()),
                                    chance_words(all[i].log10_p)));
  }
  return sentences;
}

std::vector<provenance::Altered> altered_by(const Comparison& comparison) {
  std::vector<provenance::Altered> all;
  for (const mark::MapRegion& region : comparison.result.regions) {
    const mark::PixelBox& box = region.suspect_box;
    all.push_back({"mark.map",
                   ninth_words(box, comparison.width, comparison.height) + ": " + change_words(region.change),
                   region.log10_p, provenance::AlteredBox{box.x, box.y, box.width, box.height}});
  }
  return all;
}

Json comparison_json(const Comparison& comparison) {
  const mark::MapComparison& result = comparison.result;
  Json json{{"schema", "bonafide.compare/1"},
            {"original", clean_utf8(comparison.original)},
            {"suspect", clean_utf8(comparison.suspect)},
            {"answer", to_string(answer_of(comparison))},
            {"basis", comparison.basis}};
  if (!comparison.credential.empty()) json["credential"] = clean_utf8(comparison.credential);
  json["sentences"] = comparison_sentences(comparison);
  const mark::MapPlacement& placement = result.placement;
  json["placement"] = {{"found", placement.found},
                       {"mirrored", placement.mirrored},
                       {"quarter_turns", placement.quarter_turns},
                       {"window", {placement.x0, placement.y0, placement.x1, placement.y1}},
                       {"agreement", placement.agreement},
                       {"z", placement.evidence.z},
                       {"places", placement.evidence.hypotheses},
                       {"log10_p", placement.evidence.log10_p}};
  if (!placement.found) return json;
  std::string states;
  for (const mark::BlockState state : result.states) states += "?=#"[static_cast<std::size_t>(state)];
  json["map"] = {{"columns", comparison.map.columns}, {"rows", comparison.map.rows}, {"blocks", states}};
  json["share"] = {{"same", share(comparison, mark::BlockState::same) / 100},
                   {"unknown", share(comparison, mark::BlockState::unknown) / 100},
                   {"altered", share(comparison, mark::BlockState::altered) / 100}};
  json["grey"] = result.grey;
  json["rates"] = {{"signs", result.rates.signs}, {"means", result.rates.means}, {"detail", result.rates.detail}};
  const auto box = [](const mark::PixelBox& b) { return Json{b.x, b.y, b.width, b.height}; };
  json["regions"] = Json::array();
  for (const mark::MapRegion& region : result.regions) {
    json["regions"].push_back({{"change", to_string(region.change)},
                               {"box", box(region.suspect_box)},
                               {"original_box", box(region.box)},
                               {"blocks", region.blocks.size()},
                               {"log10_p", region.log10_p}});
  }
  return json;
}

std::string comparison_text(const Comparison& comparison, const TextStyle& style) {
  Page page(style);
  page.title(comparison.suspect);
  const Compared answer = answer_of(comparison);
  page.field("answer", answer == Compared::same      ? "the same picture"
                       : answer == Compared::altered ? "altered"
                                                     : "not the same picture");
  page.field("against", comparison.original + (comparison.basis == "credential"
                                                   ? ": the map in its credential; " + comparison.credential
                                                   : ": the picture itself; nothing says that it is genuine"));
  if (answer != Compared::no_match) page.field("placement", placement_words(comparison.result.placement));
  bool first = true;
  for (const std::string& sentence : comparison_sentences(comparison)) {
    page.field(first ? (answer == Compared::altered ? "where" : "found") : "", sentence);
    first = false;
  }
  if (answer != Compared::no_match) {
    page.field("limits",
               fmt::format("{:.0f} % of the original could not be compared; small or faint changes inside a block "
                           "of {} by {} of its pixels may not show",
                           share(comparison, mark::BlockState::unknown),
                           (comparison.map.width + comparison.map.columns / 2) / comparison.map.columns,
                           (comparison.map.height + comparison.map.rows / 2) / comparison.map.rows));
  }
  return page.take();
}

media::Plane comparison_map(const Comparison& comparison, int scale) {
  const int width = comparison.map.columns * scale, height = comparison.map.rows * scale;
  std::vector<std::uint8_t> samples;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto at = static_cast<std::size_t>(y / scale * comparison.map.columns + x / scale);
      const mark::BlockState state =
          comparison.result.states.empty() ? mark::BlockState::unknown : comparison.result.states[at];
      samples.push_back(state == mark::BlockState::altered ? 255 : state == mark::BlockState::same ? 0 : 128);
    }
  }
  return {width, height, 1, std::move(samples)};
}

}  // namespace bonafide::report
