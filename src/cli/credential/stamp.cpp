// bonafide stamp FILE…: time stamps for works that are signed already.
#include <fmt/format.h>

#include <filesystem>

#include "app/credential/stamp.h"
#include "base/json.h"
#include "cli/credential/key_flags.h"
#include "cli/credential/verbs.h"
#include "cli/kit/inputs.h"
#include "cli/kit/terminal.h"

namespace bonafide::cli {

namespace {

struct StampFlags {
  InputRequest inputs;
  KeyFlags keys;
  std::string output, folder;
  std::vector<std::string> ocsp;
  bool in_place = false, force = false, again = false;
};

ExitCode show(const Input& input, const app::StampAnswer& answer, const Globals& globals, bool many) {
  if (globals.json) {
    Json json{{"schema", "bonafide.stamp/1"}, {"file", clean_utf8(input.shown)}, {"stamped", !answer.stamped.empty()}};
    if (!answer.stamped.empty()) {
      json["manifest"] = answer.stamped;
      json["time"] = answer.time;
      json["output"] = clean_utf8(answer.written);
    }
    print(dump_json(json, many ? -1 : 2) + "\n");
  } else if (answer.stamped.empty()) {
    print(fmt::format("{}: has a time stamp already\n", clean_utf8(input.shown)));
  } else {
    print(fmt::format("{}: stamped {}, written to {}\n", clean_utf8(input.shown), answer.time,
                      clean_utf8(answer.written)));
  }
  return kDone;
}

ExitCode run_stamp(const StampFlags& flags, const Globals& globals) {
  const auto give_up = [&](const Error& error) { return globals.json ? fail_json(error) : fail(error); };
  auto inputs = collect_inputs(flags.inputs, globals.context("-"));
  if (!inputs) return give_up(inputs.error());
  const int places = (flags.in_place ? 1 : 0) + (flags.output.empty() ? 0 : 1) + (flags.folder.empty() ? 0 : 1);
  if (places != 1) {
    return give_up(make_error(Code::invalid_argument,
                              "say where to write: -o OUT for one file, --output-folder FOLDER, or --in-place"));
  }
  if (!flags.output.empty() && inputs->many) {
    return give_up(make_error(Code::invalid_argument, "-o goes with one file; --output-folder takes several"));
  }
  auto stamp = stamp_source(flags.keys, globals);
  if (!stamp) return give_up(stamp.error());
  std::vector<ExitCode> codes;
  for (const Error& error : inputs->errors) codes.push_back(give_up(error));
  for (const Input& input : inputs->files) {
    app::StampRequest request;
    request.input = input.path;
    request.output = flags.in_place ? input.path : flags.output;
    if (!flags.folder.empty()) {
      request.output = (std::filesystem::path(flags.folder) / std::filesystem::path(input.path).filename()).string();
    }
    request.in_place = flags.in_place;
    request.overwrite = flags.force;
    request.again = flags.again;
    request.ocsp = flags.ocsp;
    request.key = key_source(flags.keys, globals);
    request.stamp = *stamp;
    const auto answer = app::stamp(request, globals.context(input.shown));
    end_progress();
    if (!answer && answer.error().code == Code::not_found && answer.error().file == input.path) {
      give_up(answer.error());
      codes.push_back(kNothing);
      continue;
    }
    codes.push_back(answer ? show(input, *answer, globals, inputs->many) : give_up(answer.error()));
  }
  return combine(codes);
}

}  // namespace

void add_stamp(VerbTable& verbs) {
  CLI::App* const verb =
      verbs.add("stamp", "Have the moment of signing vouched for, afterwards",
                "  bonafide stamp signed.jpg -o stamped.jpg --keys my-keys --tsa http://tsa.example\n"
                "  bonafide stamp card/ -r --in-place --keys my-keys --tsa local\n"
                "Exit: 0 stamped or stamped before, 12 no credential");
  const auto flags = std::make_shared<StampFlags>();
  verb->add_option("file", flags->inputs.arguments, "Signed files, or folders (with --recursive)")->required();
  verb->add_flag("-r,--recursive", flags->inputs.recursive, "Look inside folders");
  verb->add_option("-o,--output", flags->output, "The stamped file");
  verb->add_option("--output-folder", flags->folder, "Where stamped files go, under their own names");
  verb->add_flag("--in-place", flags->in_place, "Replace the files");
  verb->add_flag("-f,--force", flags->force, "Replace what is there");
  verb->add_flag("--again", flags->again, "Even when there is a time stamp already");
  verb->add_option("--ocsp", flags->ocsp, "A DER answer about revocation, to add")->allow_extra_args(false);
  add_key_flags(*verb, flags->keys);
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  verb->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_stamp(*flags, globals); }; });
}

}  // namespace bonafide::cli
