// What is shown of a Content Credential: whatever bytes come in, every form can be written and is printable.
// link: bonafide_report_credential
#include <cstdint>
#include <cstdlib>

#include "report/credential/crjson.h"
#include "report/credential/store_json.h"
#include "report/credential/tree.h"
#include "report/credential/verification.h"

namespace {
void check(bool holds) {
  if (!holds) std::abort();
}
void check_printable(const std::string& text) {
  check(bonafide::is_utf8(text));
  for (const char c : text) check(static_cast<unsigned char>(c) >= 0x20 || c == '\n');
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bonafide;
  Context context;
  context.limits.nodes = 20'000;
  const crypto::TrustStore nobody;
  provenance::CredentialRequest request;
  request.trust = &nobody;
  request.at = 1'800'000'000;
  request.explain = true;
  request.facts_only = true;
  auto credential = provenance::read_credential(media::MemorySource({data, size}), request, context);
  if (!credential) {
    check(credential.error().code != Code::internal);
    return 0;
  }
  report::Verification verification;
  verification.path = "input";
  verification.at = request.at;
  verification.credential = std::move(*credential);
  check_printable(report::verification_text(verification, {}));
  check_printable(report::credential_tree(verification, false, {}));
  check_printable(report::credential_tree(verification, true, {}));
  check(parse_json(dump_json(report::verification_json(verification))).has_value());
  const auto& validation = verification.credential.validation;
  if (!validation) return 0;
  for (const Json& json : {report::crjson(*validation, request.at), report::store_json(*validation)}) {
    check(json.is_object() && !dump_json(json).empty());
  }
  return 0;
}
