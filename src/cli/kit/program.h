// A program made of verbs: the global flags, parsing, running what was chosen, and the last words on the way out.
#pragma once
#include <string>
#include <vector>

#include "cli/kit/verb.h"

namespace bonafide::cli {

struct Program {
  std::string name;         ///< as it is typed
  std::string description;  ///< one line
  std::string footer;       ///< what to try first
  std::vector<void (*)(VerbTable&)> verbs;
  Network network = {};      ///< the network, or nothing
  Marker marker = {};        ///< marks works, or nothing
  Recorder recorder = {};    ///< registers works, or nothing
  PictureMaps maps = {};     ///< of a program that decodes pictures
  WorkPrinter prints = {};   ///< of works, or nothing
  std::string default_verb;  ///< run when the first word is a file rather than a verb; empty: none
};

/// What main() returns. Lets no exception out.
int run_program(const Program& program, int argc, char** argv);

}  // namespace bonafide::cli
