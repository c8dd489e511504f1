#include "app/mark_clip_places.h"

#include <algorithm>

#include "media/decode/decode.h"
#include "report/comparison.h"

namespace bonafide::app {

using provenance::mark::ClipPlaces;
using provenance::mark::ClipReading;

Result<ClipPlaces> clip_places(const media::Media& media, const provenance::mark::MarkKey& key,
                               const ClipReading& reading, const Context& context) {
  provenance::mark::ClipLocator locator(key, reading);
  const media::PassPlan plan{.spans = {}, .frames = true, .audio = false};
  media::PassSink sink;
  sink.on_frame = [&](const media::Frame& frame) {
    // outside of where it was read (another scene, or none) nothing is expected
    if (frame.time_s() < reading.from || frame.time_s() > reading.to) return;
    const media::Plane& luma = frame.luma();
    locator.add({luma.data(), luma.width(), luma.height(), static_cast<std::ptrdiff_t>(luma.stride())}, frame.time_s());
  };
  TRY(media::run_pass(media, plan, sink, context));
  return locator.finish();
}

Result<LocatedClip> locate_clip_mark(const media::Media& media, const provenance::mark::MarkKey& key, bool deep,
                                     const Context& context) {
  LocatedClip located;
  located.width = media.width, located.height = media.height;
  located.mark = TRY(read_clip_mark(media, key, {.deep = deep}, context));
  const auto& readings = located.mark.readings;
  if (readings.empty()) return located;
  located.reading =
      *std::ranges::max_element(readings, {}, [](const ClipReading& reading) { return reading.to - reading.from; });
  located.places = TRY(clip_places(media, key, *located.reading, context));
  return located;
}

std::vector<provenance::Altered> altered_places(const ClipPlaces& places, int width, int height) {
  std::vector<provenance::Altered> all;
  for (const auto& hole : places.holes) {
    all.push_back({"mark.tamper", report::ninth_words(hole.box, width, height) + ": the mark is missing here",
                   hole.log10_p, provenance::AlteredBox{hole.box.x, hole.box.y, hole.box.width, hole.box.height},
                   provenance::AlteredTime{hole.begin_s, hole.end_s}});
  }
  return all;
}

}  // namespace bonafide::app
