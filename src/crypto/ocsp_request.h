// Asking whether a certificate was revoked (RFC 6960, RFC 5019), so that the answer can be stapled to what is signed.
#pragma once
#include "base/bytes.h"
#include "base/fetch.h"
#include "base/result.h"
#include "crypto/certificate.h"

namespace bonafide::crypto {

/// A DER OCSPRequest about `leaf`, without a nonce: responders may then answer from their cache (RFC 5019 section
/// 2.1.1), and what is stapled is read by others later anyway. corrupt: a certificate that cannot be read.
Result<Bytes> ocsp_request(const Certificate& leaf, const Certificate& issuer);

/// Asks the responder that `leaf` names (`Certificate::ocsp_url`) and hands on its DER answer, checked at `now`, when
/// it says that the certificate is good. not_found: it names none; unavailable: no network, no answer, or the responder
/// does not know the certificate; denied: it is revoked; corrupt: an answer not to be believed.
Result<Bytes> fetch_ocsp(const Certificate& leaf, const Certificate& issuer, const Fetch& fetch, UnixTime now);

}  // namespace bonafide::crypto
