#include "crypto/sealed_box.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>

#include "crypto/handles.h"
#include "crypto/random.h"

namespace bonafide::crypto {

namespace {

constexpr std::size_t kKey = 32, kNonce = 12, kTag = 16, kSalt = 16;
constexpr std::array<std::uint8_t, kNonce> kZeros{};
constexpr std::uint64_t kMostMemory = std::uint64_t{256} << 20;

using Cipher = Handle<EVP_CIPHER_CTX, &EVP_CIPHER_CTX_free>;

Error no_cipher() { return make_error(Code::unavailable, "OpenSSL has no AES-256-GCM here"); }

Result<Bytes> encrypted(ByteView key, ByteView plain, ByteView bound) {
  const ErrorQueue errors;
  const Cipher cipher(EVP_CIPHER_CTX_new());
  Bytes out(plain.size() + kTag);
  int size = 0, last = 0;
  const bool done =
      cipher && EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), kZeros.data()) == 1 &&
      EVP_EncryptUpdate(cipher.get(), nullptr, &size, bound.data(), static_cast<int>(bound.size())) == 1 &&
      EVP_EncryptUpdate(cipher.get(), out.data(), &size, plain.data(), static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(cipher.get(), out.data() + size, &last) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTag, out.data() + plain.size()) == 1;
  if (!done) return no_cipher();
  return out;
}

Result<Bytes> decrypted(ByteView key, ByteView sealed, ByteView bound) {
  const ErrorQueue errors;
  const Cipher cipher(EVP_CIPHER_CTX_new());
  Bytes out(sealed.size() - kTag);
  Bytes tag(sealed.end() - kTag, sealed.end());
  int size = 0, last = 0;
  const bool ready =
      cipher && EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), kZeros.data()) == 1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &size, bound.data(), static_cast<int>(bound.size())) == 1 &&
      EVP_DecryptUpdate(cipher.get(), out.data(), &size, sealed.data(), static_cast<int>(out.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1;
  if (!ready) return no_cipher();
  if (EVP_DecryptFinal_ex(cipher.get(), out.data() + size, &last) != 1)
    return make_error(Code::denied, "the passphrase does not open it, or it was changed");
  return out;
}

}  // namespace

bool bearable(const ScryptCost& cost) {
  if (cost.log2_n < 1 || cost.log2_n > 20 || cost.r < 1 || cost.r > 32 || cost.p < 1 || cost.p > 4) return false;
  return (std::uint64_t{128} * cost.r << cost.log2_n) <= kMostMemory;
}

Result<Bytes> scrypt(ByteView passphrase, ByteView salt, const ScryptCost& cost, std::size_t size) {
  if (!bearable(cost) || size == 0 || size > 1024)
    return make_error(Code::invalid_argument, "scrypt is asked for more memory or work than is allowed here");
  const ErrorQueue errors;
  const Handle<EVP_KDF, &EVP_KDF_free> method(EVP_KDF_fetch(nullptr, "SCRYPT", nullptr));
  const Handle<EVP_KDF_CTX, &EVP_KDF_CTX_free> context(EVP_KDF_CTX_new(method.get()));
  if (!context) return make_error(Code::unavailable, "OpenSSL has no scrypt here");
  static constexpr std::uint8_t kNothing = 0;                 // an empty passphrase still needs an address
  const auto octets = [](const char* name, ByteView bytes) {  // OpenSSL has no const form; it only reads
    const std::uint8_t* const data = bytes.empty() ? &kNothing : bytes.data();
    return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(data), bytes.size());
  };
  std::uint64_t n = std::uint64_t{1} << cost.log2_n, most = kMostMemory + (std::uint64_t{1} << 20);
  unsigned r = cost.r, p = cost.p;
  const std::array<OSSL_PARAM, 7> params{octets(OSSL_KDF_PARAM_PASSWORD, passphrase),
                                         octets(OSSL_KDF_PARAM_SALT, salt),
                                         OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
                                         OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
                                         OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
                                         OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &most),
                                         OSSL_PARAM_construct_end()};
  Bytes derived(size);
  if (EVP_KDF_derive(context.get(), derived.data(), derived.size(), params.data()) != 1)
    return make_error(Code::limit, "there is no memory for scrypt");
  return derived;
}

Result<SealedBox> seal(ByteView secret, std::string_view passphrase, ByteView bound, const ScryptCost& cost) {
  SealedBox box{cost, TRY(Random().bytes(kSalt)), {}};
  const Bytes key = TRY(scrypt(as_bytes(passphrase), box.salt, cost, kKey));
  box.sealed = TRY(encrypted(key, secret, bound));
  return box;
}

Result<Bytes> open_sealed(const SealedBox& box, std::string_view passphrase, ByteView bound) {
  if (box.sealed.size() < kTag) return make_error(Code::corrupt, "what is sealed is shorter than its own tag");
  const Bytes key = TRY(scrypt(as_bytes(passphrase), box.salt, box.cost, kKey));
  return decrypted(key, box.sealed, bound);
}

}  // namespace bonafide::crypto
