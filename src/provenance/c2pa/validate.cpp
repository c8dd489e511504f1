#include "provenance/c2pa/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/json.h"
#include "provenance/c2pa/assertions.h"
#include "provenance/c2pa/hashing.h"
#include "provenance/c2pa/multi_asset.h"
#include "provenance/c2pa/signature.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr int kMostDepth = 64;  // ingredients of ingredients
constexpr std::size_t kMostManifests = 2000;

/// Failures that touch who signed or how the claim is worded, but not whether a byte was changed.
bool leaves_intact(std::string_view code) {
  static const std::set<std::string_view> soft{"claimSignature.outsideValidity",
                                               "claim.actions.missing",
                                               "assertion.action.malformed",
                                               "assertion.action.ingredientMismatch",
                                               "assertion.action.softBindingMissing",
                                               "assertion.ingredient.malformed",
                                               "algorithm.unsupported"};
  return code.starts_with("signingCredential.") || soft.contains(code);
}

struct Examined {
  ManifestReport report;
  std::optional<Claim> claim;
  std::vector<Ingredient> ingredients;
};

class Validator {
 public:
  Validator(const media::ByteSource& source, const Located& located, const Store& store, const ValidateOptions& options,
            const Context& context)
      : source_(source), located_(located), store_(store), options_(options), context_(context) {}

  Result<Validation> run();

 private:
  void fail(ManifestReport& report, std::string code, std::string url = {}, std::string reason = {}) {
    report.statuses.push_back({Kind::failure, std::move(code), std::move(url), std::move(reason)});
  }
  const Examined& examine(const Manifest& manifest);
  void claim_of(const Manifest& manifest, Examined& examined);
  void signature_of(const Manifest& manifest, Examined& examined);
  void assertions_of(const Manifest& manifest, Examined& examined);
  void assertion(const Manifest& manifest, Examined& examined, const HashedUri& uri, AssertionRules& rules);
  Result<void> collect(const Manifest& manifest, int depth);
  void ingredient(const Manifest& manifest, const Ingredient& ingredient);
  static bool check_reference(const HashedUri& uri, const Claim& claim, const JumbfBox* box);
  /// C2PA 1.0 hashed the ingredient's claim instead of its manifest; the claim in turn hashes the assertions.
  static bool first_form(const HashedUri& uri, const Claim& claim, const Claim& below) {
    const auto algorithm = hash_algorithm(uri.alg ? *uri.alg : claim.alg.value_or(""));
    return claim.version == 1 && algorithm && crypto::digest(*algorithm, below.bytes) == uri.hash;
  }
  Result<void> binding();
  Result<void> parts(const Manifest& manifest, const BindingRequest& whole, BindingCheck& check, std::string& url);
  const Manifest* bound_manifest(bool& update);
  void uncovered();
  void list_store(Range in_store, const std::string& what);
  void sum_up();

  const media::ByteSource& source_;
  const Located& located_;
  const Store& store_;
  const ValidateOptions& options_;
  const Context& context_;
  Validation result_;
  std::map<const Manifest*, Examined> examined_;
  std::vector<const Manifest*> order_;  ///< reachable from the active one, itself first
  std::set<std::string> redacted_;      ///< absolute URIs, by claims that come later
  std::vector<Uncovered> loose_;
  bool weak_ = false;
};

