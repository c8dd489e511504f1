#include "cli/credential/inspect.h"

#include "app/credential/verify.h"
#include "base/time.h"
#include "cli/credential/time.h"
#include "cli/credential/verbs.h"
#include "cli/kit/terminal.h"
#include "report/credential/crjson.h"
#include "report/credential/store_json.h"
#include "report/credential/tree.h"

namespace bonafide::cli {

namespace {

ExitCode code_of(const provenance::Credential& credential) {
  if (credential.validation) return kDone;  // what is there is a fact, broken or not
  return credential.source.state == provenance::State::none ? kNothing : kCouldNotTell;
}

std::string render(const report::Verification& verification, const CredentialFlags& flags, bool tree, bool many,
                   const Globals& globals) {
  const auto& validation = verification.credential.validation;
  if (flags.crjson || flags.store_json || globals.json) {
    Json json = Json::object();
    if (validation) {
      json = flags.store_json ? report::store_json(*validation) : report::crjson(*validation, verification.at);
    }
    return dump_json(json, many ? -1 : 2) + "\n";
  }
  const TextStyle style{use_colour(globals.config.colour), terminal_width()};
  return report::credential_tree(verification, tree, style) + (many ? "\n" : "");
}

}  // namespace

void add_credential_flags(CLI::App& verb, CredentialFlags& flags) {
  CLI::Option* const crjson = verb.add_flag("--crjson", flags.crjson, "The credential as C2PA's crJSON (also --json)");
  verb.add_flag("--store-json", flags.store_json, "The credential in c2patool's JSON")->excludes(crjson);
  verb.add_option("--sidecar", flags.sidecar, "Use the credential in this .c2pa file");
  verb.add_option("--at", flags.at, "Judge as of this time instead of now")->check(CLI::Validator(valid_time, "TIME"));
  add_trust_flags(verb, flags.trust);
}

ExitCode inspect_credentials(const Inputs& inputs, const CredentialFlags& flags, bool tree, const Globals& globals) {
  if (!flags.sidecar.empty() && inputs.many) {
    return fail(make_error(Code::invalid_argument, "--sidecar goes with one file"));
  }
  const bool as_json = flags.crjson || flags.store_json || globals.json;
  const auto failed = [&](const Error& error) { return as_json ? fail_json(error) : fail(error); };
  const std::int64_t at = parse_time(flags.at).value_or(unix_now());
  const auto trust = load_trust(flags.trust, at);
  if (!trust) return failed(trust.error());
  std::vector<ExitCode> codes;
  for (const Error& error : inputs.errors) codes.push_back(failed(error));
  for (const Input& input : inputs.files) {
    app::VerifyRequest request;
    request.path = input.path;
    request.sidecar = flags.sidecar;
    request.at = at;
    request.facts_only = true;
    auto read = app::verify(request, *trust, globals.context(input.shown));
    if (!read) {
      if (read.error().file == input.path) read.error().file = input.shown;
      codes.push_back(failed(read.error()));
      continue;
    }
    read->path = input.shown;
    end_progress();
    print(render(*read, flags, tree, inputs.many, globals));
    codes.push_back(code_of(read->credential));
  }
  return combine(codes);
}

void add_inspect_credentials(VerbTable& verbs) {
  struct Flags {
    InputRequest inputs;
    CredentialFlags credential;
    bool tree = false, only = true;
  };
  CLI::App* const verb = verbs.add("inspect", "What a Content Credential holds: facts, no verdict",
                                   "  bonafide-verify inspect photo.jpg --tree\n"
                                   "  bonafide-verify inspect --crjson clip.mp4\n"
                                   "  bonafide-verify inspect --store-json clip.mp4");
  const auto flags = std::make_shared<Flags>();
  verb->add_option("file", flags->inputs.arguments, "Files, folders (with --recursive), or - for standard input")
      ->required();
  verb->add_flag("-r,--recursive", flags->inputs.recursive, "Look inside folders");
  verb->add_flag("--credentials", flags->only, "What bonafide calls this; here there is nothing else");
  verb->add_flag("--tree", flags->tree, "The whole history, not only the active manifest");
  add_credential_flags(*verb, flags->credential);
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  verb->callback([flags, &globals, &chosen] {
    chosen = [flags, &globals] {
      const auto inputs = collect_inputs(flags->inputs, globals.context("-"));
      if (!inputs) return fail(inputs.error());
      return inspect_credentials(*inputs, flags->credential, flags->tree, globals);
    };
  });
}

}  // namespace bonafide::cli
