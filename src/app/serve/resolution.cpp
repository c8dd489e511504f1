// C2PA's Soft Binding Resolution API: from a mark to the credential that a work has lost. A match says where to look
// and proves nothing; the credential must be validated against the work.
#include <algorithm>
#include <filesystem>

#include "app/serve/log_service.h"
#include "app/serve/problem.h"
#include "app/serve/query.h"
#include "base/files.h"
#include "base/json.h"
#include "crypto/random.h"
#include "provenance/c2pa/soft_binding.h"
#include "provenance/c2pa/store.h"

namespace bonafide::app {

namespace tlog = provenance::log;
namespace c2pa = provenance::c2pa;

namespace {

constexpr std::uint64_t kMostMatches = 100;
constexpr int kMostLooking = 2;  // decoding is dear, and the disk's threads wait behind it

bool is_known(std::string_view algorithm) { return algorithm == c2pa::kTileMark || algorithm == c2pa::kSoundMark; }

/// Base64 of the id as hex digits, as it stands in our assertions, or of its bytes.
Result<std::string> id_of(const std::string& value) {
  const Bytes bytes = TRY(from_base64(value));
  const std::string text(as_text(bytes));
  if (auto raw = from_hex(text); raw && raw->size() >= 8 && raw->size() <= 16) return to_hex(*raw);
  if (bytes.size() >= 8 && bytes.size() <= 16) return to_hex(bytes);
  return make_error(Code::invalid_argument, "the value is not base64 of a mark's id (16 hex digits or 8 bytes)");
}

WebAnswer json_answer(const Json& json) {
  WebAnswer answer = text_answer(200, dump_json(json) + "\n", "application/json");
  answer.headers.emplace_back("Cache-Control", "no-store");
  return answer;
}

}  // namespace

WebAnswer supported_algorithms() {
  return json_answer({{"watermarks", Json::array({{{"alg", c2pa::kTileMark}}, {{"alg", c2pa::kSoundMark}}})},
                      {"fingerprints", Json::array()}});
}

Result<WebAnswer> LogService::matches(const std::vector<FoundBinding>& bindings, std::uint64_t most) {
  Json found = Json::array();
  std::vector<std::string> labels;
  const std::scoped_lock lock(registry_mutex_);
  for (const FoundBinding& binding : bindings) {
    const Bytes id = TRY(from_hex(binding.id));
    for (const tlog::Record& record : TRY(registry_->find_mark(id, most))) {
      const std::string label = TRY(registry_->label_of(record.leaf));
      if (label.empty() || std::ranges::find(labels, label) != labels.end() || labels.size() == most) continue;
      labels.push_back(label);
      found.push_back({{"manifestId", label}});
    }
  }
  return json_answer({{"matches", found}});
}

Result<WebAnswer> LogService::by_binding(const WebRequest& request) {
  std::optional<std::string> algorithm, value;
  if (request.method == "POST") {
    const Json json = TRY(parse_json(as_text(request.body)));
    const auto member = [&](const char* name) -> std::optional<std::string> {
      if (!json.is_object() || !json.contains(name) || !json[name].is_string()) return std::nullopt;
      return json[name].get<std::string>();
    };
    algorithm = member("alg");
    value = member("value");
  } else {
    algorithm = TRY(query_value(request.query, "alg"));
    value = TRY(query_value(request.query, "value"));
  }
  if (!algorithm || !value) return make_error(Code::invalid_argument, "alg and value are needed");
  const std::uint64_t most = TRY(query_count(request.query, "maxResults", 10, kMostMatches));
  if (!is_known(*algorithm)) return matches({}, most);
  const std::string id = TRY(id_of(*value));
  return matches({{*algorithm, id}}, most);
}

Result<WebAnswer> LogService::by_content(const WebRequest& request) {
  if (!request_.read)
    return problem(501, "this server takes no works in: it was started without --by-content", request.accept);
  const auto wanted = TRY(query_value(request.query, "alg"));
  const std::uint64_t most = TRY(query_count(request.query, "maxResults", 10, kMostMatches));
  if (request.body.empty()) return make_error(Code::invalid_argument, "the body holds no work");
  struct Turn {
    explicit Turn(std::atomic<int>& count) : count_(count) { mine = ++count_; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { --count_; }
    int mine = 0;
    std::atomic<int>& count_;
  } turn(looking_);
  if (turn.mine > kMostLooking) return make_error(Code::unavailable, "too many works are being looked at: try again");
  const std::string name = "bonafide-" + to_hex(TRY(crypto::Random().bytes(16)));
  const std::string path = (std::filesystem::temp_directory_path() / name).string();
  TRY(write_file(path, as_text(request.body), false));
  auto found = request_.read(path);
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
  if (!found) return found.error();
  if (wanted) std::erase_if(*found, [&](const FoundBinding& one) { return one.algorithm != *wanted; });
  return matches(*found, most);
}

/// The whole store, or with returnActiveManifest nothing less: a manifest alone could not be validated with its
/// ingredients, and the whole holds it.
Result<WebAnswer> LogService::manifest(const Target& target, const WebRequest& request) {
  const std::string label = TRY(percent_decoded(target.rest));
  const auto active = TRY(query_value(request.query, "returnActiveManifest"));
  if (active && *active != "true" && *active != "false")
    return make_error(Code::invalid_argument, "returnActiveManifest is true or false");
  if (active && *active == "true")
    return problem(501, "manifests are handed out in their whole store alone", request.accept);
  std::optional<tlog::Record> record;
  {
    const std::scoped_lock lock(registry_mutex_);
    record = TRY(registry_->find_manifest(label));
  }
  if (!record) return make_error(Code::not_found, "no manifest of this name is kept here");
  WebAnswer answer;
  answer.type = "application/c2pa";
  answer.body = record->manifest;
  answer.headers.emplace_back("Cache-Control", "no-cache");  // it may be erased
  return answer;
}

}  // namespace bonafide::app
