#include "crypto/trust_list.h"

#include <algorithm>
#include <ctime>
#include <map>
#include <utility>

#include "base/json.h"

namespace bonafide::crypto {
namespace {

constexpr std::size_t kMostAnchors = 10'000;
constexpr std::string_view kTrusted = "http://c2pa.org/conformance/trust-list/trusted";
constexpr std::string_view kUntrusted = "http://c2pa.org/conformance/trust-list/untrusted";

const Json* member(const Json& json, const char* key) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(key);
  return found == json.end() ? nullptr : &*found;
}

Result<std::string> text_at(const Json& json, const char* key) {
  const Json* const found = member(json, key);
  if (found == nullptr || !found->is_string()) {
    return make_error(Code::corrupt, std::string("trust list: ") + key + " is missing or no text");
  }
  return found->get<std::string>();
}

/// "2026-08-05T00:11:39Z" and nothing else.
Result<UnixTime> time_at(const Json& json, const char* key) {
  const std::string text = TRY(text_at(json, key));
  std::tm parts{};
  const char* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  if (text.size() != 20 || end != text.c_str() + text.size()) {
    return make_error(Code::corrupt, std::string("trust list: ") + key + " is no time in UTC");
  }
  return static_cast<UnixTime>(timegm(&parts));
}

/// One certificate's states in the order of time.
struct States {
  Certificate certificate;
  std::vector<std::pair<UnixTime, bool>> since;
};
using ByFingerprint = std::map<std::string, States>;

Result<void> read_state(const Json& service, ByFingerprint& known) {
  const std::string status = TRY(text_at(service, "ServiceStatus"));
  if (status != kTrusted && status != kUntrusted) {
    return make_error(Code::corrupt, "trust list: unknown service status " + clean_utf8(status.substr(0, 100)));
  }
  const UnixTime since = TRY(time_at(service, "StatusStartingTime"));
  const Json* const identity = member(service, "ServiceDigitalIdentity");
  const Json* const certificates = identity == nullptr ? nullptr : member(*identity, "X509Certificates");
  if (certificates == nullptr || !certificates->is_array() || certificates->empty()) {
    return make_error(Code::corrupt, "trust list: service without certificates");
  }
  for (const Json& each : *certificates) {
    const std::string text = TRY(text_at(each, "val"));
    const Bytes der = TRY(from_base64(text));
    Certificate certificate = TRY(parse_certificate(der));
    const std::string fingerprint = certificate.fingerprint();
    States& states = known[fingerprint];
    states.certificate = std::move(certificate);
    states.since.emplace_back(since, status == kTrusted);
    if (known.size() > kMostAnchors) return make_error(Code::limit, "trust list: more than 10000 anchors");
  }
  return {};
}

Result<void> read_service(const Json& service, ByFingerprint& known) {
  const Json* const information = member(service, "ServiceInformation");
  if (information == nullptr) return make_error(Code::corrupt, "trust list: service without information");
  TRY(read_state(*information, known));
  const Json* const history = member(service, "ServiceHistory");
  if (history == nullptr) return {};
  if (!history->is_array()) return make_error(Code::corrupt, "trust list: history is no list");
  for (const Json& each : *history) TRY(read_state(each, known));
  return {};
}

/// At the very second of two contrary states the withdrawal holds.
void add_periods(States& states, std::vector<TrustAnchor>& anchors) {
  std::ranges::sort(states.since, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second && !b.second;
  });
  bool open = false;
  bool first = true;
  for (const auto& [time, trusted] : states.since) {
    if (trusted && !open) {
      anchors.push_back({states.certificate, first ? std::optional<UnixTime>() : time, {}});
    } else if (!trusted && open) {
      anchors.back().not_after = time - 1;
    }
    open = trusted;
    first = false;
  }
}

Result<void> read_entities(const Json& entities, ByFingerprint& known) {
  if (!entities.is_array()) return make_error(Code::corrupt, "trust list: entities are no list");
  std::size_t number = 0;
  for (const Json& entity : entities) {
    ++number;
    const Json* const services = member(entity, "TrustedEntityServices");
    if (services == nullptr || !services->is_array()) {
      return make_error(Code::corrupt, "trust list: entry " + std::to_string(number) + " has no services");
    }
    for (const Json& service : *services) {
      if (auto read = read_service(service, known); !read) {
        return make_error(read.error().code, read.error().message + " (entry " + std::to_string(number) + ")");
      }
    }
  }
  return {};
}

}  // namespace

Result<TrustListSnapshot> parse_trust_list(std::string_view json, std::vector<std::string> key_uses) {
  const Json root = TRY(parse_json(json));
  const Json* const list = member(root, "LoTE");
  const Json* const scheme = list == nullptr ? nullptr : member(*list, "ListAndSchemeInformation");
  const Json* const entities = list == nullptr ? nullptr : member(*list, "TrustedEntitiesList");
  if (scheme == nullptr || entities == nullptr) return make_error(Code::corrupt, "not a trust list in LoTE form");
  TrustListSnapshot snapshot;
  snapshot.issued = TRY(time_at(*scheme, "ListIssueDateTime"));
  snapshot.next_update = TRY(time_at(*scheme, "NextUpdate"));
  const Json* const sequence = member(*scheme, "LoTESequenceNumber");
  if (sequence != nullptr && sequence->is_number_integer()) snapshot.sequence = sequence->get<std::int64_t>();
  snapshot.list.name = "trust list";
  const Json* const names = member(*scheme, "SchemeName");
  if (names != nullptr && names->is_array() && !names->empty()) {
    if (auto name = text_at(names->front(), "value")) snapshot.list.name = clean_utf8(name->substr(0, 200));
  }
  snapshot.list.key_uses = std::move(key_uses);
  ByFingerprint known;
  TRY(read_entities(*entities, known));
  for (auto& [fingerprint, states] : known) add_periods(states, snapshot.list.anchors);
  return snapshot;
}

}  // namespace bonafide::crypto
