#include "support/schema.h"

#include <fmt/format.h>

#include <cmath>
#include <regex>

namespace bonafide::testing {

namespace {

using Json = nlohmann::ordered_json;

class Validator {
 public:
  Validator(const Json& root, bool strict) : root_(root), strict_(strict) {}

  void check(const Json& schema, const Json& json, const std::string& at) {
    for (const auto& [keyword, rule] : schema.items()) {
      if (keyword == "$ref") {
        check(resolve(rule.get<std::string>()), json, at);
      } else if (keyword == "type") {
        check_type(rule, json, at);
      } else if (keyword == "enum") {
        if (std::find(rule.begin(), rule.end(), json) == rule.end()) fail(at, "not one of the allowed values");
      } else if (keyword == "const") {
        if (json != rule) fail(at, "not the required value");
      } else if (keyword == "minimum") {
        if (json.is_number() && json.get<double>() < rule.get<double>()) fail(at, "too small");
      } else if (keyword == "pattern") {
        if (json.is_string() && !std::regex_search(json.get<std::string>(), std::regex(rule.get<std::string>())))
          fail(at, "does not fit its pattern");
      } else if (keyword == "required") {
        for (const Json& name : rule) {
          if (json.is_object() && !json.contains(name.get<std::string>())) fail(at, "lacks " + name.get<std::string>());
        }
      } else if (keyword == "properties") {
        check_properties(rule, json, at);
      } else if (keyword == "items") {
        for (std::size_t i = 0; json.is_array() && i < json.size(); ++i)
          check(rule, json[i], fmt::format("{}[{}]", at, i));
      } else if (keyword != "description" && keyword != "title" && keyword != "$schema" && keyword != "$id" &&
                 keyword != "$defs") {
        fail(at, fmt::format("keyword {} is not supported by this validator", keyword));
      }
    }
  }

  std::vector<std::string> take() { return std::move(errors_); }

 private:
  const Json& resolve(const std::string& reference) {
    static const Json kNothing = Json::object();
    const std::string prefix = "#/$defs/";
    if (!reference.starts_with(prefix) || !root_.at("$defs").contains(reference.substr(prefix.size()))) {
      fail(reference, "unknown reference");
      return kNothing;
    }
    return root_.at("$defs").at(reference.substr(prefix.size()));
  }

  static bool is(const Json& json, const std::string& type) {
    if (type == "integer") {
      return json.is_number_integer() ||
             (json.is_number_float() && std::floor(json.get<double>()) == json.get<double>());
    }
    return (type == "null" && json.is_null()) || (type == "boolean" && json.is_boolean()) ||
           (type == "number" && json.is_number()) || (type == "string" && json.is_string()) ||
           (type == "array" && json.is_array()) || (type == "object" && json.is_object());
  }

  void check_type(const Json& rule, const Json& json, const std::string& at) {
    bool good = rule.is_string() && is(json, rule.get<std::string>());
    for (std::size_t i = 0; rule.is_array() && i < rule.size(); ++i)
      good = good || is(json, rule[i].get<std::string>());
    if (!good) fail(at, fmt::format("is {}, not {}", json.type_name(), rule.dump()));
  }

  void check_properties(const Json& rule, const Json& json, const std::string& at) {
    if (!json.is_object()) return;
    for (const auto& [name, value] : json.items()) {
      if (rule.contains(name))
        check(rule.at(name), value, fmt::format("{}.{}", at, name));
      else if (strict_)
        fail(at, fmt::format("{} is not described", name));
    }
  }

  void fail(const std::string& at, const std::string& what) { errors_.push_back(fmt::format("{}: {}", at, what)); }

  const Json& root_;
  bool strict_;
  std::vector<std::string> errors_;
};

}  // namespace

std::vector<std::string> schema_errors(const Json& schema, const Json& json, bool strict) {
  Validator validator(schema, strict);
  validator.check(schema, json, "$");
  return validator.take();
}

}  // namespace bonafide::testing
