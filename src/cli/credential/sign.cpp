// bonafide sign IN -o OUT: puts a Content Credential on a work.
#include <fmt/format.h>

#include <filesystem>

#include "app/credential/sign.h"
#include "base/json.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/credential/key_flags.h"
#include "cli/credential/time.h"
#include "cli/credential/trust_flags.h"
#include "cli/credential/verbs.h"
#include "cli/kit/terminal.h"
#include "provenance/vouched_map.h"

namespace bonafide::cli {

namespace {

struct SignFlags {
  app::SignRequest request;
  KeyFlags keys;
  TrustFlags trust;
  std::string manifest, inline_manifest, ai = "unsaid", binding = "auto", sidecar;
  std::vector<std::string> soft_bindings;  ///< NAME=VALUE
  bool force = false;
  bool map = false;
  const CLI::Option* sidecar_flag = nullptr;  ///< given, perhaps without a name
  CLI::Option* mark_flag = nullptr;           ///< given, perhaps without an id
  std::string mark, log;
  Marking marking;  ///< but for the id, which is `mark`
};

Result<void> take_manifest(const SignFlags& flags, app::SignRequest& request) {
  request.definition_folder = ".";
  if (!flags.manifest.empty() && !flags.inline_manifest.empty()) {
    return make_error(Code::invalid_argument, "--manifest and --manifest-json are two answers to one question");
  }
  request.definition = flags.inline_manifest;
  if (flags.manifest.empty()) return {};
  request.definition = TRY(read_file(flags.manifest, std::uint64_t{16} << 20));
  request.definition_folder = std::filesystem::path(flags.manifest).parent_path().string();
  return {};
}

Result<void> take_soft_bindings(const SignFlags& flags, app::SignRequest& request) {
  for (const std::string& given : flags.soft_bindings) {
    const std::size_t equals = given.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == given.size()) {
      return make_error(Code::invalid_argument, "--soft-binding is NAME=VALUE, for example io.iscc.v0=ISCC:…");
    }
    request.soft_bindings.push_back({given.substr(0, equals), {{given.substr(equals + 1)}}});
  }
  return {};
}

Result<void> take_mark(const SignFlags& flags, const Globals& globals, app::SignRequest& request) {
  if (flags.mark_flag->count() == 0) return {};
  if (!globals.marker) return make_error(Code::unavailable, "this program decodes nothing: --mark needs bonafide");
  Marking marking = flags.marking;
  marking.id = flags.mark;
  request.mark = [marker = globals.marker, marking](const std::string& in, const std::string& out,
                                                    const Context& context) -> Result<app::WorkMarks> {
    app::WorkMarks marks;
    for (const PlacedMark& mark : TRY(marker(in, out, marking, context)))
      (mark.earlier ? marks.earlier : marks.placed).push_back({mark.algorithm, {{mark.id}}});
    return marks;
  };
  return {};
}

/// What the work looks and sounds like, so that a copy can be compared with it later: of the bytes that are signed,
/// after they were marked.
Result<void> take_map(const SignFlags& flags, const Globals& globals, app::SignRequest& request) {
  if (!flags.map) return {};
  if (!globals.maps) return make_error(Code::unavailable, "this program decodes nothing: --map needs bonafide");
  request.describe = [maps = globals.maps](const std::string& path,
                                           const Context& context) -> Result<provenance::c2pa::Assertion> {
    return provenance::c2pa::Assertion{std::string(provenance::kBlockMapLabel),
                                       provenance::c2pa::Assertion::Form::cbor,
                                       TRY(maps.make(path, context)),
                                       {}};
  };
  return {};
}

Result<app::SignRequest> request_of(const SignFlags& flags, const Globals& globals) {
  app::SignRequest request = flags.request;
  request.overwrite = flags.force;
  if (flags.ai == "none") request.ai = app::AiUse::none;
  if (flags.ai == "generated") request.ai = app::AiUse::generated;
  if (flags.ai == "modified") request.ai = app::AiUse::modified;
  using provenance::c2pa::BindingForm;
  if (flags.binding == "data") request.binding.form = BindingForm::data;
  if (flags.binding == "boxes") request.binding.form = BindingForm::boxes;
  if (flags.binding == "bmff") request.binding.form = BindingForm::bmff;
  const bool beside = flags.sidecar_flag->count() > 0;
  if (beside) {
    request.sidecar = flags.sidecar;
    if (request.sidecar.empty()) {
      const std::string work = request.output.empty() ? request.input : request.output;
      request.sidecar = std::filesystem::path(work).replace_extension(".c2pa").string();
    }
  }
  if (request.in_place) {
    if (!request.output.empty()) return make_error(Code::invalid_argument, "--in-place and -o exclude each other");
    request.output = request.input;
  } else if (request.output.empty() && !beside) {
    return make_error(Code::invalid_argument, "say where to write: -o OUT, --in-place, or --sidecar");
  }
  if (!request.remote.empty() && request.output.empty()) {
    return make_error(Code::invalid_argument,
                      "--remote is written into the work: say where, with -o OUT or --in-place");
  }
  std::error_code ignored;
  if (!request.in_place && !request.output.empty() &&
      std::filesystem::equivalent(request.input, request.output, ignored)) {
    return make_error(Code::invalid_argument, "the output is the input: say --in-place to replace it");
  }
  if (!request.redactions.empty() && request.redaction_reason.empty()) {
    return make_error(Code::invalid_argument, "--redact needs --reason, for example c2pa.PII.present");
  }
  TRY(take_manifest(flags, request));
  TRY(take_map(flags, globals, request));
  TRY(take_soft_bindings(flags, request));
  TRY(take_mark(flags, globals, request));
  if (!flags.log.empty() && !globals.recorder) {
    return make_error(Code::unavailable, "this program knows no logs: --log needs bonafide");
  }
  request.key = key_source(flags.keys, globals);
  request.stamp = TRY(stamp_source(flags.keys, globals));
  app::Trust trust = TRY(load_trust(flags.trust, unix_now()));
  request.trust = std::move(trust.store);
  return request;
}

/// What was signed is registered as it lies on the disk.
Result<Recorded> record(const SignFlags& flags, const app::SignRequest& request, const app::SignAnswer& answer,
                        const Globals& globals) {
  std::string mark;
  for (const auto& binding : answer.soft_bindings) {
    if (binding.alg.starts_with("org.bonafide.mark.")) mark = binding.blocks.front().value;
  }
  const std::string work = answer.written.empty() ? request.input : answer.written;
  return globals.recorder(flags.log, work, request.key, mark, globals.prints, globals.context(work));
}

ExitCode run_sign(const SignFlags& flags, const Globals& globals) {
  const auto give_up = [&](const Error& error) { return globals.json ? fail_json(error) : fail(error); };
  const auto request = request_of(flags, globals);
  if (!request) return give_up(request.error());
  if (!flags.log.empty()) {  // before the work is signed, not after
    const auto ready = globals.recorder(flags.log, {}, request->key, {}, {}, globals.context(request->input));
    if (!ready) return give_up(ready.error());
  }
  const auto answer = app::sign(*request, globals.context(request->input));
  end_progress();
  if (!answer) return give_up(answer.error());
  std::optional<Recorded> recorded;
  if (!flags.log.empty()) {
    auto entry = record(flags, *request, *answer, globals);
    if (!entry) return give_up(entry.error());
    recorded = std::move(*entry);
  }
  for (const std::string& warning : answer->warnings) log(LogLevel::warning, warning);
  if (globals.json) {
    Json json = app::signing_json(request->input, *answer);
    if (recorded)
      json["log"] = {
          {"folder", clean_utf8(flags.log)}, {"entry", recorded->entry}, {"proof", clean_utf8(recorded->proof)}};
    print(dump_json(json, 2) + "\n");
    return kDone;
  }
  const std::string where = answer->written.empty()   ? answer->sidecar
                            : answer->sidecar.empty() ? answer->written
                                                      : answer->written + " and " + answer->sidecar;
  print(fmt::format("{}: signed by {} ({}{}), {}\n", clean_utf8(where), clean_utf8(answer->signer), answer->algorithm,
                    answer->stamped ? ", time-stamped" : "", answer->label));
  if (recorded) {
    print(fmt::format("{}: entry {} of the log in {}; its proof is {}\n", clean_utf8(where), recorded->entry,
                      clean_utf8(flags.log), clean_utf8(recorded->proof)));
  }
  return kDone;
}

void add_flags(CLI::App& verb, SignFlags& flags) {
  app::SignRequest& request = flags.request;
  verb.add_option("file", request.input, "The work to sign")->required();
  verb.add_option("-o,--output", request.output, "The signed file");
  verb.add_flag("-f,--force", flags.force, "Replace what is there");
  verb.add_flag("--in-place", request.in_place,
                "Replace the input; when the credential fits where one stands, only those bytes are written");
  verb.add_option("--reserve", request.reserve, "Bytes kept free behind the credential, for an update in place");
  flags.sidecar_flag =
      verb.add_option("--sidecar", flags.sidecar, "Keep the credential beside the work (default: its name with .c2pa)")
          ->expected(0, 1);
  verb.add_option("--remote", request.remote,
                  "URL where the credential will be kept, told by the work itself (JPEG, PNG, WebP, MP4 and its kin)");
  verb.add_option("-m,--manifest", flags.manifest, "Manifest definition, as c2patool takes it");
  verb.add_option("-c,--manifest-json", flags.inline_manifest, "The same, on the command line");
  verb.add_option("--title", request.title, "The work's title (default: the file's name)");
  verb.add_option("--ai", flags.ai, "Artificial intelligence: none, generated or modified")
      ->check(CLI::IsMember({"none", "generated", "modified"}));
  verb.add_option("--source-type", request.source_type, "How it came about: an IPTC digital source type, or its URL");
  verb.add_option("-p,--parent", request.parent, "The file that this one was made from");
  verb.add_flag("--no-parent", request.forget_parent, "Leave behind the credential that the file carries");
  verb.add_option("-i,--ingredient", request.ingredients, "A file that went into this one")->allow_extra_args(false);
  flags.mark_flag = verb.add_option("--mark", flags.mark,
                                    "Mark the work first, so that its credential can be found when it is stripped; "
                                    "with an id of 16 hex digits, or one by chance")
                        ->expected(0, 1);
  verb.add_option("--mark-key", flags.marking.key, "A mark key, by its name or its file (see bonafide mark key)")
      ->needs(flags.mark_flag);
  verb.add_option("--mark-passphrase-file", flags.marking.passphrase_file,
                  "The mark key's passphrase (else $BONAFIDE_PASSPHRASE)")
      ->needs("--mark-key");
  verb.add_flag("--mark-over", flags.marking.over,
                "Mark it although it carries a mark already: the earlier one is told by the ingredient")
      ->needs(flags.mark_flag);
  verb.add_option("--mark-layers", flags.marking.layers,
                  "robust (the id), or robust,fragile: of stills, also shows later where they were changed")
      ->delimiter(',')
      ->check(CLI::IsMember({"robust", "fragile"}))
      ->needs(flags.mark_flag);
  verb.add_option("--log", flags.log, "Register what was signed in the log in this folder (see bonafide log)");
  verb.add_option("--soft-binding", flags.soft_bindings,
                  "A watermark or fingerprint of the work, as NAME=VALUE, by which its credential can be found again")
      ->allow_extra_args(false);
  verb.add_option("--redact", request.redactions, "URI of an assertion to take out of the history")
      ->allow_extra_args(false);
  verb.add_option("--reason", request.redaction_reason, "Why it is taken out");
  verb.add_flag("--update", request.update, "An update manifest: the work itself stays as it was signed");
  verb.add_option("--binding", flags.binding, "How the file is bound: auto, data, boxes or bmff")
      ->check(CLI::IsMember({"auto", "data", "boxes", "bmff"}));
  verb.add_flag("--map", flags.map,
                "Sign what the work looks like block by block (a clip every half second) and how loud its sound is, so "
                "that copies can be compared with it later");
  verb.add_flag("--compress", request.compress, "Compress the credential (JPEG, PNG, GIF, JPEG XL; bound by boxes)");
  verb.add_option("--merkle-block", request.binding.merkle_block, "Bytes of a leaf of the tree over media data (MP4)");
  verb.add_flag("--proofs", request.binding.proofs,
                "A fragmented file gets a proof before each fragment, so that each can be checked alone (MP4)");
  verb.add_option("--fragment", request.fragments,
                  "The fragment files of the stream whose initialization segment is signed; -o is then a folder");
  verb.add_option("--ocsp", request.ocsp, "A DER answer about revocation, to staple")->allow_extra_args(false);
  verb.add_flag("--ocsp-fetch", request.fetch_ocsp,
                "Ask the certificate's responder about revocation (uses the network)");
  verb.add_option("--seed", request.seed, "Names and salts from this number, to make the same file again");
  add_trust_flags(verb, flags.trust);
  add_key_flags(verb, flags.keys);
}

}  // namespace

void add_sign(VerbTable& verbs) {
  CLI::App* const verb = verbs.add("sign", "Put a Content Credential on a work",
                                   "  bonafide sign photo.jpg -o signed.jpg --keys my-keys --ai none\n"
                                   "  bonafide sign clip.mp4 -o signed.mp4 --key k.pem --cert chain.pem --tsa "
                                   "http://tsa.example\n"
                                   "  bonafide sign photo.jpg --in-place -m definition.json --keys my-keys");
  const auto flags = std::make_shared<SignFlags>();
  add_flags(*verb, *flags);
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  verb->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_sign(*flags, globals); }; });
}

}  // namespace bonafide::cli
