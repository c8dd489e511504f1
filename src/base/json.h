// JSON: nlohmann's ordered_json (keys keep the order we write them in) behind two safe calls.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace bonafide {

using Json = nlohmann::ordered_json;

/// `limit` for text deeper than 64 levels or with objects so wide that building them would take seconds. Never throws.
Result<Json> parse_json(std::string_view text);
/// Never throws: broken UTF-8 is replaced. indent < 0: one line.
std::string dump_json(const Json& json, int indent = -1);

}  // namespace bonafide
