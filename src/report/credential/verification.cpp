#include "report/credential/verification.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/bytes.h"
#include "base/time.h"

namespace bonafide::report {

namespace {

using provenance::c2pa::Kind;
using provenance::c2pa::ManifestReport;
using provenance::c2pa::Status;
using provenance::c2pa::Validation;

constexpr std::size_t kMostLines = 12;  // of one list, on a terminal; --json has them all

std::string time_words(crypto::UnixTime time) {
  return to_rfc3339(std::chrono::sys_seconds(std::chrono::seconds(time)));
}

/// One line of printable text: names in a credential are written by strangers.
std::string safe(std::string_view text) {
  std::string clean = clean_utf8(text);
  std::ranges::replace(clean, '\n', ' ');
  std::ranges::replace(clean, '\t', ' ');
  if (clean.size() > 300) clean = clean_utf8(clean.substr(0, 300)) + "…";
  return clean;
}

std::string_view kind_word(Kind kind) {
  return kind == Kind::success ? "success" : kind == Kind::failure ? "failure" : "informational";
}

Json status_json(const Status& status) {
  Json json{{"kind", kind_word(status.kind)}, {"code", status.code}};
  if (!status.url.empty()) json["url"] = clean_utf8(status.url);
  if (!status.reason.empty()) json["reason"] = clean_utf8(status.reason);
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
  if (const auto& signer = manifest.signer) {
    json["signer"] = {{"name", clean_utf8(signer->name)},
                      {"organization", clean_utf8(signer->organization)},
                      {"issuer", clean_utf8(signer->issuer)},
                      {"serial", signer->serial},
                      {"algorithm", signer->algorithm},
                      {"not_before", time_words(signer->not_before)},
                      {"not_after", time_words(signer->not_after)},
                      {"trusted_by", clean_utf8(signer->trusted_by)}};
  }
  if (manifest.stamped) json["time_stamp"] = time_words(*manifest.stamped);
  json["actions"] = Json::array();
  for (const auto& action : manifest.actions) {
    json["actions"].push_back({{"action", clean_utf8(action.name)},
                               {"digital_source_type", clean_utf8(action.source_type)},
                               {"agent", clean_utf8(action.agent)},
                               {"when", clean_utf8(action.when)}});
  }
  json["assertions"] = Json::array();
  for (const auto& label : manifest.assertions) json["assertions"].push_back(clean_utf8(label));
  json["ingredients"] = Json::array();
  for (const auto& ingredient : manifest.ingredients) json["ingredients"].push_back(clean_utf8(ingredient));
  json["statuses"] = Json::array();
  for (const Status& status : manifest.statuses) json["statuses"].push_back(status_json(status));
  return json;
}

class Page {
 public:
  explicit Page(const TextStyle& style) : style_(style) {}
  void title(std::string_view text) { text_ += paint("\033[1m", safe(text)) + "\n"; }
  void field(std::string_view name, std::string_view value) {
    text_ += fmt::format("  {}  {}\n", paint("\033[2m", fmt::format("{:<11}", name)), safe(value));
  }
  void more(std::string_view value) { field("", value); }
  std::string take() { return std::move(text_); }

