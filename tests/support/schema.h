// A small JSON Schema validator: the part of draft 2020-12 that docs/schema and C2PA's crJSON schema use. Any
// other keyword is an error, so a schema cannot promise what is not checked.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace bonafide::testing {

/// Every disagreement as "$.forensics.findings[2].grade: not one of the allowed values". With `strict`, members that
/// the schema does not describe are disagreements too (the published schema allows them).
std::vector<std::string> schema_errors(const nlohmann::ordered_json& schema, const nlohmann::ordered_json& json,
                                       bool strict);

}  // namespace bonafide::testing
