#include "app/credential/verify.h"

#include "app/credential/stream.h"

namespace bonafide::app {

Result<report::Verification> verify(const VerifyRequest& request, const Trust& trust, const Context& context) {
  report::Verification verification;
  verification.path = request.path;
  verification.at = request.at;
  verification.lists = trust.lists;
  verification.warnings = trust.warnings;
  const auto read = [&]() -> Result<provenance::Credential> {
    const provenance::CredentialRequest question{&trust.store,      request.at,      request.strict,
                                                 request.sidecar,   request.explain, by_name(request.fragments),
                                                 request.fetch,     request.facts_only};
    if (request.content) return provenance::read_credential(media::MemorySource(*request.content), question, context);
    return provenance::read_credential(TRY(FileReader::open(request.path)), question, context);
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
