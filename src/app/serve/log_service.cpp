#include "app/serve/log_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "app/log/opened.h"
#include "app/serve/problem.h"
#include "base/files.h"
#include "base/log.h"
#include "base/time.h"
#include "provenance/log/key_index.h"

namespace bonafide::app {

namespace tlog = provenance::log;

namespace {

constexpr std::uint64_t kMostEntryBody = 8192;
constexpr std::uint64_t kMostJson = 64 * 1024;
constexpr double kTokensSeconds = 1;    // until a token that was revoked stops working
constexpr double kWrongTokenCost = 20;  // guessing is dear
constexpr double kByContentCost = 20;

}  // namespace

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

LogService::LogService(LogServeRequest request, tlog::NoteSigner signer)
    : request_(std::move(request)),
      signer_(std::move(signer)),
      addresses_(request_.address_rate, 4 * request_.address_rate),
      of_token_(request_.token_rate, 2 * request_.token_rate),
      tokens_file_(request_.tokens.empty() ? request_.place.kept() + "/tokens" : request_.tokens) {}

Result<std::unique_ptr<LogService>> LogService::open(LogServeRequest request) {
  tlog::NoteSigner signer = TRY(log_signer(request.place));
  std::unique_ptr<LogService> service(new LogService(std::move(request), std::move(signer)));
  const LogPlace& place = service->request_.place;
  TRY(list_tokens(service->tokens_file_));  // a broken file is told now
  tlog::NoteSigner stores = TRY(tlog::NoteSigner::parse(service->signer_.secret_text()));
  service->store_ = TRY(tlog::DirectoryStore::open({.folder = place.folder, .keep = place.kept()}, std::move(stores)));
  service->registry_ = TRY(log_registry(place));
  tlog::Policy policy = tlog::policy_of(service->key());
  WitnessWish wish = service->request_.witnesses;
  wish.all_of_policy = true;
  if (!wish.policy.empty()) {
    const std::string text = TRY(read_file(wish.policy, 1 << 20));
    policy = TRY(tlog::parse_policy(text));
    if (policy.log_of(service->key().name) == nullptr)
      return make_error(Code::invalid_argument, "the policy does not know this log: nobody could believe it");
  }
  auto witnesses = TRY(witnesses_of(wish));
  if (policy.quorum != "none" && witnesses.empty())
    return make_error(Code::invalid_argument, "the policy wants witnesses, but gives no URL of any");
  service->cosigner_ = std::make_unique<Cosigner>(*service->store_, tlog::files_in(place.folder), std::move(policy),
                                                  std::move(witnesses));
  TRY(service->cosigner_->start());
  return service;
}

WebService LogService::service() {
  WebService service;
  service.admit = [this](const WebRequest& head) { return admit(head); };
  service.answer = [this](const WebRequest& request) { return answer(request); };
  service.complain = [](int status, const std::string& why) { return problem(status, why); };
  return service;
}

LogService::Target LogService::target_of(std::string_view path) {
  struct Fixed {
    std::string_view path;
    Route route;
  };
  static constexpr std::array kFixed{Fixed{"/checkpoint", Route::checkpoint},
                                     Fixed{"/index", Route::index},
                                     Fixed{"/add", Route::add},
                                     Fixed{"/entries", Route::entries},
                                     Fixed{"/.well-known/scitt-keys", Route::keys},
                                     Fixed{"/matches/byBinding", Route::by_binding},
                                     Fixed{"/matches/byContent", Route::by_content},
                                     Fixed{"/matches/byReference", Route::by_reference},
                                     Fixed{"/services/supportedAlgorithms", Route::algorithms},
                                     Fixed{"/healthz", Route::health},
                                     Fixed{"/readyz", Route::ready},
                                     Fixed{"/metrics", Route::metrics}};
  for (const Fixed& one : kFixed)
    if (one.path == path) return {one.route, {}};
  const auto below = [&](std::string_view prefix) { return path.starts_with(prefix) && path.size() > prefix.size(); };
  const auto rest = [&](std::string_view prefix) { return path.substr(prefix.size()); };
  if (below("/tile/")) return {Route::tile, path.substr(1)};
  if (below("/manifests/")) return {Route::manifest, rest("/manifests/")};
  if (below("/.well-known/scitt-keys/")) return {Route::key, rest("/.well-known/scitt-keys/")};
  if (!below("/entries/")) return {};
  std::string_view entry = rest("/entries/");
  if (!entry.ends_with("/statement")) return {Route::entry, entry};
  entry.remove_suffix(std::string_view("/statement").size());
  return {Route::statement, entry};
}

std::string_view LogService::methods_of(Route route) {
  switch (route) {
    case Route::add:
    case Route::entries:
    case Route::by_content:
    case Route::by_reference: return "POST";
    case Route::by_binding: return "GET, HEAD, POST";
    default: return "GET, HEAD";
  }
}

const char* LogService::name_of(Route route) {
  static constexpr std::array kNames{"none",         "checkpoint", "index",      "tile",   "add",        "entries",
                                     "entry",        "statement",  "keys",       "key",    "by_binding", "by_content",
                                     "by_reference", "manifest",   "algorithms", "health", "ready",      "metrics"};
  return kNames.at(static_cast<std::size_t>(route));
}

std::uint64_t LogService::most_body(Route route, const WebRequest& head) const {
  switch (route) {
    case Route::add:
      return head.type == "application/json" ? request_.most_manifest * 4 / 3 + kMostJson : kMostEntryBody;
    case Route::entries: return kMostEntryBody;
    case Route::by_content: return request_.most_content;
    case Route::by_binding:
    case Route::by_reference: return kMostJson;
    default: return 0;
  }
}

/// Read anew when it is a second old: a token that was revoked soon stops working.
const std::vector<Token>& LogService::tokens() {
  const double now = steady_seconds();
  if (tokens_read_ >= 0 && now - tokens_read_ < kTokensSeconds) return tokens_;
  tokens_read_ = now;
  auto read = list_tokens(tokens_file_);
  const std::string trouble = read ? std::string() : read.error().message;
  if (!trouble.empty() && trouble != tokens_trouble_) log(LogLevel::error, "nobody may register: " + trouble);
  tokens_trouble_ = trouble;
  tokens_ = read ? std::move(*read) : std::vector<Token>();
  return tokens_;
}

/// What stands against a request before its body is read.
std::optional<WebAnswer> LogService::refuse(Route route, const WebRequest& head) {
  const auto later = [&](double seconds, std::string_view who) {
    WebAnswer answer = problem(429, fmt::format("too many requests {}", who), head.accept);
    answer.headers.emplace_back("Retry-After", std::to_string(static_cast<int>(std::ceil(seconds))));
    return answer;
  };
  const double now = steady_seconds();
  const double cost = route == Route::by_content ? kByContentCost : 1;
  if (const double wait = addresses_.take(head.address, now, cost); wait > 0) return later(wait, "from this address");
  if (route == Route::none) return problem(404, "there is nothing here; docs/http.md lists what there is", head.accept);
  const std::string_view methods = methods_of(route);
  const auto is_method = [&](std::string_view method) {
    return methods == method || methods.starts_with(std::string(method) + ",") ||
           methods.find(" " + std::string(method)) != std::string_view::npos;
  };
  if (!is_method(head.method)) {
    WebAnswer answer = problem(405, "this is asked for with " + std::string(methods), head.accept);
    answer.headers.emplace_back("Allow", std::string(methods));
    return answer;
  }
  const bool adds = route == Route::add || route == Route::entries;
  if (!adds && route != Route::by_content && route != Route::metrics) return std::nullopt;
  const Role role = adds ? Role::add : route == Route::metrics ? Role::metrics : Role::resolve;
  const Token* const token = head.token.empty() ? nullptr : find_token(tokens(), head.token);
  if (token == nullptr) {
    if (!head.token.empty()) addresses_.take(head.address, now, kWrongTokenCost);
    WebAnswer answer = problem(
        401, head.token.empty() ? "this needs a token (Authorization: Bearer …)" : "this token is not known here",
        head.accept);
    answer.headers.emplace_back("WWW-Authenticate", "Bearer");
    return answer;
  }
  if (!token->may(role))
    return problem(403, fmt::format("this token may not do that: it lacks the role {}", to_string(role)), head.accept);
  if (const double wait = of_token_.take(token->name, now); wait > 0) return later(wait, "with this token");
  return std::nullopt;
}

WebAdmission LogService::admit(const WebRequest& head) {
  const Target target = target_of(head.path);
  WebAdmission admission;
  if (auto refused = refuse(target.route, head)) {
    admission.refused = true;
    admission.answer = std::move(*refused);
    metrics_.count(name_of(target.route), admission.answer.status, 0);
    return admission;
  }
  admission.most_body = most_body(target.route, head);
  return admission;
}

WebAnswer LogService::answer(const WebRequest& request) {
  const double start = steady_seconds();
  const Target target = target_of(request.path);
  WebAnswer answer = dispatch(target, request);
  metrics_.count(name_of(target.route), answer.status, steady_seconds() - start);
  return answer;
}

WebAnswer LogService::dispatch(const Target& target, const WebRequest& request) {
  const auto settled = [&](Result<WebAnswer> answer) {
    return answer ? std::move(*answer) : problem(answer.error(), request.accept);
  };
  switch (target.route) {
    case Route::checkpoint:
    case Route::index:
    case Route::tile: return settled(static_file(target));
    case Route::add: return settled(add(request));
    case Route::entries: return settled(scrapi_register(request));
    case Route::entry: return settled(scrapi_entry(target, false));
    case Route::statement: return settled(scrapi_entry(target, true));
    case Route::keys:
    case Route::key: return settled(scrapi_keys(target));
    case Route::by_binding: return settled(by_binding(request));
    case Route::by_content: return settled(by_content(request));
    case Route::by_reference:
      return problem(501, "this server fetches nothing from elsewhere: send the work itself to /matches/byContent",
                     request.accept);
    case Route::manifest: return settled(manifest(target, request));
    case Route::algorithms: return supported_algorithms();
    case Route::health: return text_answer(200, "ok\n");
    case Route::ready: return ready();
    case Route::metrics: return text_answer(200, metrics_.text(), "text/plain; version=0.0.4; charset=utf-8");
    case Route::none: break;
  }
  return problem(404, "there is nothing here", request.accept);
}

/// Tiles never change; the checkpoint does (c2sp.org/tlog-tiles).
Result<WebAnswer> LogService::static_file(const Target& target) {
  WebAnswer answer;
  if (target.route == Route::checkpoint) {
    const auto note = cosigner_->shown();
    if (!note) return make_error(Code::unavailable, "no checkpoint has been seen by enough witnesses yet");
    answer = text_answer(200, *note);
    answer.headers.emplace_back("Cache-Control", "max-age=1");
    return answer;
  }
  const auto files = tlog::files_in(request_.place.folder);
  if (target.route == Route::index) {
    answer.body = TRY(files(std::string(tlog::kIndexPath)));
    answer.headers.emplace_back("Cache-Control", "max-age=1");
    return answer;
  }
  const auto tile = tlog::parse_tile_path(target.rest);
  if (!tile) return make_error(Code::not_found, "this is not the name of a tile");
  auto bytes = files(tlog::tile_path(*tile));
  if (!bytes && bytes.error().code == Code::not_found) return make_error(Code::not_found, "the log has no such tile");
  if (!bytes) return bytes.error();
  answer.type = "application/octet-stream";
  answer.body = std::move(*bytes);
  answer.headers.emplace_back("Cache-Control", "public, max-age=31536000, immutable");
  return answer;
}

WebAnswer LogService::ready() {
  const auto last = store_->checkpoint();
  if (!last) return problem(503, "the log cannot be read: " + last.error().message);
  metrics_.set("bonafide_log_entries", static_cast<double>(last->checkpoint.size));
  if (failing_) return problem(503, "the last entry could not be kept");
  if (const auto denied = cosigner_->denied()) return problem(503, "a witness saw another history: " + *denied);
  if (!cosigner_->shown()) return problem(503, "no checkpoint has been seen by enough witnesses yet");
  return text_answer(200, "ready\n");
}

}  // namespace bonafide::app
