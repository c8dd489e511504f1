#include "app/mark.h"

#include <fmt/format.h>

#include <cmath>

#include "app/mark_clip.h"
#include "app/mark_sound.h"
#include "app/mark_still.h"
#include "app/open_media.h"
#include "provenance/mark/qim_layout.h"
#include "provenance/mark/tile_layout.h"

namespace bonafide::app {

namespace {

using provenance::mark::Evidence;
using provenance::mark::MarkKey;

constexpr double kLookFor = 12;  // seconds of a clip in which a mark that is there already shows

constexpr double kHolds = 0.8;  // share of a picture on which the fragile layer should show after writing

struct Kind {
  bool still = false, pictures = false, sound = false;
};

template <typename Answer>
std::vector<FoundMark> marks_of(const Answer& answer) {
  FoundMarks found;
  take(answer, found);
  return std::move(found.marks);
}

Kind kind_of(const media::Media& media) {
  Kind kind;
  kind.still = media.kind == media::Kind::image;
  for (const media::Track& track : media.tracks) {
    if (track.kind == media::Track::Kind::video && !kind.still) kind.pictures = true;
    if (track.kind == media::Track::Kind::audio) kind.sound = true;
  }
  return kind;
}

Result<MarkedFile> mark_picture(const media::Media& media, const MarkRequest& request, const Context& context) {
  MarkStillRequest still{.key = request.keys.pictures,
                         .id = request.id,
                         .out = request.out,
                         .overwrite = request.overwrite,
                         .over = request.over};
  if (request.psnr) still.psnr = *request.psnr;
  if (request.fragile) still.fragile = request.keys.fragile;
  MarkedStill done = TRY(mark_still(media, still, context));
  MarkedFile marked{.pictures = true, .psnr = done.psnr(), .codecs = done.written.format};
  marked.left_out = std::move(done.written.left_out);
  if (done.earlier) marked.earlier = marks_of(provenance::mark::TileAnswer{.reading = done.earlier});
  if (!done.reads)
    marked.warning = "the compression of this file takes the id at once: it could not be read back";
  else if (!done.placed.survives)
    marked.warning = "even the strongest mark did not survive JPEG 30, strong noise and a crop on a trial copy";
  if (request.fragile) marked.holds = done.holds;
  if (request.fragile && done.holds < kHolds)
    marked.warning += fmt::format("{}the compression of this file leaves the fragile layer on {:.0f} % of the picture",
                                  marked.warning.empty() ? "" : "; ", 100 * done.holds);
  if (done.small)
    marked.warning += fmt::format("{}pictures under {} pixels on a side get stronger marks that survive less",
                                  marked.warning.empty() ? "" : "; ", provenance::mark::kSmallSide);
  return marked;
}

// What a clip's pictures carry already.
Result<std::vector<FoundMark>> marks_there(const media::Media& media, const MarkRequest& request,
                                           const Context& context) {
  FoundMarks found;
  take(TRY(read_clip_mark(media, request.keys.pictures, {}, context, kLookFor)), found);
  if (!found.marks.empty() && !request.over)
    return make_error(Code::denied, fmt::format("its pictures carry the mark {} already ({})", id_words(found.marks[0]),
                                                provenance::mark::to_string(found.marks[0].evidence)));
  return std::move(found.marks);
}

}  // namespace

void take(const provenance::mark::ClipAnswer& answer, FoundMarks& found) {
  for (const auto& reading : answer.readings) {
    FoundMark mark{"pictures", reading.id, static_cast<std::uint32_t>(reading.id >> 32), reading.evidence, reading.from,
                   reading.to, ""};
    found.marks.push_back(std::move(mark));
  }
  if (answer.readings.empty())
    found.nothing.emplace_back("pictures", provenance::mark::weigh(answer.best_z, answer.hypotheses, 0, 0));
}

void take(const provenance::mark::SoundReading& reading, FoundMarks& found) {
  if (!reading.upper) {
    found.nothing.emplace_back("sound", reading.evidence);
    return;
  }
  FoundMark mark{"sound", reading.id, *reading.upper, reading.evidence, 0, reading.seconds, ""};
  if (std::abs(reading.warp.speed - 1) > 1e-9 || std::abs(reading.warp.tempo - 1) > 1e-9)
    mark.changed = fmt::format("speed × {:.4f}, tempo × {:.4f}", reading.warp.speed, reading.warp.tempo);
  found.marks.push_back(std::move(mark));
}

void take(const provenance::mark::TileAnswer& answer, FoundMarks& found) {
  if (!answer.reading) {
    found.nothing.emplace_back("picture", provenance::mark::weigh(answer.best_z, answer.hypotheses, 0, 0));
    return;
  }
  const provenance::mark::TileReading& reading = *answer.reading;
  found.marks.push_back(
      {"picture", reading.id, static_cast<std::uint32_t>(reading.id >> 32), reading.evidence, 0, 0, way_of(reading)});
}

std::string id_words(const FoundMark& mark) {
  return mark.id ? fmt::format("{:016x}", *mark.id) : fmt::format("{:08x}…", mark.upper);
}

Result<MarkKeys> mark_keys(const std::optional<Bytes>& secret) {
  using provenance::mark::kQimProfile;
  using provenance::mark::kSoundProfile;
  using provenance::mark::kTileProfile;
  if (!secret)
    return MarkKeys{MarkKey::published(kTileProfile), MarkKey::published(kSoundProfile),
                    MarkKey::published(kQimProfile)};
  return MarkKeys{TRY(MarkKey::secret(kTileProfile, *secret)), TRY(MarkKey::secret(kSoundProfile, *secret)),
                  TRY(MarkKey::secret(kQimProfile, *secret))};
}

Result<MarkedFile> mark_file(const std::string& path, const MarkRequest& request, const Context& context) {
  const media::Media media = TRY(open_media(path, context));
  const Kind kind = kind_of(media);
  if (kind.still) return mark_picture(media, request, context);
  if (request.fragile) return make_error(Code::unsupported, "only still pictures have a fragile layer");
  MarkedFile marked;
  if (kind.pictures) {
    std::vector<FoundMark> earlier = TRY(marks_there(media, request, context));
    MarkClipRequest clip{request.keys.pictures, request.keys.sound, request.id, request.psnr.value_or(44), kind.sound,
                         request.out,           request.overwrite};
    clip.to_8_bits = request.to_8_bits;
    const MarkedClip done = TRY(mark_clip(media, clip, context));
    marked = {.pictures = true,
              .sound = kind.sound,
              .psnr = done.psnr,
              .frames = done.written.frames,
              .seconds = done.written.seconds,
              .codecs = done.written.video_codec,
              .copied = done.written.copied,
              .earlier = std::move(earlier)};
    if (!done.written.codec.empty()) marked.codecs += ", " + done.written.codec;
    return marked;
  }
  if (kind.sound) {
    const MarkSoundRequest sound{.key = request.keys.sound,
                                 .id = request.id,
                                 .out = request.out,
                                 .overwrite = request.overwrite,
                                 .over = request.over};
    const MarkedSound done = TRY(mark_sound(media, sound, context));
    marked = {
        .sound = true, .seconds = done.written.seconds, .codecs = done.written.codec, .copied = done.written.copied};
    if (done.earlier) marked.earlier = marks_of(*done.earlier);
    return marked;
  }
  return make_error(Code::unsupported, "this kind of file cannot be marked yet");
}

Result<FoundMarks> find_marks(const std::string& path, const MarkKeys& keys, bool deep, const Context& context) {
  const media::Media media = TRY(open_media(path, context));
  const Kind kind = kind_of(media);
  FoundMarks found;
  if (kind.still) {
    take(TRY(read_still_mark(media, keys.pictures, deep, context)), found);
    return found;
  }
  if (kind.pictures) take(TRY(read_clip_mark(media, keys.pictures, {.deep = deep}, context)), found);
  if (kind.sound) take(TRY(read_sound_mark(media, keys.sound, deep, context)), found);
  if (!kind.pictures && !kind.sound)
    return make_error(Code::unsupported, "marks in this kind of file cannot be read yet");
  return found;
}

Json marks_json(const std::string& file, const MarkKeys& keys, const FoundMarks& found) {
  const auto evidence = [](const Evidence& told) {
    return Json{{"log10_p", told.log10_p}, {"z", told.z}, {"hypotheses", told.hypotheses}};
  };
  Json json{
      {"schema", "bonafide.mark/1"},        {"file", clean_utf8(file)}, {"published_key", !keys.pictures.is_secret()},
      {"key", keys.pictures.fingerprint()}, {"marks", Json::array()},   {"nothing_in", Json::array()}};
  for (const FoundMark& mark : found.marks) {
    Json entry{{"in", mark.in},
               {"id", mark.id ? Json(fmt::format("{:016x}", *mark.id)) : Json()},
               {"upper_half", fmt::format("{:08x}", mark.upper)},
               {"from", mark.from},
               {"to", mark.to},
               {"evidence", evidence(mark.evidence)}};
    if (!mark.changed.empty()) entry["changed"] = mark.changed;
    json["marks"].push_back(std::move(entry));
  }
  for (const auto& [where, told] : found.nothing)
    json["nothing_in"].push_back({{"in", where}, {"evidence", evidence(told)}});
  return json;
}

Json marked_json(const std::string& file, std::uint64_t id, const MarkKeys& keys, const MarkedFile& done) {
  Json earlier = Json::array();
  for (const FoundMark& mark : done.earlier) earlier.push_back(id_words(mark));
  return Json{{"schema", "bonafide.marked/1"},
              {"file", clean_utf8(file)},
              {"id", fmt::format("{:016x}", id)},
              {"key", keys.pictures.fingerprint()},
              {"pictures", done.pictures},
              {"sound", done.sound},
              {"fragile_layer_holds", done.holds ? Json(*done.holds) : Json()},
              {"psnr", done.psnr},
              {"frames", done.frames},
              {"seconds", done.seconds},
              {"codecs", done.codecs},
              {"copied_tracks", done.copied},
              {"left_out", done.left_out},
              {"earlier", std::move(earlier)},
              {"warning", done.warning}};
}

}  // namespace bonafide::app
