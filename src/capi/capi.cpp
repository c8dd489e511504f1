// The C interface: translates between bonafide.h and app::check, and lets no exception out.
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <stop_token>
#include <string>

#include "app/check.h"
#include "app/environment.h"
#include "base/json.h"
#include "bonafide/bonafide.h"
#include "report/report.h"

struct bonafide_options {
  bonafide::forensics::PipelineSettings pipeline;
  bonafide::Limits limits;
  double budget_s = 0;
  bool previews = false;
  bonafide_progress progress = nullptr;
  void* user = nullptr;
  mutable std::mutex mutex;  // guards `stop`
  mutable std::stop_source stop;
};

namespace {

using bonafide::Result;

bonafide_code code_of(bonafide::Code code) {
  using bonafide::Code;
  switch (code) {
    case Code::invalid_argument: return BONAFIDE_INVALID_ARGUMENT;
    case Code::not_found: return BONAFIDE_NOT_FOUND;
    case Code::io: return BONAFIDE_IO;
    case Code::corrupt: return BONAFIDE_CORRUPT;
    case Code::unsupported: return BONAFIDE_UNSUPPORTED;
    case Code::limit: return BONAFIDE_LIMIT;
    case Code::cancelled: return BONAFIDE_CANCELLED;
    case Code::denied: return BONAFIDE_DENIED;
    case Code::unavailable: return BONAFIDE_UNAVAILABLE;
    case Code::internal: return BONAFIDE_INTERNAL;
  }
  return BONAFIDE_INTERNAL;
}

/// A copy for the caller to give back, cut at an embedded NUL; nothing when memory has run out.
char* copy(const std::string& text) {
  const std::size_t length = std::strlen(text.c_str());
  char* const place = static_cast<char*>(std::malloc(length + 1));
  if (place != nullptr) std::memcpy(place, text.c_str(), length + 1);
  return place;
}

bonafide_code fail(bonafide_code code, const std::string& sentence, char** message) {
  if (message != nullptr) *message = copy(sentence);
  return code;
}

/// Runs `work`, hands its text or its error out.
template <typename Work>
bonafide_code answer(char** text, char** message, Work&& work) {
  if (message != nullptr) *message = nullptr;
  if (text == nullptr) return fail(BONAFIDE_INVALID_ARGUMENT, "nowhere to put the answer", message);
  *text = nullptr;
  try {
    Result<std::string> made = work();
    if (!made) return fail(code_of(made.error().code), made.error().to_string(), message);
    *text = copy(*made);
    return *text != nullptr ? BONAFIDE_OK : fail(BONAFIDE_LIMIT, "out of memory", message);
  } catch (const std::bad_alloc&) {
    return fail(BONAFIDE_LIMIT, "out of memory", message);
  } catch (const std::exception& error) {
    return fail(BONAFIDE_INTERNAL, error.what(), message);
  } catch (...) {
    return fail(BONAFIDE_INTERNAL, "an unknown failure", message);
  }
}

/// The stop of one check. A stop asked for before the check began counts; afterwards the options are fresh again.
class Stop {
 public:
  explicit Stop(const bonafide_options& options) : options_(options) {
    const std::lock_guard lock(options_.mutex);
    source_ = options_.stop;
  }
  Stop(const Stop&) = delete;
  Stop& operator=(const Stop&) = delete;
  ~Stop() {
    const std::lock_guard lock(options_.mutex);
    if (source_.stop_requested() && options_.stop == source_) options_.stop = std::stop_source();
  }
  std::stop_source& source() { return source_; }

 private:
  const bonafide_options& options_;
  std::stop_source source_{std::nostopstate};
};

Result<std::string> check(const char* path, const bonafide_options& options) {
  if (path == nullptr || *path == '\0') {
    return bonafide::make_error(bonafide::Code::invalid_argument, "no file name was given");
  }
  Stop stop(options);
  std::mutex progress_mutex;
  bonafide::Context context;
  context.limits = options.limits;
  context.stop = stop.source().get_token();
  if (options.progress != nullptr) {
    context.progress = [&](std::string_view phase, std::uint64_t step, std::uint64_t total) {
      const std::lock_guard lock(progress_mutex);
      if (stop.source().stop_requested()) return;
      if (options.progress(options.user, std::string(phase).c_str(), step, total) != 0) stop.source().request_stop();
    };
  }
  bonafide::app::CheckRequest request;
  request.path = path;
  request.pipeline = options.pipeline;
  request.pipeline.previews = options.previews;
  if (options.budget_s > 0) request.budget_s = options.budget_s;
  request.command = std::string("bonafide check ") + path;
  const auto report = TRY(bonafide::app::check(request, context));
  return bonafide::dump_json(bonafide::report::to_json(report, options.previews));
}

Result<bonafide::report::Report> read_report(const char* json) {
  if (json == nullptr) return bonafide::make_error(bonafide::Code::invalid_argument, "no report was given");
  return bonafide::report::from_json(TRY(bonafide::parse_json(json)));
}

bonafide_code add(std::vector<std::string>& list, const char* test) {
  if (test == nullptr || *test == '\0') return BONAFIDE_INVALID_ARGUMENT;
  try {
    list.emplace_back(test);
    return BONAFIDE_OK;
  } catch (const std::bad_alloc&) {
    return BONAFIDE_LIMIT;
  }
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
  if (options == nullptr) return;
  const std::lock_guard lock(options->mutex);
  options->stop.request_stop();
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
