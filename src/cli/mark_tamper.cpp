// bonafide mark tamper: where (and when) a marked picture, clip or sound no longer carries its mark, and where of a
// sound how much is missing.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "app/contact_strip.h"
#include "app/mark_clip_places.h"
#include "app/mark_sound.h"
#include "app/mark_still.h"
#include "app/open_media.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/kit/terminal.h"
#include "cli/mark.h"
#include "cli/verbs.h"
#include "media/decode/decode.h"
#include "report/names.h"
#include "report/png.h"

namespace bonafide::cli {

namespace {

struct TamperFlags {
  std::string in, map;
  MarkKeyFlags key;
  bool deep = false, force = false;
};

constexpr std::string_view state_word(provenance::mark::SoundState state) {
  switch (state) {
    case provenance::mark::SoundState::verified: return "verified";
    case provenance::mark::SoundState::unverifiable: return "unverifiable";
    case provenance::mark::SoundState::altered: return "altered";
  }
  return "";
}

std::string jump_words(const provenance::mark::SoundJump& jump) {
  if (!jump.removed_s) return "something was cut out or put in here";
  return *jump.removed_s > 0 ? fmt::format("{:.2f} s removed here", *jump.removed_s)
                             : fmt::format("{:.2f} s put in or repeated here", -*jump.removed_s);
}

Json places_json(const provenance::mark::SoundPlaces& places) {
  Json json{{"spans", Json::array()}, {"jumps", Json::array()}};
  for (const auto& span : places.spans)
    json["spans"].push_back({{"begin_s", span.begin_s}, {"end_s", span.end_s}, {"state", state_word(span.state)}});
  for (const auto& jump : places.jumps)
    json["jumps"].push_back({{"at_s", jump.at_s}, {"removed_s", jump.removed_s ? Json(*jump.removed_s) : Json()}});
  json["starts_at_s"] = places.starts_at_s ? Json(*places.starts_at_s) : Json();
  return json;
}

void tell_places(const provenance::mark::SoundPlaces& places) {
  constexpr double kNothing = 0.1;
  if (places.starts_at_s && *places.starts_at_s > kNothing)
    print(fmt::format("  begins {:.2f} s into what was marked\n", *places.starts_at_s));
  for (const auto& span : places.spans)
    print(fmt::format("  {:8.2f} to {:8.2f} s  {}\n", span.begin_s, span.end_s, state_word(span.state)));
  for (const auto& jump : places.jumps) print(fmt::format("  at {:.2f} s: {}\n", jump.at_s, jump_words(jump)));
}

Json tamper_json(const TamperFlags& flags, const app::LocatedSound& located) {
  const auto& reading = located.reading;
  Json json{{"schema", "bonafide.mark_places/1"}, {"file", clean_utf8(flags.in)}};
  json["id"] = reading.id ? Json(fmt::format("{:016x}", *reading.id)) : Json();
  json["log10_p"] = reading.evidence.log10_p;
  json["places"] = places_json(located.places);
  return json;
}

void tell(const TamperFlags& flags, const app::LocatedSound& located) {
  const auto& reading = located.reading;
  const std::string evidence = provenance::mark::to_string(reading.evidence);
  if (reading.id) {
    print(fmt::format("{}\n  mark {:016x} in the sound\n    {}\n", clean_utf8(flags.in), *reading.id, evidence));
    tell_places(located.places);
  } else {
    print(fmt::format("{}\n  {} in the sound; where it was changed cannot be told\n    {}\n", clean_utf8(flags.in),
                      reading.upper ? "only the upper half of an id was read" : "no mark found", evidence));
  }
}

using provenance::mark::QimState;

std::string percent(double share) {
  const double value = 100 * share;
  return value > 0 && value < 1 ? fmt::format("{:.1f} %", value) : fmt::format("{:.0f} %", value);
}

void tell_still(const TamperFlags& flags, const app::LocatedStill& located) {
  std::string text = clean_utf8(flags.in) + "\n";
  const auto& reading = located.mark.reading;
  const provenance::mark::QimAnswer& layer = located.layer;
  if (!reading) {
    print(text + fmt::format("  no mark found in the picture{}; where it was changed cannot be told\n",
                             flags.deep ? "" : " (crops and turns were not searched: --deep)"));
    return;
  }
  text += fmt::format("  mark {:016x} in the picture\n    {}\n", reading->id,
                      provenance::mark::to_string(reading->evidence));
  if (!layer.found) {
    print(text + fmt::format("  no fragile layer found ({}); where it was changed cannot be told\n", layer.reason));
    return;
  }
  const std::string unknown = percent(layer.share(QimState::unverifiable));
  if (app::answer_of(located) == "unverifiable") {
    text += fmt::format(
        "  too little is left of the fragile layer: {} of the picture cannot be told; no change found on the rest\n",
        unknown);
  } else if (layer.regions.empty()) {
    text += fmt::format("  no change found where it can be told; {} of the picture cannot be told\n", unknown);
  } else {
    text += fmt::format("  altered: {} of the picture; {} cannot be told\n", percent(layer.share(QimState::altered)),
                        unknown);
  }
  for (const provenance::Altered& place : app::altered_places(located))
    text += fmt::format("    {} by {} pixels from ({}, {}), {}\n", place.box->width, place.box->height, place.box->x,
                        place.box->y, report::chance_words(place.log10_p));
  print(text);
}

Result<app::LocatedStill> located_still(const TamperFlags& flags, const app::MarkKeys& keys, const media::Media& media,
                                        const Context& context) {
  const media::Frame frame = TRY(media::read_still(media, context));
  app::LocatedStill located = TRY(app::locate_still_mark(frame, keys.pictures, keys.fragile, flags.deep, context));
  if (!flags.map.empty()) {
    const Bytes png = report::encode_png(app::altered_picture(located));
    TRY(write_file(flags.map, as_text(png), flags.force));
  }
  return located;
}

ExitCode run_still(const TamperFlags& flags, const app::MarkKeys& keys, const media::Media& media,
                   const Globals& globals) {
  const auto located = located_still(flags, keys, media, globals.context(flags.in));
  if (!located) return tell_failure(located.error(), flags.in, globals);
  end_progress();
  if (globals.json)
    print(dump_json(app::still_places_json(flags.in, *located), 2) + "\n");
  else
    tell_still(flags, *located);
  const std::string_view answer = app::answer_of(*located);
  if (answer == "altered") return kAdverse;
  if (answer == "unverifiable") return kCouldNotTell;
  return answer == "unaltered" ? kDone : kNothing;
}

/// Pictures that move, and the sound beside them.
struct LocatedFile {
  std::optional<app::LocatedClip> clip;
  std::optional<app::LocatedSound> sound;
};

bool has(const media::Media& media, media::Track::Kind kind) {
  return std::ranges::any_of(media.tracks, [&](const media::Track& track) { return track.kind == kind; });
}

Result<void> write_strip(const TamperFlags& flags, const app::LocatedClip& clip, const Context& context) {
  std::vector<app::StripFrame> frames;
  for (const auto& hole : clip.places.holes)
    for (double time = hole.begin_s + 0.25; time < hole.end_s && frames.size() < 12; time += 0.5)
      frames.push_back({time, {hole.box}});
  const media::Plane strip = TRY(app::contact_strip(flags.in, std::move(frames), context));
  return write_file(flags.map, as_text(report::encode_png(strip)), flags.force);
}

Result<LocatedFile> located_file(const TamperFlags& flags, const app::MarkKeys& keys, const media::Media& media,
                                 const Context& context) {
  LocatedFile located;
  if (has(media, media::Track::Kind::video))
    located.clip = TRY(app::locate_clip_mark(media, keys.pictures, flags.deep, context));
  if (has(media, media::Track::Kind::audio))
    located.sound = TRY(app::locate_sound_mark(flags.in, keys.sound, flags.deep, context));
  if (!located.clip && !located.sound) return make_error(Code::not_found, "has neither moving pictures nor sound");
  if (flags.map.empty()) return located;
  if (!located.clip) return make_error(Code::invalid_argument, "--map is for pictures and clips");
  TRY(write_strip(flags, *located.clip, context));
  return located;
}

Json clip_json(const app::LocatedClip& clip) {
  const auto& places = clip.places;
  Json json{{"id", clip.reading ? Json(fmt::format("{:016x}", clip.reading->id)) : Json()},
            {"log10_p", clip.reading ? clip.reading->evidence.log10_p : 0},
            {"verifiable", places.verifiable},
            {"unverifiable", places.unverifiable},
            {"seconds", places.seconds},
            {"regions", Json::array()}};
  for (const auto& hole : places.holes)
    json["regions"].push_back({{"box", {hole.box.x, hole.box.y, hole.box.width, hole.box.height}},
                               {"begin_s", hole.begin_s},
                               {"end_s", hole.end_s},
                               {"z", hole.z},
                               {"expected_z", hole.expected},
                               {"log10_p", hole.log10_p}});
  return json;
}

void tell_clip(const app::LocatedClip& clip) {
  if (!clip.reading) return print("  no mark found in the pictures; where they were changed cannot be told\n");
  print(fmt::format("  mark {:016x} in the pictures, {:.1f} to {:.1f} s\n    {}\n", clip.reading->id,
                    clip.reading->from, clip.reading->to, provenance::mark::to_string(clip.reading->evidence)));
  print(fmt::format("  a face-sized part that lost its mark for 4 s would show in {} of the pictures, and not in {}\n",
                    percent(clip.places.verifiable), percent(clip.places.unverifiable)));
  for (const provenance::Altered& place : app::altered_places(clip.places, clip.width, clip.height))
    print(fmt::format("  {} {}; {} by {} pixels from ({}, {}), {}\n",
                      report::span_words({place.time->begin_s, place.time->end_s}), place.sentence, place.box->width,
                      place.box->height, place.box->x, place.box->y, report::chance_words(place.log10_p)));
}

/// Adverse when anything is altered; else what the better of the two tracks says.
ExitCode code_of(const LocatedFile& located) {
  ExitCode code = kNothing;
  if (located.clip && located.clip->reading) {
    if (!located.clip->places.holes.empty()) return kAdverse;
    code = located.clip->places.verifiable > 0 ? kDone : kCouldNotTell;
  }
  if (!located.sound) return code;
  if (!located.sound->reading.id) return code == kNothing && located.sound->reading.upper ? kCouldNotTell : code;
  const auto& places = located.sound->places;
  const bool altered = std::ranges::any_of(
      places.spans, [](const auto& span) { return span.state == provenance::mark::SoundState::altered; });
  return altered || !places.jumps.empty() ? kAdverse : kDone;
}

ExitCode run_tamper(const TamperFlags& flags, const Globals& globals) {
  const auto keys = mark_keys_of(flags.key);
  if (!keys) return tell_failure(keys.error(), flags.in, globals);
  const auto media = app::open_media(flags.in, globals.context(flags.in));
  if (!media) return tell_failure(media.error(), flags.in, globals);
  if (media->kind == media::Kind::image) return run_still(flags, *keys, *media, globals);
  const auto located = located_file(flags, *keys, *media, globals.context(flags.in));
  if (!located) return tell_failure(located.error(), flags.in, globals);
  end_progress();
  if (globals.json) {
    Json json = located->sound ? tamper_json(flags, *located->sound)
                               : Json{{"schema", "bonafide.mark_places/1"}, {"file", clean_utf8(flags.in)}};
    const bool by_pictures = located->clip && located->clip->reading;
    if (!located->sound || (by_pictures && json["id"].is_null())) {
      json["id"] = by_pictures ? Json(fmt::format("{:016x}", located->clip->reading->id)) : Json();
      json["log10_p"] = by_pictures ? located->clip->reading->evidence.log10_p : 0;
    }
    if (located->clip) json["pictures"] = clip_json(*located->clip);
    print(dump_json(json, 2) + "\n");
  } else {
    if (located->sound)
      tell(flags, *located->sound);
    else
      print(clean_utf8(flags.in) + "\n");
    if (located->clip) tell_clip(*located->clip);
  }
  return code_of(*located);
}

}  // namespace

void add_mark_tamper(VerbTable& verbs, CLI::App& group) {
  const auto flags = std::make_shared<TamperFlags>();
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  CLI::App* const tamper =
      verbs.add(group, "tamper", "Where a marked picture, clip or sound was changed since, or cannot tell");
  tamper->add_option("file", flags->in, "What to examine")->required();
  add_mark_key_flags(*tamper, flags->key);
  tamper->add_flag("--deep", flags->deep,
                   "When nothing is found: look for crops, other sizes, changed speed and tempo too");
  tamper->add_option(
      "--map", flags->map,
      "Write a PNG: the picture in grey, what is altered in red, what cannot be told in blue; of a clip: "
      "frames of the altered seconds with the places outlined");
  tamper->add_flag("-f,--force", flags->force, "Replace the map if it exists");
  tamper->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_tamper(*flags, globals); }; });
}

}  // namespace bonafide::cli
