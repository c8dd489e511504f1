#include "cli/kit/exit_code.h"

#include <algorithm>

namespace bonafide::cli {

const std::vector<ExitCodeText>& exit_code_table() {
  static const std::vector<ExitCodeText> table = {
      {kDone, "done, and nothing adverse: no signs found, or intact and trusted"},
      {kBug, "unexpected failure: please report it"},
      {kUsage, "wrong usage"},
      {kInput, "input missing, unreadable, unsupported, corrupt or over a limit"},
      {kEnvironment, "environment incomplete: `bonafide doctor` says what is missing"},
      {kRefused, "refused by policy, consent or permission"},
      {kPartial, "partial: some of the files failed, the others were answered"},
      {kAdverse, "adverse answer: signs of manipulation at or above --fail-at, or a broken hash or signature"},
      {kCouldNotTell, "could not tell; the report says why"},
      {kNothing, "nothing to verify: no credential, mark, log entry or match"},
      {kUntrusted, "intact, but the signer is not trusted"},
      {kDeadline, "the deadline passed before there was any answer"},
      {kInterrupted, "interrupted (SIGINT)"},
  };
  return table;
}

ExitCode exit_code_of(const Error& error) {
  switch (error.code) {
    case Code::invalid_argument: return kUsage;
    case Code::not_found:
    case Code::io:
    case Code::corrupt:
    case Code::unsupported:
    case Code::limit: return kInput;
    case Code::cancelled: return kInterrupted;
    case Code::denied: return kRefused;
    case Code::unavailable: return kEnvironment;
    case Code::internal: return kBug;
  }
  return kBug;
}

ExitCode combine(const std::vector<ExitCode>& codes) {
  const auto has = [&](ExitCode code) { return std::find(codes.begin(), codes.end(), code) != codes.end(); };
  if (has(kInterrupted)) return kInterrupted;
  const auto failed = [](ExitCode code) { return (code >= kBug && code <= kPartial) || code == kDeadline; };
  if (std::any_of(codes.begin(), codes.end(), failed)) {
    const bool alike = std::all_of(codes.begin(), codes.end(), [&](ExitCode code) { return code == codes.front(); });
    return alike ? codes.front() : kPartial;
  }
  for (const ExitCode code : {kAdverse, kUntrusted, kCouldNotTell, kNothing}) {
    if (has(code)) return code;
  }
  return kDone;
}

}  // namespace bonafide::cli
