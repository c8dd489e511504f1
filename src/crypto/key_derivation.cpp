#include "crypto/key_derivation.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>

#include "crypto/handles.h"

namespace bonafide::crypto {

Result<Bytes> hkdf_sha256(ByteView material, ByteView salt, ByteView info, std::size_t size) {
  constexpr std::size_t kMost = std::size_t{255} * 32;  // RFC 5869 section 2.3
  if (size == 0 || size > kMost || material.empty())
    return make_error(Code::invalid_argument, "HKDF takes some key and gives 1 to 8160 bytes");
  const ErrorQueue errors;
  const Handle<EVP_KDF, &EVP_KDF_free> method(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  const Handle<EVP_KDF_CTX, &EVP_KDF_CTX_free> context(EVP_KDF_CTX_new(method.get()));
  if (!context) return make_error(Code::unavailable, "OpenSSL has no HKDF here");
  const auto octets = [](const char* name, ByteView bytes) {  // OpenSSL has no const form; it only reads
    return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()), bytes.size());
  };
  std::array<char, 7> digest{"SHA256"};
  std::vector<OSSL_PARAM> params{OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
                                 octets(OSSL_KDF_PARAM_KEY, material)};
  if (!salt.empty()) params.push_back(octets(OSSL_KDF_PARAM_SALT, salt));
  if (!info.empty()) params.push_back(octets(OSSL_KDF_PARAM_INFO, info));
  params.push_back(OSSL_PARAM_construct_end());
  Bytes derived(size);
  if (EVP_KDF_derive(context.get(), derived.data(), derived.size(), params.data()) != 1)
    return make_error(Code::internal, "HKDF failed");
  return derived;
}

struct ChaChaStream::State {
  Handle<EVP_CIPHER_CTX, &EVP_CIPHER_CTX_free> context{EVP_CIPHER_CTX_new()};
};

ChaChaStream::ChaChaStream() : state_(std::make_unique<State>()) {}
ChaChaStream::ChaChaStream(ChaChaStream&&) noexcept = default;
ChaChaStream& ChaChaStream::operator=(ChaChaStream&&) noexcept = default;
ChaChaStream::~ChaChaStream() = default;

Result<ChaChaStream> ChaChaStream::create(ByteView key, ByteView nonce) {
  if (key.size() != 32 || nonce.size() != 12)
    return make_error(Code::invalid_argument, "ChaCha20 takes 32 bytes of key and 12 of nonce");
  std::array<std::uint8_t, 16> counter_and_nonce{};  // OpenSSL: 32-bit counter, low byte first, then RFC 8439's nonce
  std::copy(nonce.begin(), nonce.end(), counter_and_nonce.begin() + 4);
  ChaChaStream stream;
  const ErrorQueue errors;
  if (EVP_EncryptInit_ex(stream.state_->context.get(), EVP_chacha20(), nullptr, key.data(), counter_and_nonce.data()) !=
      1)
    return make_error(Code::unavailable, "OpenSSL has no ChaCha20 here");
  return stream;
}

void ChaChaStream::fill(std::span<std::uint8_t> into) {
  constexpr std::size_t kStep = std::size_t{1} << 20;
  std::fill(into.begin(), into.end(), std::uint8_t{0});
  while (!into.empty()) {
    const auto part = into.first(std::min(into.size(), kStep));
    int written = 0;
    EVP_EncryptUpdate(state_->context.get(), part.data(), &written, part.data(), static_cast<int>(part.size()));
    into = into.subspan(part.size());
  }
}

}  // namespace bonafide::crypto
