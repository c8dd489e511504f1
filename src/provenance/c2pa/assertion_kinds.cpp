#include "provenance/c2pa/assertion_kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/time.h"
#include "provenance/c2pa/binding.h"
#include "provenance/c2pa/references.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::size_t kMostTokens = 1000;  // of one assertion
constexpr std::size_t kMostOcsp = 64;      // of one assertion

std::string text_of(const cbor::Value& map, std::string_view key) {
  const cbor::Value* value = map.find(key);
  if (value != nullptr && value->is(cbor::Type::tag) && value->children.size() == 1) value = &value->children[0];
  return value != nullptr && value->text() ? std::string(*value->text()) : std::string();
}

/// Where a value lies in the store; it must be a view into the box's content.
Range place_of(const cbor::Value& value, const JumbfBox& box) {
  const JumbfBox* const content = box.content(fourcc("cbor"));
  if (content == nullptr || value.encoded.empty()) return {};
  const std::uint64_t header = content->whole.size() - content->payload.size();
  return {content->offset + header + static_cast<std::uint64_t>(value.encoded.data() - content->payload.data()),
          value.encoded.size()};
}

bool is_binding_of_any_kind(std::string_view label) {
  return is_hard_binding(label) || label == "c2pa.hash.multi-asset";
}

bool is_zero(ByteView bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

/// A path with a step ".." after percent-decoding (§14.10.4.2.3).
bool climbs(std::string_view uri) {
  std::string plain;
  for (std::size_t i = 0; i < uri.size(); ++i) {
    const auto byte = uri[i] == '%' && i + 2 < uri.size() ? from_hex(uri.substr(i + 1, 2)) : Result<Bytes>(Bytes());
    if (byte && byte->size() == 1) {
      plain += static_cast<char>(byte->front());
      i += 2;
    } else {
      plain += uri[i];
    }
  }
  return ("/" + plain + "/").find("/../") != std::string::npos;
}

}  // namespace

void check_cloud_data(const cbor::Value& value, const Listed& assertion, const RuleScope& scope,
                      AssertionFacts& facts) {
  const std::string label = text_of(value, "label");
  const std::string_view base = base_label(label);
  const cbor::Value* const location = value.find("location");
  if (label.empty() || value.find("size") == nullptr || location == nullptr) {
    facts.fail("assertion.cloud-data.malformed", assertion.url, "it does not say what is kept elsewhere, or where");
  }
  if (is_binding_of_any_kind(base)) {
    return facts.fail("assertion.cloud-data.hardBinding", assertion.url, "a binding to the file may not lie elsewhere");
  }
  if (scope.manifest.update && is_actions_label(base)) {
    return facts.fail("assertion.cloud-data.actions", assertion.url, "the actions of an update may not lie elsewhere");
  }
  if (is_actions_label(base) || is_ingredient_label(base) || base == "c2pa.cloud-data") {
    facts.fail("assertion.cloud-data.malformed", assertion.url, "this kind of assertion may not lie elsewhere");
  }
}

void check_external_reference(const cbor::Value& value, const Listed& assertion, const RuleScope&,
                              AssertionFacts& facts) {
  const auto wrong = [&](const char* why) { facts.fail("assertion.external-reference.malformed", assertion.url, why); };
  const cbor::Value* const location = value.find("location");
  if (location == nullptr || text_of(*location, "url").empty()) return wrong("it does not say where to look");
  if ((location->find("alg") == nullptr) != (location->find("hash") == nullptr)) {
    wrong("it names one of hash and algorithm without the other");
  }
  const std::string label = text_of(value, "label");
  const std::string_view base = base_label(label);
  if (is_binding_of_any_kind(base) || is_actions_label(base) || is_ingredient_label(base) ||
      base == "c2pa.cloud-data" || base == "c2pa.external-reference") {
    wrong("this kind of assertion may not lie elsewhere");
  }
  // Annex D has a code for it, §14.10.4.2.2 has no step.
  if (!assertion.gathered) facts.object("external-reference.created", "the signer vouches for what lies elsewhere");
}