const Examined& Validator::examine(const Manifest& manifest) {
  const auto known = examined_.find(&manifest);
  if (known != examined_.end()) return known->second;
  Examined examined;
  examined.report.label = manifest.label;
  examined.report.update = manifest.update;
  examined.report.compressed = manifest.compressed;
  claim_of(manifest, examined);
  return examined_.emplace(&manifest, std::move(examined)).first->second;
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
  examined.claim = std::move(*claim);
  for (const std::string& uri : examined.claim->redacted) {
    const std::string target = Store::absolute(uri, manifest);
    const Manifest* owner = nullptr;
    store_.resolve(target, manifest, &owner);
    const std::string_view label = base_label(last_step(target));
    if (owner == &manifest)
      fail(report, "assertion.selfRedacted", target);
    else if (label.starts_with("c2pa.actions"))
      fail(report, "assertion.action.redacted", target);
    else if (is_hard_binding(label))
      fail(report, "assertion.hardBinding.redacted", target);
    else
      redacted_.insert(target);
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
  SignatureJob job{*box, claim, options_, url, examined.report};
  job.run();
  if (!job.unsupported.empty()) result_.unsupported = job.unsupported;
  for (Objection& finding : job.findings) result_.findings.push_back(std::move(finding));
  // Ingredients' boxes are hashed whole by the claim that took them in; only the active signature hangs loose.
  if (&manifest != order_.front()) return;
  loose_ = std::move(job.loose);
  if (!manifest.compressed || loose_.empty()) return;
  const JumbfBox* const packed = manifest.box->content(fourcc("brob"));  // what is loose in it cannot be told apart
  loose_ = {{{packed->offset, packed->whole.size()}, "the compressed credential, parts of which are not signed"}};
}

bool Validator::check_reference(const HashedUri& uri, const Claim& claim, const JumbfBox* box) {
  const auto algorithm = hash_algorithm(uri.alg ? *uri.alg : claim.alg.value_or(""));
  return algorithm && crypto::digest(*algorithm, box->payload) == uri.hash;
}

void Validator::assertion(const Manifest& manifest, Examined& examined, const HashedUri& uri, AssertionRules& rules) {
  ManifestReport& report = examined.report;
  const std::string url = Store::absolute(uri.url, manifest);
  const Manifest* owner = nullptr;
  const JumbfBox* const box = store_.resolve(uri.url, manifest, &owner);
  if (!hash_algorithm(uri.alg ? *uri.alg : examined.claim->alg.value_or(""))) {
    return fail(report, "algorithm.unsupported", url, "no hash algorithm that C2PA allows is named");
  }
  if (redacted_.contains(url) && (box == nullptr || is_redaction_mark(*box))) {
    report.statuses.push_back({Kind::informational, "assertion.redacted", url, "taken out by a later signer"});
    return;
  }
  if (owner != nullptr && owner != &manifest) return fail(report, "assertion.outsideManifest", url);
  if (box == nullptr || manifest.assertions == nullptr ||
      std::ranges::none_of(manifest.assertions->children, [&](const JumbfBox& child) { return &child == box; })) {
    return fail(report, "assertion.missing", url, "an assertion that the claim names is not there");
  }
  if (!check_reference(uri, *examined.claim, box)) {
    fail(report, "assertion.hashedURI.mismatch", url, "an assertion was changed after signing");
  } else {
    report.statuses.push_back({Kind::success, "assertion.hashedURI.match", url, {}});
  }
  rules.add(*box, url);
}

void Validator::assertions_of(const Manifest& manifest, Examined& examined) {
  ManifestReport& report = examined.report;
  const Claim& claim = *examined.claim;
  AssertionRules rules(manifest.update, claim.version);
  std::set<std::string> declared;
  for (const auto* const list : {&claim.created, &claim.gathered}) {
    for (const HashedUri& uri : *list) {
      declared.insert(Store::absolute(uri.url, manifest));
      assertion(manifest, examined, uri, rules);
      report.assertions.push_back(std::string(last_step(uri.url)) +
                                  (list == &claim.gathered ? " (not vouched for)" : ""));
    }
  }
  if (manifest.assertions != nullptr) {
    for (const JumbfBox& box : manifest.assertions->children) {
      const std::string url = Store::absolute(fmt::format("c2pa.assertions/{}", box.label), manifest);
      if (box.super() && !declared.contains(url)) {
        fail(report, "assertion.undeclared", url, "an assertion that no claim names was put in");
      }
    }
  }
  rules.finish(report);
  examined.ingredients = rules.take_ingredients();
  for (const Ingredient& ingredient : examined.ingredients) {
    report.ingredients.push_back(ingredient.relationship + ": " + ingredient.title);
  }
}

/// Everything reachable, each manifest once: deep histories stay cheap (c2pa-rs #1885).
Result<void> Validator::collect(const Manifest& manifest, int depth) {
  if (std::ranges::find(order_, &manifest) != order_.end()) return {};
  if (context_.stopped()) return make_error(Code::cancelled, "stopped");
  if (depth > kMostDepth || order_.size() >= kMostManifests) {
    return make_error(Code::limit, "the history of the credential is too deep");
  }
  order_.push_back(&manifest);
  examine(manifest);
  Examined& examined = examined_.at(&manifest);
  if (!examined.claim) return {};
  signature_of(manifest, examined);
  assertions_of(manifest, examined);
  const std::vector<Ingredient> ingredients = examined.ingredients;
  for (const Ingredient& ingredient : ingredients) {
    const Manifest* owner = nullptr;
    if (!ingredient.manifest) continue;
    store_.resolve(ingredient.manifest->url, manifest, &owner);
    if (owner != nullptr && owner != &manifest) TRY(collect(*owner, depth + 1));
  }
  return {};
}

void Validator::ingredient(const Manifest& manifest, const Ingredient& ingredient) {
  ManifestReport& report = examined_.at(&manifest).report;
  const Claim& claim = *examined_.at(&manifest).claim;
  const std::string url = Store::absolute("c2pa.assertions/" + ingredient.label, manifest);
  if (!ingredient.manifest) return;
  Delta delta{url, {}, {}, {}};
  const auto add = [&](Status status) {
    const bool known = std::ranges::any_of(ingredient.recorded, [&](const auto& entry) {
      return entry.first == status.code && (entry.second.empty() || last_step(entry.second) == last_step(status.url));
    });
    if (!known) delta.failures.push_back(std::move(status));
  };
  const Manifest* owner = nullptr;
  const JumbfBox* const box = store_.resolve(ingredient.manifest->url, manifest, &owner);
  // Some writers name the manifest's claim instead (c2pa-rs's update_manifest.jpg); the claim hashes what it lists.
  const bool by_claim = box != nullptr && std::ranges::find(owner->claims, box) != owner->claims.end();
  if (box == nullptr || (box != owner->box && !by_claim)) {
    add({Kind::failure, "ingredient.manifest.missing", url, "the history names a manifest that is not there"});
    result_.deltas.push_back(std::move(delta));
    return;
  }
  delta.manifest = owner->label;
  const std::string prefix = Store::absolute("", *owner);
  const bool shortened =
      std::ranges::any_of(redacted_, [&](const std::string& target) { return target.starts_with(prefix); });
  if (check_reference(*ingredient.manifest, claim, owner->box) ||
      (by_claim && check_reference(*ingredient.manifest, claim, box))) {
    report.statuses.push_back({Kind::success, "ingredient.manifest.validated", url, {}});
  } else if (examined_.at(owner).claim && first_form(*ingredient.manifest, claim, *examined_.at(owner).claim)) {
    report.statuses.push_back({Kind::success, "ingredient.manifest.validated", url, "by its claim, as in C2PA 1.0"});
  } else if (owner->inner != owner->box && check_reference(*ingredient.manifest, claim, owner->inner)) {
    // §11.5.2 hashes the compressed form; c2pa-rs hashes what is in it, which binds as much
    report.statuses.push_back({Kind::success, "ingredient.manifest.validated", url, "by what the compression holds"});
  } else if (!shortened) {
    add({Kind::failure, "ingredient.manifest.mismatch", url, "a manifest of the history was changed"});
  } else if (ingredient.claim_signature) {  // redaction changes the manifest, but not its signature
    const JumbfBox* const signature = store_.resolve(ingredient.claim_signature->url, manifest);
    if (signature == nullptr || signature != owner->signature) {
      add({Kind::failure, "ingredient.claimSignature.missing", url, {}});
    } else if (!check_reference(*ingredient.claim_signature, claim, signature)) {
      add({Kind::failure, "ingredient.claimSignature.mismatch", url, {}});
    } else {
      report.statuses.push_back({Kind::success, "ingredient.claimSignature.validated", url, {}});
    }
  }
  for (const Status& status : examined_.at(owner).report.statuses) {
    if (status.kind == Kind::failure) add(status);
  }
  result_.deltas.push_back(std::move(delta));
}

/// The active manifest, or the first standard one below update manifests.
const Manifest* Validator::bound_manifest(bool& update) {
  const Manifest* manifest = order_.front();
  for (int depth = 0; manifest != nullptr && manifest->update && depth < kMostDepth; ++depth) {
    update = true;
    const Manifest* parent = nullptr;
    for (const Ingredient& ingredient : examined_.at(manifest).ingredients) {
      if (ingredient.relationship == "parentOf" && ingredient.manifest) {
        store_.resolve(ingredient.manifest->url, *manifest, &parent);
      }
    }
    manifest = parent;
  }
  return manifest;
}

/// Where the hash over the whole file does not hold, a multi-asset hash that the signer vouches for decides.
Result<void> Validator::parts(const Manifest& manifest, const BindingRequest& whole, BindingCheck& check,
                              std::string& url) {
  if (!check.code.ends_with(".mismatch") && check.code != "assertion.boxesHash.unknownBox") return {};
  const Claim& claim = *examined_.at(&manifest).claim;
  std::vector<const JumbfBox*> found;
  for (const HashedUri& uri : claim.created) {
    const JumbfBox* const box = store_.resolve(uri.url, manifest);
    if (box != nullptr && base_label(box->label) == "c2pa.hash.multi-asset") found.push_back(box);
  }
  if (found.empty()) return {};
  url = Store::absolute(fmt::format("c2pa.assertions/{}", found[0]->label), manifest);
  const JumbfBox* const content = found[0]->content(fourcc("cbor"));
  const auto value =
      content == nullptr ? Result<cbor::Value>(make_error(Code::corrupt, "no CBOR")) : cbor::parse(content->payload);
  if (found.size() > 1 || !value) {
    check.code = "assertion.multiAssetHash.malformed";
    check.reason = "there is not exactly one description of the file's parts";
    return {};
  }
  const auto part = [&](const HashedUri& uri) -> const JumbfBox* {
    const Manifest* owner = nullptr;
    const JumbfBox* const box = store_.resolve(uri.url, manifest, &owner);
    return box != nullptr && owner == &manifest && check_reference(uri, claim, box) ? box : nullptr;
  };
  BindingRequest request = whole;
  request.value = &*value;
  HashTrace trace = std::move(check.trace);
  check = TRY(check_multi_asset(request, part, source_, located_, context_));
  for (HashStep& step : check.trace.steps) trace.add(std::move(step));
  check.trace = std::move(trace);
  return {};
}

Result<void> Validator::binding() {
  bool update = false;
  ManifestReport& active = examined_.at(order_.front()).report;
  const Manifest* const manifest = bound_manifest(update);
  const auto found = manifest == nullptr ? examined_.end() : examined_.find(manifest);
  if (found == examined_.end() || !found->second.claim || manifest->assertions == nullptr) {
    if (examined_.at(order_.front()).claim) fail(active, "claim.hardBindings.missing");
    return {};
  }
  const Claim& claim = *found->second.claim;
  std::vector<const JumbfBox*> bindings;
  for (const auto* const list : {&claim.created, &claim.gathered}) {
    for (const HashedUri& uri : *list) {
      const JumbfBox* const box = store_.resolve(uri.url, *manifest);
      if (box != nullptr && is_hard_binding(base_label(box->label))) bindings.push_back(box);
    }
  }
  // c2pa.hash.bmff of the first version is as if absent beside a later one (Annex E).
  if (bindings.size() > 1)
    std::erase_if(bindings, [](const JumbfBox* b) { return base_label(b->label) == "c2pa.hash.bmff"; });
  if (bindings.empty()) {
    fail(active, "claim.hardBindings.missing", {}, "nothing in the credential is bound to the file");
    return {};
  }
  if (bindings.size() > 1) {
    fail(active, "assertion.multipleHardBindings", {}, "the credential is bound to the file in several ways");
    return {};
  }
  std::string url = Store::absolute(fmt::format("c2pa.assertions/{}", bindings[0]->label), *manifest);
  if (manifest->compressed && base_label(bindings[0]->label) == "c2pa.hash.data") {  // forbidden, yet it can be checked
    result_.findings.push_back(
        {"binding.compressed", "the credential is compressed although it is bound by a data hash", {}});
  }
  const JumbfBox* const content = bindings[0]->content(fourcc("cbor"));
  auto value =
      content == nullptr ? Result<cbor::Value>(make_error(Code::corrupt, "no CBOR")) : cbor::parse(content->payload);
  if (!value) return {};  // assertion.cbor.invalid is told already
  const BindingRequest request{std::string(base_label(bindings[0]->label)), &*value, claim.alg.value_or(""), update,
                               options_.explain};
  BindingCheck check = TRY(check_binding(request, source_, located_, context_));
  TRY(parts(*manifest, request, check, url));
  result_.hash_trace = std::move(check.trace);
  if (!check.unsupported.empty()) {
    result_.unsupported = check.unsupported;
    return {};
  }
  if (!check.additional_code.empty()) active.statuses.push_back({Kind::informational, check.additional_code, url, {}});
  active.statuses.push_back(
      {check.code.ends_with(".match") ? Kind::success : Kind::failure, check.code, url, check.reason});
  result_.uncovered = check.uncovered;
  weak_ = check.weak;
  if (check.weak) {
    result_.findings.push_back(
        {"binding.weak", "the hash leaves out bytes, or is of a form, that could hide changes", {}});
  }
  return {};
}

/// A stretch of the store as file ranges.
void Validator::list_store(Range in_store, const std::string& what) {
  for (const Mapped& piece : located_.layout) {
    const std::uint64_t begin = std::max(in_store.start, piece.store_offset);
    const std::uint64_t end = std::min(in_store.end(), piece.store_offset + piece.file.length);
    if (begin < end) result_.uncovered.push_back({{piece.file.start + begin - piece.store_offset, end - begin}, what});
  }
}

void Validator::uncovered() {
  std::vector<Range> content;
  for (const Mapped& piece : located_.layout) content.push_back(piece.file);
  content = joined(std::move(content));
  for (const Range& frame : located_.framing) {
    for (const Range& gap : without(frame, content)) {
      result_.uncovered.push_back({gap, "the container's frame around the credential"});
    }
  }
  for (const Uncovered& part : loose_) list_store(part.range, part.what);
  if (store_.trailing()) {
    result_.findings.push_back(
        {"store.trailing", "there are bytes that are not zero after the end of the manifest store", {}});
  }
  std::ranges::stable_sort(result_.uncovered, {}, [](const Uncovered& u) { return u.range.start; });
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
  if (result_.unsupported.empty() && !active.has("claimSignature.validated")) result_.broken = true;
  result_.intact = !result_.broken && result_.unsupported.empty();
  result_.state = !valid ? State::invalid : trusted ? State::trusted : State::valid;
}

Result<Validation> Validator::run() {
  const Manifest& active = store_.manifests().back();
  TRY(collect(active, 0));
  for (const Manifest* const manifest : order_) {
    const std::vector<Ingredient> ingredients = examined_.at(manifest).ingredients;
    for (const Ingredient& entry : ingredients) ingredient(*manifest, entry);
  }
  TRY(binding());
  for (const Manifest& manifest : store_.manifests()) {
    if (std::ranges::find(order_, &manifest) == order_.end()) {
      result_.findings.push_back(
          {"store.unreferenced", "a manifest that nothing refers to is in the store: " + manifest.label, {}});
      loose_.push_back({{manifest.box->offset, manifest.box->whole.size()}, "a manifest that nothing refers to"});
    }
  }
  uncovered();
  for (const Manifest* const manifest : order_) result_.manifests.push_back(examined_.at(manifest).report);
  sum_up();
  return std::move(result_);
}

Validation broken_store(std::string reason) {
  Validation validation;
  validation.broken = true;
  ManifestReport report;
  report.statuses.push_back({Kind::failure, "manifest.inaccessible.malformed", {}, std::move(reason)});
  validation.manifests.push_back(std::move(report));
  return validation;
}

}  // namespace

bool ManifestReport::has(std::string_view code) const {
  return std::ranges::any_of(statuses, [&](const Status& status) { return status.code == code; });
}

std::string_view to_string(State state) {
  switch (state) {
    case State::invalid: return "Invalid";
    case State::valid: return "Valid";
    case State::trusted: return "Trusted";
  }
  return "Invalid";
}

Result<Validation> validate(const media::ByteSource& source, Located located, const ValidateOptions& options,
                            const Context& context) {
  if (options.trust == nullptr) return make_error(Code::invalid_argument, "no trust store was given");
  if (!located.problem.empty()) return broken_store(located.problem);
  if (!located.found()) return make_error(Code::not_found, "there is no Content Credential");
  auto store = Store::parse(std::move(located.stores));
  if (!store) {
    if (store.error().code != Code::corrupt) return store.error();
    return broken_store(store.error().message);
  }
  const auto kept =
      std::make_shared<const Store>(std::move(*store));  // its boxes view bytes on the heap: moving is safe
  Validation validation = TRY(Validator(source, located, *kept, options, context).run());
  validation.store = kept;
  return validation;
}

}  // namespace bonafide::provenance::c2pa
