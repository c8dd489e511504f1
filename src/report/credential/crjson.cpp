#include "report/credential/crjson.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/bytes.h"
#include "report/credential/store_parts.h"

namespace bonafide::report {

namespace c2pa = provenance::c2pa;

namespace {

constexpr auto kForm = cbor::ByteForm::crjson;

/// The parts that crJSON has names for; others cannot be written there.
Json name_json(const crypto::DistinguishedName& name) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kKeys{{
      {"C", "C"},
      {"ST", "ST"},
      {"L", "L"},
      {"O", "O"},
      {"OU", "OU"},
      {"CN", "CN"},
      {"emailAddress", "E"},
      {"organizationIdentifier", "2.5.4.97"},
  }};
  Json json = Json::object();
  for (const auto& [from, to] : kKeys) {
    std::string joined;
    for (const auto& [key, value] : name.parts) {
      if (key == from) joined += (joined.empty() ? "" : ", ") + clean_utf8(value);
    }
    if (!joined.empty()) json[std::string(to)] = joined;
  }
  return json;
}

Json certificate_json(const crypto::Certificate* certificate) {
  if (certificate == nullptr) {
    return {
        {"serialNumber", ""}, {"issuer", Json::object()}, {"subject", Json::object()}, {"validity", Json::object()}};
  }
  return {{"serialNumber", certificate->serial.substr(
                               std::min(certificate->serial.find_first_not_of('0'), certificate->serial.size() - 1))},
          {"issuer", name_json(certificate->issuer)},
          {"subject", name_json(certificate->subject)},
          {"validity",
           {{"notBefore", offset_time(certificate->not_before)}, {"notAfter", offset_time(certificate->not_after)}}}};
}

std::string algorithm_name(const crypto::CoseSign1& cose) {
  if (cose.algorithm) return std::string(crypto::to_string(*cose.algorithm));
  return cose.algorithm_number ? "COSE " + std::to_string(*cose.algorithm_number) : std::string();
}

Json signature_json(const c2pa::Manifest& manifest) {
  const auto view = c2pa::signature_in(manifest);
  if (!view) return {{"algorithm", ""}, {"certificateInfo", certificate_json(nullptr)}};
  Json json{{"algorithm", algorithm_name(view->cose)},
            {"certificateInfo", certificate_json(view->chain.empty() ? nullptr : &view->chain.front())}};
  if (view->stamped) {
    json["timeStampInfo"] = {{"timestamp", offset_time(*view->stamped)},
                             {"certificateInfo", certificate_json(view->stamped_by ? &*view->stamped_by : nullptr)}};
  }
  return json;
}

Json claim_of(const c2pa::Manifest& manifest, bool first_version) {
  auto decoded = c2pa::claim_json(manifest, kForm);
  Json claim = decoded && decoded->is_object() ? std::move(*decoded) : Json::object();
  spell_hashes(claim, kForm);
  // The schema wants it in version 1, where the file may leave it out, empty or null.
  if (first_version && claim.contains("claim_generator")) {
    Json& info = claim["claim_generator_info"];
    if (info.empty()) info = Json::array({{{"name", claim["claim_generator"]}}});
  }
  if (claim.contains("redacted_assertions") && claim["redacted_assertions"].is_null())
    claim.erase("redacted_assertions");
  return claim;
}

/// Files and what is no text are named by where they lie and what the claim says they hash to.
Json reference_json(const c2pa::StoredAssertion& assertion, const c2pa::Manifest& manifest) {
  Json json = Json::object();
  if (!assertion.media_type.empty()) json["format"] = assertion.media_type;
  json["identifier"] = clean_utf8(c2pa::Store::absolute("c2pa.assertions/" + assertion.label, manifest));
  if (assertion.declared) json["hash"] = cbor::to_text(assertion.hash, kForm);
  return json;
}

Json assertion_json(const c2pa::StoredAssertion& assertion, const c2pa::Manifest& manifest) {
  auto value = c2pa::value_of(assertion, kForm);
  if (value && *value) {
    spell_hashes(**value, kForm);
    return std::move(**value);
  }
  Json json = reference_json(assertion, manifest);
  if (!value) json["unreadable"] = clean_utf8(value.error().message);
  return json;
}

/// The assertions that are there, then those that the claim names and that are not: taken out, or lost.
std::vector<c2pa::StoredAssertion> all_of(const c2pa::Manifest& manifest, const c2pa::Claim* claim) {
  std::vector<c2pa::StoredAssertion> all = c2pa::assertions_in(manifest, claim);
  std::set<std::string, std::less<>> there;
  for (const c2pa::StoredAssertion& assertion : all) there.insert(assertion.label);
  if (claim == nullptr) return all;
  for (const auto* const list : {&claim->created, &claim->gathered}) {
    for (const c2pa::HashedUri& uri : *list) {
      const std::string_view label = c2pa::last_step(uri.url);
      if (!there.emplace(label).second) continue;
      c2pa::StoredAssertion missing;
      missing.label = std::string(label);
      missing.declared = true;
      missing.hash = uri.hash;
      all.push_back(std::move(missing));
    }
  }
  return all;
}

/// Members are appended, not looked up: there may be tens of thousands. Labels that come twice are told apart by
/// primes.
Json assertions_json(const c2pa::Manifest& manifest) {
  const auto claim = c2pa::claim_in(manifest);
  Json json = Json::object();
  auto& members = json.get_ref<Json::object_t&>();
  std::set<std::string, std::less<>> taken;
  for (const c2pa::StoredAssertion& assertion : all_of(manifest, claim ? &*claim : nullptr)) {
    std::string label = clean_utf8(assertion.label);
    while (!taken.insert(label).second) label += '\'';
    members.emplace_back(std::move(label), assertion_json(assertion, manifest));
  }
  return json;
}

Json results_at(const Results& results, crypto::UnixTime at) {
  Json json = results_json(results);
  json["specVersion"] = kSpecVersion;
  json["validationTime"] = offset_time(at);
  return json;
}

Json manifest_json(const c2pa::Validation& validation, const c2pa::Manifest& manifest, crypto::UnixTime at) {
  const bool first_version = !manifest.claims.empty() && manifest.claims.front()->label == "c2pa.claim";
  Json json{{"label", clean_utf8(manifest.label)}};
  if (manifest.update) json["isUpdateManifest"] = true;
  if (manifest.compressed) json["isCompressedManifest"] = true;
  json["assertions"] = assertions_json(manifest);
  json[first_version ? "claim" : "claim.v2"] = claim_of(manifest, first_version);
  json["signature"] = signature_json(manifest);
  const c2pa::ManifestReport* const report = report_of(validation, manifest);
  json["validationResults"] = results_at(report == nullptr ? Results() : results_of(*report), at);
  const auto deltas = deltas_of(validation, manifest);
  if (!deltas.empty()) json["ingredientDeltas"] = deltas_json(deltas);
  return json;
}

}  // namespace

Json crjson(const c2pa::Validation& validation, crypto::UnixTime at) {
  Json json{{"@context", {{"@vocab", "https://c2pa.org/crjson"}, {"extras", "https://c2pa.org/crjson/extras"}}},
            {"manifests", Json::array()},
            {"jsonGenerator", {{"name", "bonafide"}, {"version", BONAFIDE_VERSION}}}};
  if (validation.store == nullptr) {
    if (!validation.manifests.empty()) json["validationResults"] = results_at(results_of(validation.manifests[0]), at);
    return json;
  }
  const auto& manifests = validation.store->manifests();
  for (auto it = manifests.rbegin(); it != manifests.rend(); ++it) {  // the active one is the last
    json["manifests"].push_back(manifest_json(validation, *it, at));
  }
  return json;
}

}  // namespace bonafide::report
