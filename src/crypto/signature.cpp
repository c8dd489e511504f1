#include "crypto/signature.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>

#include "crypto/handles.h"
#include "crypto/signature_forms.h"

namespace bonafide::crypto {
namespace {

struct Known {
  std::int64_t number;
  std::string_view name;
  std::optional<SignatureAlgorithm> algorithm;
};
// The IANA registry "COSE Algorithms"; C2PA 2.5 section 13.2.1 allows those we check and ML-DSA. An algorithm's first
// number is the one we write.
constexpr std::array kKnown = {
    Known{-7, "ES256", SignatureAlgorithm::es256},
    Known{-35, "ES384", SignatureAlgorithm::es384},
    Known{-36, "ES512", SignatureAlgorithm::es512},
    Known{-37, "PS256", SignatureAlgorithm::ps256},
    Known{-38, "PS384", SignatureAlgorithm::ps384},
    Known{-39, "PS512", SignatureAlgorithm::ps512},
    Known{-8, "EdDSA", SignatureAlgorithm::ed25519},
    Known{-19, "Ed25519", SignatureAlgorithm::ed25519},
    Known{-9, "ESP256", SignatureAlgorithm::es256},
    Known{-51, "ESP384", SignatureAlgorithm::es384},
    Known{-52, "ESP512", SignatureAlgorithm::es512},
    Known{-48, "ML-DSA-44", std::nullopt},
    Known{-49, "ML-DSA-65", std::nullopt},
    Known{-50, "ML-DSA-87", std::nullopt},
    Known{-47, "ES256K", std::nullopt},
    Known{-53, "Ed448", std::nullopt},
    Known{-257, "RS256", std::nullopt},
    Known{-258, "RS384", std::nullopt},
    Known{-259, "RS512", std::nullopt},
    Known{-65535, "RS1", std::nullopt},
};

constexpr int kLeastRsaBits = 2048;   // C2PA 2.5 section 13.2.1
constexpr int kMostRsaBits = 16'384;  // OpenSSL's own bound; larger keys only cost time

/// Bytes of r and of s: as long as the curve's order (RFC 9053 section 2.1).
std::size_t half_of(SignatureAlgorithm algorithm) {
  return algorithm == SignatureAlgorithm::es256 ? 32 : algorithm == SignatureAlgorithm::es384 ? 48 : 66;
}

}  // namespace

const EVP_MD* digest_of(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::es256:
    case SignatureAlgorithm::ps256: return EVP_sha256();
    case SignatureAlgorithm::es384:
    case SignatureAlgorithm::ps384: return EVP_sha384();
    case SignatureAlgorithm::es512:
    case SignatureAlgorithm::ps512: return EVP_sha512();
    case SignatureAlgorithm::ed25519: break;
  }
  return nullptr;
}

bool is_ecdsa(SignatureAlgorithm algorithm) {
  return algorithm == SignatureAlgorithm::es256 || algorithm == SignatureAlgorithm::es384 ||
         algorithm == SignatureAlgorithm::es512;
}

Result<void> check_key(SignatureAlgorithm algorithm, const Certificate& certificate) {
  if (algorithm == SignatureAlgorithm::ed25519) {
    if (certificate.key_type == KeyType::ed25519) return {};
    return make_error(Code::corrupt, "the signature says Ed25519, but the certificate's key is of another kind");
  }
  if (is_ecdsa(algorithm)) {
    const std::string_view curve = algorithm == SignatureAlgorithm::es256   ? "P-256"
                                   : algorithm == SignatureAlgorithm::es384 ? "P-384"
                                                                            : "P-521";
    if (certificate.key_type == KeyType::ec && certificate.curve == curve) return {};
    return make_error(Code::corrupt, "the signature's algorithm needs a key on " + std::string(curve) +
                                         ", which the certificate's is not");
  }
  if (certificate.key_type != KeyType::rsa && certificate.key_type != KeyType::rsa_pss) {
    return make_error(Code::corrupt, "the signature says RSA, but the certificate's key is of another kind");
  }
  if (certificate.key_bits < kLeastRsaBits || certificate.key_bits > kMostRsaBits) {
    return make_error(Code::corrupt, "RSA key of " + std::to_string(certificate.key_bits) + " bits (2048 to 16384)");
  }
  return {};
}

