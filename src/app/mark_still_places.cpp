// Where the fragile layer of a still is left: reading it, and telling it in the picture as shown.
#include <fmt/format.h>

#include <algorithm>

#include "app/mark_still.h"
#include "base/bytes.h"
#include "forensics/cell_map.h"
#include "forensics/orient.h"

namespace bonafide::app {

namespace {

using provenance::mark::QimRegion;
using provenance::mark::QimState;

media::Plane map_of(const LocatedStill& located, int reduce) {
  provenance::mark::QimMap map =
      provenance::mark::qim_map(located.layer, located.luma.width(), located.luma.height(), reduce);
  return forensics::to_shown({map.width, map.height, 1, std::move(map.values)}, located.orientation);
}

provenance::AlteredBox box_of(const QimRegion& region, const LocatedStill& located) {
  const forensics::Region shown =
      forensics::to_shown({region.box.x, region.box.y, region.box.width, region.box.height},
                          {located.luma.width(), located.luma.height()}, located.orientation);
  return {shown.x, shown.y, shown.width, shown.height};
}

}  // namespace

Result<LocatedStill> locate_still_mark(const media::Frame& frame, const provenance::mark::MarkKey& key,
                                       const provenance::mark::MarkKey& fragile, bool deep, const Context& context) {
  LocatedStill located{.mark = {}, .layer = {}, .luma = frame.luma(), .orientation = frame.info().orientation};
  const media::GreyView view{located.luma.data(), located.luma.width(), located.luma.height(),
                             static_cast<std::ptrdiff_t>(located.luma.stride())};
  located.mark = TRY(provenance::mark::TileReader(key).read(view, {.deep = deep}, context));
  if (located.mark.reading)
    located.layer = TRY(provenance::mark::read_qim(view, fragile, *located.mark.reading, {.deep = deep}, context));
  return located;
}

std::vector<provenance::Altered> altered_places(const LocatedStill& located) {
  std::vector<provenance::Altered> places;
  for (const QimRegion& region : located.layer.regions) {
    provenance::Altered place{
        "mark.tamper", "this part does not carry the mark's fragile layer any more: changed since", region.log10_p};
    place.box = box_of(region, located);
    places.push_back(std::move(place));
  }
  return places;
}

provenance::AlteredMap altered_map(const LocatedStill& located) {
  provenance::AlteredMap map{"mark.tamper", "fragile mark",
                             "Bright: the mark's fragile layer is gone. Faint: it cannot be told.", 0, 0};
  const int longest = std::max(located.luma.width(), located.luma.height());
  const media::Plane states = map_of(located, std::max(1, (longest + forensics::kMapSide - 1) / forensics::kMapSide));
  map.width = states.width();
  map.height = states.height();
  map.values.assign(states.data(), states.data() + states.stride() * static_cast<std::size_t>(states.height()));
  constexpr std::uint8_t kUnknown = 128, kFaint = 40;
  std::ranges::replace(map.values, kUnknown, kFaint);
  return map;
}

std::string_view answer_of(const LocatedStill& located) {
  constexpr double kMost = 0.5;
  if (!located.mark.reading) return "no_mark";
  if (!located.layer.found) return "no_layer";
  if (!located.layer.regions.empty()) return "altered";
  return located.layer.share(QimState::unverifiable) > kMost ? "unverifiable" : "unaltered";
}

Json still_places_json(const std::string& file, const LocatedStill& located) {
  const auto& reading = located.mark.reading;
  const provenance::mark::QimAnswer& layer = located.layer;
  Json json{{"schema", "bonafide.mark_places/1"}, {"file", clean_utf8(file)}};
  json["id"] = reading ? Json(fmt::format("{:016x}", reading->id)) : Json();
  json["log10_p"] = reading ? reading->evidence.log10_p : 0;
  Json picture{{"answer", answer_of(located)}, {"layer", layer.found}};
  if (!layer.reason.empty()) picture["reason"] = layer.reason;
  if (layer.found) {
    picture["level"] = layer.level;
    picture["contrast"] = layer.gain;
    picture["log10_p"] = layer.evidence.log10_p;
    for (const QimState state : {QimState::unaltered, QimState::unverifiable, QimState::altered})
      picture["share"][std::string(to_string(state))] = layer.share(state);
    picture["false_alarm"] = layer.false_alarm;
    std::string states;
    for (const QimState state : layer.states) states += "=?#"[static_cast<std::size_t>(state)];
    picture["map"] = {{"columns", layer.columns}, {"rows", layer.rows}, {"blocks", states}};
    picture["regions"] = Json::array();
    const std::vector<provenance::Altered> places = altered_places(located);
    for (std::size_t i = 0; i < places.size(); ++i) {
      const provenance::AlteredBox& box = *places[i].box;
      picture["regions"].push_back({{"box", {box.x, box.y, box.width, box.height}},
                                    {"blocks", layer.regions[i].blocks.size()},
                                    {"counted", layer.regions[i].counted},
                                    {"failed", layer.regions[i].failed},
                                    {"log10_p", places[i].log10_p}});
    }
  }
  json["picture"] = std::move(picture);
  return json;
}

media::Plane altered_picture(const LocatedStill& located) {
  const media::Plane grey = forensics::to_shown(located.luma, located.orientation);
  const media::Plane map = map_of(located, 1);
  std::vector<std::uint8_t> samples;
  samples.reserve(3 * grey.stride() * static_cast<std::size_t>(grey.height()));
  for (int y = 0; y < grey.height(); ++y) {
    for (int x = 0; x < grey.width(); ++x) {
      const std::uint8_t value = grey.at(x, y), state = map.at(x, y);
      const auto half = static_cast<std::uint8_t>(value / 2);
      const auto full = static_cast<std::uint8_t>(half + 127);
      const bool altered = state == 255, unknown = state == 128;
      samples.push_back(altered ? full : unknown ? half : value);
      samples.push_back(altered || unknown ? half : value);
      samples.push_back(unknown ? full : altered ? half : value);
    }
  }
  return {grey.width(), grey.height(), 3, std::move(samples)};
}

}  // namespace bonafide::app
