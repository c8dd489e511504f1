// bonafide for C++17 and later: a thin, header-only layer over bonafide.h. Owns what the C interface hands out, and
// throws bonafide::error where the C interface answers a code.
//
//   bonafide::options options;
//   options.budget(30).skip("video.").on_progress([](auto phase, auto step, auto total) { return true; });
//   std::string json = bonafide::check_file("clip.mp4", options);
//
//   bonafide::credential_options lists;
//   bonafide::verification answer = bonafide::verify_file("photo.jpg", lists.trust_file("roots.pem"));
//   bool known = answer.state == BONAFIDE_STATE_TRUSTED;
#ifndef BONAFIDE_BONAFIDE_HPP
#define BONAFIDE_BONAFIDE_HPP

#include <bonafide/bonafide.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bonafide {

class error : public std::runtime_error {
 public:
  error(bonafide_code code, const std::string& message) : std::runtime_error(message), code_(code) {}
  bonafide_code code() const noexcept { return code_; }

 private:
  bonafide_code code_;
};

/// Answers whether to go on.
using progress = std::function<bool(std::string_view phase, std::uint64_t step, std::uint64_t total)>;

namespace detail {

inline void check(bonafide_code code) {
  if (code != BONAFIDE_OK) throw error(code, bonafide_code_name(code));
}

/// Owns settings of the C interface and the functions in them, at fixed places, so that settings can be moved.
template <typename Handle, Handle* (*New)(), void (*Free)(Handle*), void (*Progress)(Handle*, bonafide_progress, void*),
          void (*Stop)(Handle*)>
class settings {
 public:
  Handle* get() const noexcept { return handle_.get(); }
  /// Ends the running call; safe from any thread.
  void stop() { Stop(get()); }

 protected:
  settings() : handle_(New(), Free) {
    if (!handle_) throw std::bad_alloc();
  }
  void set_progress(progress function) {
    progress_ = std::make_unique<progress>(std::move(function));
    Progress(get(), &call, progress_.get());
  }

 private:
  static int call(void* user, const char* phase, std::uint64_t step, std::uint64_t total) {
    try {  // nothing may be thrown through C
      return (*static_cast<progress*>(user))(phase, step, total) ? 0 : 1;
    } catch (...) {
      return 1;
    }
  }
  std::unique_ptr<progress> progress_;
  std::unique_ptr<Handle, void (*)(Handle*)> handle_;
};

inline void free_text(char* text) { bonafide_free(text); }
using owned_text = std::unique_ptr<char, void (*)(char*)>;

[[noreturn]] inline void throw_error(bonafide_code code, char* message) {
  const owned_text owned(message, &free_text);
  throw error(code, message != nullptr ? message : bonafide_code_name(code));
}

}  // namespace detail

class options : public detail::settings<bonafide_options, &bonafide_options_new, &bonafide_options_free,
                                        &bonafide_options_set_progress, &bonafide_options_stop> {
 public:
  using progress = bonafide::progress;

  options() {}
  options& budget(double seconds) { return bonafide_options_set_budget(get(), seconds), *this; }
  options& memory(std::uint64_t bytes) { return bonafide_options_set_memory(get(), bytes), *this; }
  options& whole(bool yes = true) { return bonafide_options_set_whole(get(), yes ? 1 : 0), *this; }
  options& previews(bool yes = true) { return bonafide_options_set_previews(get(), yes ? 1 : 0), *this; }
  options& only(const std::string& test) { return set(bonafide_options_add_only(get(), test.c_str())); }
  options& skip(const std::string& test) { return set(bonafide_options_add_skip(get(), test.c_str())); }
  options& on_progress(progress function) { return set_progress(std::move(function)), *this; }

 private:
  options& set(bonafide_code code) { return detail::check(code), *this; }
};

/// Whom to believe and how to judge.
class credential_options
    : public detail::settings<bonafide_credential_options, &bonafide_credential_options_new,
                              &bonafide_credential_options_free, &bonafide_credential_options_set_progress,
                              &bonafide_credential_options_stop> {
 public:
  credential_options() {}
  credential_options& trust_file(const std::string& path) {
    return set(bonafide_credential_options_add_trust_file(get(), path.c_str()));
  }
  credential_options& trust(const std::string& text) {
    return set(bonafide_credential_options_add_trust(get(), text.c_str()));
  }
  credential_options& tsa_trust_file(const std::string& path) {
    return set(bonafide_credential_options_add_tsa_trust_file(get(), path.c_str()));
  }
  credential_options& tsa_trust(const std::string& text) {
    return set(bonafide_credential_options_add_tsa_trust(get(), text.c_str()));
  }
  credential_options& trust_folder(const std::string& path) {
    return set(bonafide_credential_options_set_trust_folder(get(), path.c_str()));
  }
  credential_options& sidecar(const std::string& path) {
    return set(bonafide_credential_options_set_sidecar(get(), path.c_str()));
  }
  credential_options& at(std::int64_t seconds) { return bonafide_credential_options_set_at(get(), seconds), *this; }
  credential_options& strict(bool yes = true) {
    return bonafide_credential_options_set_strict(get(), yes ? 1 : 0), *this;
  }
  credential_options& on_progress(progress function) { return set_progress(std::move(function)), *this; }

 private:
  credential_options& set(bonafide_code code) { return detail::check(code), *this; }
};

