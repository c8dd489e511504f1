// RFC 3161 time stamps: what a token says, and whether a time-stamp authority we believe says so (C2PA 2.5
// sections 10.3.2.5 and 14.8).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "crypto/certificate.h"
#include "crypto/hash.h"
#include "crypto/trust.h"

namespace bonafide::crypto {

struct TimeStamp {
  Bytes token;                                     ///< DER ContentInfo
  bool from_response = false;                      ///< it came wrapped in a TimeStampResp (v1 form)
  UnixTime time = 0;                               ///< genTime, whole seconds, rounded down
  std::string serial;                              ///< hex
  std::string nonce;                               ///< hex; empty when absent
  std::string policy;                              ///< OID
  std::string imprint_oid;                         ///< digest algorithm
  std::optional<HashAlgorithm> imprint_algorithm;  ///< nothing: not one C2PA allows (SHA-1, …)
  Bytes imprint;
  std::vector<Certificate> certificates;  ///< all in the token, signer first when it is there
  bool has_signer_certificate = false;
};

/// Reads a TimeStampToken or a TimeStampResp, told apart by their shape; at most 1 MiB. `corrupt` when it is neither,
/// when the response was refused, or when the token has not exactly one signer.
Result<TimeStamp> parse_time_stamp(ByteView der);

enum class TimeStampStatus {
  trusted,           ///< timeStamp.validated and timeStamp.trusted
  untrusted,         ///< timeStamp.untrusted: by someone on no TSA list (then timeStamp.validated, too), by an unknown
                     ///< certificate, or with an algorithm that is not allowed
  malformed,         ///< timeStamp.malformed: no token, no signing certificate named
  mismatch,          ///< timeStamp.mismatch: it stamps something else, or its own signature does not hold
  outside_validity,  ///< timeStamp.outsideValidity: made when the authority's chain was not valid
  credential_invalid,  ///< timeStamp.credentialInvalid: the certificate may not stamp time
};
/// "timeStamp.trusted", …
std::string_view status_code(TimeStampStatus status);

struct TimeStampCheck {
  TimeStampStatus status = TimeStampStatus::malformed;
  std::string reason;              ///< plain sentence
  bool validated = false;          ///< imprint, signature and certificate profile hold: timeStamp.validated
  std::optional<TimeStamp> stamp;  ///< what could be read, even if it is not to be believed
  std::optional<ChainCheck> chain;
};

/// Reads and checks one token or response against the bytes it should stamp. Only `trusted` may set a signing time.
/// Does not know the validation clock: a stamp from its future is the caller's to refuse.
TimeStampCheck check_time_stamp(ByteView der, ByteView stamped_bytes, const TrustStore& store);

}  // namespace bonafide::crypto
