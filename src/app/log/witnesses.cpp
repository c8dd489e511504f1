#include "app/log/witnesses.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/files.h"
#include "base/json.h"
#include "base/time.h"

namespace bonafide::app {

namespace tlog = provenance::log;

namespace {

constexpr int kWitnessSeconds = 15;
constexpr std::uint64_t kMostTile = std::uint64_t{17} << 20;  // a full bundle of the largest entries

std::string bare_type(std::string type) {
  type.resize(std::min(type.find(';'), type.size()));
  return type;
}

std::string joined(std::string url, std::string_view path) {
  while (url.ends_with('/')) url.pop_back();
  return url + "/" + std::string(path);
}

/// What a server said, in words for people.
std::string words_of(const HttpAnswer& answer) {
  const std::string text(as_text(answer.body));
  if (bare_type(answer.type) != "application/problem+json") return text;
  const auto json = parse_json(text);
  if (!json || !json->is_object() || !json->contains("detail") || !(*json)["detail"].is_string()) return text;
  return (*json)["detail"].get<std::string>();
}

Result<AskedWitness> on_folder(const std::string& folder) {
  const auto witness = std::make_shared<tlog::Witness>(TRY(tlog::Witness::open(folder)));
  AskedWitness asked{.key = witness->key(), .ask = {}};
  asked.ask = [witness](const std::string& body) -> Result<tlog::WitnessAnswer> {
    return witness->add_checkpoint(body, static_cast<std::uint64_t>(unix_now()));
  };
  return asked;
}

}  // namespace

bool is_url(std::string_view text) { return text.starts_with("http://") || text.starts_with("https://"); }

tlog::AskWitness ask_at(const std::string& url, const HttpAsk& ask) {
  return [url = joined(url, "add-checkpoint"), ask](const std::string& body) -> Result<tlog::WitnessAnswer> {
    HttpQuestion request;
    request.url = url;
    request.content_type = "text/plain; charset=utf-8";
    request.body.assign(body.begin(), body.end());
    request.most = tlog::kMostNoteBytes;
    request.seconds = kWitnessSeconds;
    const HttpAnswer answer = TRY(ask(request));
    return tlog::WitnessAnswer{.status = answer.status, .type = bare_type(answer.type), .body = words_of(answer)};
  };
}

Result<std::vector<AskedWitness>> witnesses_of(const WitnessWish& wish) {
  tlog::Policy policy;
  if (!wish.policy.empty()) {
    const std::string text = TRY(read_file(wish.policy, 1 << 20));
    policy = TRY(tlog::parse_policy(text));
  }
  std::vector<AskedWitness> witnesses;
  std::vector<std::string> urls;
  for (const std::string& place : wish.places) {
    if (is_url(place))
      urls.push_back(place);
    else
      witnesses.push_back(TRY(on_folder(place)));
  }
  if (wish.all_of_policy && urls.empty())
    for (const tlog::PolicyWitness& one : policy.witnesses)
      if (!one.url.empty()) urls.push_back(one.url);
  for (const std::string& url : urls) {
    const auto known =
        std::ranges::find_if(policy.witnesses, [&](const auto& one) { return joined(one.url, "") == joined(url, ""); });
    if (known == policy.witnesses.end())
      return make_error(Code::invalid_argument,
                        "whose signature to expect from " + url +
                            "? Name its key in a policy (a line \"witness NAME KEY URL\") and give that with --policy");
    if (!wish.ask) return make_error(Code::unavailable, "this program has no network: " + url);
    witnesses.push_back({.key = known->key, .ask = ask_at(url, wish.ask)});
  }
  return witnesses;
}

tlog::FetchFile files_at(const std::string& url, const HttpAsk& ask) {
  return [url, ask](const std::string& path) -> Result<Bytes> {
    if (!ask) return make_error(Code::unavailable, "this program has no network: " + url);
    HttpQuestion request;
    request.url = joined(url, path);
    request.most = kMostTile;
    HttpAnswer answer = TRY(ask(request));
    if (answer.status == 200) return std::move(answer.body);
    const bool gone = answer.status == 404 || answer.status == 410;
    Error error = make_error(gone ? Code::not_found : Code::unavailable,
                             gone ? "the log's server does not have it"
                                  : fmt::format("the log's server answered with HTTP status {}", answer.status));
    error.file = request.url;
    return error;
  };
}

}  // namespace bonafide::app
