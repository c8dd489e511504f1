// Bare Ed25519 keys (RFC 8032), without a certificate around them: what transparency logs and their witnesses sign
// with.
#pragma once
#include <memory>

#include "base/bytes.h"
#include "crypto/private_key.h"

namespace bonafide::crypto {

/// A private key; its 32-byte seed is shown only to be kept in a file.
class Ed25519Key {
 public:
  static Result<Ed25519Key> generate();
  static Result<Ed25519Key> from_seed(ByteView seed);
  const Bytes& public_key() const { return public_key_; }  ///< 32 bytes
  const Bytes& seed() const { return seed_; }
  /// PKCS#8 as PEM, encrypted when there is a passphrase.
  Result<std::string> pem(const std::string& passphrase) const;
  /// denied: the passphrase is missing or wrong; corrupt: no Ed25519 key.
  static Result<Ed25519Key> from_pem(std::string_view pem, const Passphrase& passphrase);
  /// 64 bytes, the same every time.
  Result<Bytes> sign(ByteView message) const;

 private:
  Ed25519Key() = default;
  KeyHandle key_;
  Bytes seed_, public_key_;
};

/// Whether the signature fits; `corrupt` when the public key is none.
Result<bool> verify_ed25519(ByteView public_key, ByteView message, ByteView signature);

}  // namespace bonafide::crypto
