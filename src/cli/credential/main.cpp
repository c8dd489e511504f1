// bonafide-verify: Content Credentials and nothing else, as one small program that needs no media library.
#include "cli/credential/verbs.h"
#include "cli/kit/program.h"

int main(int argc, char** argv) {
  using namespace bonafide::cli;
  return run_program({.name = "bonafide-verify",
                      .description = "Does the Content Credential hold, and who signed it?",
                      .footer = "Start with:\n  bonafide-verify FILE\n  bonafide-verify help exit-codes",
                      .verbs = {add_verify, add_inspect_credentials, add_trust, add_sign, add_stamp, add_keys,
                                add_completion, add_help},
                      .default_verb = "verify"},
                     argc, argv);
}
