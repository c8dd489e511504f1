#include "base/time.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ctime>

namespace bonafide {

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
