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
      } else if (keyword == "additionalProperties") {
        check_additional(schema, rule, json, at);
      } else if (keyword == "patternProperties") {
        check_patterns(rule, json, at);
      } else if (keyword == "dependentRequired") {
        check_dependent(rule, json, at);
      } else if (keyword == "oneOf") {
        check_one_of(rule, json, at);
      } else if (keyword == "minItems") {
        if (json.is_array() && json.size() < rule.get<std::size_t>()) fail(at, "has too few items");
      } else if (keyword == "minLength") {
        if (json.is_string() && json.get<std::string>().size() < rule.get<std::size_t>()) fail(at, "is too short");
      } else if (keyword == "maxLength") {
        if (json.is_string() && json.get<std::string>().size() > rule.get<std::size_t>()) fail(at, "is too long");
      } else if (keyword == "maximum") {
        if (json.is_number() && json.get<double>() > rule.get<double>()) fail(at, "too large");
      } else if (keyword == "format") {
        check_format(rule.get<std::string>(), json, at);
      } else if (keyword == "items") {
        for (std::size_t i = 0; json.is_array() && i < json.size(); ++i)
          check(rule, json[i], fmt::format("{}[{}]", at, i));
      } else if (keyword != "description" && keyword != "title" && keyword != "$schema" && keyword != "$id" &&
                 keyword != "$defs" && keyword != "definitions") {
        fail(at, fmt::format("keyword {} is not supported by this validator", keyword));
      }
    }
  }

  std::vector<std::string> take() { return std::move(errors_); }

 private:
  const Json& resolve(const std::string& reference) {
    static const Json kNothing = Json::object();
    for (const std::string where : {"$defs", "definitions"}) {
      const std::string prefix = "#/" + where + "/";
      if (!reference.starts_with(prefix) || !root_.contains(where)) continue;
      const std::string name = reference.substr(prefix.size());
      if (root_.at(where).contains(name)) return root_.at(where).at(name);
    }
    fail(reference, "unknown reference");
    return kNothing;
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

  static bool matches_any(const Json& patterns, const std::string& name) {
    for (const auto& [pattern, rule] : patterns.items()) {
      if (std::regex_search(name, std::regex(pattern))) return true;
    }
    return false;
  }

  void check_additional(const Json& schema, const Json& rule, const Json& json, const std::string& at) {
    if (!json.is_object()) return;
    for (const auto& [name, value] : json.items()) {
      if (schema.contains("properties") && schema.at("properties").contains(name)) continue;
      if (schema.contains("patternProperties") && matches_any(schema.at("patternProperties"), name)) continue;
      if (rule.is_object())
        check(rule, value, fmt::format("{}.{}", at, name));
      else if (!rule.get<bool>())
        fail(at, fmt::format("{} is not allowed", name));
    }
  }

  void check_patterns(const Json& rules, const Json& json, const std::string& at) {
    if (!json.is_object()) return;
    for (const auto& [name, value] : json.items()) {
      for (const auto& [pattern, rule] : rules.items()) {
        if (std::regex_search(name, std::regex(pattern))) check(rule, value, fmt::format("{}.{}", at, name));
      }
    }
  }

  void check_dependent(const Json& rules, const Json& json, const std::string& at) {
    if (!json.is_object()) return;
    for (const auto& [name, needed] : rules.items()) {
      for (const Json& other : needed) {
        if (json.contains(name) && !json.contains(other.get<std::string>()))
          fail(at, fmt::format("has {} without {}", name, other.get<std::string>()));
      }
    }
  }

  void check_one_of(const Json& rules, const Json& json, const std::string& at) {
    int fit = 0;
    for (const Json& rule : rules) {
      Validator inner(root_, strict_);
      inner.check(rule, json, at);
      fit += inner.errors_.empty() ? 1 : 0;
    }
    if (fit != 1) fail(at, fmt::format("fits {} of the alternatives, not one", fit));
  }

  void check_format(const std::string& format, const Json& json, const std::string& at) {
    static const std::regex time("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?(Z|[+-]\\d{2}:\\d{2})");
    static const std::regex uri("[A-Za-z][A-Za-z0-9+.-]*:.*");
    if (format != "date-time" && format != "uri") return fail(at, fmt::format("format {} is not supported", format));
    if (json.is_string() && !std::regex_match(json.get<std::string>(), format == "uri" ? uri : time))
      fail(at, fmt::format("is no {}", format));
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
