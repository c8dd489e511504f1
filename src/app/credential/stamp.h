// stamp: has the moment of signing vouched for afterwards, by an update manifest that brings a time stamp (C2PA 2.5
// §16.10) and, when given, answers about revocation. For works that were signed where there was no network.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/credential/sign.h"

namespace bonafide::app {

struct StampRequest {
  std::string input;
  std::string output;  ///< may be the input itself, with `in_place`
  bool overwrite = false, in_place = false;
  bool again = false;             ///< even if there is a time stamp already
  KeySource key;                  ///< signs the update
  StampSource stamp;              ///< required
  std::vector<std::string> ocsp;  ///< DER files: answers about the certificates of signers before
  std::optional<std::int64_t> at;
};

struct StampAnswer {
  std::string stamped;  ///< label of the manifest whose signature was stamped; empty: it had a time stamp already
  std::string time;     ///< what the authority says, RFC 3339
  std::string written;
};

/// not_found: the file carries no credential; invalid_argument: one that is broken is not stamped.
Result<StampAnswer> stamp(const StampRequest& request, const Context& context);

}  // namespace bonafide::app
