// Which manifest of a store is bound to the file, and whether the file is still the one it is bound to (C2PA 2.5
// §14.12).
#include <fmt/format.h>

#include <algorithm>

#include "provenance/c2pa/binding.h"
#include "provenance/c2pa/multi_asset.h"
#include "provenance/c2pa/references.h"
#include "provenance/c2pa/validator.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::size_t kMostUpdates = 2000;

/// A binding other than the one that the claim hashed binds nothing: that the file fits it says nothing of the file.
bool signed_as_it_is(const ManifestReport& report, const std::string& url) {
  return std::ranges::none_of(report.statuses, [&](const Status& status) {
    return status.code == "assertion.hashedURI.mismatch" && status.url == url;
  });
}

}  // namespace

/// The active manifest, or the first standard one below update manifests.
const Manifest* Validator::bound_manifest(bool& update) const {
  const Manifest* manifest = order_.front();
  for (std::size_t steps = 0; manifest != nullptr && manifest->update; ++steps) {
    update = true;
    const auto found = examined_.find(manifest);
    const Manifest* parent = nullptr;
    if (found == examined_.end() || steps > kMostUpdates) return nullptr;
    for (const Ingredient& ingredient : found->second.facts.ingredients) {
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
    return box != nullptr && owner == &manifest && reference_fits(uri, *box, claim, memo_) ? box : nullptr;
  };
  BindingRequest request = whole;
  request.value = &*value;
  HashTrace trace = std::move(check.trace);
  check = TRY(check_multi_asset(request, part, source_, located_, context_));
  for (HashStep& step : check.trace.steps) trace.add(std::move(step));
  check.trace = std::move(trace);
  return {};
}

/// The hard binding's CBOR, or nothing, told if it is not told already.
std::optional<cbor::Value> Validator::binding_value(const JumbfBox& box, const std::string& url) {
  const JumbfBox* const content = box.content(fourcc("cbor"));
  if (content == nullptr) {
    fail(examined_.at(order_.front()).report, "assertion.cbor.invalid", url, "the binding holds no CBOR");
    return std::nullopt;
  }
  auto value = cbor::parse(content->payload);
  if (!value) return std::nullopt;  // assertion.cbor.invalid is told already
  return std::move(*value);
}

Result<void> Validator::binding() {
  bool update = false;
  Examined& active = examined_.at(order_.front());
  const Manifest* const manifest = bound_manifest(update);
  const auto found = manifest == nullptr ? examined_.end() : examined_.find(manifest);
  const bool here = found != examined_.end() && found->second.claim;
  if (!here || found->second.facts.bindings.empty()) {
    if (active.claim && !active.report.has("claim.hardBindings.missing")) {
      fail(active.report, "claim.hardBindings.missing", Store::absolute("", *order_.front()),
           "nothing in the credential is bound to the file");
    }
    return {};
  }
  if (found->second.facts.bindings.size() > 1) return {};  // assertion.multipleHardBindings is told already
  const JumbfBox& box = *found->second.facts.bindings[0];
  const std::string label(base_label(box.label));
  std::string url = Store::absolute(fmt::format("c2pa.assertions/{}", box.label), *manifest);
  if (manifest->compressed && label == "c2pa.hash.data") {  // forbidden, yet it can be checked
    result_.findings.push_back(
        {"binding.compressed", "the credential is compressed although it is bound by a data hash", {}});
  }
  const auto value = binding_value(box, url);
  if (!value) return {};
  const BindingRequest request{
      label, &*value, found->second.claim->alg.value_or(""), update, options_.explain, false, options_.fragments};
  BindingCheck check = TRY(check_binding(request, source_, located_, context_));
  TRY(parts(*manifest, request, check, url));
  result_.hash_trace = std::move(check.trace);
  if (!check.unsupported.empty()) {
    result_.unsupported = check.unsupported;
    return {};
  }
  // Nothing but the store and zeros may lie where the hash leaves bytes out for it (§14.12.1.1, §14.12.3).
  if (check.code.ends_with(".match") && store_.trailing() && !check.code.starts_with("assertion.bmffHash")) {
    check.code = check.code.substr(0, check.code.size() - std::string_view("match").size()) + "mismatch";
    check.reason = "bytes that are no part of the credential hide in its place in the file";
  }
  if (!check.additional_code.empty()) {
    active.report.statuses.push_back({Kind::informational, check.additional_code, url, {}});
  }
  bound_ = check.code.ends_with(".match");
  if (!bound_ || signed_as_it_is(found->second.report, url)) {
    active.report.statuses.push_back({bound_ ? Kind::success : Kind::failure, check.code, url, check.reason});
  }
  result_.uncovered.insert(result_.uncovered.end(), check.uncovered.begin(), check.uncovered.end());
  weak_ = check.weak;
  if (check.weak) {
    result_.findings.push_back(
        {"binding.weak", "the hash leaves out bytes, or is of a form, that could hide changes", {}});
  }
  return {};
}

}  // namespace bonafide::provenance::c2pa
