#include "provenance/c2pa/assertions.h"

#include <algorithm>

#include "base/json.h"
#include "provenance/c2pa/assertion_kinds.h"
#include "provenance/c2pa/binding.h"
#include "provenance/c2pa/references.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr Uuid kRedactionMark{0xCA, 0xA9, 0x8E, 0xEE, 0x9D, 0x4D, 0xF8, 0x0E,
                              0x86, 0xAD, 0x4D, 0xFF, 0xCA, 0x26, 0x39, 0x73};

bool is_zero(ByteView bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

bool is_redaction_mark(const JumbfBox& box) {
  return std::ranges::all_of(box.children, [](const JumbfBox& child) {
    if (child.super()) return false;
    if (child.type != fourcc("uuid") || child.payload.size() < kRedactionMark.size()) return is_zero(child.payload);
    return is_zero(child.payload) || (std::equal(kRedactionMark.begin(), kRedactionMark.end(), child.payload.begin()) &&
                                      is_zero(child.payload.subspan(kRedactionMark.size())));
  });
}

AssertionRules::AssertionRules(const RuleScope& scope) : scope_(scope), actions_(scope, facts_) {
  for (const HashedUri& uri : scope.claim.created) facts_.listed[0].insert(scope.absolute(uri.url));
  for (const HashedUri& uri : scope.claim.gathered) facts_.listed[1].insert(scope.absolute(uri.url));
}

void AssertionRules::content(const cbor::Value& value, const Listed& assertion) {
  const std::string_view base = assertion.base();
  check_metadata_times(value, assertion, scope_, facts_);
  if (base.starts_with("c2pa.")) check_references(value, assertion.url, scope_, facts_);
  if (is_actions_label(base)) actions_.add(value, assertion);
  if (base == "c2pa.hash.multi-asset") {
    const cbor::Value* const parts = value.find("parts");
    parts_ = parts == nullptr ? 0 : parts->children.size();
  }
  if (KindRule* const rule = rule_for(base)) rule(value, assertion, scope_, facts_);
}

void AssertionRules::add(const Listed& assertion) {
  const std::string_view base = assertion.base();
  if (is_hard_binding(base)) {
    ++all_bindings_;
    if (scope_.claim.version < 2 || !assertion.gathered)
      facts_.bindings.push_back(&assertion.box);
    else
      facts_.object("binding.gathered", "a binding to the file is listed, but the signer does not vouch for it");
  }
  if (base == "c2pa.hash.multi-asset") ++multi_assets_;
  if (base == "c2pa.soft-binding") facts_.soft_bindings.push_back(assertion.url);
  if (base.starts_with("c2pa.thumbnail")) ++thumbnails_;
  if (const JumbfBox* const json = assertion.box.content(fourcc("json")); json != nullptr) {
    if (!parse_json(as_text(json->payload))) {
      facts_.fail("assertion.json.invalid", assertion.url, "an assertion is not well-formed JSON");
    }
  }
  const JumbfBox* const box = assertion.box.content(fourcc("cbor"));
  if (box == nullptr) return;
  const auto value = cbor::parse(box->payload);
  if (value) return content(*value, assertion);
  facts_.fail("assertion.cbor.invalid", assertion.url, value.error().message);
  if (base == "c2pa.time-stamp") facts_.fail("assertion.timestamp.malformed", assertion.url, "it is not CBOR");
}

/// §14.10.1.2.
void AssertionRules::standard() {
  auto& bindings = facts_.bindings;
  // c2pa.hash.bmff of the first version is as if absent beside a later one (Annex E).
  if (bindings.size() > 1)
    std::erase_if(bindings, [](const JumbfBox* b) { return base_label(b->label) == "c2pa.hash.bmff"; });
  const std::string store = scope_.absolute("c2pa.assertions");
  if (bindings.empty())
    facts_.fail("claim.hardBindings.missing", store, "nothing in the credential is bound to the file");
  if (bindings.size() > 1)
    facts_.fail("assertion.multipleHardBindings", store, "the credential is bound to the file in several ways");
}

/// §14.10.1.3.
void AssertionRules::update() {
  const std::string url = scope_.absolute("");
  if (all_bindings_ > 0 || multi_assets_ > 0)
    facts_.fail("manifest.update.invalid", url, "an update may not bind itself to the file");
  if (thumbnails_ > 0) facts_.fail("manifest.update.invalid", url, "an update may not bring a thumbnail");
  const bool parent = facts_.ingredients.size() == 1 && facts_.ingredients[0].relationship == "parentOf";
  if (!parent) facts_.fail("manifest.update.wrongParents", url, "an update has one parent and no other ingredient");
}

void AssertionRules::preserved_parts() {
  for (const auto& [url, index] : facts_.wanted_parts) {
    if (multi_assets_ > 0 && index >= 0 && static_cast<std::uint64_t>(index) < parts_) {
      facts_.statuses.push_back({Kind::success, "assertion.alternativeContentRepresentation.match", url, {}});
    } else {
      facts_.fail("assertion.alternativeContentRepresentation.malformed", url,
                  "the preserved original is said to be a part that there is not");
    }
  }
}

AssertionFacts AssertionRules::finish() {
  actions_.finish();
  preserved_parts();
  const auto parents = std::ranges::count(facts_.ingredients, "parentOf", &Ingredient::relationship);
  if (parents > 1) facts_.fail("manifest.multipleParents", scope_.absolute(""), "the work has several parents");
  scope_.manifest.update ? update() : standard();
  return std::move(facts_);
}

}  // namespace bonafide::provenance::c2pa
