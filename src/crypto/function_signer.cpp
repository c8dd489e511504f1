#include <fmt/format.h>

#include <utility>

#include "crypto/signature_forms.h"
#include "crypto/signer.h"
#include "crypto/signing_chain.h"

namespace bonafide::crypto {
namespace {

class FunctionSigner : public Signer {
 public:
  FunctionSigner(SignFunction function, SigningChain chain)
      : function_(std::move(function)), chain_(std::move(chain)) {}

  SignatureAlgorithm algorithm() const override { return chain_.algorithm; }
  const std::vector<Bytes>& chain() const override { return chain_.der; }
  Result<Bytes> sign(ByteView message) const override {
    Bytes signature = TRY(function_(message));
    const std::size_t wanted = signature_size(chain_.algorithm, chain_.leaf);
    if (signature.size() != wanted && is_ecdsa(chain_.algorithm)) {
      if (Bytes raw = raw_of_der(chain_.algorithm, signature); !raw.empty()) return raw;
    }
    if (signature.size() == wanted) return signature;
    return make_error(Code::corrupt, fmt::format("the signing function answered {} bytes, and the signature has {}",
                                                 signature.size(), wanted));
  }

 private:
  SignFunction function_;
  SigningChain chain_;
};

}  // namespace

Result<std::unique_ptr<Signer>> function_signer(SignFunction function, std::string_view chain_pem,
                                                std::optional<SignatureAlgorithm> algorithm) {
  if (!function) return make_error(Code::invalid_argument, "there is no signing function");
  SigningChain chain = TRY(signing_chain(chain_pem, algorithm));
  return std::unique_ptr<Signer>(std::make_unique<FunctionSigner>(std::move(function), std::move(chain)));
}

}  // namespace bonafide::crypto
