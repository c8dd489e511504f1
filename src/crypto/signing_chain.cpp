#include "crypto/signing_chain.h"

#include <algorithm>
#include <utility>

#include "crypto/ocsp.h"
#include "crypto/signature_forms.h"

namespace bonafide::crypto {
namespace {

constexpr std::size_t kMostCertificates = 16;

Result<SignatureAlgorithm> usual_algorithm(const Certificate& leaf) {
  switch (leaf.key_type) {
    case KeyType::ec:
      if (leaf.curve == "P-256") return SignatureAlgorithm::es256;
      if (leaf.curve == "P-384") return SignatureAlgorithm::es384;
      if (leaf.curve == "P-521") return SignatureAlgorithm::es512;
      break;
    case KeyType::rsa:
    case KeyType::rsa_pss: return SignatureAlgorithm::ps256;
    case KeyType::ed25519: return SignatureAlgorithm::ed25519;
    case KeyType::other: break;
  }
  return make_error(Code::invalid_argument, "no algorithm of C2PA fits the signer's kind of key");
}

}  // namespace

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += (text.empty() ? "" : "; ") + sentence;
  return text;
}

Result<std::vector<Certificate>> ordered_chain(std::string_view pem) {
  std::vector<Certificate> given = TRY(parse_pem_certificates(pem));
  if (given.size() > kMostCertificates) return make_error(Code::limit, "the chain has more than 16 certificates");
  std::vector<Certificate> chain;
  chain.push_back(std::move(given.front()));
  given.erase(given.begin());
  std::erase_if(given, [](const Certificate& each) { return find_issuer(each, {&each, 1}) != nullptr; });
  while (const Certificate* const issuer = find_issuer(chain.back(), given)) {
    chain.push_back(*issuer);
    given.erase(given.begin() + (issuer - given.data()));
  }
  if (!given.empty()) {
    return make_error(Code::invalid_argument, "the certificate of " + given.front().subject.full +
                                                  " has no place in the chain of " + chain.front().subject.full +
                                                  " (leaf first, then those who issued it)");
  }
  return chain;
}

Result<SigningChain> signing_chain(std::string_view pem, std::optional<SignatureAlgorithm> wanted) {
  std::vector<Certificate> certificates = TRY(ordered_chain(pem));
  SigningChain chain;
  for (const Certificate& each : certificates) chain.der.push_back(each.der);
  chain.leaf = std::move(certificates.front());
  if (const auto wrong = check_claim_signer_profile(chain.leaf); !wrong.empty()) {
    return make_error(Code::invalid_argument, "the certificate may not sign claims: " + joined(wrong));
  }
  chain.algorithm = wanted ? *wanted : TRY(usual_algorithm(chain.leaf));
  if (auto fits = check_key(chain.algorithm, chain.leaf); !fits) {
    return make_error(Code::invalid_argument, "the signer's key does not take the algorithm " +
                                                  std::string(to_string(chain.algorithm)) + ": " +
                                                  fits.error().message);
  }
  return chain;
}

}  // namespace bonafide::crypto
