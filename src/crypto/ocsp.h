// Stapled OCSP answers (RFC 6960; C2PA 2.5 section 13.5 on revocation): was the signer's certificate still good?
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

/// Judges one DER OCSPResponse about `certificate`, issued by `issuer`, at `time` (the trusted stamp's time, else the
/// validation clock). The responder must be the issuer itself or hold a certificate from it with EKU OCSPSigning, valid
/// at `time`. A good or unknown answer counts from thisUpdate to nextUpdate (a day when absent); a revocation counts
/// whenever it was told, if it took effect at or before `time`.
OcspCheck check_ocsp(ByteView der, const Certificate& certificate, const Certificate& issuer, UnixTime time);

/// Judges several: any revocation wins, then a good answer, then unknown, then skipped.
OcspCheck check_ocsp(std::span<const Bytes> responses, const Certificate& certificate, const Certificate& issuer,
                     UnixTime time);

/// The certificate among `candidates` whose name and key issued `certificate` (signature checked), or nothing.
const Certificate* find_issuer(const Certificate& certificate, std::span<const Certificate> candidates);

}  // namespace bonafide::crypto
