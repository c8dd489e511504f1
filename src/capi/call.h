// What every call of the C interface goes through; private to this room.
#pragma once
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <new>
#include <stop_token>
#include <string>

#include "base/bytes.h"
#include "base/context.h"
#include "bonafide/bonafide.h"

namespace bonafide::capi {

bonafide_code code_of(Code code);
/// A copy for the caller to give back, cut at an embedded NUL; nothing when memory has run out.
char* copy(const std::string& text);
bonafide_code fail(bonafide_code code, const std::string& sentence, char** message);

/// Runs `work`, which answers a Result; an Error's sentence goes to `message`. No exception gets past here.
template <typename Work>
bonafide_code guarded(char** message, Work&& work) {
  if (message != nullptr) *message = nullptr;
  try {
    const auto done = work();
    return done ? BONAFIDE_OK : fail(code_of(done.error().code), done.error().to_string(), message);
  } catch (const std::bad_alloc&) {
    return fail(BONAFIDE_LIMIT, "out of memory", message);
  } catch (const std::exception& error) {
    return fail(BONAFIDE_INTERNAL, error.what(), message);
  } catch (...) {
    return fail(BONAFIDE_INTERNAL, "an unknown failure", message);
  }
}

/// Runs `work`, hands its text or its error out.
template <typename Work>
bonafide_code answer(char** text, char** message, Work&& work) {
  if (text != nullptr) *text = nullptr;
  return guarded(message, [&]() -> Result<void> {
    if (text == nullptr) return make_error(Code::invalid_argument, "nowhere to put the answer");
    const std::string made = TRY(work());
    *text = copy(made);
    if (*text == nullptr) throw std::bad_alloc();
    return {};
  });
}

/// Sets what one setter sets; `work` may run out of memory.
template <typename Work>
bonafide_code set(const void* settings, Work&& work) {
  if (settings == nullptr) return BONAFIDE_INVALID_ARGUMENT;
  return guarded(nullptr, [&]() -> Result<void> { return work(), Result<void>(); });
}
/// No bytes at all when `bytes` is null.
ByteView view_of(const void* bytes, std::size_t size);
/// A text that must be there and not empty.
bonafide_code set_text(std::string* place, const char* text);

/// What every kind of settings has. A const one can be stopped.
struct Running {
  Limits limits;
  bonafide_progress progress = nullptr;
  void* user = nullptr;
  mutable std::mutex mutex;  ///< guards `stop`
  mutable std::stop_source stop;

  void request_stop() const;
};

/// One call that runs with settings: its Context. A stop asked for before the call began counts; afterwards the
/// settings are fresh again.
class Job {
 public:
  explicit Job(const Running& running);
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  ~Job();
  const Context& context() const { return context_; }

 private:
  const Running& running_;
  std::stop_source source_{std::nostopstate};
  std::mutex progress_mutex_;
  Context context_;
};

}  // namespace bonafide::capi
