// The verbs about Content Credentials, for a program's table of contents.
#pragma once
#include "cli/kit/verb.h"

namespace bonafide::cli {

void add_verify(VerbTable& verbs);
void add_sign(VerbTable& verbs);
void add_stamp(VerbTable& verbs);
void add_keys(VerbTable& verbs);
void add_trust(VerbTable& verbs);
/// `inspect` where there is nothing but credentials to inspect; the full program has a verb of its own.
void add_inspect_credentials(VerbTable& verbs);

}  // namespace bonafide::cli
