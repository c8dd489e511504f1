#include "report/credential/store_json.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/bytes.h"
#include "report/credential/store_parts.h"

namespace bonafide::report {

namespace c2pa = provenance::c2pa;

namespace {

constexpr auto kForm = cbor::ByteForm::base64;

/// Shown elsewhere (thumbnails, ingredients) or of no use to a reader (bindings), as in c2patool.
bool shown_apart(std::string_view label) {
  const std::string_view base = c2pa::base_label(label);
  return base.starts_with("c2pa.thumbnail.") || is_ingredient(label) || base == "c2pa.hash.data" ||
         base == "c2pa.hash.boxes" || base == "c2pa.hash.bmff";
}

bool empty_list(const Json& json) { return json.is_null() || (json.is_array() && json.empty()); }

void copy(const Json& from, const char* key, const char* as, Json& into) {
  if (from.is_object() && from.contains(key) && !empty_list(from[key])) into[as] = from[key];
}

/// 1 for "stds.exif__1".
std::uint64_t instance_of(std::string_view label) {
  std::uint64_t number = 0;
  for (const char c : label.substr(label.rfind('_') + 1)) {
    if (number < 1'000'000'000) number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return number;
}

/// One manifest with what its ingredients and thumbnails refer to at hand.
class ManifestJson {
 public:
  ManifestJson(const c2pa::Store& store, const c2pa::Manifest& manifest)
      : store_(store), manifest_(manifest), claim_(c2pa::claim_in(manifest)) {
    const c2pa::Claim* const known = claim_ ? &*claim_ : nullptr;
    assertions_ = c2pa::assertions_in(manifest, known);
  }

  Json json() const {
    auto decoded = c2pa::claim_json(manifest_, kForm);
    const Json claim = decoded && decoded->is_object() ? std::move(*decoded) : Json::object();
    Json json = Json::object();
    copy(claim, "claim_generator", "claim_generator", json);
    put_generator_info(claim, json);
    copy(claim, "dc:title", "title", json);
    copy(claim, "dc:format", "format", json);
    copy(claim, "instanceID", "instance_id", json);
    copy(claim, "metadata", "metadata", json);
    if (claim.contains("redacted_assertions") && !claim["redacted_assertions"].empty()) {
      json["redactions"] = claim["redacted_assertions"];
    }
    put_thumbnail(json);
    put_ingredients(json);
    put_credentials(json);
    put_assertions(json);
    put_signature(json);
    json["label"] = clean_utf8(manifest_.label);
    json["claim_version"] = claim_ ? claim_->version : 0;
    return json;
  }

 private:
  static void put_generator_info(const Json& claim, Json& json) {
    if (!claim.contains("claim_generator_info") || claim["claim_generator_info"].is_null()) return;
    const Json& info = claim["claim_generator_info"];
    json["claim_generator_info"] = info.is_array() ? info : Json::array({info});
  }

  Json file_json(const c2pa::StoredAssertion& file, const std::string& url) const {
    return {{"format", file.media_type}, {"identifier", clean_utf8(url)}};
  }

  void put_thumbnail(Json& json) const {
    for (const c2pa::StoredAssertion& assertion : assertions_) {
      if (assertion.coding != c2pa::Coding::file || !assertion.label.starts_with("c2pa.thumbnail.claim")) continue;
      json["thumbnail"] = file_json(assertion, c2pa::Store::absolute("c2pa.assertions/" + assertion.label, manifest_));
      return;
    }
  }

  /// A file somewhere in the store that a hashed URI names.
  std::optional<Json> referred_file(const Json& uri) const {
    if (!uri.is_object() || !uri.contains("url") || !uri["url"].is_string()) return std::nullopt;
    const std::string url = c2pa::Store::absolute(uri["url"].get<std::string>(), manifest_);
    const c2pa::JumbfBox* const box = store_.resolve(url, manifest_);
    if (box == nullptr) return std::nullopt;
    return file_json(c2pa::opened(*box), url);
  }

  Json ingredient_json(const c2pa::StoredAssertion& assertion, const Json& value) const {
    Json json = Json::object();
    for (const auto& [key, as] : {std::pair{"dc:title", "title"}, std::pair{"dc:format", "format"},
                                  std::pair{"documentID", "document_id"}, std::pair{"instanceID", "instance_id"}}) {
      copy(value, key, as, json);
    }
    if (value.is_object() && value.contains("thumbnail")) {
      if (auto thumbnail = referred_file(value["thumbnail"])) json["thumbnail"] = std::move(*thumbnail);
    }
    copy(value, "relationship", "relationship", json);
    const std::string target = manifest_of(value);
    if (!target.empty()) json["active_manifest"] = clean_utf8(target);
    for (const auto& [key, as] :
         {std::pair{"validationStatus", "validation_status"}, std::pair{"validationResults", "validation_results"},
          std::pair{"metadata", "metadata"}, std::pair{"description", "description"},
          std::pair{"informational_URI", "informational_URI"}, std::pair{"informationalURI", "informational_URI"},
          std::pair{"data_types", "data_types"}, std::pair{"dataTypes", "data_types"}}) {
      copy(value, key, as, json);
    }
    if (!target.empty()) json["manifest_data"] = {{"format", "application/c2pa"}, {"identifier", clean_utf8(target)}};
    json["label"] = clean_utf8(assertion.label);
    return json;
  }

  /// The label of the manifest that an ingredient brought along, or empty.
  std::string manifest_of(const Json& value) const {
    const std::string url = ingredient_target(value, manifest_);
    const c2pa::Manifest* owner = nullptr;
    if (!url.empty()) store_.resolve(url, manifest_, &owner);
    return owner == nullptr ? std::string() : owner->label;
  }

  void put_ingredients(Json& json) const {
    Json list = Json::array();
    for (const c2pa::StoredAssertion& assertion : assertions_) {
      if (!is_ingredient(assertion.label)) continue;
      const auto value = c2pa::value_of(assertion, kForm);
      list.push_back(ingredient_json(assertion, value && *value ? **value : Json()));
    }
    if (!list.empty()) json["ingredients"] = std::move(list);
  }

  /// Verifiable credentials, as claims of version 1 could carry them.
  void put_credentials(Json& json) const {
    const c2pa::JumbfBox* const box = manifest_.inner == nullptr ? nullptr : manifest_.inner->child("c2pa.credentials");
    if (box == nullptr) return;
    Json list = Json::array();
    for (const c2pa::JumbfBox& child : box->children) {
      const c2pa::JumbfBox* const content = child.content(c2pa::fourcc("json"));
      if (content == nullptr) continue;
      if (auto value = parse_json(as_text(content->payload))) list.push_back(std::move(*value));
    }
    if (!list.empty()) json["credentials"] = std::move(list);
  }

  void put_assertions(Json& json) const {
    json["assertions"] = Json::array();
    for (const c2pa::StoredAssertion& assertion : assertions_) {
      if (shown_apart(assertion.label)) continue;
      auto value = c2pa::value_of(assertion, kForm);
      if (!value || !*value) continue;
      spell_hashes(**value, kForm);
      const std::string_view base = c2pa::base_label(assertion.label);
      Json entry{{"label", clean_utf8(base)}, {"data", std::move(**value)}};
      if (base != assertion.label) entry["instance"] = instance_of(assertion.label);
      if (assertion.coding == c2pa::Coding::json) entry["kind"] = "Json";
      if (assertion.created && claim_ && claim_->version >= 2) entry["created"] = true;
      json["assertions"].push_back(std::move(entry));
    }
  }

  void put_signature(Json& json) const {
    const auto view = c2pa::signature_in(manifest_);
    if (!view) return;
    Json info = Json::object();
    if (view->cose.algorithm) {
      std::string name(crypto::to_string(*view->cose.algorithm));
      name.front() = static_cast<char>(name.front() - 'a' + 'A');
      info["alg"] = name;
    }
    if (!view->chain.empty()) {
      const crypto::Certificate& leaf = view->chain.front();
      if (!leaf.subject.organization.empty()) info["issuer"] = leaf.subject.organization;
      if (!leaf.subject.common_name.empty()) info["common_name"] = leaf.subject.common_name;
      info["cert_serial_number"] = decimal(leaf.serial);
    }
    if (view->stamped) info["time"] = offset_time(*view->stamped);
    json["signature_info"] = std::move(info);
  }

  const c2pa::Store& store_;
  const c2pa::Manifest& manifest_;
  std::optional<c2pa::Claim> claim_;
  std::vector<c2pa::StoredAssertion> assertions_;
};

void put_results(const c2pa::Validation& validation, Json& json) {
  Results active;
  std::vector<IngredientDelta> deltas;
  if (!validation.manifests.empty()) active = results_of(validation.manifests.front());
  if (validation.store != nullptr) {
    const auto& manifests = validation.store->manifests();
    for (auto it = manifests.rbegin(); it != manifests.rend(); ++it) {
      for (IngredientDelta& delta : deltas_of(validation, *it)) deltas.push_back(std::move(delta));
    }
  }
  Results all = active;
  for (const IngredientDelta& delta : deltas) {
    all.failure.insert(all.failure.end(), delta.results.failure.begin(), delta.results.failure.end());
  }
  if (!all.failure.empty()) json["validation_status"] = results_json(all)["failure"];
  json["validation_results"] = {{"activeManifest", results_json(active)}};
  if (!deltas.empty()) json["validation_results"]["ingredientDeltas"] = deltas_json(deltas);
  json["validation_results"]["specVersion"] = kSpecVersion;
  json["validation_state"] = c2pa::to_string(validation.state);
}

}  // namespace

Json store_json(const c2pa::Validation& validation) {
  Json json = Json::object();
  if (validation.store != nullptr) {
    const auto& manifests = validation.store->manifests();
    json["active_manifest"] = clean_utf8(manifests.back().label);
    Json by_label = Json::object();
    auto& members = by_label.get_ref<Json::object_t&>();  // appended, not looked up: there may be thousands
    std::set<std::string, std::less<>> taken;
    for (auto it = manifests.rbegin(); it != manifests.rend(); ++it) {
      std::string label = clean_utf8(it->label);
      while (!taken.insert(label).second) label += '\'';
      members.emplace_back(std::move(label), ManifestJson(*validation.store, *it).json());
    }
    json["manifests"] = std::move(by_label);
  }
  put_results(validation, json);
  return json;
}

}  // namespace bonafide::report
