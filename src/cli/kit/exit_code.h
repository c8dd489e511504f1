// Exit codes: part of the interface, tested case by case (tests/cli). See `bonafide help exit-codes`.
#pragma once
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bonafide::cli {

enum ExitCode : int {
  kDone = 0,           ///< done; nothing adverse
  kBug = 1,            ///< unexpected failure
  kUsage = 2,          ///< wrong usage
  kInput = 3,          ///< input missing, unreadable, unsupported, corrupt or over limits
  kEnvironment = 4,    ///< a model, key, trust list or service is missing
  kRefused = 5,        ///< refused by policy, consent or permission
  kPartial = 6,        ///< some of several files failed
  kAdverse = 10,       ///< signs at or above --fail-at; broken hash or signature
  kCouldNotTell = 11,  ///< abstained; the reasons are in the report
  kNothing = 12,       ///< nothing to verify
  kUntrusted = 13,     ///< intact, but the signer is not trusted
  kDeadline = 124,     ///< the deadline passed before there was any answer
  kInterrupted = 130,  ///< stopped by SIGINT
};

struct ExitCodeText {
  ExitCode code;
  std::string_view text;
};
const std::vector<ExitCodeText>& exit_code_table();

ExitCode exit_code_of(const Error& error);
/// Several files: any failure among successes is kPartial, all failed alike keep their code; otherwise
/// 10 > 13 > 11 > 12 > 0.
ExitCode combine(const std::vector<ExitCode>& codes);

}  // namespace bonafide::cli
