#include "provenance/c2pa/validator.h"

#include <fmt/format.h>

#include <algorithm>

#include "provenance/c2pa/assertions.h"
#include "provenance/c2pa/binding.h"
#include "provenance/c2pa/references.h"
#include "provenance/c2pa/signature.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::size_t kMostManifests = 2000;
constexpr std::size_t kMostLateOcsp = 64;

/// Failures that touch who signed or how the claim is worded, but not whether a byte was changed.
bool leaves_intact(std::string_view code) {
  static const std::set<std::string_view> soft{"claimSignature.outsideValidity",
                                               "claim.actions.missing",
                                               "assertion.action.malformed",
                                               "assertion.action.ingredientMismatch",
                                               "assertion.action.redactionMismatch",
                                               "assertion.action.softBindingMissing",
                                               "assertion.alternativeContentRepresentation.malformed",
                                               "assertion.ingredient.malformed",
                                               "assertion.metadata.malformed",
                                               "assertion.timestamp.malformed",
                                               "algorithm.unsupported"};
  return code.starts_with("signingCredential.") || code.starts_with("assertion.cloud-data.") ||
         code.starts_with("assertion.external-reference.") || code.starts_with("assertion.linkedResourceIntegrity.") ||
         soft.contains(code);
}

}  // namespace

void Validator::fail(ManifestReport& report, std::string code, std::string url, std::string reason) {
  report.statuses.push_back({Kind::failure, std::move(code), std::move(url), std::move(reason)});
}

void Validator::redactions_of(const Manifest& manifest, Examined& examined) {
  for (const std::string& uri : examined.claim->redacted) {
    const std::string target = Store::absolute(uri, manifest);
    const Manifest* owner = nullptr;
    store_.resolve(target, manifest, &owner);
    const std::string_view label = last_step(target);
    if (owner == &manifest) {
      fail(examined.report, "assertion.selfRedacted", target, "the claim redacts what it says itself");
    } else if (is_actions_label(label)) {
      fail(examined.report, "assertion.action.redacted", target, "actions may not be redacted");
    } else if (is_hard_binding(base_label(label))) {
      fail(examined.report, "assertion.hardBinding.redacted", target, "a binding to the file may not be redacted");
    } else {
      redacted_.insert(target);
      if (owner != nullptr) shortened_.insert(owner->label);
    }
  }
}

void Validator::claim_of(const Manifest& manifest, Examined& examined) {
  ManifestReport& report = examined.report;
  const std::string url = Store::absolute("", manifest);
  if (!manifest.problem.empty()) fail(report, "manifest.inaccessible.malformed", url, manifest.problem);
  if (manifest.too_large) result_.unsupported = manifest.broken_pack;
  if (manifest.too_large) return;
  if (!manifest.broken_pack.empty()) return fail(report, "manifest.compressed.invalid", url, manifest.broken_pack);
  if (manifest.claims.empty()) return fail(report, "claim.missing", url, "the manifest holds no claim");
  if (manifest.claims.size() > 1) return fail(report, "claim.multiple", url, "the manifest holds several claims");
  std::string code;
  auto claim = parse_claim(*manifest.claims[0], code);
  if (!claim) return fail(report, code, url, claim.error().message);
  report.title = claim->title;
  report.format = claim->format;
  report.generator = claim->generator;
  report.instance_id = claim->instance_id;
  report.claim_version = claim->version;
  if (claim->version >= 2 && claim->signature_relative) {
    object("claim.signature", "the claim names its signature by a relative reference", manifest.store, {});
  }
  examined.claim = std::move(*claim);
  redactions_of(manifest, examined);
}

void Validator::examine(const Manifest& manifest) {
  Examined& examined = examined_[&manifest];
  examined.report.label = manifest.label;
  examined.report.update = manifest.update;
  examined.report.compressed = manifest.compressed;
  claim_of(manifest, examined);
}

/// The manifests that the ingredients of one name.
std::vector<const Manifest*> Validator::parents_of(const Manifest& manifest, const Claim& claim) {
  std::vector<const Manifest*> found;
  for (const auto* const list : {&claim.created, &claim.gathered}) {
    for (const HashedUri& uri : *list) {
      if (!is_ingredient_label(last_step(uri.url))) continue;
      const JumbfBox* const box = store_.resolve(uri.url, manifest);
      const JumbfBox* const content = box == nullptr ? nullptr : box->content(fourcc("cbor"));
      const auto value =
          content == nullptr ? Result<cbor::Value>(make_error(Code::not_found, "")) : cbor::parse(content->payload);
      const auto ingredient = value ? parse_ingredient(std::string(box->label), *value) : std::nullopt;
      if (!ingredient || !ingredient->manifest) continue;
      const Manifest* owner = nullptr;
      store_.resolve(ingredient->manifest->url, manifest, &owner);
      if (owner != nullptr && owner != &manifest) found.push_back(owner);
    }
  }
  return found;
}

