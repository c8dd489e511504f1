// What the verbs about marks share; private to this room.
#pragma once
#include <string>

#include "app/mark.h"
#include "cli/kit/exit_code.h"
#include "cli/kit/verb.h"

namespace bonafide::cli {

/// Which key a mark hangs on: none is the published one.
struct MarkKeyFlags {
  std::string key;              ///< a key's name, or its file
  std::string passphrase_file;  ///< of that key
  std::string secret;           ///< a file of bare bytes, as before there were keys
};
void add_mark_key_flags(CLI::App& verb, MarkKeyFlags& flags);
Result<app::MarkKeys> mark_keys_of(const MarkKeyFlags& flags);
/// Tells what became of `in`, which the error is about unless it names another file.
ExitCode tell_failure(Error error, const std::string& in, const Globals& globals);

}  // namespace bonafide::cli
