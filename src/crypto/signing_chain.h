// The certificates that speak for a signing key, checked once before anything is signed.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/certificate.h"
#include "crypto/signature.h"

namespace bonafide::crypto {

/// PEM certificates, leaf first, the others in any order, into a chain where each was issued by the next. Roots are
/// left out, but for a leaf that signed itself. At most 16. invalid_argument: a certificate has no place in it.
Result<std::vector<Certificate>> ordered_chain(std::string_view pem);

struct SigningChain {
  Certificate leaf;
  std::vector<Bytes> der;  ///< leaf first, as in x5chain
  SignatureAlgorithm algorithm = SignatureAlgorithm::es256;
};
/// A claim signer's chain and algorithm: `wanted`, or the one that the leaf's key suggests (RSA: PS256).
/// invalid_argument: the leaf may not sign claims, or its key does not take the algorithm.
Result<SigningChain> signing_chain(std::string_view pem, std::optional<SignatureAlgorithm> wanted);

/// Sentences of a profile check in one.
std::string joined(const std::vector<std::string>& sentences);

}  // namespace bonafide::crypto