/// Who signs, and what is claimed. Functions may throw: the call that signs then fails.
class signing : public detail::settings<bonafide_signing, &bonafide_signing_new, &bonafide_signing_free,
                                        &bonafide_signing_set_progress, &bonafide_signing_stop> {
 public:
  using bytes = std::vector<std::uint8_t>;
  /// Answers the signature of a message; an authority's answer to a request.
  using answer = std::function<bytes(const std::uint8_t* message, std::size_t size)>;
  using passphrase_answer = std::function<std::string()>;

  signing() {}
  signing& key_file(const std::string& path) { return set(bonafide_signing_set_key_file(get(), path.c_str())); }
  signing& key(const std::string& pem) { return set(bonafide_signing_set_key(get(), pem.c_str())); }
  signing& certificates_file(const std::string& path) {
    return set(bonafide_signing_set_certificates_file(get(), path.c_str()));
  }
  signing& certificates(const std::string& pem) { return set(bonafide_signing_set_certificates(get(), pem.c_str())); }
  signing& algorithm(const std::string& name) { return set(bonafide_signing_set_algorithm(get(), name.c_str())); }
  signing& passphrase(const std::string& text) { return set(bonafide_signing_set_passphrase(get(), text.c_str())); }
  signing& on_passphrase(passphrase_answer function) {
    passphrase_ = std::make_unique<passphrase_answer>(std::move(function));
    bonafide_signing_set_passphrase_function(get(), &ask_passphrase, passphrase_.get());
    return *this;
  }
  /// Signs in the key's place; an empty `algorithm` stands for what the leaf's key suggests.
  signing& on_sign(const std::string& algorithm_name, const std::string& certificates_pem, answer function) {
    sign_ = std::make_unique<answer>(std::move(function));
    return set(
        bonafide_signing_set_signer(get(), algorithm_name.c_str(), certificates_pem.c_str(), &call, sign_.get()));
  }
  signing& tsa_files(const std::string& key_path, const std::string& certificates_path) {
    return set(bonafide_signing_set_tsa_files(get(), key_path.c_str(), certificates_path.c_str()));
  }
  signing& on_stamp(answer function) {
    stamp_ = std::make_unique<answer>(std::move(function));
    return set(bonafide_signing_set_tsa_function(get(), &call, stamp_.get()));
  }
  signing& definition(const std::string& json, const std::string& folder = ".") {
    return set(bonafide_signing_set_definition(get(), json.c_str(), folder.c_str()));
  }
  signing& definition_file(const std::string& path) {
    return set(bonafide_signing_set_definition_file(get(), path.c_str()));
  }
  signing& title(const std::string& text) { return set(bonafide_signing_set_title(get(), text.c_str())); }
  signing& ai(bonafide_ai use) { return set(bonafide_signing_set_ai(get(), use)); }
  signing& source_type(const std::string& type) { return set(bonafide_signing_set_source_type(get(), type.c_str())); }
  signing& parent(const std::string& path) { return set(bonafide_signing_set_parent(get(), path.c_str())); }
  signing& forget_parent(bool yes = true) { return bonafide_signing_set_forget_parent(get(), yes ? 1 : 0), *this; }
  signing& ingredient(const std::string& path) { return set(bonafide_signing_add_ingredient(get(), path.c_str())); }
  signing& trust(const credential_options& lists) { return set(bonafide_signing_set_trust(get(), lists.get())); }
  signing& sidecar(const std::string& path) { return set(bonafide_signing_set_sidecar(get(), path.c_str())); }
  signing& overwrite(bool yes = true) { return bonafide_signing_set_overwrite(get(), yes ? 1 : 0), *this; }
  signing& reserve(std::uint64_t count) { return bonafide_signing_set_reserve(get(), count), *this; }
  signing& on_progress(progress function) { return set_progress(std::move(function)), *this; }

 private:
  signing& set(bonafide_code code) { return detail::check(code), *this; }
  static int call(void* user, const std::uint8_t* message, std::size_t size, std::uint8_t* into, std::size_t* room) {
    try {
      const bytes made = (*static_cast<answer*>(user))(message, size);
      if (made.size() > *room) return 1;
      std::copy(made.begin(), made.end(), into);
      *room = made.size();
      return 0;
    } catch (...) {
      return 1;
    }
  }
  static int ask_passphrase(void* user, char* text, std::size_t capacity) {
    try {
      const std::string known = (*static_cast<passphrase_answer*>(user))();
      if (known.size() >= capacity) return 1;
      std::copy(known.c_str(), known.c_str() + known.size() + 1, text);
      return 0;
    } catch (...) {
      return 1;
    }
  }
  std::unique_ptr<answer> sign_, stamp_;
  std::unique_ptr<passphrase_answer> passphrase_;
};

