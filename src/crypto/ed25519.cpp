#include "crypto/ed25519.h"

#include <openssl/evp.h>

#include "crypto/handles.h"
#include "crypto/random.h"

namespace bonafide::crypto {
namespace {
constexpr std::size_t kKeyBytes = 32, kSignatureBytes = 64;  // RFC 8032 section 5.1.5 and 5.1.6
}

Result<Ed25519Key> Ed25519Key::generate() { return from_seed(TRY(Random().bytes(kKeyBytes))); }

Result<Ed25519Key> Ed25519Key::from_seed(ByteView seed) {
  if (seed.size() != kKeyBytes) return make_error(Code::corrupt, "an Ed25519 key has 32 bytes");
  const ErrorQueue queue;
  Ed25519Key made;
  made.seed_.assign(seed.begin(), seed.end());
  made.key_.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()));
  made.public_key_.resize(kKeyBytes);
  std::size_t size = kKeyBytes;
  if (!made.key_ || EVP_PKEY_get_raw_public_key(made.key_.get(), made.public_key_.data(), &size) != 1)
    return make_error(Code::unavailable, "OpenSSL does not take the Ed25519 key");
  return made;
}

Result<std::string> Ed25519Key::pem(const std::string& passphrase) const { return private_key_pem(*key_, passphrase); }

Result<Ed25519Key> Ed25519Key::from_pem(std::string_view pem, const Passphrase& passphrase) {
  const KeyHandle key = TRY(read_private_key(pem, passphrase));
  const ErrorQueue queue;
  Bytes seed(kKeyBytes);
  std::size_t size = seed.size();
  if (EVP_PKEY_get_raw_private_key(key.get(), seed.data(), &size) != 1 || size != kKeyBytes)
    return make_error(Code::corrupt, "the private key is no Ed25519 key");
  return from_seed(seed);
}

Result<Bytes> Ed25519Key::sign(ByteView message) const {
  return sign_with(*key_, SignatureAlgorithm::ed25519, message);
}

Result<bool> verify_ed25519(ByteView public_key, ByteView message, ByteView signature) {
  if (public_key.size() != kKeyBytes) return make_error(Code::corrupt, "an Ed25519 public key has 32 bytes");
  if (signature.size() != kSignatureBytes) return false;
  const ErrorQueue queue;
  const KeyHandle key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()));
  const Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  if (!key || !context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1)
    return make_error(Code::corrupt, "the Ed25519 public key cannot be used");
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
}

}  // namespace bonafide::crypto
