// What the manifests of a store say of each other (C2PA 2.5 §14.11).
#include <algorithm>

#include "provenance/c2pa/references.h"
#include "provenance/c2pa/validator.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::size_t kMostDeltaFailures = 10'000;  // a few failures seen from many ingredients multiply

bool was_recorded(const Ingredient& ingredient, const Status& status) {
  return std::ranges::any_of(ingredient.recorded, [&](const Recorded& entry) {
    if (entry.code != status.code) return false;
    if (entry.url.starts_with("self#jumbf=/")) return entry.url == status.url;
    return entry.url.empty() || last_step(entry.url) == last_step(status.url);
  });
}

}  // namespace

/// §14.11.3.3.1; for manifests that a redaction has changed. Answers whether it holds.
bool Validator::by_claim_signature(const Ingredient& ingredient, const Claim& claim, const Manifest& below,
                                   Status& status) {
  const JumbfBox* const signature =
      ingredient.claim_signature ? store_.resolve(ingredient.claim_signature->url, below) : nullptr;
  status.kind = Kind::failure;
  if (signature == nullptr || signature != below.signature) {
    status.code = "ingredient.claimSignature.missing";
    status.reason = "a redacted manifest of the history is not held by its signature";
    return false;
  }
  if (!reference_fits(*ingredient.claim_signature, *signature, claim, memo_)) {
    status.code = "ingredient.claimSignature.mismatch";
    status.reason = "the signature of a manifest of the history was changed";
    return false;
  }
  status.kind = Kind::success;
  status.code = "ingredient.claimSignature.validated";
  return true;
}

void Validator::ingredient(const Manifest& manifest, const Ingredient& ingredient) {
  Examined& above = examined_.at(&manifest);
  const Claim& claim = *above.claim;
  const std::string url = Store::absolute("c2pa.assertions/" + ingredient.label, manifest);
  if (!ingredient.names_manifest) {
    above.report.statuses.push_back(
        {Kind::informational, "ingredient.unknownProvenance", url, "an ingredient without a credential"});
    return;
  }
  Delta delta{url, {}, {}, {}};
  for (const Recorded& entry : ingredient.recorded) {
    if (delta_failures_++ >= kMostDeltaFailures) break;
    delta.recorded.push_back({Kind::failure, entry.code, entry.url, entry.explanation});
  }
  const auto add = [&](const Status& status) {
    if (was_recorded(ingredient, status)) return;
    if (delta_failures_++ < kMostDeltaFailures) return delta.failures.push_back(status);
    if (delta_failures_ == kMostDeltaFailures + 1)
      result_.findings.push_back({"history.many", "the history holds more failures than are listed", {}});
  };
  const Manifest* owner = nullptr;
  const JumbfBox* const box =
      ingredient.manifest ? store_.resolve(ingredient.manifest->url, manifest, &owner) : nullptr;
  // Some writers name the manifest's claim instead (c2pa-rs's update_manifest.jpg); the claim hashes what it lists.
  const bool by_claim = box != nullptr && std::ranges::find(owner->claims, box) != owner->claims.end();
  if (box == nullptr || (box != owner->box && !by_claim)) {
    add({Kind::failure, "ingredient.manifest.missing", url, "the history names a manifest that is not there"});
    result_.deltas.push_back(std::move(delta));
    return;
  }
  delta.manifest = owner->label;
  Examined& below = examined_.at(owner);
  const auto success = [&](std::string code, std::string reason) {
    above.report.statuses.push_back({Kind::success, std::move(code), url, std::move(reason)});
  };
  // C2PA 1.0 hashed the ingredient's claim instead of its manifest; the claim in turn hashes the assertions.
  const auto first_form = [&] {
    const auto algorithm = hash_algorithm(ingredient.manifest->alg.value_or(claim.alg.value_or("")));
    return claim.version == 1 && below.claim && algorithm &&
           crypto::digest(*algorithm, below.claim->bytes) == ingredient.manifest->hash;
  };
  if (reference_fits(*ingredient.manifest, *owner->box, claim, memo_)) {
    below.hashed_whole = true;
    success("ingredient.manifest.validated", {});
  } else if (owner->inner != owner->box && reference_fits(*ingredient.manifest, *owner->inner, claim, memo_)) {
    // §11.5.2 hashes the compressed form; c2pa-rs hashes what is in it, which binds as much
    below.hashed_whole = true;
    success("ingredient.manifest.validated", "by what the compression holds");
    list(owner->store, {owner->box->offset, owner->box->whole.size()}, "the compressed form of an earlier credential");
  } else if (by_claim && reference_fits(*ingredient.manifest, *box, claim, memo_)) {
    success("ingredient.manifest.validated", "by its claim");
  } else if (first_form()) {
    success("ingredient.manifest.validated", "by its claim, as in C2PA 1.0");
  } else if (!shortened_.contains(owner->label)) {
    add({Kind::failure, "ingredient.manifest.mismatch", url, "a manifest of the history was changed"});
  } else {
    Status status{Kind::failure, {}, url, {}};
    if (by_claim_signature(ingredient, claim, *owner, status))
      success(status.code, "parts of it were redacted");
    else
      add(status);
  }
  for (const Status& status : below.report.statuses) {
    if (status.kind == Kind::failure) add(status);
  }
  result_.deltas.push_back(std::move(delta));
}

}  // namespace bonafide::provenance::c2pa
