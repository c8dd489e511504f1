#include "base/time.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cmath>

namespace bonafide {

std::string to_rfc3339(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
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
