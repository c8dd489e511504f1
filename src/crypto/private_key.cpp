#include "crypto/private_key.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>

#include "crypto/handles.h"
#include "crypto/signature_forms.h"

namespace bonafide::crypto {
namespace {

constexpr std::size_t kMostPemBytes = std::size_t{1} << 20;
constexpr unsigned kRsaBits = 3072;         // 128 bits of strength (NIST SP 800-57 part 1, table 2)
constexpr int kPassphraseRounds = 200'000;  // 60 ms on the machine this was written on

using BioHandle = Handle<BIO, BIO_free_all>;

struct Asked {
  const Passphrase* passphrase = nullptr;
  bool was_asked = false;
  bool answered = false;
};

/// OpenSSL's pem_password_cb: asked only when the key is encrypted.
int give_passphrase(char* into, int size, int /*for_writing*/, void* user) {
  auto& asked = *static_cast<Asked*>(user);
  asked.was_asked = true;
  std::string text = *asked.passphrase ? (*asked.passphrase)() : std::string();
  const bool fits = !text.empty() && text.size() <= static_cast<std::size_t>(size);
  if (fits) std::ranges::copy(text, into);
  const int length = fits ? static_cast<int>(text.size()) : -1;
  asked.answered = fits;
  OPENSSL_cleanse(text.data(), text.size());
  return length;
}

}  // namespace

void KeyRelease::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Result<KeyHandle> read_private_key(std::string_view pem, const Passphrase& passphrase) {
  const ErrorQueue queue;
  if (pem.size() > kMostPemBytes) return make_error(Code::limit, "the private key is larger than 1 MiB");
  const BioHandle text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Asked asked{.passphrase = &passphrase};
  KeyHandle key(text ? PEM_read_bio_PrivateKey(text.get(), nullptr, give_passphrase, &asked) : nullptr);
  if (key) return key;
  if (asked.was_asked && !asked.answered) {
    return make_error(Code::denied, "the private key is encrypted and no passphrase was given");
  }
  if (asked.was_asked) return make_error(Code::denied, "the passphrase does not open the private key");
  return make_error(Code::corrupt, "there is no private key that can be read (PEM: PKCS#8, PKCS#1 or SEC1)");
}

Result<std::string> private_key_pem(evp_pkey_st& key, const std::string& passphrase) {
  const ErrorQueue queue;
  const BioHandle out(BIO_new(BIO_s_secmem()));
  const Handle<PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free> plain(EVP_PKEY2PKCS8(&key));
  bool written = false;
  if (out && plain && passphrase.empty()) {
    written = PEM_write_bio_PKCS8_PRIV_KEY_INFO(out.get(), plain.get()) == 1;
  } else if (out && plain) {
    const Handle<X509_SIG, X509_SIG_free> sealed(PKCS8_encrypt(-1, EVP_aes_256_cbc(), passphrase.data(),
                                                               static_cast<int>(passphrase.size()), nullptr, 0,
                                                               kPassphraseRounds, plain.get()));
    written = sealed && PEM_write_bio_PKCS8(out.get(), sealed.get()) == 1;
  }
  char* text = nullptr;
  const long size = written ? BIO_get_mem_data(out.get(), &text) : 0;
  if (size <= 0) return make_error(Code::internal, "the private key cannot be written");
  return std::string(text, static_cast<std::size_t>(size));
}

Result<KeyHandle> make_private_key(SignatureAlgorithm algorithm) {
  const ErrorQueue queue;
  KeyHandle key;
  switch (algorithm) {
    case SignatureAlgorithm::es256: key.reset(EVP_EC_gen("P-256")); break;
    case SignatureAlgorithm::es384: key.reset(EVP_EC_gen("P-384")); break;
    case SignatureAlgorithm::es512: key.reset(EVP_EC_gen("P-521")); break;
    case SignatureAlgorithm::ps256:
    case SignatureAlgorithm::ps384:
    case SignatureAlgorithm::ps512: key.reset(EVP_RSA_gen(kRsaBits)); break;
    case SignatureAlgorithm::ed25519: key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); break;
  }
  if (!key) return make_error(Code::unavailable, "OpenSSL cannot make a key of this kind");
  return key;
}

bool belongs(evp_pkey_st& key, const Certificate& certificate) {
  const ErrorQueue queue;
  const X509Handle decoded = decode_x509(certificate);
  return decoded && X509_check_private_key(decoded.get(), &key) == 1;
}

Result<Bytes> sign_with(evp_pkey_st& key, SignatureAlgorithm algorithm, ByteView message) {
  const ErrorQueue queue;
  const Handle<EVP_MD_CTX, EVP_MD_CTX_free> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  if (!context || EVP_DigestSignInit(context.get(), &options, digest_of(algorithm), nullptr, &key) != 1 ||
      !set_padding(algorithm, options)) {
    return make_error(Code::unavailable, "the key does not take the algorithm " + std::string(to_string(algorithm)));
  }
  std::size_t size = 0;
  if (EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size()) != 1) {
    return make_error(Code::unavailable, "the key does not sign");
  }
  Bytes signature(size);
  if (EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1) {
    return make_error(Code::unavailable, "the key does not sign");
  }
  signature.resize(size);
  if (!is_ecdsa(algorithm)) return signature;
  Bytes raw = raw_of_der(algorithm, signature);
  if (raw.empty()) return make_error(Code::unavailable, "the key made a signature of another form");
  return raw;
}

}  // namespace bonafide::crypto
