// Archive: one description of a type's fields both writes and reads its JSON, so the two can never drift apart.
//   template <typename A> void fields(A& a, media::Fact& f) { a("group", f.group); a("name", f.name); }
// The Writer keeps the order of the calls; the Reader checks every type and remembers the first thing wrong.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <fmt/format.h>

#include "base/bytes.h"
#include "base/json.h"
#include "report/names.h"

namespace bonafide::report {

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};
template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

class Writer {
 public:
  static constexpr bool kReading = false;
  explicit Writer(bool pictures) : json_(Json::object()), pictures_(pictures) {}

  bool pictures() const { return pictures_; }
  Json take() { return std::move(json_); }

  template <typename T>
  void operator()(const char* key, T& value) {
    if constexpr (IsOptional<T>::value) {  // absent is absent, so that null keeps one meaning: "no value"
      if (value) json_[key] = encode(*value);
    } else {
      json_[key] = encode(value);
    }
  }
  /// Something for readers of the JSON that follows from the rest; ignored when read back.
  void derived(const char* key, Json value) { json_[key] = std::move(value); }

 private:
  template <typename T>
  Json encode(T& value) {
    using V = std::remove_const_t<T>;
    if constexpr (std::is_same_v<V, bool> || std::is_integral_v<V>) {
      return value;
    } else if constexpr (std::is_same_v<V, float>) {
      // The shortest decimal that reads back as this float: 0.1, not 0.10000000149011612.
      return std::isfinite(value) ? Json(std::strtod(fmt::format("{}", value).c_str(), nullptr)) : Json();
    } else if constexpr (std::is_same_v<V, double>) {
      return std::isfinite(value) ? Json(value) : Json();
    } else if constexpr (std::is_same_v<V, std::string>) {
      return clean_utf8(value);
    } else if constexpr (std::is_enum_v<V>) {
      return key_of(value);
    } else if constexpr (std::is_same_v<V, Bytes>) {
      return to_base64(value);
    } else if constexpr (IsVector<V>::value) {
      Json list = Json::array();
      for (auto& item : value) list.push_back(encode(item));
      return list;
    } else {
      Writer inner(pictures_);
      fields(inner, value);
      return inner.take();
    }
  }

  Json json_;
  bool pictures_;
};

class Reader {
 public:
  static constexpr bool kReading = true;
  Reader(const Json& json, std::string at, std::optional<Error>& error)
      : json_(json), at_(std::move(at)), error_(error) {
    if (!json_.is_object()) fail("should be an object");
  }

  bool pictures() const { return true; }
  void derived(const char*, const Json&) {}

  template <typename T>
  void operator()(const char* key, T& value) {
    if (error_) return;
    const auto found = json_.find(key);
    if (found == json_.end()) {
      if constexpr (!IsOptional<T>::value) fail(fmt::format("has no \"{}\"", key));
      return;
    }
    const std::string at = fmt::format("{}.{}", at_, key);
    if constexpr (IsOptional<T>::value) {
      typename T::value_type inner{};
      decode(*found, at, inner);
      value = std::move(inner);
    } else {
      decode(*found, at, value);
    }
  }

  void fail(std::string_view what) { fail(at_, what); }

 private:
  void fail(const std::string& at, std::string_view what) {
    if (!error_) error_ = make_error(Code::corrupt, fmt::format("{} {}", at, what));
  }

  template <typename T>
  void decode(const Json& json, const std::string& at, T& value) {
    if (error_) return;
    if constexpr (std::is_same_v<T, bool>) {
      json.is_boolean() ? value = json.get<bool>(), void() : fail(at, "should be true or false");
    } else if constexpr (std::is_integral_v<T>) {
      decode_integer(json, at, value);
    } else if constexpr (std::is_floating_point_v<T>) {
      if (json.is_null()) {
        value = std::numeric_limits<T>::quiet_NaN();
      } else if (json.is_number() && std::fabs(json.get<double>()) <= std::numeric_limits<T>::max()) {
        value = static_cast<T>(json.get<double>());
      } else {
        fail(at, "should be a number");
      }
    } else if constexpr (std::is_same_v<T, std::string>) {
      json.is_string() ? value = json.get<std::string>(), void() : fail(at, "should be text");
    } else if constexpr (std::is_enum_v<T>) {
      decode_key(json, at, value);
    } else if constexpr (std::is_same_v<T, Bytes>) {
      Result<Bytes> bytes = json.is_string() ? from_base64(json.get_ref<const std::string&>())
                                             : Result<Bytes>(make_error(Code::corrupt, "not text"));
      bytes ? value = std::move(*bytes), void() : fail(at, "should be base64");
    } else if constexpr (IsVector<T>::value) {
      if (!json.is_array()) return fail(at, "should be a list");
      value.clear();
      for (std::size_t i = 0; i < json.size() && !error_; ++i) {
        typename T::value_type item{};
        decode(json[i], fmt::format("{}[{}]", at, i), item);
        value.push_back(std::move(item));
      }
    } else {
      Reader inner(json, at, error_);
      if (!error_) fields(inner, value);
    }
  }

  template <typename T>
  void decode_integer(const Json& json, const std::string& at, T& value) {
    const bool big = json.is_number_unsigned() &&
                     json.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    if (!json.is_number_integer() || big) return fail(at, "should be a whole number in range");
    if constexpr (std::is_signed_v<T>) {
      if (!json.is_number_unsigned() && json.get<std::int64_t>() < std::numeric_limits<T>::min())
        return fail(at, "should be a whole number in range");
    } else if (!json.is_number_unsigned()) {
      return fail(at, "should not be negative");
    }
    value = json.get<T>();
  }

  template <typename T>
  void decode_key(const Json& json, const std::string& at, T& value) {
    if (!json.is_string()) return fail(at, "should be text");
    const auto& text = json.get_ref<const std::string&>();
    for (const Key<T>& entry : keys(T{})) {
      if (entry.key == text) {
        value = entry.value;
        return;
      }
    }
    fail(at, "is not one of its known words");
  }

  const Json& json_;
  std::string at_;
  std::optional<Error>& error_;
};

}  // namespace bonafide::report
