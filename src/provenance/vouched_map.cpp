#include "provenance/vouched_map.h"

#include <algorithm>

#include "provenance/c2pa/store_view.h"

namespace bonafide::provenance {

namespace {

using c2pa::ManifestReport;

/// An update says something about a work that stays as it was: the map is its parent's.
const ManifestReport* last_of_the_work(const c2pa::Validation& validation) {
  const auto found = std::ranges::find_if(validation.manifests, [](const ManifestReport& m) { return !m.update; });
  return found == validation.manifests.end() ? nullptr : &*found;
}

bool hash_holds(const ManifestReport& report, std::string_view label) {
  const std::string end = "/" + std::string(label);
  return std::ranges::any_of(report.statuses, [&](const c2pa::Status& status) {
    return status.kind == c2pa::Kind::success && status.code == "assertion.hashedURI.match" &&
           status.url.ends_with(end);
  });
}

}  // namespace

Result<Bytes> vouched_map(const c2pa::Validation& validation) {
  const ManifestReport* const report = last_of_the_work(validation);
  const c2pa::Manifest* const manifest =
      report == nullptr || !validation.store ? nullptr : validation.store->find(report->label);
  if (manifest == nullptr) return make_error(Code::not_found, "the credential cannot be read");
  const auto claim = c2pa::claim_in(*manifest);
  for (const c2pa::StoredAssertion& assertion : c2pa::assertions_in(*manifest, claim ? &*claim : nullptr)) {
    if (assertion.label != kBlockMapLabel || assertion.coding != c2pa::Coding::cbor) continue;
    if (!report->signature_holds) return make_error(Code::denied, "the signature over its map does not hold");
    if (!assertion.created) return make_error(Code::denied, "its signer does not vouch for its map");
    if (!hash_holds(*report, kBlockMapLabel)) return make_error(Code::denied, "its map was changed");
    return Bytes(assertion.content.begin(), assertion.content.end());
  }
  return make_error(Code::not_found, "the credential holds no map of the picture");
}

}  // namespace bonafide::provenance
