// bonafide-log: the record's verbs and development keys alone; what its command-line cases run where there are no media
// libraries. Not installed.
#include "cli/log/verbs.h"

#include "cli/credential/verbs.h"
#include "cli/kit/program.h"

int main(int argc, char** argv) {
  using namespace bonafide::cli;
  return run_program({.name = "bonafide-log",
                      .description = "The record: a transparency log",
                      .footer = "Start with:\n  bonafide-log log init FOLDER --name example.org/log",
                      .verbs = {add_log, add_keys, add_help},
                      .default_verb = {}},
                     argc, argv);
}
