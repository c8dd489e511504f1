#include "capi/call.h"

namespace bonafide::capi {

bonafide_code code_of(Code code) {
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

ByteView view_of(const void* bytes, std::size_t size) {
  return bytes != nullptr ? ByteView(static_cast<const std::uint8_t*>(bytes), size) : ByteView();
}

bonafide_code set_text(std::string* place, const char* text) {
  if (text == nullptr || *text == '\0') return BONAFIDE_INVALID_ARGUMENT;
  return set(place, [&] { *place = text; });
}

void Running::request_stop() const {
  const std::lock_guard lock(mutex);
  stop.request_stop();
}

Job::Job(const Running& running) : running_(running) {
  {
    const std::lock_guard lock(running_.mutex);
    source_ = running_.stop;
  }
  context_.limits = running_.limits;
  context_.stop = source_.get_token();
  if (running_.progress == nullptr) return;
  context_.progress = [this](std::string_view phase, std::uint64_t step, std::uint64_t total) {
    const std::lock_guard lock(progress_mutex_);
    if (source_.stop_requested()) return;
    if (running_.progress(running_.user, std::string(phase).c_str(), step, total) != 0) source_.request_stop();
  };
}

Job::~Job() {
  const std::lock_guard lock(running_.mutex);
  if (source_.stop_requested() && running_.stop == source_) running_.stop = std::stop_source();
}

}  // namespace bonafide::capi
