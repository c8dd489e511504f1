// bonafide mark add|get: invisible marks that carry an id.
#include "cli/mark.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/mark_id.h"
#include "app/mark_key_store.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/kit/passphrase.h"
#include "cli/kit/terminal.h"
#include "cli/verbs.h"
#include "crypto/random.h"
#include "provenance/c2pa/soft_binding.h"

namespace bonafide::cli {

namespace {

struct MarkFlags {
  std::string in, out, id;
  MarkKeyFlags key;
  double psnr = 0;
  std::vector<std::string> layers;
  bool force = false, over = false, deep = false, from_credential = false, to_8_bits = false;
};

Result<std::uint64_t> id_of(const std::string& text) {
  std::string hex = text;
  if (hex.empty()) hex = to_hex(TRY(crypto::Random().bytes(8)));
  const bool digits = hex.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (hex.size() != 16 || !digits) return make_error(Code::invalid_argument, "an id has 16 hexadecimal digits");
  return std::stoull(hex, nullptr, 16);
}

Result<std::uint64_t> id_for(const MarkFlags& flags, const Context& context) {
  if (!flags.from_credential) return id_of(flags.id);
  if (!flags.id.empty())
    return make_error(Code::invalid_argument, "--id and --from-credential are two answers to one question");
  return app::mark_id_from_credential(flags.in, context);
}

Result<bool> with_fragile(const std::vector<std::string>& layers) {
  const bool fragile = std::ranges::count(layers, "fragile") > 0;
  if (fragile && std::ranges::count(layers, "robust") == 0)
    return make_error(Code::invalid_argument, "the fragile layer hangs on the id of the other: robust,fragile");
  return fragile;
}

std::vector<std::string> words_of(const std::vector<app::FoundMark>& marks) {
  std::vector<std::string> words;
  for (const app::FoundMark& mark : marks) words.push_back(app::id_words(mark));
  return words;
}

std::string words_of(const app::MarkedFile& done) {
  std::string words;
  if (done.pictures && done.frames > 0) words += fmt::format("{} frames, {:.1f} dB", done.frames, done.psnr);
  if (done.pictures && done.frames == 0) words += fmt::format("a picture, {:.1f} dB", done.psnr);
  if (done.sound) words += fmt::format("{}{:.1f} s of sound", words.empty() ? "" : ", ", done.seconds);
  if (!done.codecs.empty()) words += " (" + done.codecs + ")";
  if (done.copied > 0) words += fmt::format(", {} track{} copied", done.copied, done.copied == 1 ? "" : "s");
  return words;
}

ExitCode run_add(const MarkFlags& flags, const Globals& globals) {
  const auto keys = mark_keys_of(flags.key);
  if (!keys) return tell_failure(keys.error(), flags.in, globals);
  const auto id = id_for(flags, globals.context(flags.in));
  if (!id) return tell_failure(id.error(), flags.in, globals);
  app::MarkRequest request{*keys, *id, {}, flags.out, flags.force, flags.over};
  if (flags.psnr > 0) request.psnr = flags.psnr;
  const auto fragile = with_fragile(flags.layers);
  if (!fragile) return tell_failure(fragile.error(), flags.in, globals);
  request.fragile = *fragile;
  request.to_8_bits = flags.to_8_bits;
  const auto done = app::mark_file(flags.in, request, globals.context(flags.in));
  if (!done) return tell_failure(done.error(), flags.in, globals);
  end_progress();
  if (globals.json) {
    print(dump_json(app::marked_json(flags.out, *id, *keys, *done), 2) + "\n");
  } else {
    print(fmt::format("{}\n  mark {:016x} in {}\n", clean_utf8(flags.out), *id, words_of(*done)));
    for (const std::string& earlier : words_of(done->earlier))
      print(fmt::format("  over the mark {}, which it carried before\n", earlier));
    if (done->holds)
      print(fmt::format("  changes made later can be told on {:.0f} % of the picture\n", 100 * *done->holds));
    for (const std::string& what : done->left_out) print("  left out: " + what + "\n");
    if (!done->warning.empty()) print("  it may not last: " + done->warning + "\n");
  }
  return kDone;
}

void print_found(const MarkFlags& flags, const app::FoundMarks& found) {
  std::string text = clean_utf8(flags.in) + "\n";
  for (const app::FoundMark& mark : found.marks) {
    text += mark.id ? fmt::format("  mark {:016x}", *mark.id)
                    : fmt::format("  mark {:08x}, the upper half of an id,", mark.upper);
    text += " in the " + mark.in;
    if (mark.to > 0) text += fmt::format(", {:.1f} to {:.1f} s", mark.from, mark.to);
    text += fmt::format("\n    {}\n", provenance::mark::to_string(mark.evidence));
    if (!mark.changed.empty()) text += "    " + mark.changed + (mark.in == "sound" ? " of what was marked\n" : "\n");
  }
  for (const auto& [where, evidence] : found.nothing) {
    text += fmt::format("  no mark found in the {}{}; this says nothing of where it comes from\n    {}\n", where,
                        flags.deep ? "" : " (changed scale, speed and tempo were not searched: --deep)",
                        provenance::mark::to_string(evidence));
  }
  if (!found.marks.empty())
    text += "  An id is a pointer: what it stands for must match this work before it says anything.\n";
  print(text);
}

ExitCode run_get(const MarkFlags& flags, const Globals& globals) {
  const auto keys = mark_keys_of(flags.key);
  if (!keys) return tell_failure(keys.error(), flags.in, globals);
  const auto found = app::find_marks(flags.in, *keys, flags.deep, globals.context(flags.in));
  if (!found) return tell_failure(found.error(), flags.in, globals);
  end_progress();
  if (globals.json)
    print(dump_json(app::marks_json(flags.in, *keys, *found), 2) + "\n");
  else
    print_found(flags, *found);
  return found->marks.empty() ? kNothing : kDone;
}

}  // namespace

void add_mark_key_flags(CLI::App& verb, MarkKeyFlags& flags) {
  CLI::Option* const key =
      verb.add_option("--key", flags.key, "A key of your own, by its name or its file (see bonafide mark key)");
  verb.add_option("--passphrase-file", flags.passphrase_file,
                  "Its passphrase (else $BONAFIDE_PASSPHRASE, else the terminal)");
  verb.add_option("--secret", flags.secret, "A file with a bare secret of at least 16 bytes, instead of a key")
      ->excludes(key);
}

Result<app::MarkKeys> mark_keys_of(const MarkKeyFlags& flags) {
  constexpr std::uint64_t kMost = 4096;
  if (!flags.key.empty()) {
    const auto ask = [&](const std::string& name) {
      return ask_passphrase(flags.passphrase_file, kPassphraseVariable, "the passphrase of the mark key " + name);
    };
    const Bytes secret = TRY(app::open_mark_key(app::mark_key_folder(), flags.key, ask));
    return app::mark_keys(secret);
  }
  if (flags.secret.empty()) return app::mark_keys({});
  const std::string text = TRY(read_file(flags.secret, kMost));
  return app::mark_keys(Bytes(text.begin(), text.end()));
}

ExitCode tell_failure(Error error, const std::string& in, const Globals& globals) {
  end_progress();
  if (error.file.empty()) error.file = in;
  return globals.json ? fail_json(error) : fail(error);
}

Result<std::vector<PlacedMark>> mark_for_signing(const std::string& in, const std::string& out, const Marking& marking,
                                                 const Context& context) {
  const app::MarkKeys keys = TRY(mark_keys_of({marking.key, marking.passphrase_file, {}}));
  const std::uint64_t number = TRY(id_of(marking.id));
  const bool fragile = TRY(with_fragile(marking.layers));
  auto done = app::mark_file(in, {keys, number, {}, out, true, marking.over, false, fragile}, context);
  if (!done) {
    if (done.error().code == Code::denied) done.error().message += "; --mark-over marks it all the same and tells both";
    return done.error();
  }
  std::vector<PlacedMark> marks;
  if (done->pictures) marks.push_back({provenance::c2pa::kTileMark, fmt::format("{:016x}", number)});
  if (done->sound) marks.push_back({provenance::c2pa::kSoundMark, fmt::format("{:016x}", number)});
  for (const app::FoundMark& mark : done->earlier)
    marks.push_back(
        {mark.in == "sound" ? provenance::c2pa::kSoundMark : provenance::c2pa::kTileMark, app::id_words(mark), true});
  return marks;
}

void add_mark(VerbTable& verbs) {
  CLI::App* const group =
      verbs.group("mark", "Invisible marks: an id in pictures and sound that survives codecs and cuts",
                  "  bonafide mark add clip.mp4 -o marked.mp4 --id 00000000000000ff\n"
                  "  bonafide mark add photo.jpg -o marked.jpg --layers robust,fragile\n"
                  "  bonafide mark tamper found.jpg --map where.png\n"
                  "  bonafide mark get --deep found.mp3\n"
                  "  bonafide mark key new newsroom && bonafide mark add photo.jpg -o marked.jpg --key newsroom");
  const auto flags = std::make_shared<MarkFlags>();
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  CLI::App* const add = verbs.add(
      *group, "add", "Write the file again with a mark in its pictures and its sound; other tracks are copied");
  add->add_option("file", flags->in, "What to mark")->required();
  add->add_option("-o,--output", flags->out,
                  "Where to write; the extension chooses the container (a still keeps its format)")
      ->required();
  add->add_option("--id", flags->id, "16 hexadecimal digits; without it, a random id");
  add->add_flag("--from-credential", flags->from_credential,
                "The id that the file's Content Credential names, else one made of its label");
  add->add_option("--psnr", flags->psnr,
                  "How faint the mark in pictures is, in dB (44 for clips; 42.5 for stills, on average)")
      ->check(CLI::Range(30.0, 60.0));
  add_mark_key_flags(*add, flags->key);
  add->add_option(
         "--layers", flags->layers,
         "robust (the id), or robust,fragile: of stills, also shows later where they were changed (mark tamper)")
      ->delimiter(',')
      ->check(CLI::IsMember({"robust", "fragile"}));
  add->add_flag("--force", flags->force, "Replace the output if it exists");
  add->add_flag("--8bit", flags->to_8_bits,
                "Mark a clip of 10 or more bits a sample although the new one will have 8; without it, it is refused");
  add->add_flag("--over", flags->over, "Mark it although it carries a mark already");
  add->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_add(*flags, globals); }; });
  CLI::App* const get = verbs.add(*group, "get", "Read the mark of a picture, a clip or a sound");
  get->add_option("file", flags->in, "What to read")->required();
  add_mark_key_flags(*get, flags->key);
  get->add_flag("--deep", flags->deep,
                "When nothing is found: look for crops, turns, changed scale, speed and tempo too");
  get->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_get(*flags, globals); }; });
  add_mark_tamper(verbs, *group);
  add_mark_trace(verbs, *group);
  add_mark_key(verbs, *group);
}

}  // namespace bonafide::cli
