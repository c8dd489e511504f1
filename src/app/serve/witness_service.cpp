#include "app/serve/witness_service.h"

#include <algorithm>
#include <cmath>

#include "app/serve/log_service.h"
#include "app/serve/problem.h"
#include "base/files.h"
#include "base/time.h"

namespace bonafide::app {

namespace tlog = provenance::log;

namespace {

constexpr std::string_view kAdd = "/add-checkpoint", kSeenFile = "/checkpoint";

/// "/HEX/checkpoint", where HEX is the SHA-256 of an origin; "" when it is not.
std::string_view seen_name(std::string_view path) {
  if (path.size() != 1 + 64 + kSeenFile.size() || path.front() != '/' || !path.ends_with(kSeenFile)) return {};
  const std::string_view name = path.substr(1, 64);
  const bool hex = std::ranges::all_of(name, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  return hex ? name : std::string_view();
}

}  // namespace

Result<std::unique_ptr<WitnessService>> WitnessService::open(const std::string& folder, double address_rate) {
  tlog::Witness witness = TRY(tlog::Witness::open(folder));
  return std::unique_ptr<WitnessService>(new WitnessService(folder, std::move(witness), address_rate));
}

WebService WitnessService::service() {
  WebService service;
  service.admit = [this](const WebRequest& head) { return admit(head); };
  service.answer = [this](const WebRequest& request) { return answer(request); };
  service.complain = [](int status, const std::string& why) { return problem(status, why); };
  return service;
}

WebAdmission WitnessService::admit(const WebRequest& head) {
  WebAdmission admission;
  admission.refused = true;
  if (const double wait = addresses_.take(head.address, steady_seconds()); wait > 0) {
    admission.answer = problem(429, "too many requests from this address", head.accept);
    admission.answer.headers.emplace_back("Retry-After", std::to_string(static_cast<int>(std::ceil(wait))));
    return admission;
  }
  const bool adds = head.path == kAdd;
  if (!adds && head.path != "/healthz" && head.path != "/readyz" && head.path != "/metrics" &&
      seen_name(head.path).empty()) {
    admission.answer = problem(404, "there is nothing here; a log posts to /add-checkpoint", head.accept);
    return admission;
  }
  const bool fits = adds ? head.method == "POST" : head.method == "GET" || head.method == "HEAD";
  if (!fits) {
    admission.answer = problem(405, adds ? "this is asked for with POST" : "this is asked for with GET", head.accept);
    admission.answer.headers.emplace_back("Allow", adds ? "POST" : "GET, HEAD");
    return admission;
  }
  admission.refused = false;
  admission.most_body = adds ? tlog::kMostNoteBytes : 0;
  return admission;
}

WebAnswer WitnessService::answer(const WebRequest& request) {
  const double start = steady_seconds();
  WebAnswer answer;
  std::string route = "seen";
  if (request.path == kAdd) {
    route = "add_checkpoint";
    answer = add_checkpoint(request);
  } else if (request.path == "/healthz") {
    route = "health";
    answer = text_answer(200, "ok\n");
  } else if (request.path == "/readyz") {
    route = "ready";
    const auto whole = tlog::Witness::open(folder_);
    answer = whole ? text_answer(200, "ready\n") : problem(503, "the witness's folder cannot be read");
  } else if (request.path == "/metrics") {
    route = "metrics";
    answer = text_answer(200, metrics_.text(), "text/plain; version=0.0.4; charset=utf-8");
  } else {
    answer = seen(seen_name(request.path), request.accept);
  }
  metrics_.count(route, answer.status, steady_seconds() - start);
  return answer;
}

/// One at a time: comparing and keeping belong together, and the folder's lock is a whole process's.
WebAnswer WitnessService::add_checkpoint(const WebRequest& request) {
  tlog::WitnessAnswer said;
  {
    const std::scoped_lock lock(mutex_);
    said = witness_.add_checkpoint(as_text(request.body), static_cast<std::uint64_t>(unix_now()));
  }
  if (said.status == 200 || said.status == 409) {
    WebAnswer answer = text_answer(said.status, said.body, said.type);
    answer.headers.emplace_back("Cache-Control", "no-store");
    return answer;
  }
  while (said.body.ends_with('\n')) said.body.pop_back();
  return problem(said.status, said.body, request.accept);
}

WebAnswer WitnessService::seen(std::string_view name, std::string_view accept) const {
  const auto note = read_file(folder_ + "/seen/" + std::string(name) + std::string(kSeenFile), tlog::kMostNoteBytes);
  if (!note && note.error().code == Code::not_found)
    return problem(404, "nothing of this log was ever cosigned here", accept);
  if (!note) return problem(note.error(), accept);
  WebAnswer answer = text_answer(200, *note);
  answer.headers.emplace_back("Cache-Control", "max-age=1");
  return answer;
}

}  // namespace bonafide::app
