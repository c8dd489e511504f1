#include "app/credential/verify.h"

#include "app/credential/stream.h"
#include "provenance/vouched_map.h"

namespace bonafide::app {

namespace {

/// Where the picture differs from the map that its signer vouches for. Nothing: no such map, or nobody to read it.
std::optional<PictureDifference> difference(const VerifyRequest& request,
                                            const provenance::c2pa::Validation& validation, const Context& context) {
  const auto map = provenance::vouched_map(validation);
  if (!map) return {};
  if (!request.maps)
    return PictureDifference{"not_examined", {"a map of the signed picture is there; bonafide reads it"}};
  auto found = request.maps.compare(*map, request.path, context);
  if (!found) return PictureDifference{"not_examined", {"could not be compared: " + found.error().message}};
  return *found;
}

}  // namespace

Result<report::Verification> verify(const VerifyRequest& request, const Trust& trust, const Context& context) {
  report::Verification verification;
  verification.path = request.path;
  verification.at = request.at;
  verification.lists = trust.lists;
  verification.warnings = trust.warnings;
  const auto read = [&]() -> Result<provenance::Credential> {
    const provenance::CredentialRequest question{&trust.store,    request.at,        request.strict,
                                                 request.sidecar, request.explain,   by_name(request.fragments),
                                                 request.fetch,   request.facts_only};
    if (request.content) return provenance::read_credential(media::MemorySource(*request.content), question, context);
    return provenance::read_credential(TRY(FileReader::open(request.path)), question, context);
  };
  auto credential = read();
  if (!credential) {
    if (credential.error().file.empty()) credential.error().file = request.path;
    return std::move(credential.error());
  }
  verification.credential = std::move(*credential);
  if (verification.credential.source.state == provenance::State::broken && !request.content) {
    verification.picture = difference(request, *verification.credential.validation, context);
  }
  return verification;
}

}  // namespace bonafide::app
