#include "provenance/c2pa/assertions.h"

#include <algorithm>
#include <set>

#include "base/json.h"
#include "provenance/c2pa/binding.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr Uuid kRedactionMark{0xCA, 0xA9, 0x8E, 0xEE, 0x9D, 0x4D, 0xF8, 0x0E,
                              0x86, 0xAD, 0x4D, 0xFF, 0xCA, 0x26, 0x39, 0x73};

std::string text_of(const cbor::Value& map, std::string_view key) {
  const cbor::Value* const value = map.find(key);
  return value != nullptr && value->text() ? std::string(*value->text()) : std::string();
}

std::string agent_of(const cbor::Value& action) {
  const cbor::Value* const agent = action.find("softwareAgent");
  if (agent == nullptr) return {};
  if (agent->text()) return std::string(*agent->text());
  return text_of(*agent, "name");
}

}  // namespace

bool is_redaction_mark(const JumbfBox& box) {
  const JumbfBox* const mark = box.content(fourcc("uuid"));
  if (mark == nullptr || box.children.size() != 1 || mark->payload.size() < kRedactionMark.size()) return false;
  return std::equal(kRedactionMark.begin(), kRedactionMark.end(), mark->payload.begin()) &&
         std::ranges::all_of(mark->payload.subspan(kRedactionMark.size()), [](std::uint8_t byte) { return byte == 0; });
}

void AssertionRules::fail(std::string code, std::string url, std::string reason) {
  failures_.push_back({Kind::failure, std::move(code), std::move(url), std::move(reason)});
}

void AssertionRules::action(const cbor::Value& value, bool second, const std::string& url) {
  Action entry{text_of(value, "action"), text_of(value, "digitalSourceType"), agent_of(value), text_of(value, "when")};
  if (entry.name.empty()) return fail("assertion.action.malformed", url, "an action without a name");
  if (entry.name == "c2pa.watermarked.bound") bound_watermark_ = url;
  const cbor::Value* const parameters = value.find("parameters");
  const cbor::Value* const list = parameters == nullptr ? nullptr : parameters->find("ingredients");
  if (second && list != nullptr) {
    for (const cbor::Value& item : list->children) {
      const auto uri = hashed_uri(&item);
      if (uri)
        wanted_ingredients_.emplace_back(std::string(last_step(uri->url)), url);
      else
        fail("assertion.action.ingredientMismatch", url, "an action names an ingredient in a broken way");
    }
  }
  actions_.push_back(std::move(entry));
}

void AssertionRules::actions(const cbor::Value& value, const std::string& label, const std::string& url) {
  const cbor::Value* const list = value.find("actions");
  if (list == nullptr || !list->is(cbor::Type::array) || list->children.empty()) {
    return fail("assertion.action.malformed", url, "the list of actions is missing or empty");
  }
  ++action_lists_;
  for (const cbor::Value& item : list->children) action(item, base_label(label) == "c2pa.actions.v2", url);
}

void AssertionRules::ingredient(const cbor::Value& value, const std::string& label, const std::string& url) {
  auto entry = parse_ingredient(label, value);
  if (!entry) return fail("assertion.ingredient.malformed", url, "an ingredient does not say how it was used");
  if (entry->relationship == "parentOf") ++parents_;
  ingredients_.push_back(std::move(*entry));
}

void AssertionRules::add(const JumbfBox& box, const std::string& url) {
  const std::string label(box.label);
  const std::string_view base = base_label(label);
  if (is_hard_binding(base)) ++bindings_;
  if (base == "c2pa.soft-binding") ++soft_bindings_;
  if (base.starts_with("c2pa.thumbnail.claim")) ++thumbnails_;
  if (const JumbfBox* const content = box.content(fourcc("json")); content != nullptr) {
    if (!parse_json(as_text(content->payload))) fail("assertion.json.invalid", url);
  }
  const JumbfBox* const content = box.content(fourcc("cbor"));
  if (content == nullptr) return;
  const auto value = cbor::parse(content->payload);
  if (!value) return fail("assertion.cbor.invalid", url, value.error().message);
  if (base == "c2pa.actions" || base == "c2pa.actions.v2") actions(*value, label, url);
  if (base == "c2pa.ingredient" || base == "c2pa.ingredient.v2" || base == "c2pa.ingredient.v3") {
    ingredient(*value, label, url);
  }
}

void AssertionRules::finish(ManifestReport& report) {
  for (const auto& [label, url] : wanted_ingredients_) {
    const bool there = std::ranges::any_of(ingredients_, [&](const Ingredient& i) { return i.label == label; });
    if (!there) fail("assertion.action.ingredientMismatch", url, "an action names an ingredient that is not there");
  }
  if (!bound_watermark_.empty() && soft_bindings_ == 0) {
    fail("assertion.action.softBindingMissing", bound_watermark_, "a bound watermark is claimed, but not described");
  }
  if (parents_ > 1) fail("manifest.multipleParents", {}, "the work has several parents");
  if (update_) {
    static const std::set<std::string> allowed{"c2pa.edited.metadata", "c2pa.opened", "c2pa.published",
                                               "c2pa.redacted"};
    const bool beyond = std::ranges::any_of(actions_, [](const Action& a) { return !allowed.contains(a.name); });
    if (bindings_ > 0 || thumbnails_ > 0 || beyond) fail("manifest.update.invalid", {}, "an update may not do this");
    if (parents_ != 1 || ingredients_.size() != 1) fail("manifest.update.wrongParents", {}, "an update has one parent");
  } else if (claim_version_ >= 2 && action_lists_ == 0) {
    fail("claim.actions.missing", {}, "the claim does not say how the work came about");
  } else if (claim_version_ >= 2 && !actions_.empty() && actions_[0].name != "c2pa.created" &&
             actions_[0].name != "c2pa.opened") {
    fail("assertion.action.malformed", {}, "the first action is neither that it was created nor opened");
  }
  for (Status& status : failures_) report.statuses.push_back(std::move(status));
  report.actions = std::move(actions_);
}

}  // namespace bonafide::provenance::c2pa
