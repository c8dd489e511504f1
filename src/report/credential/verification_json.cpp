#include "base/bytes.h"
#include "base/time.h"
#include "report/credential/hash_steps.h"
#include "report/credential/verification.h"

namespace bonafide::report {

namespace {

using provenance::c2pa::ManifestReport;
using provenance::c2pa::Range;
using provenance::c2pa::Signer;
using provenance::c2pa::Status;
using provenance::c2pa::Validation;

Json status_json(const Status& status) {
  Json json{{"kind", kind_word(status.kind)}, {"code", status.code}};
  if (!status.url.empty()) json["url"] = clean_utf8(status.url);
  if (!status.reason.empty()) json["reason"] = clean_utf8(status.reason);
  return json;
}

Json list_json(const std::vector<std::string>& texts) {
  Json json = Json::array();
  for (const std::string& text : texts) json.push_back(clean_utf8(text));
  return json;
}

Json statuses_json(const std::vector<Status>& statuses) {
  Json json = Json::array();
  for (const Status& status : statuses) json.push_back(status_json(status));
  return json;
}

Json signer_json(const Signer& signer) {
  return {{"name", clean_utf8(signer.name)},
          {"organization", clean_utf8(signer.organization)},
          {"issuer", clean_utf8(signer.issuer)},
          {"serial", signer.serial},
          {"algorithm", signer.algorithm},
          {"not_before", unix_to_rfc3339(signer.not_before)},
          {"not_after", unix_to_rfc3339(signer.not_after)},
          {"trusted_by", clean_utf8(signer.trusted_by)}};
}

Json identities_json(const ManifestReport& manifest) {
  Json json = Json::array();
  for (const auto& identity : manifest.identities) {
    Json entry{{"label", clean_utf8(identity.label)},
               {"state", "not_checked"},
               {"sig_type", clean_utf8(identity.sig_type)},
               {"roles", list_json(identity.roles)},
               {"about", list_json(identity.about)}};
    if (!identity.problem.empty()) entry["problem"] = clean_utf8(identity.problem);
    json.push_back(std::move(entry));
  }
  return json;
}

Json soft_bindings_json(const ManifestReport& manifest) {
  Json json = Json::array();
  for (const auto& binding : manifest.soft_bindings) {
    for (const auto& block : binding.blocks) {
      Json entry{{"alg", clean_utf8(binding.alg)}, {"value", clean_utf8(block.value)}};
      if (block.when) entry["milliseconds"] = {{"start", block.when->start}, {"end", block.when->end}};
      json.push_back(std::move(entry));
    }
  }
  return json;
}

Json manifest_json(const ManifestReport& manifest) {
  Json json{{"label", clean_utf8(manifest.label)},
            {"title", clean_utf8(manifest.title)},
            {"format", clean_utf8(manifest.format)},
            {"generator", clean_utf8(manifest.generator)},
            {"instance_id", clean_utf8(manifest.instance_id)},
            {"claim_version", manifest.claim_version},
            {"update", manifest.update}};
  if (manifest.signer) json["signer"] = signer_json(*manifest.signer);
  if (manifest.stamped) json["time_stamp"] = unix_to_rfc3339(*manifest.stamped);
  if (!manifest.stamped_by.empty()) json["time_stamp_in"] = clean_utf8(manifest.stamped_by);
  if (manifest.claimed_time) json["claimed_time"] = unix_to_rfc3339(*manifest.claimed_time);
  json["actions"] = Json::array();
  for (const auto& action : manifest.actions) {
    json["actions"].push_back({{"action", clean_utf8(action.name)},
                               {"digital_source_type", clean_utf8(action.source_type)},
                               {"agent", clean_utf8(action.agent)},
                               {"when", clean_utf8(action.when)}});
  }
  json["assertions"] = list_json(manifest.assertions);
  json["ingredients"] = list_json(manifest.ingredients);
  json["identities"] = identities_json(manifest);
  if (!manifest.soft_bindings.empty()) json["soft_bindings"] = soft_bindings_json(manifest);
  json["statuses"] = statuses_json(manifest.statuses);
  return json;
}

Json time_json(const ManifestReport& manifest, crypto::UnixTime at) {
  Json json{{"state", manifest.stamped ? "stamped" : manifest.stamp.empty() ? "unstamped" : "stamp_not_believed"}};
  if (manifest.stamped) json["signed"] = unix_to_rfc3339(*manifest.stamped);
  if (!manifest.stamp.empty()) json["sentence"] = clean_utf8(manifest.stamp);
  json["judged_at"] = unix_to_rfc3339(manifest.stamped.value_or(at));
  return json;
}

Json range_json(const Range& range) { return {{"start", range.start}, {"length", range.length}}; }

void add_validation(const Validation& validation, const Verification& verification, Json& json) {
  const ManifestReport& active = validation.manifests.front();
  json["c2pa_state"] = provenance::c2pa::to_string(validation.state);
  json["integrity"] = validation.broken ? "broken" : validation.intact ? "holds" : "unknown";
  if (!validation.unsupported.empty()) json["unsupported"] = clean_utf8(validation.unsupported);
  if (verification.picture) {
    json["picture"] = {{"state", verification.picture->state},
                       {"sentences", list_json(verification.picture->sentences)}};
  }
  const SignerTrust trust = signer_trust(active, !verification.lists.empty());
  json["signer_trust"] = {{"state", trust.state}, {"sentence", clean_utf8(trust.sentence)}};
  json["time"] = time_json(active, verification.at);
  json["identity"] = active.identities.empty() ? "none" : "not_checked";
  json["manifests"] = Json::array();
  for (const auto& manifest : validation.manifests) json["manifests"].push_back(manifest_json(manifest));
  json["ingredient_deltas"] = Json::array();
  for (const auto& delta : validation.deltas) {
    json["ingredient_deltas"].push_back({{"url", clean_utf8(delta.url)},
                                         {"failures", statuses_json(delta.failures)},
                                         {"recorded", statuses_json(delta.recorded)}});
  }
  json["uncovered"] = Json::array();
  for (const auto& part : validation.uncovered) {
    Json entry = range_json(part.range);
    entry["what"] = clean_utf8(part.what);
    json["uncovered"].push_back(std::move(entry));
  }
  json["findings"] = Json::array();
  for (const auto& finding : validation.findings) {
    Json entry{{"code", finding.code}, {"what", clean_utf8(finding.what)}};
    if (finding.range) entry["range"] = range_json(*finding.range);
    json["findings"].push_back(std::move(entry));
  }
  if (validation.hash_trace.on) json["hash_trace"] = hash_trace_json(validation.hash_trace);
}

}  // namespace

Json verification_json(const Verification& verification) {
  const provenance::Credential& credential = verification.credential;
  Json json{{"schema", "bonafide.verify/1"},
            {"file", clean_utf8(verification.path)},
            {"container", credential.container},
            {"state", provenance::to_string(credential.source.state)},
            {"sentence", clean_utf8(credential.source.sentence)},
            {"at", unix_to_rfc3339(verification.at)}};
  if (!credential.remote_url.empty()) {
    json["remote_url"] = clean_utf8(credential.remote_url);
    json["fetched"] = credential.fetched;
  }
  if (credential.validation && !credential.validation->manifests.empty())
    add_validation(*credential.validation, verification, json);
  Json lists = Json::array();
  for (const TrustListFacts& list : verification.lists) lists.push_back(trust_list_json(list, false));
  json["trust"] = {{"lists", std::move(lists)}, {"warnings", list_json(verification.warnings)}};
  return json;
}

}  // namespace bonafide::report
