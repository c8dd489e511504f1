// bonafide for C++17 and later: a thin, header-only layer over bonafide.h. Owns what the C interface hands out, and
// throws bonafide::error where the C interface answers a code.
//
//   bonafide::options options;
//   options.budget(30).skip("video.").on_progress([](auto phase, auto step, auto total) { return true; });
//   std::string json = bonafide::check_file("clip.mp4", options);
#ifndef BONAFIDE_BONAFIDE_HPP
#define BONAFIDE_BONAFIDE_HPP

#include <bonafide/bonafide.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace bonafide {

class error : public std::runtime_error {
 public:
  error(bonafide_code code, const std::string& message) : std::runtime_error(message), code_(code) {}
  bonafide_code code() const noexcept { return code_; }

 private:
  bonafide_code code_;
};

class options {
 public:
  /// Answers whether to go on.
  using progress = std::function<bool(std::string_view phase, std::uint64_t step, std::uint64_t total)>;

  options() : handle_(bonafide_options_new(), &bonafide_options_free) {
    if (!handle_) throw std::bad_alloc();
  }

  options& budget(double seconds) { return bonafide_options_set_budget(get(), seconds), *this; }
  options& memory(std::uint64_t bytes) { return bonafide_options_set_memory(get(), bytes), *this; }
  options& whole(bool yes = true) { return bonafide_options_set_whole(get(), yes ? 1 : 0), *this; }
  options& previews(bool yes = true) { return bonafide_options_set_previews(get(), yes ? 1 : 0), *this; }
  options& only(const std::string& test) { return check(bonafide_options_add_only(get(), test.c_str())), *this; }
  options& skip(const std::string& test) { return check(bonafide_options_add_skip(get(), test.c_str())), *this; }
  options& on_progress(progress function) {
    progress_ = std::make_unique<progress>(std::move(function));
    bonafide_options_set_progress(get(), &call, progress_.get());
    return *this;
  }
  /// Ends the running check; safe from any thread.
  void stop() { bonafide_options_stop(get()); }

  bonafide_options* get() const noexcept { return handle_.get(); }

 private:
  static void check(bonafide_code code) {
    if (code != BONAFIDE_OK) throw error(code, bonafide_code_name(code));
  }
  static int call(void* user, const char* phase, std::uint64_t step, std::uint64_t total) {
    try {  // nothing may be thrown through C
      return (*static_cast<progress*>(user))(phase, step, total) ? 0 : 1;
    } catch (...) {
      return 1;
    }
  }
  std::unique_ptr<bonafide_options, decltype(&bonafide_options_free)> handle_;
  std::unique_ptr<progress> progress_;  // at a fixed place, so that options can be moved
};

namespace detail {
template <typename Call>
std::string text_or_throw(Call&& call) {
  char* text = nullptr;
  char* message = nullptr;
  const bonafide_code code = call(&text, &message);
  const std::unique_ptr<char, decltype(&bonafide_free)> owned_text(text, &bonafide_free);
  const std::unique_ptr<char, decltype(&bonafide_free)> owned_message(message, &bonafide_free);
  if (code != BONAFIDE_OK) throw error(code, message != nullptr ? message : bonafide_code_name(code));
  return text;
}
}  // namespace detail

inline std::string version() { return bonafide_version(); }

/// The report as JSON, schema bonafide.report/1.
inline std::string check_file(const std::string& path, const options& settings = {}) {
  return detail::text_or_throw(
      [&](char** json, char** message) { return bonafide_check_file(path.c_str(), settings.get(), json, message); });
}
inline std::string report_to_html(const std::string& json) {
  return detail::text_or_throw(
      [&](char** html, char** message) { return bonafide_report_to_html(json.c_str(), html, message); });
}
inline std::string report_to_text(const std::string& json, int columns = 80) {
  return detail::text_or_throw(
      [&](char** text, char** message) { return bonafide_report_to_text(json.c_str(), columns, text, message); });
}

}  // namespace bonafide

#endif  // BONAFIDE_BONAFIDE_HPP