namespace detail {

/// Runs a call that hands a text out.
template <typename Call>
std::string text_or_throw(Call&& call) {
  char* text = nullptr;
  char* message = nullptr;
  const bonafide_code code = call(&text, &message);
  const owned_text owned(text, &free_text);
  if (code != BONAFIDE_OK) throw_error(code, message);
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

struct verification {
  bonafide_state state = BONAFIDE_STATE_NOT_READ;
  std::string json;  ///< schema bonafide.verify/1
};

/// A broken credential is an answer, not an exception.
inline verification verify_file(const std::string& path, const credential_options& settings = {}) {
  int state = BONAFIDE_STATE_NOT_READ;
  std::string json = detail::text_or_throw([&](char** text, char** message) {
    return bonafide_verify_file(path.c_str(), settings.get(), text, &state, message);
  });
  return {static_cast<bonafide_state>(state), std::move(json)};
}
inline verification verify_memory(const void* bytes, std::size_t size, const std::string& name = {},
                                  const credential_options& settings = {}) {
  int state = BONAFIDE_STATE_NOT_READ;
  std::string json = detail::text_or_throw([&](char** text, char** message) {
    return bonafide_verify_memory(bytes, size, name.c_str(), settings.get(), text, &state, message);
  });
  return {static_cast<bonafide_state>(state), std::move(json)};
}

/// What was done, schema bonafide.sign/1. An empty `output` goes with a sidecar.
inline std::string sign_file(const std::string& input, const std::string& output, const signing& settings) {
  return detail::text_or_throw([&](char** text, char** message) {
    return bonafide_sign_file(input.c_str(), output.c_str(), settings.get(), text, message);
  });
}
/// The signed file.
inline std::vector<std::uint8_t> sign_memory(const void* bytes, std::size_t size, const std::string& name,
                                             const signing& settings) {
  std::uint8_t* made = nullptr;
  std::size_t made_size = 0;
  (void)detail::text_or_throw([&](char** text, char** message) {
    return bonafide_sign_memory(bytes, size, name.c_str(), settings.get(), &made, &made_size, text, message);
  });
  const std::unique_ptr<std::uint8_t, void (*)(std::uint8_t*)> owned(made, &bonafide_free_bytes);
  return std::vector<std::uint8_t>(made, made + made_size);
}

/// Signs an ISO base media file (MP4, …) while it is written; see bonafide_writer.
class writer {
 public:
  /// Takes bytes of the signed file; whether they were written.
  using output = std::function<bool(std::uint64_t offset, const std::uint8_t* bytes, std::size_t size)>;

  /// Functions in `settings` are called until the writer is gone: the settings must last as long.
  writer(const signing& settings, output function)
      : output_(std::make_unique<output>(std::move(function))), handle_(nullptr, &bonafide_writer_free) {
    bonafide_writer* made = nullptr;
    char* message = nullptr;
    const bonafide_code code = bonafide_writer_open(settings.get(), &call, output_.get(), &made, &message);
    if (code != BONAFIDE_OK) detail::throw_error(code, message);
    handle_.reset(made);
  }
  void write(const void* bytes, std::size_t size) {
    char* message = nullptr;
    const bonafide_code code = bonafide_writer_write(handle_.get(), bytes, size, &message);
    if (code != BONAFIDE_OK) detail::throw_error(code, message);
  }
  /// Signs; what was done, schema bonafide.sign/1.
  std::string finish() {
    return detail::text_or_throw(
        [&](char** text, char** message) { return bonafide_writer_finish(handle_.get(), text, message); });
  }

 private:
  static int call(void* user, std::uint64_t offset, const std::uint8_t* bytes, std::size_t size) {
    try {
      return (*static_cast<output*>(user))(offset, bytes, size) ? 0 : 1;
    } catch (...) {
      return 1;
    }
  }
  std::unique_ptr<output> output_;
  std::unique_ptr<bonafide_writer, void (*)(bonafide_writer*)> handle_;
};

}  // namespace bonafide

#endif  // BONAFIDE_BONAFIDE_HPP
