// Verbs of the lab that work on test material rather than on somebody's file.
#pragma once
#include "cli/kit/verb.h"

namespace bonafide::cli {

void add_forge(VerbTable& verbs);

}  // namespace bonafide::cli