/// Everything reachable, each manifest once and without recursion: deep histories stay cheap (c2pa-rs #1885).
Result<void> Validator::walk(const Manifest& active) {
  std::vector<const Manifest*> waiting{&active};
  while (!waiting.empty()) {
    const Manifest& manifest = *waiting.back();
    waiting.pop_back();
    if (examined_.contains(&manifest)) continue;
    if (context_.stopped()) return make_error(Code::cancelled, "stopped");
    if (order_.size() >= kMostManifests) return make_error(Code::limit, "the history of the credential is too long");
    order_.push_back(&manifest);
    examine(manifest);
    const Examined& examined = examined_.at(&manifest);
    if (!examined.claim) continue;
    const auto parents = parents_of(manifest, *examined.claim);
    for (auto parent = parents.rbegin(); parent != parents.rend(); ++parent) {
      if (!examined_.contains(*parent)) waiting.push_back(*parent);
    }
  }
  return {};
}

/// The assertion's box, when it is there and has not been redacted.
const JumbfBox* Validator::assertion(const RuleScope& scope, ManifestReport& report, const HashedUri& uri) {
  const Manifest& manifest = scope.manifest;
  const std::string url = scope.absolute(uri.url);
  const Manifest* owner = nullptr;
  const JumbfBox* const box = store_.resolve(uri.url, manifest, &owner);
  if (!hash_algorithm(uri.alg ? *uri.alg : scope.claim.alg.value_or(""))) {
    fail(report, "algorithm.unsupported", url, "no hash algorithm that C2PA allows is named");
    return nullptr;
  }
  if (redacted_.contains(url)) {
    const bool gone = box == nullptr || is_redaction_mark(*box);
    if (gone)
      report.statuses.push_back({Kind::informational, "assertion.redacted", url, "taken out by a later signer"});
    else
      fail(report, "assertion.notRedacted", url, "an assertion is said to be redacted, but is there");
    return nullptr;
  }
  if (owner != nullptr && owner != &manifest) {
    fail(report, "assertion.outsideManifest", url, "the claim lists an assertion of another manifest");
    return nullptr;
  }
  const auto own = box == nullptr ? manifest.by_label.end() : manifest.by_label.find(box->label);
  if (own == manifest.by_label.end() || own->second != box) {
    fail(report, "assertion.missing", url, "an assertion that the claim names is not there");
    return nullptr;
  }
  if (reference_fits(uri, *box, scope.claim, memo_))
    report.statuses.push_back({Kind::success, "assertion.hashedURI.match", url, {}});
  else
    fail(report, "assertion.hashedURI.mismatch", url, "an assertion was changed after signing");
  return box;
}

/// The icon of the claim generator (§14.6.2).
void Validator::icon_of(const RuleScope& scope, ManifestReport& report) {
  const auto map = cbor::parse(scope.claim.bytes);
  const cbor::Value* const info = map ? map->find("claim_generator_info") : nullptr;
  if (info == nullptr) return;
  AssertionFacts facts;
  check_references(*info, scope.absolute(scope.manifest.claims.front()->label), scope, facts);
  for (Status& status : facts.statuses) report.statuses.push_back(std::move(status));
}

void Validator::assertions_of(const Manifest& manifest, Examined& examined) {
  ManifestReport& report = examined.report;
  const Claim& claim = *examined.claim;
  const RuleScope scope{store_, manifest, claim, redacted_, memo_};
  icon_of(scope, report);
  AssertionRules rules(scope);
  std::set<std::string> declared;
  for (const auto* const list : {&claim.created, &claim.gathered}) {
    const bool gathered = list == &claim.gathered;
    for (const HashedUri& uri : *list) {
      const std::string url = scope.absolute(uri.url);
      if (!declared.insert(url).second) object("claim.twice", "the claim lists an assertion twice", manifest.store, {});
      const std::string label(last_step(uri.url));
      const JumbfBox* const box = assertion(scope, report, uri);
      if (box != nullptr) rules.add({*box, label, url, gathered});
      report.assertions.push_back(label + (gathered ? " (not vouched for)" : ""));
    }
  }
  if (manifest.assertions != nullptr) {
    for (const JumbfBox& box : manifest.assertions->children) {
      const std::string url = scope.absolute(fmt::format("c2pa.assertions/{}", box.label));
      if (box.super() && !declared.contains(url)) {
        fail(report, "assertion.undeclared", url, "an assertion that no claim names was put in");
      }
    }
  }
  examined.facts = rules.finish();
  for (Status& status : examined.facts.statuses) report.statuses.push_back(std::move(status));
  examined.facts.statuses.clear();
  for (StoreObjection& objection : examined.facts.objections) {
    object(std::move(objection.code), std::move(objection.what), manifest.store,
           manifest.compressed ? Range() : objection.in_store);
  }
  report.actions = examined.facts.actions;
  report.identities = examined.facts.identities;
  report.soft_bindings = examined.facts.soft_binding_claims;
  for (const Ingredient& ingredient : examined.facts.ingredients) {
    report.ingredients.push_back(ingredient.relationship + ": " + ingredient.title);
  }
}

