// bonafide forge: labelled forgeries for tests, within a picture or a recording.
#include "lab/forge.h"

#include <fmt/format.h>

#include "base/json.h"
#include "cli/kit/inputs.h"
#include "cli/kit/terminal.h"
#include "cli/lab_verbs.h"

namespace bonafide::cli {

namespace {

struct ForgeFlags {
  InputRequest inputs;
  lab::ForgeRequest request;
};

ExitCode run_forge(const ForgeFlags& flags, const Globals& globals) {
  const auto inputs = collect_inputs(flags.inputs, globals.context("forge"));
  if (!inputs) return fail(inputs.error());
  lab::ForgeRequest request = flags.request;
  for (const Input& input : inputs->files) request.inputs.push_back(input.path);
  const auto result = lab::forge(request, globals.context("forge"));
  end_progress();
  if (!result) return globals.json ? fail_json(result.error()) : fail(result.error());
  for (const Error& error : inputs->errors) fail(error);
  if (globals.json) {
    print(dump_json(Json{{"genuine", result->genuine}, {"forged", result->forged}, {"left_out", result->left_out}}, 2) +
          "\n");
  } else {
    print(fmt::format("{} forgeries and {} genuine files in {}\n", result->forged, result->genuine, request.out));
    for (const std::string& line : result->left_out) print("left out: " + line + "\n");
  }
  if (result->genuine == 0) return kInput;
  return inputs->errors.empty() ? kDone : kPartial;
}

}  // namespace

void add_forge(VerbTable& verbs) {
  CLI::App* const verb = verbs.add(
      "forge", "Make labelled test forgeries of your own pictures and sounds",
      "  bonafide forge holiday/ -r --out forged --licence CC0-1.0\n"
      "  bonafide forge a.jpg b.jpg --method splice --out forged --seed 7\n"
      "  bonafide eval forged\n"
      "Pieces move within one file, or from one picture into the next where no face was found: nobody is given\n"
      "another's face or voice. Every forgery says in its metadata that it is one.");
  const auto flags = std::make_shared<ForgeFlags>();
  verb->add_option("file", flags->inputs.arguments, "Pictures and sounds, or folders (with --recursive)")->required();
  verb->add_flag("-r,--recursive", flags->inputs.recursive, "Look inside folders");
  verb->add_option("--out", flags->request.out, "A new folder: manifest.csv, genuine, forged, mask")->required();
  std::string methods;
  for (const lab::ForgeMethod& m : lab::forge_methods()) methods += (methods.empty() ? "" : ", ") + std::string(m.name);
  verb->add_option("--method", flags->request.methods, "Only these: " + methods)->allow_extra_args(false);
  verb->add_option("--seed", flags->request.seed, "The same seed makes the same forgeries; default 1");
  verb->add_option("--quality", flags->request.quality, "JPEG quality of genuine and forged pictures alike; default 90")
      ->check(CLI::Range(1, 100));
  verb->add_option("--licence", flags->request.licence, "Of the material, for the manifest");
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  verb->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_forge(*flags, globals); }; });
}

}  // namespace bonafide::cli
