// Who signs: a key that is never shown, and the certificates that speak for it. COSE's signature forms (RFC 9053).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/certificate.h"
#include "crypto/signature.h"

namespace bonafide::crypto {

class Signer {
 public:
  virtual ~Signer() = default;
  virtual SignatureAlgorithm algorithm() const = 0;
  /// DER, leaf first, all intermediates, no root (C2PA 2.5 §13.2, x5chain).
  virtual const std::vector<Bytes>& chain() const = 0;
  /// The COSE form: r || s for ECDSA, PSS with a salt as long as the digest, Ed25519 as it is. `unavailable` when the
  /// key cannot be reached (token removed, program failed), `denied` for a wrong PIN or passphrase.
  virtual Result<Bytes> sign(ByteView message) const = 0;
};

/// Asked once, only when a key turns out to be encrypted. Empty text: none is known.
using Passphrase = std::function<std::string()>;

/// A private key as PEM (PKCS#8, PKCS#1, SEC1; encrypted or not) and its chain as PEM certificates, leaf first; a root
/// at the end is left out. The algorithm follows from the key (P-256: ES256, …, RSA: PS256, Ed25519) unless `algorithm`
/// names another that fits. invalid_argument: key and leaf do not belong together, or the leaf may not sign claims.
Result<std::unique_ptr<Signer>> pem_signer(std::string_view key_pem, std::string_view chain_pem,
                                           std::optional<SignatureAlgorithm> algorithm, const Passphrase& passphrase);

/// A key in a token, by URI ("pkcs11:token=…;object=…", RFC 7512), through OpenSSL's pkcs11 engine, which is loaded
/// only now. `module` is the token's library, or empty for the engine's default. `unavailable`: no engine, module or
/// key.
Result<std::unique_ptr<Signer>> pkcs11_signer(const std::string& uri, const std::string& module,
                                              std::string_view chain_pem, std::optional<SignatureAlgorithm> algorithm,
                                              const Passphrase& pin);

/// A program that signs: run as `command… sign ALGORITHM`, the message on its standard input, the COSE signature alone
/// on its standard output, exit code 0; a sentence on its standard error otherwise. `command… info` answers the chain
/// as PEM, after a first line "algorithm: es256". No shell is involved. At most `seconds` each call.
Result<std::unique_ptr<Signer>> command_signer(const std::vector<std::string>& command, int seconds = 60);

/// Answers the signature of a message (not of its digest). ECDSA: r || s, or DER (SEQUENCE of two INTEGERs), which many
/// tokens answer.
using SignFunction = std::function<Result<Bytes>(ByteView message)>;
/// A function that signs: what a camera's firmware or a vendor's library offers. Chain and algorithm as for pem_signer.
Result<std::unique_ptr<Signer>> function_signer(SignFunction function, std::string_view chain_pem,
                                                std::optional<SignatureAlgorithm> algorithm);

}  // namespace bonafide::crypto
