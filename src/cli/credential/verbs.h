// The verbs about Content Credentials, for a program's table of contents.
#pragma once
#include "cli/kit/verb.h"

namespace bonafide::cli {

void add_verify(VerbTable& verbs);
void add_sign(VerbTable& verbs);
void add_stamp(VerbTable& verbs);
void add_keys(VerbTable& verbs);
void add_trust(VerbTable& verbs);

}  // namespace bonafide::cli
