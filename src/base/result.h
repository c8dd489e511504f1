// Result<T> and Error: how every fallible call answers. Names follow std::expected (C++23), which g++ 12 lacks in
// C++20. Broken *media* is data (a Finding, a validation code), not an Error; an Error means we could not look.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <source_location>
#include <string>
#include <utility>
#include <variant>

namespace bonafide {

/// The closed list of things that go wrong.
enum class Code {
  invalid_argument,  ///< the caller asked for something that makes no sense
  not_found,         ///< a file, key or entry is missing
  io,                ///< the system refused to read or write
  corrupt,           ///< the bytes break their own format
  unsupported,       ///< a format or feature we do not read
  limit,             ///< a bound on size, depth, count, memory or time was met
  cancelled,         ///< the user stopped it
  denied,            ///< policy, consent or permission refused
  unavailable,       ///< a model, trust list, service or program is missing here
  internal,          ///< our own mistake; a fuzzer treats it as a crash
};

std::string_view to_string(Code code);

struct Error {
  Code code = Code::internal;
  std::string message;                  ///< one plain sentence without the file's name
  std::string file;                     ///< the file at fault, if any
  std::optional<std::uint64_t> offset;  ///< byte offset in it, if known
  std::source_location where = std::source_location::current();

  /// "clip.mp4: at byte 48: box runs past its parent".
  std::string to_string() const;
};

/// Makes an Error with the caller's place in the source.
Error make_error(Code code, std::string message, std::optional<std::uint64_t> offset = std::nullopt,
                 std::source_location where = std::source_location::current());

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() & { return check(), *std::get_if<0>(&state_); }
  const T& value() const& { return check(), *std::get_if<0>(&state_); }
  T&& value() && { return check(), std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  Error& error() { return *std::get_if<1>(&state_); }
  const Error& error() const { return *std::get_if<1>(&state_); }
  T value_or(T other) && { return has_value() ? std::move(*this).value() : std::move(other); }

 private:
  void check() const {
    if (!has_value()) std::abort();  // reading a value that is not there is our own mistake
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}
  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  void value() const {
    if (error_) std::abort();
  }
  Error& error() { return *error_; }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace bonafide

/// `auto x = TRY(f());` returns f's Error from the enclosing function, or goes on with its value.
#define TRY(expression)                                                      \
  (__extension__({                                                           \
    auto bonafide_try_result = (expression);                                 \
    if (!bonafide_try_result) return std::move(bonafide_try_result.error()); \
    std::move(bonafide_try_result).value();                                  \
  }))
