// What checking a signature (signature.cpp) and making one (private_key.cpp) share. Names OpenSSL's types without its
// headers.
#pragma once
#include "crypto/signature.h"

struct evp_md_st;        // OpenSSL's EVP_MD
struct evp_pkey_ctx_st;  // OpenSSL's EVP_PKEY_CTX

namespace bonafide::crypto {

/// Nothing for Ed25519, which brings its own.
const evp_md_st* digest_of(SignatureAlgorithm algorithm);
bool is_ecdsa(SignatureAlgorithm algorithm);
/// PSS with MGF1 over the same digest and a salt as long as it (RFC 8230 section 2); true at once unless RSA.
bool set_padding(SignatureAlgorithm algorithm, evp_pkey_ctx_st* context);
/// Whether the certificate's key is one for this algorithm; `corrupt` when not.
Result<void> check_key(SignatureAlgorithm algorithm, const Certificate& certificate);
/// Bytes of a COSE signature.
std::size_t signature_size(SignatureAlgorithm algorithm, const Certificate& certificate);
/// r || s of equal, fixed length to the DER that OpenSSL takes, and back; empty when it is not of its form.
Bytes der_of_raw(SignatureAlgorithm algorithm, ByteView raw);
Bytes raw_of_der(SignatureAlgorithm algorithm, ByteView der);

}  // namespace bonafide::crypto
