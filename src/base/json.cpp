#include "base/json.h"

namespace bonafide {

Result<Json> parse_json(std::string_view text) {
  constexpr int kDeepest = 64;
  bool too_deep = false;
  const auto watch = [&](int depth, Json::parse_event_t, Json&) {
    too_deep = too_deep || depth > kDeepest;
    return !too_deep;
  };
  try {
    Json json = Json::parse(text, watch, true);
    if (too_deep) return make_error(Code::limit, "JSON is nested too deeply");
    return json;
  } catch (const Json::parse_error& error) {
    return make_error(Code::corrupt, "not JSON", error.byte);
  } catch (const Json::exception&) {  // out_of_range: 1e999
    return make_error(Code::corrupt, "JSON with a number out of range");
  }
}

std::string dump_json(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace bonafide
