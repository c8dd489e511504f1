// Enclosed OCSP answers (RFC 6960; C2PA 2.5 sections 13.5.2 and 14.9.1): was the signer's certificate still good?
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crypto/certificate.h"

namespace bonafide::crypto {

enum class OcspStatus {
  not_revoked,  ///< signingCredential.ocsp.notRevoked
  revoked,      ///< signingCredential.ocsp.revoked
  unknown,      ///< signingCredential.ocsp.unknown: the responder does not know the certificate
  skipped,      ///< signingCredential.ocsp.skipped: no answer to be believed; `reason` says why
};

struct OcspCheck {
  OcspStatus status = OcspStatus::skipped;
  std::string reason;     ///< plain sentence
  std::string responder;  ///< subject of the certificate that signed, or empty
  std::optional<UnixTime> this_update, next_update, revoked_at;
};

/// The clocks that an answer is held against.
struct OcspClock {
  OcspClock(UnixTime clock) : now(clock) {}
  OcspClock(UnixTime clock, std::optional<UnixTime> stamp) : now(clock), stamped(stamp) {}
  UnixTime now;                     ///< the validation clock
  std::optional<UnixTime> stamped;  ///< when the signature was made, by a trusted time stamp
};

/// Judges one DER OCSPResponse about `certificate`, issued by `issuer`. The responder must be the issuer itself or hold
/// a certificate from it with EKU OCSPSigning, valid when it answered. An answer from after `now` does not count. A
/// good or unknown answer counts from thisUpdate to nextUpdate (a day when absent), and for all stamped before
/// thisUpdate (§14.9.1: what is not revoked later was not revoked then); a revocation counts whenever it was told, if
/// it took effect at or before the time of signing.
OcspCheck check_ocsp(ByteView der, const Certificate& certificate, const Certificate& issuer, const OcspClock& clock);

/// Judges several: any revocation wins, then a good answer, then unknown, then skipped.
OcspCheck check_ocsp(std::span<const Bytes> responses, const Certificate& certificate, const Certificate& issuer,
                     const OcspClock& clock);

/// The certificate among `candidates` whose name and key issued `certificate` (signature checked), or nothing.
const Certificate* find_issuer(const Certificate& certificate, std::span<const Certificate> candidates);

}  // namespace bonafide::crypto
