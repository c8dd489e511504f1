// What the verbs about marks share; private to this room.
#pragma once
#include <string>

#include "app/mark.h"
#include "cli/kit/exit_code.h"
#include "cli/kit/verb.h"

namespace bonafide::cli {

/// The published keys, or an issuer's own from the file `secret`.
Result<app::MarkKeys> mark_keys_of(const std::string& secret);
/// Tells what became of `in`, which the error is about unless it names another file.
ExitCode tell_failure(Error error, const std::string& in, const Globals& globals);

}  // namespace bonafide::cli
