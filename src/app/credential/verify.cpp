#include "app/credential/verify.h"

#include <chrono>
#include <filesystem>

namespace bonafide::app {

namespace {

constexpr std::uint64_t kMostPem = 16 << 20;

Result<crypto::TrustStore> trust_of(const VerifyRequest& request) {
  // A root named by hand speaks for every usual use of a claim signer's key (C2PA 2.5 §13.4).
  const std::vector<std::string> uses{
      std::string(crypto::oid::kC2paClaimSigning), std::string(crypto::oid::kEmailProtection),
      std::string(crypto::oid::kDocumentSigning), std::string(crypto::oid::kMicrosoftC2paSigning)};
  crypto::TrustStore store;
  const auto in_file = [](Error error, const std::string& path) {
    if (error.file.empty()) error.file = path;
    if (error.code == Code::corrupt || error.code == Code::not_found) error.code = Code::invalid_argument;
    return error;
  };
  for (const bool signers : {true, false}) {
    for (const std::string& path : signers ? request.trust : request.tsa_trust) {
      const auto pem = read_file(path, kMostPem);
      if (!pem) return in_file(pem.error(), path);
      const std::string name = std::filesystem::path(path).filename().string();
      auto added = signers ? store.add_signer_pem(name, *pem, uses) : store.add_tsa_pem(name, *pem);
      if (!added) return in_file(std::move(added.error()), path);
    }
  }
  return store;
}

}  // namespace

Result<report::Verification> verify(const VerifyRequest& request, const Context& context) {
  const crypto::TrustStore trust = TRY(trust_of(request));
  report::Verification verification;
  verification.path = request.path;
  verification.at = request.at.value_or(
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  const auto read = [&]() -> Result<provenance::Credential> {
    const FileReader file = TRY(FileReader::open(request.path));
    return provenance::read_credential(file, {&trust, verification.at, request.strict, request.sidecar}, context);
  };
  auto credential = read();
  if (!credential) {
    if (credential.error().file.empty()) credential.error().file = request.path;
    return std::move(credential.error());
  }
  verification.credential = std::move(*credential);
  return verification;
}

}  // namespace bonafide::app
