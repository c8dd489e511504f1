// Private keys inside this room: read, made, used and written. Names OpenSSL's types without its headers.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "crypto/signature.h"
#include "crypto/signer.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace bonafide::crypto {

struct KeyRelease {
  void operator()(evp_pkey_st* key) const;
};
using KeyHandle = std::unique_ptr<evp_pkey_st, KeyRelease>;

/// The first private key of a PEM text of at most 1 MiB: PKCS#8, PKCS#1 or SEC1, encrypted or not. denied: encrypted,
/// and the passphrase is missing or wrong; corrupt: no key there.
Result<KeyHandle> read_private_key(std::string_view pem, const Passphrase& passphrase);
/// PKCS#8, encrypted when there is a passphrase (PBES2: PBKDF2 with HMAC-SHA-256, AES-256-CBC).
Result<std::string> private_key_pem(evp_pkey_st& key, const std::string& passphrase);
/// A fresh key for this algorithm: RSA with 3072 bits.
Result<KeyHandle> make_private_key(SignatureAlgorithm algorithm);
/// Whether the certificate is this key's.
bool belongs(evp_pkey_st& key, const Certificate& certificate);

/// The COSE form of a signature over `message`. unavailable: the key, perhaps in a token, refuses.
Result<Bytes> sign_with(evp_pkey_st& key, SignatureAlgorithm algorithm, ByteView message);

}  // namespace bonafide::crypto