Bytes der_of_raw(SignatureAlgorithm algorithm, ByteView raw) {
  const std::size_t half = half_of(algorithm);
  if (raw.size() != 2 * half) return {};
  const Handle<ECDSA_SIG, ECDSA_SIG_free> pair(ECDSA_SIG_new());
  BIGNUM* const r = BN_bin2bn(raw.data(), static_cast<int>(half), nullptr);
  BIGNUM* const s = BN_bin2bn(raw.data() + half, static_cast<int>(half), nullptr);
  if (!pair || r == nullptr || s == nullptr || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  return der_of(*pair, i2d_ECDSA_SIG);
}

Bytes raw_of_der(SignatureAlgorithm algorithm, ByteView der) {
  const int half = static_cast<int>(half_of(algorithm));
  const unsigned char* at = der.data();
  const Handle<ECDSA_SIG, ECDSA_SIG_free> pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!pair || at != der.data() + der.size()) return {};
  Bytes raw(static_cast<std::size_t>(2 * half));
  const bool fits = BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), raw.data(), half) == half &&
                    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), raw.data() + half, half) == half;
  return fits ? raw : Bytes();
}

bool set_padding(SignatureAlgorithm algorithm, evp_pkey_ctx_st* context) {
  if (is_ecdsa(algorithm) || algorithm == SignatureAlgorithm::ed25519) return true;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest_of(algorithm)) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

std::size_t signature_size(SignatureAlgorithm algorithm, const Certificate& certificate) {
  if (is_ecdsa(algorithm)) return 2 * half_of(algorithm);
  if (algorithm == SignatureAlgorithm::ed25519) return 64;
  return static_cast<std::size_t>(certificate.key_bits + 7) / 8;
}

Result<SignatureAlgorithm> signature_algorithm(std::int64_t cose_number) {
  for (const Known& known : kKnown) {
    if (known.number == cose_number && known.algorithm) return *known.algorithm;
  }
  return make_error(Code::unsupported, "signature algorithm " + cose_algorithm_name(cose_number) + " is not supported");
}

Result<SignatureAlgorithm> signature_algorithm(std::string_view name) {
  for (const Known& known : kKnown) {
    if (known.algorithm && to_string(*known.algorithm) == name) return *known.algorithm;
  }
  return make_error(Code::unsupported,
                    "there is no signature algorithm of this name: es256, es384, es512, ps256, ps384, ps512, ed25519");
}

std::int64_t cose_number(SignatureAlgorithm algorithm) {
  for (const Known& known : kKnown) {
    if (known.algorithm == algorithm) return known.number;
  }
  return 0;
}

std::string_view to_string(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::es256: return "es256";
    case SignatureAlgorithm::es384: return "es384";
    case SignatureAlgorithm::es512: return "es512";
    case SignatureAlgorithm::ps256: return "ps256";
    case SignatureAlgorithm::ps384: return "ps384";
    case SignatureAlgorithm::ps512: return "ps512";
    case SignatureAlgorithm::ed25519: return "ed25519";
  }
  return "unknown";
}

std::string cose_algorithm_name(std::int64_t cose_number) {
  for (const Known& known : kKnown) {
    if (known.number == cose_number) return std::string(known.name);
  }
  return "COSE algorithm " + std::to_string(cose_number);
}

Result<bool> verify_signature(SignatureAlgorithm algorithm, const Certificate& certificate, ByteView message,
                              ByteView signature) {
  const ErrorQueue queue;
  TRY(check_key(algorithm, certificate));
  const X509Handle decoded = decode_x509(certificate);
  EVP_PKEY* const key = decoded ? X509_get0_pubkey(decoded.get()) : nullptr;
  if (key == nullptr) return make_error(Code::corrupt, "the certificate's key cannot be read");

  Bytes converted;
  if (is_ecdsa(algorithm)) {
    converted = der_of_raw(algorithm, signature);
    if (converted.empty()) return false;
    signature = converted;
  } else if (signature.size() != static_cast<std::size_t>(EVP_PKEY_get_size(key))) {
    return false;
  }
  const Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;
  if (!context || EVP_DigestVerifyInit(context.get(), &key_context, digest_of(algorithm), nullptr, key) != 1) {
    return make_error(Code::corrupt, "the certificate's key does not take this algorithm");
  }
  if (!set_padding(algorithm, key_context)) {
    return make_error(Code::corrupt, "the certificate's key does not take this algorithm");
  }
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
}

}  // namespace bonafide::crypto
