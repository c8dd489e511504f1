// Passphrases: from a file, from the environment, or typed without being seen; never from the command line, which other
// users can read.
#pragma once
#include <string>

#include "base/result.h"

namespace bonafide::cli {

inline constexpr char kPassphraseVariable[] = "BONAFIDE_PASSPHRASE";
inline constexpr char kNewPassphraseVariable[] = "BONAFIDE_NEW_PASSPHRASE";

/// The first line of `file` when one is named, else the environment's `variable`, else what is typed at the terminal.
/// unavailable: none of the three is there. An empty passphrase is refused (invalid_argument).
Result<std::string> ask_passphrase(const std::string& file, const char* variable, const std::string& prompt);
/// The same for one that is made up now: typed twice.
Result<std::string> ask_new_passphrase(const std::string& file, const char* variable, const std::string& prompt);
/// Whether one of the three is there.
bool can_ask_passphrase(const std::string& file, const char* variable);

}  // namespace bonafide::cli
