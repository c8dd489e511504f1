// bonafide mark tamper: where a marked sound no longer carries its mark, and where how much is missing.
#include <fmt/format.h>

#include <algorithm>

#include "app/mark_sound.h"
#include "base/json.h"
#include "cli/kit/terminal.h"
#include "cli/mark.h"
#include "cli/verbs.h"

namespace bonafide::cli {

namespace {

struct TamperFlags {
  std::string in;
  MarkKeyFlags key;
  bool deep = false;
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

ExitCode run_tamper(const TamperFlags& flags, const Globals& globals) {
  const auto keys = mark_keys_of(flags.key);
  if (!keys) return tell_failure(keys.error(), flags.in, globals);
  const auto located = app::locate_sound_mark(flags.in, keys->sound, flags.deep, globals.context(flags.in));
  if (!located) return tell_failure(located.error(), flags.in, globals);
  end_progress();
  if (globals.json) {
    print(dump_json(tamper_json(flags, *located), 2) + "\n");
  } else {
    tell(flags, *located);
  }
  if (!located->reading.id) return located->reading.upper ? kCouldNotTell : kNothing;
  const auto& places = located->places;
  const bool altered = std::any_of(places.spans.begin(), places.spans.end(), [](const auto& span) {
    return span.state == provenance::mark::SoundState::altered;
  });
  return altered || !places.jumps.empty() ? kAdverse : kDone;
}

}  // namespace

void add_mark_tamper(VerbTable& verbs, CLI::App& group) {
  const auto flags = std::make_shared<TamperFlags>();
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  CLI::App* const tamper = verbs.add(group, "tamper", "Where a marked sound was changed, cut or is silent");
  tamper->add_option("file", flags->in, "What to examine")->required();
  add_mark_key_flags(*tamper, flags->key);
  tamper->add_flag("--deep", flags->deep, "When nothing is found: look for changed speed and tempo too");
  tamper->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_tamper(*flags, globals); }; });
}

}  // namespace bonafide::cli
