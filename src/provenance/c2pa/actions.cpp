#include "provenance/c2pa/actions.h"

#include <algorithm>
#include <array>

#include "base/time.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::array<std::string_view, 4> kAllowedInUpdates{"c2pa.edited.metadata", "c2pa.opened", "c2pa.published",
                                                            "c2pa.redacted"};

/// Text, plain or as a date (tag 0).
std::string text_of(const cbor::Value& map, std::string_view key) {
  const cbor::Value* value = map.find(key);
  if (value != nullptr && value->is(cbor::Type::tag) && value->children.size() == 1) value = &value->children[0];
  return value != nullptr && value->text() ? std::string(*value->text()) : std::string();
}

std::string agent_of(const cbor::Value& action) {
  const cbor::Value* const agent = action.find("softwareAgent");
  if (agent == nullptr) return {};
  if (agent->text()) return std::string(*agent->text());
  return text_of(*agent, "name");
}

bool opens(std::string_view name) { return name == "c2pa.created" || name == "c2pa.opened"; }

}  // namespace

void ActionRules::breach(std::string code, const Place& place, std::string reason) {
  if (scope_.claim.version >= 2)
    facts_.fail(std::move(code), place.url, std::move(reason));
  else
    facts_.object(std::move(code), std::move(reason));
}

void ActionRules::times(const cbor::Value& value, const Place& place, bool second) {
  if (!second) return;
  const bool when = value.find("when") != nullptr;
  const bool start = value.find("whenStart") != nullptr, end = value.find("whenEnd") != nullptr;
  if (when && (start || end))
    breach("assertion.action.malformed", place, "an action has both a time and a span of time");
  if (when && !parse_rfc3339(text_of(value, "when")))
    facts_.object("action.when", "the time of an action is not a time");
  if (!start || !end) return;
  const auto from = parse_rfc3339(text_of(value, "whenStart")), to = parse_rfc3339(text_of(value, "whenEnd"));
  if (!from || !to || *from > *to) {
    breach("assertion.action.malformed", place, "an action ends before it begins, or its times are not times");
  }
}

void ActionRules::mention(const cbor::Value& value, const Place& place, const std::string& name) {
  const cbor::Value* const parameters = value.find("parameters");
  const cbor::Value* list = parameters == nullptr ? nullptr : parameters->find("ingredients");
  const cbor::Value* const one = parameters == nullptr ? nullptr : parameters->find("ingredient");
  Mention mention{place, name, list != nullptr || one != nullptr, {}, false};
  const auto take = [&](const cbor::Value& item) {
    if (const auto uri = hashed_uri(&item))
      mention.urls.push_back(uri->url);
    else
      mention.broken = true;
  };
  if (list != nullptr && !list->is(cbor::Type::array)) mention.broken = true;
  if (list != nullptr && list->is(cbor::Type::array)) std::ranges::for_each(list->children, take);
  if (list == nullptr && one != nullptr) take(*one);
  mentions_.push_back(std::move(mention));
}

void ActionRules::related(const cbor::Value& parameters, const Place& place) {
  const cbor::Value* const list = parameters.find("relatedAssertions");
  if (list == nullptr) return;
  const auto wrong = [&](const char* why) { breach("assertion.action.malformed", place, why); };
  if (!list->is(cbor::Type::array) || list->children.empty())
    return wrong("an action's related assertions are no list");
  for (const cbor::Value& item : list->children) {
    const auto uri = hashed_uri(&item);
    if (!uri) return wrong("an action names a related assertion in a broken way");
    const std::string_view label = last_step(uri->url);
    if (is_ingredient_label(label) || is_actions_label(label)) {
      wrong("an action names ingredients or actions as related assertions");
      continue;
    }
    if (scope_.is_redacted(uri->url)) continue;  // told by check_references
    const Manifest* owner = nullptr;
    const JumbfBox* const box = scope_.store.resolve(uri->url, scope_.manifest, &owner);
    if (box == nullptr || owner != &scope_.manifest) wrong("an action names a related assertion that is not there");
  }
}

void ActionRules::redaction(const cbor::Value* parameters, const Place& place) {
  const std::string url = parameters == nullptr ? std::string() : text_of(*parameters, "redacted");
  const bool named = url.starts_with("self#jumbf=");
  if (named && (scope_.is_redacted(url) || scope_.store.resolve(url, scope_.manifest) != nullptr)) return;
  breach("assertion.action.redactionMismatch", place,
         named ? "an action tells of a redaction that did not happen" : "an action does not say what was redacted");
}

void ActionRules::one(const cbor::Value& value, const Place& place, bool opening_place, bool second) {
  Action entry{text_of(value, "action"), text_of(value, "digitalSourceType"), agent_of(value), text_of(value, "when")};
  if (entry.name.empty()) {
    return facts_.fail("assertion.action.malformed", place.url, "an action without a name");
  }
  times(value, place, second);
  if (opens(entry.name)) {
    if (opening_place)
      ++openings_;
    else
      breach("assertion.action.malformed", place, "that the work was created or opened is not told first");
  }
  if (entry.name == "c2pa.created" && entry.source_type.empty() && scope_.claim.version >= 2) {
    facts_.object("action.source", "that the work was created is told without a digital source type");
  }
  const cbor::Value* const parameters = value.find("parameters");
  mention(value, place, entry.name);
  if (parameters != nullptr) related(*parameters, place);
  if (entry.name == "c2pa.redacted") redaction(parameters, place);
  if (entry.name == "c2pa.watermarked" || entry.name == "c2pa.watermarked.bound") bound_watermarks_.push_back(place);
  facts_.actions.push_back(std::move(entry));
}

