#include "crypto/hash.h"

#include <openssl/evp.h>

#include <algorithm>

namespace bonafide::crypto {

struct Hasher::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }
};

Hasher::Hasher(HashAlgorithm algorithm) : state_(std::make_unique<State>()) {
  const EVP_MD* const method = algorithm == HashAlgorithm::sha256   ? EVP_sha256()
                               : algorithm == HashAlgorithm::sha384 ? EVP_sha384()
                                                                    : EVP_sha512();
  EVP_DigestInit_ex(state_->context, method, nullptr);
}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::restart() { EVP_DigestInit_ex(state_->context, nullptr, nullptr); }

void Hasher::update(ByteView bytes) { EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()); }

Bytes Hasher::finish() {
  Bytes value(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  EVP_DigestFinal_ex(state_->context, value.data(), &size);
  value.resize(size);
  return value;
}

Bytes Hasher::so_far() const {
  State copy;
  EVP_MD_CTX_copy_ex(copy.context, state_->context);
  Bytes value(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  EVP_DigestFinal_ex(copy.context, value.data(), &size);
  value.resize(size);
  return value;
}

Bytes digest(HashAlgorithm algorithm, ByteView bytes) {
  Hasher hasher(algorithm);
  hasher.update(bytes);
  return hasher.finish();
}

Result<Bytes> digest_file(HashAlgorithm algorithm, const FileReader& file, const Context& context) {
  Hasher hasher(algorithm);
  Bytes buffer(std::size_t{1} << 20);
  for (std::uint64_t offset = 0; offset < file.size();) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
    const std::size_t got = TRY(file.read_some(offset, buffer));
    if (got == 0) break;
    hasher.update(ByteView(buffer).first(got));
    offset += got;
    context.report("hash", offset, file.size());
  }
  return hasher.finish();
}

}  // namespace bonafide::crypto
