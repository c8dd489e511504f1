// verify: the Content Credential alone, decoding nothing.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/context.h"
#include "report/credential/verification.h"

namespace bonafide::app {

struct VerifyRequest {
  std::string path;
  std::string sidecar;                        ///< a .c2pa file, or empty
  std::vector<std::string> trust, tsa_trust;  ///< PEM files with roots for signers and for time-stamp authorities
  std::optional<std::int64_t> at;             ///< validation clock, seconds since 1970; now when absent
  bool strict = false;
};

Result<report::Verification> verify(const VerifyRequest& request, const Context& context);

}  // namespace bonafide::app