void ActionRules::add(const cbor::Value& value, const Listed& assertion) {
  const Place place{assertion.url, assertion.gathered};
  const cbor::Value* const list = value.find("actions");
  if (list == nullptr || !list->is(cbor::Type::array) || list->children.empty()) {
    return facts_.fail("assertion.action.malformed", place.url, "the list of actions is missing or empty");
  }
  const bool first = !first_seen_[place.gathered ? 1 : 0];
  first_seen_[place.gathered ? 1 : 0] = true;
  if (lists_++ == 0) first_url_ = place.url;
  for (std::size_t i = 0; i < list->children.size(); ++i) {
    one(list->children[i], place, first && i == 0, assertion.base() == "c2pa.actions.v2");
  }
}

/// How an ingredient of another manifest was used; empty when the URL leads to none.
std::string ActionRules::relation_elsewhere(const std::string& url) const {
  const Manifest* owner = nullptr;
  const JumbfBox* const box = scope_.store.resolve(url, scope_.manifest, &owner);
  if (box == nullptr || owner == &scope_.manifest) return {};
  return scope_.memo.relationship(*box);
}

void ActionRules::judge_url(const Mention& mention, const std::string& url, std::string_view wanted) {
  const bool elsewhere = mention.action == "c2pa.removed" || mention.action == "c2pa.deleted";
  const std::string whole = scope_.absolute(url);
  const bool own = whole.starts_with(scope_.absolute(""));
  const auto wrong = [&](const char* why) { breach("assertion.action.ingredientMismatch", mention.place, why); };
  if (scope_.redacted.contains(whole) && is_ingredient_label(last_step(url))) {
    if (own == elsewhere) wrong("an action names an ingredient of the wrong manifest");
    return;
  }
  if (elsewhere) {
    if (relation_elsewhere(url) != wanted) wrong("an action names no component of an earlier work");
    return;
  }
  const auto found =
      std::ranges::find_if(facts_.ingredients, [&](const Ingredient& i) { return own && i.label == last_step(url); });
  if (found == facts_.ingredients.end()) return wrong("an action names an ingredient that is not there");
  if (!wanted.empty() && found->relationship != wanted) {
    return wrong("an action names an ingredient that was used in another way");
  }
  if (scope_.claim.version < 2 || (mention.action != "c2pa.opened" && mention.action != "c2pa.placed")) return;
  if (!facts_.listed[mention.place.gathered ? 1 : 0].contains(whole)) {
    facts_.note("assertion.action.ingredientLocationMismatch", mention.place.url,
                "the signer vouches for one of action and ingredient, but not for the other");
  }
}

void ActionRules::judge(const Mention& mention) {
  const std::string_view name = mention.action;
  const bool opened = name == "c2pa.opened", placed = name == "c2pa.placed", removed = name == "c2pa.removed";
  const auto wrong = [&](const char* why) { breach("assertion.action.ingredientMismatch", mention.place, why); };
  if (mention.broken) return wrong("an action names an ingredient in a broken way");
  const bool needed = opened || placed || removed;
  if (needed && mention.urls.empty()) return wrong("an action does not name the ingredient that it needs");
  if (opened && mention.urls.size() != 1) return wrong("a work is opened from several ingredients at once");
  std::string_view wanted;
  if (opened || name == "c2pa.transcoded" || name == "c2pa.repackaged") wanted = "parentOf";
  if (placed || removed || name == "c2pa.deleted") wanted = "componentOf";
  for (const std::string& url : mention.urls) judge_url(mention, url, wanted);
}

void ActionRules::kind_of_manifest() {
  const Place where{first_url_, false};
  if (scope_.manifest.update) {
    const bool beyond = std::ranges::any_of(facts_.actions, [](const Action& action) {
      return std::ranges::find(kAllowedInUpdates, action.name) == kAllowedInUpdates.end();
    });
    if (beyond) facts_.fail("manifest.update.invalid", first_url_, "an update may not change the work itself");
    return;
  }
  if (scope_.claim.version < 2) return;
  if (lists_ == 0) {
    return facts_.fail("claim.actions.missing", scope_.absolute(""), "the claim does not say how the work came about");
  }
  if (openings_ == 0 && !facts_.actions.empty()) {
    breach("assertion.action.malformed", where, "the first action is neither that it was created nor opened");
  }
  if (openings_ > 1) breach("assertion.action.malformed", where, "the work was both created and opened");
}

void ActionRules::finish() {
  for (const Mention& mention : mentions_) judge(mention);
  if (facts_.soft_bindings.empty()) {
    for (const Place& place : bound_watermarks_) {
      breach("assertion.action.softBindingMissing", place, "a bound watermark is claimed, but not described");
    }
  }
  kind_of_manifest();
}

}  // namespace bonafide::provenance::c2pa
