#include "base/json.h"

#include <cstdint>
#include <vector>

namespace bonafide {

namespace {

/// What a hostile text could make expensive. An object of n members takes n²/2 comparisons to build, since each new key
/// is looked for among the others.
class Bounds {
 public:
  bool keep(int depth, Json::parse_event_t event) {
    if (!broken_.empty()) return false;
    if (depth > kDeepest) broken_ = "JSON is nested too deeply";
    if (event == Json::parse_event_t::object_start) keys_.push_back(0);
    if (event == Json::parse_event_t::object_end) keys_.pop_back();
    if (event == Json::parse_event_t::key) comparisons_ += keys_.back()++;
    if (comparisons_ > kMostComparisons) broken_ = "JSON with too many members";
    return broken_.empty();
  }
  const std::string& broken() const { return broken_; }

 private:
  static constexpr int kDeepest = 64;
  static constexpr std::uint64_t kMostComparisons = 50'000'000;  // half a second; one object of 10 000 members
  std::vector<std::uint64_t> keys_;
  std::uint64_t comparisons_ = 0;
  std::string broken_;
};

}  // namespace

Result<Json> parse_json(std::string_view text) {
  Bounds bounds;
  const auto watch = [&](int depth, Json::parse_event_t event, Json&) { return bounds.keep(depth, event); };
  try {
    Json json = Json::parse(text, watch, true);
    if (!bounds.broken().empty()) return make_error(Code::limit, bounds.broken());
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
