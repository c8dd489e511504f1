// What `verify` shows: integrity, signer, time and what is claimed, told apart.
#pragma once
#include <string>

#include "base/json.h"
#include "base/text_style.h"
#include "provenance/credential.h"

namespace bonafide::report {

struct Verification {
  std::string path;
  crypto::UnixTime at = 0;  ///< the validation clock
  provenance::Credential credential;
};

/// Schema bonafide.verify/1.
Json verification_json(const Verification& verification);
std::string verification_text(const Verification& verification, const TextStyle& style);

}  // namespace bonafide::report
