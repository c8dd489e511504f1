// bonafide inspect FILE…: structure and facts; no verdict.
#include "cli/credential/inspect.h"
#include "app/check.h"
#include "cli/kit/inputs.h"
#include "cli/kit/terminal.h"
#include "cli/verbs.h"
#include "report/inspect.h"

namespace bonafide::cli {

namespace {

struct InspectFlags {
  InputRequest inputs;
  bool tree = false, credentials = false;
  CredentialFlags credential;
};

ExitCode run_inspect(const InspectFlags& flags, const Globals& globals) {
  auto inputs = collect_inputs(flags.inputs, globals.context("-"));
  if (!inputs) return fail(inputs.error());
  if (flags.credentials || flags.credential.crjson || flags.credential.store_json) {
    return inspect_credentials(*inputs, flags.credential, flags.tree, globals);
  }
  std::vector<ExitCode> codes;
  for (const Error& error : inputs->errors) codes.push_back(globals.json ? fail_json(error) : fail(error));
  for (const Input& input : inputs->files) {
    auto inspected = app::inspect(input.path, globals.context(input.shown));
    if (!inspected) {
      inspected.error().file = input.shown;
      codes.push_back(globals.json ? fail_json(inspected.error()) : fail(inspected.error()));
      continue;
    }
    inspected->media.path = input.shown;
    end_progress();
    if (globals.json) {
      print(dump_json(report::inspect_json(*inspected), inputs->many ? -1 : 2) + "\n");
    } else {
      const TextStyle style{use_colour(globals.config.colour), terminal_width()};
      print(report::inspect_text(*inspected, flags.tree, style) + (inputs->many ? "\n" : ""));
    }
    codes.push_back(kDone);
  }
  return combine(codes);
}

}  // namespace

void add_inspect(VerbTable& verbs) {
  CLI::App* const verb = verbs.add("inspect", "What the file says of itself: structure and facts, no verdict",
                                   "  bonafide inspect photo.jpg\n"
                                   "  bonafide inspect --tree clip.mp4\n"
                                   "  bonafide inspect --credentials --tree clip.mp4\n"
                                   "  bonafide inspect --json sound.wav");
  const auto flags = std::make_shared<InspectFlags>();
  verb->add_option("file", flags->inputs.arguments, "Files, folders (with --recursive), or - for standard input")
      ->required();
  verb->add_flag("-r,--recursive", flags->inputs.recursive, "Look inside folders");
  verb->add_flag("--tree", flags->tree, "The whole structure, not only its first level");
  verb->add_flag("--credentials", flags->credentials, "What the Content Credential holds, and nothing else");
  add_credential_flags(*verb, flags->credential);
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  verb->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_inspect(*flags, globals); }; });
}

}  // namespace bonafide::cli
