// The verbs of the record, for a program's table of contents.
#pragma once
#include "cli/kit/verb.h"

namespace bonafide::cli {

void add_log(VerbTable& verbs);

}  // namespace bonafide::cli
