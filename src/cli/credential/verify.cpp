// bonafide verify FILE…: the Content Credential: integrity, signer, time and claims, each for itself.
#include "app/credential/verify.h"

#include "base/time.h"
#include "cli/credential/time.h"
#include "cli/credential/trust_flags.h"
#include "cli/credential/verbs.h"
#include "cli/kit/inputs.h"
#include "cli/kit/terminal.h"

namespace bonafide::cli {

namespace {

struct VerifyFlags {
  InputRequest inputs;
  TrustFlags trust;
  std::string at, sidecar;
  std::vector<std::string> fragments;
  bool strict = false;
  bool explain = false;
  std::string named;  ///< an address of the user's own network that may be asked
  const CLI::Option* fetch = nullptr;
};

ExitCode code_of(provenance::State state) {
  switch (state) {
    case provenance::State::trusted: return kDone;
    case provenance::State::intact: return kUntrusted;
    case provenance::State::broken:
    case provenance::State::altered: return kAdverse;
    case provenance::State::none: return kNothing;
    case provenance::State::found:  // of marks alone
    case provenance::State::not_examined: return kCouldNotTell;
  }
  return kBug;
}

ExitCode run_verify(const VerifyFlags& flags, const Globals& globals) {
  auto inputs = collect_inputs(flags.inputs, globals.context("-"));
  if (!inputs) return fail(inputs.error());
  if (!flags.sidecar.empty() && inputs->many) {
    return fail(make_error(Code::invalid_argument, "--sidecar goes with one file"));
  }
  if (!flags.fragments.empty() && inputs->many) {
    return fail(make_error(Code::invalid_argument, "--fragment goes with one file, the initialization segment"));
  }
  const std::int64_t at = parse_time(flags.at).value_or(unix_now());
  const auto trust = load_trust(flags.trust, at);
  if (!trust) return globals.json ? fail_json(trust.error()) : fail(trust.error());
  Fetch fetch;
  if (flags.fetch->count() > 0) {
    if (!globals.network)
      return fail(make_error(Code::unavailable, "this program has no network: --fetch needs bonafide"));
    fetch = globals.network(flags.named.empty() ? std::vector<std::string>() : std::vector{flags.named});
  }
  std::vector<ExitCode> codes;
  for (const Error& error : inputs->errors) codes.push_back(globals.json ? fail_json(error) : fail(error));
  for (const Input& input : inputs->files) {
    app::VerifyRequest request{input.path, flags.sidecar, at, flags.strict, flags.explain, flags.fragments};
    request.fetch = fetch;
    request.maps = globals.maps;
    auto verified = app::verify(request, *trust, globals.context(input.shown));
    if (!verified) {
      if (verified.error().file == input.path) verified.error().file = input.shown;
      codes.push_back(globals.json ? fail_json(verified.error()) : fail(verified.error()));
      continue;
    }
    verified->path = input.shown;
    end_progress();
    if (globals.json) {
      print(dump_json(report::verification_json(*verified), inputs->many ? -1 : 2) + "\n");
    } else {
      const TextStyle style{use_colour(globals.config.colour), terminal_width()};
      print(report::verification_text(*verified, style) + (inputs->many ? "\n" : ""));
    }
    codes.push_back(code_of(verified->credential.source.state));
  }
  return combine(codes);
}

}  // namespace

void add_verify(VerbTable& verbs) {
  CLI::App* const verb =
      verbs.add("verify", "Does the Content Credential hold, and who signed it?",
                "  bonafide verify photo.jpg\n"
                "  bonafide verify clip.mp4 --trust roots.pem --tsa-trust tsa.pem --at 2026-11-23\n"
                "  bonafide verify photo.jpg --sidecar photo.c2pa --json\n"
                "Exit: 0 trusted, 13 intact but signer not trusted, 10 broken, 12 none, 11 not read");
  const auto flags = std::make_shared<VerifyFlags>();
  verb->add_option("file", flags->inputs.arguments, "Files, folders (with --recursive), or - for standard input")
      ->required();
  verb->add_flag("-r,--recursive", flags->inputs.recursive, "Look inside folders");
  add_trust_flags(*verb, flags->trust);
  add_more_trust_flags(*verb, flags->trust);
  verb->add_option("--at", flags->at, "Judge as of this time instead of now")
      ->check(CLI::Validator(valid_time, "TIME"));
  verb->add_option("--sidecar", flags->sidecar, "Use the credential in this .c2pa file");
  flags->fetch = verb->add_option("--fetch", flags->named,
                                  "Get a credential that the file says is kept elsewhere (uses the network; a URL "
                                  "named here may lie in a network of your own)")
                     ->expected(0, 1);
  verb->add_option("--fragment", flags->fragments, "Fragment files of the stream that begins with this file (MP4)");
  verb->add_flag("--strict", flags->strict, "What only a strict reader objects to counts as broken");
  verb->add_flag("--explain-hash", flags->explain, "Show how the hash over the file was computed, step by step");
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  verb->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_verify(*flags, globals); }; });
}

}  // namespace bonafide::cli