 private:
  std::string paint(std::string_view with, std::string_view text) const {
    return style_.colour ? fmt::format("{}{}\033[0m", with, text) : std::string(text);
  }
  TextStyle style_;
  std::string text_;
};

void integrity(Page& page, const Validation& validation) {
  page.field("integrity", validation.broken   ? "broken: a hash or signature does not hold"
                          : validation.intact ? "holds: every hash and signature that was checked"
                                              : "not known: " + validation.unsupported);
  std::size_t lines = 0;
  const auto show = [&](const Status& status, std::string_view where) {
    // Whether anybody vouches for the signer is another question than whether the file was changed.
    if (status.kind != Kind::failure || status.code == "signingCredential.untrusted") return;
    if (lines++ >= kMostLines) return;
    page.more(fmt::format("{}{}{}", where, status.code, status.reason.empty() ? "" : ": " + status.reason));
  };
  for (const Status& status : validation.manifests.front().statuses) show(status, "");
  for (const auto& delta : validation.deltas)
    for (const Status& status : delta.failures) show(status, "history: ");
}

void signer(Page& page, const ManifestReport& manifest, crypto::UnixTime at) {
  if (const auto& who = manifest.signer) {
    page.field("signer", fmt::format("{}{}{}", who->name, who->organization.empty() ? "" : ", ", who->organization));
    page.more("issued by " + who->issuer);
    page.more(who->trusted_by.empty() ? "not on any trust list that was given" : "vouched for by " + who->trusted_by);
    page.field("time", manifest.stamped ? "signed by " + time_words(*manifest.stamped) + ", says a trusted authority"
                                        : "no trusted time stamp; judged at " + time_words(at));
    if (!manifest.stamped && !manifest.stamp.empty()) page.more("stamp not believed: " + manifest.stamp);
    page.more("certificate valid from " + time_words(who->not_before) + " to " + time_words(who->not_after));
  } else {
    page.field("signer", "not known");
  }
}

void claims(Page& page, const Validation& validation) {
  const ManifestReport& manifest = validation.manifests.front();
  page.field("claimed", manifest.generator.empty() ? "nothing can be read" : "made with " + manifest.generator);
  std::size_t lines = 0;
  for (const auto& action : manifest.actions) {
    if (lines++ >= kMostLines) break;
    page.more(fmt::format("{}{}{}{}", action.name, action.agent.empty() ? "" : " with " + action.agent,
                          action.source_type.empty() ? "" : ", source " + action.source_type,
                          action.when.empty() ? "" : ", " + action.when));
  }
  for (const std::string& ingredient : manifest.ingredients) {
    if (lines++ < kMostLines) page.more(ingredient);
  }
  if (validation.manifests.size() > 1)
    page.more(fmt::format("{} earlier credentials", validation.manifests.size() - 1));
  const auto identity = [](const std::string& label) { return label.starts_with("cawg.identity"); };
  if (std::ranges::any_of(manifest.assertions, identity)) page.field("identity", "present, not checked");
}

void uncovered(Page& page, const Validation& validation) {
  std::size_t lines = 0;
  for (const auto& part : validation.uncovered) {
    if (part.range.length == 0 || lines++ >= kMostLines) continue;
    page.field(lines == 1 ? "not covered" : "",
               fmt::format("bytes {} to {}: {}", part.range.start, part.range.end() - 1, part.what));
  }
  for (const auto& finding : validation.findings) page.field("strict", finding.what);
}

}  // namespace

Json verification_json(const Verification& verification) {
  const provenance::Credential& credential = verification.credential;
  Json json{{"schema", "bonafide.verify/1"},
            {"file", clean_utf8(verification.path)},
            {"container", credential.container},
            {"state", provenance::to_string(credential.source.state)},
            {"sentence", clean_utf8(credential.source.sentence)},
            {"at", time_words(verification.at)}};
  if (!credential.validation) return json;
  const Validation& validation = *credential.validation;
  json["c2pa_state"] = provenance::c2pa::to_string(validation.state);
  json["integrity"] = validation.broken ? "broken" : validation.intact ? "holds" : "unknown";
  if (!validation.unsupported.empty()) json["unsupported"] = clean_utf8(validation.unsupported);
  json["manifests"] = Json::array();
  for (const auto& manifest : validation.manifests) json["manifests"].push_back(manifest_json(manifest));
  json["ingredient_deltas"] = Json::array();
  for (const auto& delta : validation.deltas) {
    Json failures = Json::array();
    for (const Status& status : delta.failures) failures.push_back(status_json(status));
    Json recorded = Json::array();
    for (const Status& status : delta.recorded) recorded.push_back(status_json(status));
    json["ingredient_deltas"].push_back(
        {{"url", clean_utf8(delta.url)}, {"failures", failures}, {"recorded", recorded}});
  }
  json["uncovered"] = Json::array();
  for (const auto& part : validation.uncovered) {
    json["uncovered"].push_back(
        {{"start", part.range.start}, {"length", part.range.length}, {"what", clean_utf8(part.what)}});
  }
  json["findings"] = Json::array();
  for (const auto& finding : validation.findings) {
    Json entry{{"code", finding.code}, {"what", clean_utf8(finding.what)}};
    if (finding.range) entry["range"] = {{"start", finding.range->start}, {"length", finding.range->length}};
    json["findings"].push_back(std::move(entry));
  }
  return json;
}

std::string verification_text(const Verification& verification, const TextStyle& style) {
  Page page(style);
  page.title(verification.path);
  const provenance::Credential& credential = verification.credential;
  page.field("credential", credential.source.sentence);
  if (credential.validation) {
    integrity(page, *credential.validation);
    signer(page, credential.validation->manifests.front(), verification.at);
    claims(page, *credential.validation);
    uncovered(page, *credential.validation);
  }
  return page.take();
}

}  // namespace bonafide::report
