// Signature algorithms of C2PA claims (COSE names, RFC 9053 and RFC 9864) and checking one signature with a public key.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "crypto/certificate.h"

namespace bonafide::crypto {

enum class SignatureAlgorithm { es256, es384, es512, ps256, ps384, ps512, ed25519 };

/// The algorithm behind a COSE number; ESP256/384/512 (-9, -51, -52) read as ES256/384/512, Ed25519 (-19) as EdDSA.
/// `unsupported`, by name where known (ML-DSA-44/65/87, RS256, Ed448, …), for the rest.
Result<SignatureAlgorithm> signature_algorithm(std::int64_t cose_number);
/// The algorithm of this name ("es256", "ps384", "ed25519"); `unsupported` for the rest.
Result<SignatureAlgorithm> signature_algorithm(std::string_view name);
/// The number that COSE gives it: -7 for ES256.
std::int64_t cose_number(SignatureAlgorithm algorithm);
/// "es256", "ps384", "ed25519".
std::string_view to_string(SignatureAlgorithm algorithm);
/// "ES256", "ML-DSA-65", or "COSE algorithm -1234".
std::string cose_algorithm_name(std::int64_t cose_number);

/// Checks a COSE signature (ECDSA: r || s of fixed length, RFC 9053 section 2.1; PSS: salt as long as the digest,
/// RFC 8230 section 2). True or false; an Error when the key does not fit the algorithm (`corrupt`: wrong curve or
/// kind, RSA under 2048 or over 16384 bits).
Result<bool> verify_signature(SignatureAlgorithm algorithm, const Certificate& certificate, ByteView message,
                              ByteView signature);

}  // namespace bonafide::crypto
