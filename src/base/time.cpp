#include "base/time.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ctime>

namespace bonafide {

namespace {

/// Eats exactly `digits` decimal digits, or answers -1.
int number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return -1;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool eat(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::chrono::microseconds fraction(std::string_view& text) {
  std::int64_t micros = 0, unit = 100'000;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), unit /= 10) {
    micros += unit * (text.front() - '0');
  }
  return std::chrono::microseconds(micros);
}

/// "Z", "+01:00"; nothing when it is neither.
std::optional<std::chrono::minutes> zone(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes(0);
  const bool west = text.starts_with('-');
  if (!eat(text, "+-")) return std::nullopt;
  const int hours = number(text, 2);
  if (!eat(text, ":")) return std::nullopt;
  const int minutes = number(text, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || !text.empty()) return std::nullopt;
  return std::chrono::minutes((hours * 60 + minutes) * (west ? -1 : 1));
}

}  // namespace

std::optional<std::chrono::sys_time<std::chrono::microseconds>> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  const int y = number(text, 4);
  if (!eat(text, "-")) return std::nullopt;
  const int m = number(text, 2);
  if (!eat(text, "-")) return std::nullopt;
  const int d = number(text, 2);
  if (y < 0 || m < 0 || d < 0 || !eat(text, "Tt ")) return std::nullopt;
  const int hour = number(text, 2);
  if (!eat(text, ":")) return std::nullopt;
  const int minute = number(text, 2);
  if (!eat(text, ":")) return std::nullopt;
  const int second = number(text, 2);
  const year_month_day date{year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d))};
  if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return std::nullopt;
  microseconds part{0};
  if (eat(text, ".")) {
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    part = fraction(text);
  }
  const auto offset = zone(text);
  if (!offset) return std::nullopt;
  return sys_time<microseconds>(sys_days(date)) + hours(hour) + minutes(minute) + seconds(second) + part - *offset;
}

std::string to_rfc3339(std::chrono::sys_seconds time) {
  constexpr std::int64_t kYear0 = -62167219200, kYear10000 = 253402300800;
  const std::int64_t count =
      std::clamp(static_cast<std::int64_t>(time.time_since_epoch().count()), kYear0, kYear10000 - 1);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(count)));
}

std::string to_rfc3339(std::chrono::system_clock::time_point time) {
  return to_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

std::string unix_to_rfc3339(std::int64_t seconds) {
  return to_rfc3339(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
}

std::int64_t unix_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()).time_since_epoch().count();
}

std::string to_clock(double seconds, bool tenths) {
  if (!std::isfinite(seconds) || seconds < 0) seconds = 0;
  const long long ticks = tenths ? static_cast<long long>(std::floor(seconds * 10)) : std::llround(seconds) * 10;
  const long long whole = ticks / 10;
  std::string text = whole >= 3600 ? fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
                                   : fmt::format("{}:{:02}", whole / 60, whole % 60);
  if (tenths) text += fmt::format(".{}", ticks % 10);
  return text;
}

}  // namespace bonafide