namespace {

void linked_entry(const cbor::Value& entry, bool external, const Listed& assertion, AssertionFacts& facts) {
  const std::string url = text_of(entry, external ? "url" : "uri");
  const bool hashed = entry.find("hash") != nullptr && (!external || !text_of(entry, "alg").empty());
  if (url.empty() || !hashed) {
    return facts.fail("assertion.linkedResourceIntegrity.malformed", assertion.url, "a resource without name or hash");
  }
  if (!external && climbs(url)) {
    return facts.fail("assertion.linkedResourceIntegrity.invalidURI", url, "a resource outside the work's folder");
  }
  facts.note("assertion.linkedResourceIntegrity.skipped", url, "nothing is fetched here");
}

}  // namespace

void check_linked_resources(const cbor::Value& value, const Listed& assertion, const RuleScope& scope,
                            AssertionFacts& facts) {
  if (scope.claim.version >= 2 && assertion.gathered) {
    facts.fail("assertion.linkedResourceIntegrity.notCreated", assertion.url, "the signer does not vouch for it");
  }
  const cbor::Value* const resources = value.find("resources");
  const auto list = [&](std::string_view key) -> const cbor::Value* {
    const cbor::Value* const found = resources == nullptr ? nullptr : resources->find(key);
    return found != nullptr && found->is(cbor::Type::array) && !found->children.empty() ? found : nullptr;
  };
  const cbor::Value* const external = list("externalResources");
  const cbor::Value* const relative = list("relativeResources");
  const std::string alg = resources == nullptr ? std::string() : text_of(*resources, "alg");
  if (external == nullptr && (relative == nullptr || alg.empty())) {
    return facts.fail("assertion.linkedResourceIntegrity.malformed", assertion.url, "it lists no resources");
  }
  if (relative != nullptr && !hash_algorithm(alg)) {
    facts.fail("algorithm.unsupported", assertion.url, "no hash algorithm that C2PA allows is named");
  }
  if (external != nullptr)
    for (const cbor::Value& entry : external->children) linked_entry(entry, true, assertion, facts);
  if (relative != nullptr)
    for (const cbor::Value& entry : relative->children) linked_entry(entry, false, assertion, facts);
}

void check_alternative(const cbor::Value& value, const Listed& assertion, const RuleScope& scope,
                       AssertionFacts& facts) {
  if (text_of(value, "type") != "exif.originalPreservationImage") return;
  const auto wrong = [&](const char* why) {
    facts.fail("assertion.alternativeContentRepresentation.malformed", assertion.url, why);
  };
  if (++facts.preservation_images > 1) return wrong("more than one preserved original is described");
  const cbor::Value* parameters = value.find("parameters");
  if (parameters == nullptr) parameters = &value;
  const cbor::Value* const index = parameters->find("multiAssetPartIndex");
  const cbor::Value* const embedded = parameters->find("embeddedOriginalPreservationImage");
  if ((index == nullptr) == (embedded == nullptr)) return wrong("the preserved original lies in no place, or in two");
  if (index != nullptr) {
    facts.wanted_parts.emplace_back(assertion.url, index->integer().value_or(-1));
    return;  // judged when all assertions are known
  }
  const auto uri = hashed_uri(embedded);
  if (!uri) return wrong("the preserved original is named without its hash");
  const JumbfBox* const box = scope.store.resolve(uri->url, scope.manifest);
  if (box == nullptr) {
    return facts.fail("assertion.alternativeContentRepresentation.missing", assertion.url,
                      "the preserved original is not there");
  }
  if (!reference_fits(*uri, *box, scope.claim, scope.memo)) {
    return facts.fail("assertion.alternativeContentRepresentation.hashMismatch", assertion.url,
                      "the preserved original is not as it was");
  }
  facts.statuses.push_back({Kind::success, "assertion.alternativeContentRepresentation.match", assertion.url, {}});
}

