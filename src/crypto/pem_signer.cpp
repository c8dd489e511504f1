#include <utility>

#include "crypto/private_key.h"
#include "crypto/signer.h"
#include "crypto/signing_chain.h"

namespace bonafide::crypto {
namespace {

class PemSigner : public Signer {
 public:
  PemSigner(KeyHandle key, SigningChain chain) : key_(std::move(key)), chain_(std::move(chain)) {}

  SignatureAlgorithm algorithm() const override { return chain_.algorithm; }
  const std::vector<Bytes>& chain() const override { return chain_.der; }
  Result<Bytes> sign(ByteView message) const override { return sign_with(*key_, chain_.algorithm, message); }

 private:
  KeyHandle key_;
  SigningChain chain_;
};

}  // namespace

Result<std::unique_ptr<Signer>> pem_signer(std::string_view key_pem, std::string_view chain_pem,
                                           std::optional<SignatureAlgorithm> algorithm, const Passphrase& passphrase) {
  SigningChain chain = TRY(signing_chain(chain_pem, algorithm));
  KeyHandle key = TRY(read_private_key(key_pem, passphrase));
  if (!belongs(*key, chain.leaf)) {
    return make_error(Code::invalid_argument,
                      "the private key does not belong to the certificate of " + chain.leaf.subject.full);
  }
  return std::unique_ptr<Signer>(std::make_unique<PemSigner>(std::move(key), std::move(chain)));
}

}  // namespace bonafide::crypto
