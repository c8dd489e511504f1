#include "report/credential/store_parts.h"

#include <algorithm>
#include <set>

#include "base/bytes.h"
#include "base/time.h"

namespace bonafide::report {

namespace c2pa = provenance::c2pa;

namespace {

/// (code, last step of the URL): references to one box are spelt in several ways.
using Known = std::set<std::pair<std::string, std::string>>;

void collect(const Json& list, Known& known) {
  if (!list.is_array()) return;
  for (const Json& entry : list) {
    if (!entry.is_object() || !entry.contains("code") || !entry["code"].is_string()) continue;
    const std::string url = entry.contains("url") && entry["url"].is_string() ? entry["url"].get<std::string>() : "";
    known.emplace(entry["code"].get<std::string>(), std::string(c2pa::last_step(url)));
  }
}

/// What the signer recorded about an ingredient when it was taken in.
Known recorded_in(const Json& ingredient) {
  Known known;
  if (!ingredient.is_object()) return known;
  const auto results = ingredient.find("validationResults");
  if (results == ingredient.end() || !results->is_object()) return known;
  const auto active = results->find("activeManifest");
  if (active == results->end() || !active->is_object()) return known;
  for (const char* const kind : {"success", "informational"}) {
    if (active->contains(kind)) collect((*active)[kind], known);
  }
  return known;
}

}  // namespace

void Results::add(c2pa::Status status) {
  auto& list = status.kind == c2pa::Kind::success   ? success
               : status.kind == c2pa::Kind::failure ? failure
                                                    : informational;
  list.push_back(std::move(status));
}

Json results_json(const Results& results) {
  const auto list = [](const std::vector<c2pa::Status>& statuses) {
    Json json = Json::array();
    for (const c2pa::Status& status : statuses) {
      Json entry{{"code", status.code}};
      if (!status.url.empty()) entry["url"] = clean_utf8(status.url);
      if (!status.reason.empty()) entry["explanation"] = clean_utf8(status.reason);
      json.push_back(std::move(entry));
    }
    return json;
  };
  return {{"success", list(results.success)},
          {"informational", list(results.informational)},
          {"failure", list(results.failure)}};
}

Results results_of(const c2pa::ManifestReport& report) {
  Results results;
  for (const c2pa::Status& status : report.statuses) {
    if (!status.code.starts_with("ingredient.")) results.add(status);
  }
  return results;
}

std::vector<IngredientDelta> deltas_of(const c2pa::Validation& validation, const c2pa::Manifest& manifest) {
  std::vector<IngredientDelta> deltas;
  const c2pa::ManifestReport* const own = report_of(validation, manifest);
  if (own == nullptr || validation.store == nullptr) return deltas;
  const auto claim = c2pa::claim_in(manifest);
  for (const c2pa::StoredAssertion& assertion : c2pa::assertions_in(manifest, claim ? &*claim : nullptr)) {
    if (!is_ingredient(assertion.label)) continue;
    const auto value = c2pa::value_of(assertion, cbor::ByteForm::crjson);
    const Json ingredient = value && *value ? **value : Json();
    IngredientDelta delta{c2pa::Store::absolute("c2pa.assertions/" + assertion.label, manifest), {}};
    const std::string target = ingredient_target(ingredient, manifest);
    for (c2pa::Status status : own->statuses) {
      if (!status.code.starts_with("ingredient.") || status.url != delta.url) continue;
      if (!target.empty()) status.url = target;
      delta.results.add(std::move(status));
    }
    const c2pa::Manifest* below = nullptr;
    validation.store->resolve(target, manifest, &below);
    const c2pa::ManifestReport* const report = below == nullptr ? nullptr : report_of(validation, *below);
    const Known known = recorded_in(ingredient);
    for (const c2pa::Status& status : report == nullptr ? std::vector<c2pa::Status>() : report->statuses) {
      if (status.kind == c2pa::Kind::failure || status.code.starts_with("ingredient.")) continue;
      if (!known.contains({status.code, std::string(c2pa::last_step(status.url))})) delta.results.add(status);
    }
    for (const c2pa::Delta& found : validation.deltas) {
      if (found.url != delta.url) continue;
      for (const c2pa::Status& status : found.failures) delta.results.add(status);
    }
    deltas.push_back(std::move(delta));
  }
  return deltas;
}

Json deltas_json(const std::vector<IngredientDelta>& deltas) {
  Json json = Json::array();
  for (const IngredientDelta& delta : deltas) {
    json.push_back(
        {{"ingredientAssertionURI", clean_utf8(delta.url)}, {"validationDeltas", results_json(delta.results)}});
  }
  return json;
}

const c2pa::ManifestReport* report_of(const c2pa::Validation& validation, const c2pa::Manifest& manifest) {
  const auto found = std::ranges::find(validation.manifests, manifest.label, &c2pa::ManifestReport::label);
  return found == validation.manifests.end() ? nullptr : &*found;
}

bool is_ingredient(std::string_view label) {
  const std::string_view base = c2pa::base_label(label);
  return base == "c2pa.ingredient" || base == "c2pa.ingredient.v2" || base == "c2pa.ingredient.v3";
}

std::string ingredient_target(const Json& ingredient, const c2pa::Manifest& from) {
  for (const char* const key : {"activeManifest", "c2pa_manifest"}) {
    if (!ingredient.is_object() || !ingredient.contains(key) || !ingredient[key].is_object()) continue;
    const auto url = ingredient[key].find("url");
    if (url != ingredient[key].end() && url->is_string()) return c2pa::Store::absolute(url->get<std::string>(), from);
  }
  return {};
}

void spell_hashes(Json& json, cbor::ByteForm form) {
  if (json.is_structured()) {
    for (Json& inner : json) spell_hashes(inner, form);
  }
  if (!json.is_object() || !json.contains("url") || !json.contains("hash") || !json["hash"].is_array()) return;
  Bytes bytes;
  for (const Json& number : json["hash"]) {
    if (!number.is_number_unsigned() || number.get<std::uint64_t>() > 255) return;
    bytes.push_back(number.get<std::uint8_t>());
  }
  json["hash"] = cbor::to_text(bytes, form);
}

std::string offset_time(crypto::UnixTime time) {
  std::string text = unix_to_rfc3339(time);
  text.pop_back();
  return text + "+00:00";
}

std::string decimal(std::string_view hex) {
  std::string digits{"0"};  // least significant first
  for (const char c : hex) {
    if (c == '-') continue;
    int carry = c <= '9' ? c - '0' : c - 'a' + 10;
    for (char& digit : digits) {
      const int value = (digit - '0') * 16 + carry;
      digit = static_cast<char>('0' + value % 10);
      carry = value / 10;
    }
    for (; carry > 0; carry /= 10) digits += static_cast<char>('0' + carry % 10);
  }
  if (hex.starts_with('-')) digits += '-';
  std::ranges::reverse(digits);
  return digits;
}

}  // namespace bonafide::report
