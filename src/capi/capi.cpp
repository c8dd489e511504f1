// The C interface: checking files. Translates between bonafide.h and app::check.
#include <memory>
#include <string>

#include "app/check.h"
#include "app/environment.h"
#include "base/json.h"
#include "capi/call.h"
#include "report/report.h"

struct bonafide_options : bonafide::capi::Running {
  bonafide::forensics::PipelineSettings pipeline;
  double budget_s = 0;
  bool previews = false;
};

namespace {

using bonafide::Result;
using bonafide::capi::answer;
using bonafide::capi::set;

Result<std::string> check(const char* path, const bonafide_options& options) {
  if (path == nullptr || *path == '\0') {
    return bonafide::make_error(bonafide::Code::invalid_argument, "no file name was given");
  }
  const bonafide::capi::Job job(options);
  bonafide::app::CheckRequest request;
  request.path = path;
  request.pipeline = options.pipeline;
  request.pipeline.previews = options.previews;
  if (options.budget_s > 0) request.budget_s = options.budget_s;
  request.command = std::string("bonafide check ") + path;
  const auto report = TRY(bonafide::app::check(request, job.context()));
  return bonafide::dump_json(bonafide::report::to_json(report, options.previews));
}

Result<bonafide::report::Report> read_report(const char* json) {
  if (json == nullptr) return bonafide::make_error(bonafide::Code::invalid_argument, "no report was given");
  return bonafide::report::from_json(TRY(bonafide::parse_json(json)));
}

bonafide_code add(std::vector<std::string>& list, const char* test) {
  if (test == nullptr || *test == '\0') return BONAFIDE_INVALID_ARGUMENT;
  return set(&list, [&] { list.emplace_back(test); });
}

}  // namespace

const char* bonafide_version(void) {
  static const std::string text = bonafide::app::version();
  return text.c_str();
}
int bonafide_abi(void) { return BONAFIDE_ABI; }

const char* bonafide_code_name(bonafide_code code) {
  switch (code) {
    case BONAFIDE_OK: return "ok";
    case BONAFIDE_INVALID_ARGUMENT: return "invalid_argument";
    case BONAFIDE_NOT_FOUND: return "not_found";
    case BONAFIDE_IO: return "io";
    case BONAFIDE_CORRUPT: return "corrupt";
    case BONAFIDE_UNSUPPORTED: return "unsupported";
    case BONAFIDE_LIMIT: return "limit";
    case BONAFIDE_CANCELLED: return "cancelled";
    case BONAFIDE_DENIED: return "denied";
    case BONAFIDE_UNAVAILABLE: return "unavailable";
    case BONAFIDE_INTERNAL: return "internal";
  }
  return "unknown";
}

bonafide_options* bonafide_options_new(void) { return new (std::nothrow) bonafide_options; }
void bonafide_options_free(bonafide_options* options) { delete options; }

void bonafide_options_set_budget(bonafide_options* options, double seconds) {
  if (options != nullptr) options->budget_s = seconds;
}
void bonafide_options_set_memory(bonafide_options* options, uint64_t bytes) {
  if (options != nullptr) options->limits.memory = bytes;
}
bonafide_code bonafide_options_add_only(bonafide_options* options, const char* test) {
  return options != nullptr ? add(options->pipeline.only, test) : BONAFIDE_INVALID_ARGUMENT;
}
bonafide_code bonafide_options_add_skip(bonafide_options* options, const char* test) {
  return options != nullptr ? add(options->pipeline.skip, test) : BONAFIDE_INVALID_ARGUMENT;
}
void bonafide_options_set_whole(bonafide_options* options, int whole) {
  if (options != nullptr) options->pipeline.whole = whole != 0;
}
void bonafide_options_set_previews(bonafide_options* options, int previews) {
  if (options != nullptr) options->previews = previews != 0;
}
void bonafide_options_set_progress(bonafide_options* options, bonafide_progress function, void* user) {
  if (options == nullptr) return;
  options->progress = function;
  options->user = user;
}
void bonafide_options_stop(bonafide_options* options) {
  if (options != nullptr) options->request_stop();
}

bonafide_code bonafide_check_file(const char* path, const bonafide_options* options, char** json, char** message) {
  return answer(json, message, [&] {
    static const bonafide_options defaults{};
    return check(path, options != nullptr ? *options : defaults);
  });
}

bonafide_code bonafide_report_to_html(const char* json, char** html, char** message) {
  return answer(html, message,
                [&]() -> Result<std::string> { return bonafide::report::to_html(TRY(read_report(json))); });
}

bonafide_code bonafide_report_to_text(const char* json, int columns, char** text, char** message) {
  return answer(text, message, [&]() -> Result<std::string> {
    bonafide::TextStyle style;
    if (columns > 0) style.width = columns;
    return bonafide::report::to_text(TRY(read_report(json)), style);
  });
}

void bonafide_free(char* text) { std::free(text); }
void bonafide_free_bytes(uint8_t* bytes) { std::free(bytes); }