/// What later manifests bring for earlier signers (§14.8.1.2, §14.9).
void Validator::gather(const Examined& examined) {
  for (const LateStamp& stamp : examined.facts.stamps) late_stamps_[stamp.manifest].push_back(stamp);
  for (const Bytes& answer : examined.facts.ocsp) {
    if (late_ocsp_.size() < kMostLateOcsp)
      late_ocsp_.push_back(answer);
    else
      result_.findings.push_back({"status.many", "the store brings more OCSP answers than are looked at", {}});
  }
}

void Validator::signature_of(const Manifest& manifest, Examined& examined) {
  const Claim& claim = *examined.claim;
  const Manifest* owner = nullptr;
  const JumbfBox* const box = store_.resolve(claim.signature, manifest, &owner);
  const std::string url = Store::absolute(claim.signature, manifest);
  if (box == nullptr || owner != &manifest || box != manifest.signature) {
    return fail(examined.report, "claimSignature.missing", url, "the claim's signature is not in its manifest");
  }
  std::vector<const LateStamp*> late;
  if (const auto found = late_stamps_.find(manifest.label); found != late_stamps_.end()) {
    for (const LateStamp& stamp : found->second) late.push_back(&stamp);
  }
  SignatureJob job{*box, claim, options_, url, late, late_ocsp_, examined.report};
  job.run();
  if (!job.unsupported.empty()) result_.unsupported = job.unsupported;
  for (StoreObjection& objection : job.objections) {
    object(std::move(objection.code), std::move(objection.what), manifest.store,
           manifest.compressed ? Range() : objection.in_store);
  }
  // Ingredients' boxes are hashed whole by the claim that took them in; only the active signature hangs loose.
  if (&manifest != order_.front()) return;
  if (manifest.compressed) {
    // what is loose in it cannot be told apart
    return list(manifest.store, {manifest.box->offset, manifest.box->whole.size()},
                "the compressed credential, parts of which are not signed");
  }
  for (const Uncovered& part : job.loose) list(manifest.store, part.range, part.what);
}

void Validator::sum_up() {
  const ManifestReport& active = result_.manifests.front();
  bool valid = active.has("claimSignature.validated") && active.has("claimSignature.insideValidity");
  bool trusted = active.has("signingCredential.trusted") && !weak_;
  const auto weigh = [&](const Status& status) {
    if (status.kind != Kind::failure) return;
    trusted = false;
    if (status.code != "signingCredential.untrusted") valid = false;
    if (!leaves_intact(status.code)) result_.broken = true;
    if (status.code == "algorithm.unsupported" && result_.unsupported.empty()) result_.unsupported = status.reason;
  };
  for (const Status& status : active.statuses) weigh(status);
  for (const Delta& delta : result_.deltas) std::ranges::for_each(delta.failures, weigh);
  if (options_.strict && !result_.findings.empty()) valid = false;
  if (!result_.unsupported.empty()) valid = false;
  // No silence is taken for a yes: without a checked signature and a checked hash nothing holds.
  if (!bound_) valid = false;
  if (result_.unsupported.empty() && (!bound_ || !active.signature_holds)) result_.broken = true;
  result_.intact = !result_.broken && result_.unsupported.empty();
  result_.state = !valid ? State::invalid : trusted ? State::trusted : State::valid;
}

Result<Validation> Validator::run() {
  TRY(walk(store_.manifests().back()));
  // Every claim is read before any assertion is judged, and every assertion before any signature: redactions, time
  // stamps and answers about revocation may come from any manifest.
  for (const Manifest* const manifest : order_) {
    Examined& examined = examined_.at(manifest);
    if (context_.stopped()) return make_error(Code::cancelled, "stopped");
    if (examined.claim) assertions_of(*manifest, examined);
    gather(examined);
  }
  for (const Manifest* const manifest : order_) {
    Examined& examined = examined_.at(manifest);
    if (context_.stopped()) return make_error(Code::cancelled, "stopped");
    if (examined.claim) signature_of(*manifest, examined);
  }
  for (const Manifest* const manifest : order_) {
    for (const Ingredient& entry : examined_.at(manifest).facts.ingredients) ingredient(*manifest, entry);
  }
  TRY(binding());
  TRY(account());
  for (const Manifest* const manifest : order_) result_.manifests.push_back(std::move(examined_.at(manifest).report));
  sum_up();
  return std::move(result_);
}

}  // namespace bonafide::provenance::c2pa
