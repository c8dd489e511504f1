// bonafide keys new: certificates and keys for development, with a loud warning.
#include <fmt/format.h>

#include "app/credential/keys.h"
#include "base/json.h"
#include "base/log.h"
#include "cli/credential/verbs.h"

namespace bonafide::cli {

namespace {

struct KeysFlags {
  std::string folder, algorithm = "es256", name = "Development signer", organization = "Example", passphrase_file;
  int days = 365;
};

ExitCode run_new(const KeysFlags& flags, const Globals& globals) {
  app::KeysRequest request;
  request.folder = flags.folder;
  request.name = flags.name;
  request.organization = flags.organization;
  request.days = flags.days;
  const auto algorithm = app::algorithm_named(flags.algorithm);
  if (!algorithm) return fail(algorithm.error());
  request.algorithm = **algorithm;
  if (!flags.passphrase_file.empty()) {
    auto text = read_file(flags.passphrase_file, 4096);
    if (!text) return fail(text.error());
    while (!text->empty() && text->back() == '\n') text->pop_back();
    request.passphrase = *text;
  }
  const auto written = app::new_keys(request);
  if (!written) return globals.json ? fail_json(written.error()) : fail(written.error());
  log(LogLevel::warning,
      "DEVELOPMENT KEYS: nobody trusts them, and whoever reads them can sign in this name. Never use them for real "
      "works.");
  if (globals.json) {
    Json json{{"schema", "bonafide.keys/1"}, {"development", true}, {"written", *written}};
    print(dump_json(json, 2) + "\n");
    return kDone;
  }
  for (const std::string& path : *written) print(path + "\n");
  return kDone;
}

}  // namespace

void add_keys(VerbTable& verbs) {
  CLI::App* const verb = verbs.add("keys", "Keys to sign with: a development set of your own",
                                   "  bonafide keys new my-keys\n"
                                   "  bonafide keys new my-keys --alg ed25519 --name \"Ada Example\"\n"
                                   "  bonafide sign photo.jpg -o signed.jpg --keys my-keys --tsa local --ai none");
  CLI::App* const made = verb->add_subcommand("new", "A root, a signer and a time-stamp authority for development");
  made->fallthrough();
  verb->require_subcommand(1);
  const auto flags = std::make_shared<KeysFlags>();
  made->add_option("folder", flags->folder, "Where to write them; nothing is replaced")->required();
  made->add_option("--alg", flags->algorithm, "es256, es384, es512, ps256, ps384, ps512 or ed25519");
  made->add_option("--name", flags->name, "The signer's name");
  made->add_option("--organization", flags->organization, "The signer's organization");
  made->add_option("--days", flags->days, "How long the certificates are valid")->check(CLI::Range(1, 3650));
  made->add_option("--passphrase-file", flags->passphrase_file, "Encrypt the keys with this passphrase");
  Globals& globals = verbs.globals;
  Run& chosen = verbs.chosen;
  made->callback([flags, &globals, &chosen] { chosen = [flags, &globals] { return run_new(*flags, globals); }; });
}

}  // namespace bonafide::cli
