#include "provenance/c2pa/definition.h"

#include <algorithm>
#include <array>
#include <set>

namespace bonafide::provenance::c2pa {

namespace {

Error wrong(const std::string& field, const char* what) {
  return make_error(Code::invalid_argument, "the definition's " + field + " " + what);
}

/// A text, or nothing when it is absent; an Error when it is something else.
Result<std::string> text_of(const Json& json, const std::string& key) {
  if (!json.contains(key) || json[key].is_null()) return std::string();
  if (!json[key].is_string()) return wrong(key, "is not a text");
  return json[key].get<std::string>();
}

Result<FileReference> reference_of(const Json& json, const std::string& key) {
  if (!json.contains(key) || json[key].is_null()) return FileReference();
  if (!json[key].is_object()) return wrong(key, "is not an object");
  return FileReference{TRY(text_of(json[key], "identifier")), TRY(text_of(json[key], "format"))};
}

/// Assertions that the standard keeps as JSON rather than CBOR (§16, JSON-LD).
bool is_json_label(std::string_view label) {
  return label.starts_with("stds.schema-org") || label == "stds.exif" || label == "stds.iptc" ||
         label == "stds.metadata" || label == "c2pa.metadata" || label == "cawg.metadata";
}

Result<void> take_actions(const Json& data, Definition& definition) {
  if (!data.is_object() || !data.contains("actions") || !data["actions"].is_array()) {
    return wrong("actions", "assertion holds no list of actions");
  }
  if (definition.claims_actions) return wrong("actions", "assertion comes twice");
  definition.claims_actions = true;
  definition.plan.actions = data["actions"];
  for (const auto& [key, value] : data.items()) {
    if (key != "actions") definition.plan.actions_more[key] = value;
  }
  return {};
}

Result<void> take_assertion(const Json& json, Definition& definition) {
  if (!json.is_object()) return wrong("assertions", "are not all objects");
  Assertion assertion;
  assertion.label = TRY(text_of(json, "label"));
  if (assertion.label.empty()) return wrong("assertions", "are not all labelled");
  if (!json.contains("data")) return wrong("assertion " + assertion.label, "has no data");
  if (assertion.label == "c2pa.actions" || assertion.label == "c2pa.actions.v2") {
    return take_actions(json["data"], definition);
  }
  const std::string kind = TRY(text_of(json, "kind"));
  if (json.contains("created")) {
    if (!json["created"].is_boolean())
      return wrong("assertion " + assertion.label, "has a \"created\" that is no truth");
    assertion.created = json["created"].get<bool>();
  }
  if (kind == "Json" || (kind.empty() && is_json_label(assertion.label))) {
    assertion.form = Assertion::Form::json;
    const std::string text = dump_json(json["data"]);
    assertion.content.assign(text.begin(), text.end());
  } else if (kind.empty() || kind == "Cbor") {
    assertion.content = TRY(cbor_of_json(json["data"]));
  } else {
    return wrong("assertion " + assertion.label, "is of a kind other than Json or Cbor");
  }
  definition.plan.assertions.push_back(std::move(assertion));
  return {};
}

Result<void> take_ingredient(const Json& json, Definition& definition) {
  if (!json.is_object()) return wrong("ingredients", "are not all objects");
  if (json.contains("manifest_data") || json.contains("active_manifest")) {
    return make_error(Code::unsupported,
                      "an ingredient that brings a stored credential: name its file in ingredient_paths instead");
  }
  IngredientDefinition ingredient;
  IngredientPlan& plan = ingredient.plan;
  plan.title = TRY(text_of(json, "title"));
  plan.format = TRY(text_of(json, "format"));
  plan.instance_id = TRY(text_of(json, "instance_id"));
  plan.id = TRY(text_of(json, "label"));
  if (plan.id.empty()) plan.id = plan.instance_id;
  const std::string relationship = TRY(text_of(json, "relationship"));
  plan.relationship = relationship.empty() ? "componentOf" : relationship;
  if (plan.relationship != "parentOf" && plan.relationship != "componentOf" && plan.relationship != "inputTo") {
    return wrong("ingredient", "has a relationship other than parentOf, componentOf or inputTo");
  }
  if (json.contains("digital_source_type")) plan.source_type = TRY(text_of(json, "digital_source_type"));
  for (const char* const key : {"description", "informational_URI", "data_types"}) {
    if (!json.contains(key)) continue;
    plan.more[std::string_view(key) == "data_types"    ? "dataTypes"
              : std::string_view(key) == "description" ? "description"
                                                       : "informationalURI"] = json[key];
  }
  ingredient.thumbnail = TRY(reference_of(json, "thumbnail"));
  ingredient.path = TRY(text_of(json, "file"));
  definition.ingredients.push_back(std::move(ingredient));
  return {};
}

Result<void> take_generator(const Json& json, ManifestPlan& plan) {
  const std::string old = TRY(text_of(json, "claim_generator"));
  if (!old.empty()) {
    const auto slash = old.find('/');
    plan.generator["name"] = old.substr(0, slash);
    if (slash != std::string::npos) plan.generator["version"] = old.substr(slash + 1);
  }
  if (!json.contains("claim_generator_info")) return {};
  const Json& info = json["claim_generator_info"];
  const Json& first = info.is_array() && !info.empty() ? info[0] : info;
  if (!first.is_object() || !first.contains("name")) return wrong("claim_generator_info", "has no name");
  plan.generator = first;
  plan.generator.erase("icon");  // a file of its own, which is not carried along
  return {};
}

using Take = Result<void> (*)(const Json&, Definition&);

template <Take take>
Result<void> each(const Json& json, const std::string& key, Definition& definition) {
  if (!json.contains(key) || json[key].is_null()) return {};
  if (!json[key].is_array()) return wrong(key, "are not a list");
  for (const Json& item : json[key]) TRY(take(item, definition));
  return {};
}

Result<void> take_path(const Json& json, Definition& definition) {
  if (!json.is_string()) return wrong("ingredient_paths", "are not all texts");
  IngredientDefinition ingredient;
  ingredient.path = json.get<std::string>();
  ingredient.plan.relationship = "componentOf";
  definition.ingredients.push_back(std::move(ingredient));
  return {};
}

Result<void> take_redaction(const Json& json, Definition& definition) {
  if (!json.is_string()) return wrong("redactions", "are not all texts");
  definition.plan.redactions.push_back(json.get<std::string>());
  return {};
}

}  // namespace

Result<Definition> parse_definition(const Json& json, std::vector<std::string>* passed_over) {
  static const std::set<std::string> known{
      "alg",       "sign_cert",   "private_key", "ta_url",      "claim_generator",  "claim_generator_info",
      "title",     "format",      "assertions",  "ingredients", "ingredient_paths", "redactions",
      "thumbnail", "instance_id", "label",       "vendor",      "base_path",        "claim_version"};
  if (!json.is_object()) return make_error(Code::invalid_argument, "the definition is not a JSON object");
  Definition definition;
  ManifestPlan& plan = definition.plan;
  definition.algorithm = TRY(text_of(json, "alg"));
  definition.certificate = TRY(text_of(json, "sign_cert"));
  definition.private_key = TRY(text_of(json, "private_key"));
  definition.time_authority = TRY(text_of(json, "ta_url"));
  definition.base_path = TRY(text_of(json, "base_path"));
  plan.title = TRY(text_of(json, "title"));
  plan.format = TRY(text_of(json, "format"));
  plan.instance_id = TRY(text_of(json, "instance_id"));
  plan.label = TRY(text_of(json, "label"));
  plan.vendor = TRY(text_of(json, "vendor"));
  definition.thumbnail = TRY(reference_of(json, "thumbnail"));
  TRY(take_generator(json, plan));
  TRY(each<take_assertion>(json, "assertions", definition));
  TRY(each<take_ingredient>(json, "ingredients", definition));
  TRY(each<take_path>(json, "ingredient_paths", definition));
  TRY(each<take_redaction>(json, "redactions", definition));
  for (const auto& [key, value] : json.items()) {
    if (passed_over != nullptr && !known.contains(key)) passed_over->push_back(key);
  }
  return definition;
}

void complete_actions(ManifestPlan& plan, const std::string& source_type, const std::string& edit_type,
                      const std::string& when) {
  const auto named = [&](const char* name) {
    return std::ranges::any_of(
        plan.actions, [&](const Json& action) { return action.is_object() && action.value("action", "") == name; });
  };
  const auto stamped = [&](Json action) {
    if (!when.empty()) action["when"] = when;
    return action;
  };
  const auto parent = std::ranges::find(plan.ingredients, "parentOf", &IngredientPlan::relationship);
  if (!named("c2pa.created") && !named("c2pa.opened")) {
    Json first{{"action", "c2pa.created"}};
    if (parent != plan.ingredients.end()) {
      first["action"] = "c2pa.opened";
      first["parameters"] = {{"ingredientIds", Json::array({parent->id})}};
    } else if (!source_type.empty()) {
      first["digitalSourceType"] = source_type;
    }
    plan.actions.insert(plan.actions.begin(), stamped(std::move(first)));
  }
  if (!edit_type.empty() && !named("c2pa.edited")) {
    plan.actions.push_back(stamped({{"action", "c2pa.edited"}, {"digitalSourceType", edit_type}}));
  }
  if (!named("c2pa.redacted")) {
    for (const std::string& url : plan.redactions) {
      plan.actions.push_back(
          stamped({{"action", "c2pa.redacted"}, {"reason", "not stated"}, {"parameters", {{"redacted", url}}}}));
    }
  }
}

std::optional<std::string> source_type_url(std::string_view term) {
  // IPTC "Digital Source Type" NewsCodes of 2025 and C2PA 2.5 §16.2.2
  static constexpr std::array kIptc{"algorithmicMedia",
                                    "algorithmicallyEnhanced",
                                    "composite",
                                    "compositeCapture",
                                    "compositeSynthetic",
                                    "compositeWithTrainedAlgorithmicMedia",
                                    "computationalCapture",
                                    "dataDrivenMedia",
                                    "digitalArt",
                                    "digitalCapture",
                                    "digitalCreation",
                                    "humanEdits",
                                    "minorHumanEdits",
                                    "multiFrameComputationalCapture",
                                    "negativeFilm",
                                    "positiveFilm",
                                    "print",
                                    "screenCapture",
                                    "softwareImage",
                                    "trainedAlgorithmicMedia",
                                    "virtualRecording"};
  static constexpr std::array kC2pa{"empty", "trainedAlgorithmicData"};
  if (term.starts_with("http://") || term.starts_with("https://")) return std::string(term);
  if (std::ranges::find(kIptc, term) != kIptc.end()) {
    return "http://cv.iptc.org/newscodes/digitalsourcetype/" + std::string(term);
  }
  if (std::ranges::find(kC2pa, term) != kC2pa.end()) return "http://c2pa.org/digitalsourcetype/" + std::string(term);
  return std::nullopt;
}

}  // namespace bonafide::provenance::c2pa
