// The Content Credential of a file as one source of provenance: a state and a plain sentence, with everything behind
// it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/fetch.h"
#include "base/files.h"
#include "media/container/byte_source.h"
#include "provenance/c2pa/validate.h"
#include "provenance/provenance.h"

namespace bonafide::provenance {

struct CredentialRequest {
  const crypto::TrustStore* trust = nullptr;  ///< required; may be empty
  crypto::UnixTime at = 0;                    ///< the validation clock
  bool strict = false;                        ///< what a strict reader objects to counts as broken
  std::string sidecar;                        ///< a .c2pa file to use instead of what the file carries
  bool explain = false;                       ///< fill Validation::hash_trace
  std::vector<std::string> fragments = {};  ///< files of the stream that begins with this one, in the order of playing
  /// Gets a credential that is kept elsewhere, when asked to; nothing: the reference is told, and not followed.
  Fetch fetch = {};
  bool facts_only = false;  ///< a sidecar without its work is taken apart, unvalidated, rather than refused
};

struct Credential {
  Source source;          ///< name "credential"
  std::string container;  ///< "JPEG", …
  std::optional<c2pa::Validation> validation;
  std::string remote_url;  ///< where a file without one says that its credential is kept
  bool fetched = false;    ///< it was fetched from there
};

/// `broken` means that a hash or signature does not hold; a signer nobody vouches for is `intact`.
/// An Error when the file cannot be read, breaks its container's format, or is a sidecar without its work.
Result<Credential> read_credential(const media::ByteSource& work, const CredentialRequest& request,
                                   const Context& context);
Result<Credential> read_credential(const FileReader& file, const CredentialRequest& request, const Context& context);

}  // namespace bonafide::provenance
