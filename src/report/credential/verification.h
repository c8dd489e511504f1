// What `verify` shows: integrity, the signer and who vouches for them, time, identity and what is claimed, told apart.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/picture_maps.h"
#include "base/text_style.h"
#include "provenance/credential.h"
#include "report/credential/trust_lists.h"

namespace bonafide::report {

struct Verification {
  std::string path;
  crypto::UnixTime at = 0;  ///< the validation clock
  provenance::Credential credential;
  std::vector<TrustListFacts> lists;              ///< whom there was to believe
  std::vector<std::string> warnings;              ///< about those lists
  std::optional<PictureDifference> picture = {};  ///< of a broken credential that holds a map of what was signed
};

/// Schema bonafide.verify/1: docs/schema/bonafide.verify-1.json.
Json verification_json(const Verification& verification);
std::string verification_text(const Verification& verification, const TextStyle& style);

/// How far the signer is to be believed, whatever became of the bytes.
struct SignerTrust {
  std::string_view state;  ///< "trusted", "untrusted", "revoked", "unfit", "outside_validity", "unknown"
  std::string sentence;
};
SignerTrust signer_trust(const provenance::c2pa::ManifestReport& manifest, bool has_lists);

}  // namespace bonafide::report