void check_time_stamps(const cbor::Value& value, const Listed& assertion, const RuleScope& scope,
                       AssertionFacts& facts) {
  const auto wrong = [&](const char* why) { facts.fail("assertion.timestamp.malformed", assertion.url, why); };
  if (!value.is(cbor::Type::map) || value.children.empty()) return wrong("it holds no time stamps");
  if (++facts.stamp_assertions > 1)
    facts.object("timestamp.twice", "a manifest brings time stamps in several assertions");
  for (std::size_t i = 0; i + 1 < value.children.size(); i += 2) {
    const auto manifest = value.children[i].text();
    const auto token = value.children[i + 1].bytes();
    if (!manifest || !token) return wrong("it holds something else than time stamps for manifests");
    if (facts.stamps.size() == kMostTokens)
      return facts.object("timestamp.many", "more time stamps than are looked at");
    facts.stamps.push_back({std::string(*manifest), Bytes(token->begin(), token->end()), scope.manifest.label});
  }
}

void check_certificate_status(const cbor::Value& value, const Listed& assertion, const RuleScope&,
                              AssertionFacts& facts) {
  const cbor::Value* const list = value.find("ocspVals");
  const auto wrong = [&] {
    facts.object("status.malformed", "what should hold answers about revocation does not",
                 place_of(value, assertion.box));
  };
  if (list == nullptr || !list->is(cbor::Type::array) || list->children.empty()) return wrong();
  for (const cbor::Value& item : list->children) {
    const auto der = item.bytes();
    if (!der) return wrong();
    if (facts.ocsp.size() == kMostOcsp) return facts.object("status.many", "more OCSP answers than are looked at");
    facts.ocsp.emplace_back(der->begin(), der->end());
  }
}

void check_identity(const cbor::Value& value, const Listed& assertion, const RuleScope& scope, AssertionFacts& facts) {
  Identity identity;
  identity.label = assertion.label;
  const cbor::Value* const payload = value.find("signer_payload");
  const cbor::Value* const about = payload == nullptr ? nullptr : payload->find("referenced_assertions");
  const cbor::Value* const roles = payload == nullptr ? nullptr : payload->find("role");
  const cbor::Value* const signature = value.find("signature");
  if (payload != nullptr) identity.sig_type = text_of(*payload, "sig_type");
  if (identity.sig_type.empty()) identity.problem = "it does not say how it is signed";
  if (signature == nullptr || !signature->bytes() || signature->content.empty()) identity.problem = "it is not signed";
  if (roles != nullptr) {
    for (const cbor::Value& role : roles->children) {
      if (role.text()) identity.roles.emplace_back(*role.text());
    }
  }
  bool bound = false;
  for (std::size_t i = 0; about != nullptr && i < about->children.size(); ++i) {
    const auto uri = hashed_uri(&about->children[i]);
    if (!uri) {
      identity.problem = "it names an assertion in a broken way";
      continue;
    }
    bound = bound || is_hard_binding(base_label(last_step(uri->url)));
    if (!facts.listed[0].contains(scope.absolute(uri->url)) && !facts.listed[1].contains(scope.absolute(uri->url))) {
      identity.problem = "it speaks of an assertion that the claim does not list";
    }
    identity.about.push_back(uri->url);
  }
  if (about == nullptr || about->children.empty())
    identity.problem = "it does not say what it speaks of";
  else if (!bound && identity.problem.empty())
    identity.problem = "it is not about the binding to this file";
  for (const std::string_view key : {"pad1", "pad2"}) {
    const cbor::Value* const pad = value.find(key);
    if (pad == nullptr || (pad->bytes() && is_zero(pad->content))) continue;
    identity.problem = "its padding is not all zero";
    facts.object("identity.pad", "the padding of an identity assertion is not all zero", place_of(*pad, assertion.box));
  }
  facts.identities.push_back(std::move(identity));
}

