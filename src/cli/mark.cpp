// bonafide mark add|get: invisible marks that carry an id.
#include <fmt/format.h>

#include "app/mark_sound.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/kit/terminal.h"
#include "cli/verbs.h"
#include "crypto/random.h"

namespace bonafide::cli {

namespace {

using provenance::mark::MarkKey;

struct MarkFlags {
  std::string in, out, id, secret;
  bool force = false, over = false, deep = false;
};

/// The published key, or an issuer's own from a file.
Result<MarkKey> key_of(const MarkFlags& flags) {
  constexpr std::uint64_t kMost = 4096;
  if (flags.secret.empty()) return MarkKey::published(provenance::mark::kSoundProfile);
  const std::string secret = TRY(read_file(flags.secret, kMost));
  return MarkKey::secret(provenance::mark::kSoundProfile, as_bytes(secret));
}

Result<std::uint64_t> id_of(const std::string& text) {
  std::string hex = text;
  if (hex.empty()) hex = to_hex(TRY(crypto::Random().bytes(8)));
  const bool digits = hex.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (hex.size() != 16 || !digits) return make_error(Code::invalid_argument, "an id has 16 hexadecimal digits");
  return std::stoull(hex, nullptr, 16);
}

ExitCode told(Error error, const MarkFlags& flags, const Globals& globals) {
  end_progress();
  if (error.file.empty()) error.file = flags.in;
  return globals.json ? fail_json(error) : fail(error);
}

ExitCode run_add(const MarkFlags& flags, const Globals& globals) {
  const Context context = globals.context(flags.in);
  const auto key = key_of(flags);
  if (!key) return told(key.error(), flags, globals);
  const auto id = id_of(flags.id);
  if (!id) return told(id.error(), flags, globals);
  const auto done = app::mark_sound(
      flags.in, {.key = *key, .id = *id, .out = flags.out, .overwrite = flags.force, .over = flags.over}, context);
  if (!done) return told(done.error(), flags, globals);
  end_progress();
  if (globals.json) {
    print(dump_json(Json{{"file", flags.out},
                         {"id", fmt::format("{:016x}", *id)},
                         {"key", key->fingerprint()},
                         {"codec", done->codec},
                         {"seconds", done->seconds},
                         {"copied_tracks", done->copied}},
                    2) +
          "\n");
  } else {
    print(fmt::format("{}\n  mark {:016x} in {:.1f} s of sound ({}), {} track{} copied\n", flags.out, *id,
                      done->seconds, done->codec, done->copied, done->copied == 1 ? "" : "s"));
  }
  return kDone;
}

Json json_of(const MarkFlags& flags, const MarkKey& key, const provenance::mark::SoundReading& reading) {
  Json json{{"file", flags.in}, {"key", key.fingerprint()}, {"published_key", !key.is_secret()}};
  json["id"] = reading.id ? Json(fmt::format("{:016x}", *reading.id)) : Json();
  json["short_id"] = reading.upper ? Json(fmt::format("{:08x}", *reading.upper)) : Json();
  json["log10_p"] = reading.evidence.log10_p;
  json["z"] = reading.evidence.z;
  json["hypotheses"] = reading.evidence.hypotheses;
  json["speed"] = reading.warp.speed;
  json["tempo"] = reading.warp.tempo;
  json["seconds"] = reading.seconds;
  return json;
}

ExitCode run_get(const MarkFlags& flags, const Globals& globals) {
  const Context context = globals.context(flags.in);
  const auto key = key_of(flags);
  if (!key) return told(key.error(), flags, globals);
  const auto reading = app::read_sound_mark(flags.in, *key, flags.deep, context);
  if (!reading) return told(reading.error(), flags, globals);
  end_progress();
  if (globals.json) {
    print(dump_json(json_of(flags, *key, *reading), 2) + "\n");
  } else if (reading->upper) {
    print(reading->id ? fmt::format("{}\n  mark {:016x}\n", flags.in, *reading->id)
                      : fmt::format("{}\n  mark {:08x}, the upper half of an id\n", flags.in, *reading->upper));
    print(fmt::format("  {}\n", provenance::mark::to_string(reading->evidence)));
    if (reading->warp.speed != 1 || reading->warp.tempo != 1)
      print(fmt::format("  speed × {:.4f}, tempo × {:.4f} of what was marked\n", reading->warp.speed,
                        reading->warp.tempo));
    print("  An id is a pointer: what it stands for must match this sound before it says anything.\n");
  } else {
    print(fmt::format("{}\n  no mark found{}; this says nothing of where it comes from\n  {}\n", flags.in,
                      flags.deep ? "" : " (speed and tempo were not searched: --deep)",
                      provenance::mark::to_string(reading->evidence)));
  }
  return reading->upper ? kDone : kNothing;
}

}  // namespace

void add_mark(VerbTable& verbs) {
  CLI::App* const group = verbs.group("mark", "Invisible marks: an id in the sound that survives codecs and cuts",
                                      "  bonafide mark add talk.wav -o marked.flac\n"
                                      "  bonafide mark get --deep found.mp3");
  const auto flags = std::make_shared<MarkFlags>();
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  CLI::App* const add =
      verbs.add(*group, "add", "Write the file again with a mark in its sound; other tracks are copied");
  add->add_option("file", flags->in, "What to mark")->required();
  add->add_option("-o,--output", flags->out, "Where to write; the extension chooses the container")->required();
  add->add_option("--id", flags->id, "16 hexadecimal digits; without it, a random id");
  add->add_option("--secret", flags->secret,
                  "A file with a secret of at least 16 bytes: only its holders read the mark");
  add->add_flag("--force", flags->force, "Replace the output if it exists");
  add->add_flag("--over", flags->over, "Mark it although it carries a mark already");
  add->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_add(*flags, globals); }; });
  CLI::App* const get = verbs.add(*group, "get", "Read the mark of a sound");
  get->add_option("file", flags->in, "What to read")->required();
  get->add_option("--secret", flags->secret, "The secret it was marked with");
  get->add_flag("--deep", flags->deep, "When nothing is found: look for changed speed and tempo too");
  get->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_get(*flags, globals); }; });
}

}  // namespace bonafide::cli