void check_ingredient(const cbor::Value& value, const Listed& assertion, const RuleScope& scope,
                      AssertionFacts& facts) {
  const auto wrong = [&](const char* why) { facts.fail("assertion.ingredient.malformed", assertion.url, why); };
  auto entry = parse_ingredient(assertion.label, value);
  if (!entry) return wrong("an ingredient does not say how it was used");
  if (entry->relationship != "parentOf" && entry->relationship != "componentOf" && entry->relationship != "inputTo") {
    wrong("an ingredient was used in a way that there is not");
  }
  if (entry->names_manifest && entry->has_source_type) wrong("an ingredient has both a manifest and a source type");
  if (entry->names_manifest && entry->has_related) wrong("an ingredient has both a manifest and related assertions");
  if (entry->names_manifest && !entry->has_results && assertion.base() == "c2pa.ingredient.v3") {
    wrong("an ingredient's manifest was taken in without being validated");
  }
  if (entry->has_related && !entry->related) wrong("an ingredient's related assertions are no list of references");
  for (const std::string& url : entry->related.value_or(std::vector<std::string>())) {
    const std::string_view base = base_label(last_step(url));
    const Manifest* owner = nullptr;
    const JumbfBox* const box = scope.store.resolve(url, scope.manifest, &owner);
    if (!base.ends_with(".ingredient") || is_ingredient_label(base))
      wrong("an ingredient names a related assertion that is not for ingredients");
    else if (!scope.is_redacted(url) && (box == nullptr || owner != &scope.manifest))
      wrong("an ingredient names a related assertion that is not there");
  }
  facts.ingredients.push_back(std::move(*entry));
}

void check_hash_padding(const cbor::Value& value, const Listed& assertion, const RuleScope&, AssertionFacts& facts) {
  for (const std::string_view key : {"pad", "pad2"}) {
    const cbor::Value* const pad = value.find(key);
    if (pad == nullptr || pad->is(cbor::Type::null) || (pad->bytes() && is_zero(pad->content))) continue;
    facts.object("binding.pad", fmt::format("the padding of {} is not all zero", assertion.label),
                 place_of(*pad, assertion.box));
  }
}

void check_soft_binding(const cbor::Value& value, const Listed&, const RuleScope&, AssertionFacts& facts) {
  auto binding = read_soft_binding(value);
  if (binding)
    facts.soft_binding_claims.push_back(std::move(*binding));
  else
    facts.object("softBinding.form", binding.error().message);
}

void check_metadata_times(const cbor::Value& value, const Listed& assertion, const RuleScope&, AssertionFacts& facts) {
  const cbor::Value* const metadata = value.find("metadata");
  if (metadata == nullptr || metadata->find("processStart") == nullptr || metadata->find("processEnd") == nullptr)
    return;
  const auto start = parse_rfc3339(text_of(*metadata, "processStart"));
  const auto end = parse_rfc3339(text_of(*metadata, "processEnd"));
  if (!start || !end || *start > *end) {
    facts.fail("assertion.metadata.malformed", assertion.url, "a process ends before it begins, or at no time at all");
  }
}

KindRule* rule_for(std::string_view base) {
  struct Row {
    std::string_view label;
    KindRule* rule;
  };
  static constexpr std::array<Row, 14> kRows{{{"c2pa.cloud-data", check_cloud_data},
                                              {"c2pa.external-reference", check_external_reference},
                                              {"c2pa.linked-resource-integrity", check_linked_resources},
                                              {"c2pa.alternative-content-representation", check_alternative},
                                              {"c2pa.time-stamp", check_time_stamps},
                                              {"c2pa.certificate-status", check_certificate_status},
                                              {"cawg.identity", check_identity},
                                              {"c2pa.soft-binding", check_soft_binding},
                                              {"c2pa.ingredient", check_ingredient},
                                              {"c2pa.ingredient.v2", check_ingredient},
                                              {"c2pa.ingredient.v3", check_ingredient},
                                              {"c2pa.hash.data", check_hash_padding},
                                              {"c2pa.hash.bmff.v2", check_hash_padding},
                                              {"c2pa.hash.bmff.v3", check_hash_padding}}};
  const auto found = std::ranges::find(kRows, base, &Row::label);
  return found == kRows.end() ? nullptr : found->rule;
}

}  // namespace bonafide::provenance::c2pa
