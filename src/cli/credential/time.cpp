#include "cli/credential/time.h"

#include <chrono>
#include <cstdio>

namespace bonafide::cli {

std::optional<std::int64_t> parse_time(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, used = 0;
  const bool whole = std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2dZ%n", &year, &month, &day, &hour, &minute,
                                 &second, &used) == 6 &&
                     used == static_cast<int>(text.size());
  if (!whole) {
    hour = minute = second = used = 0;
    if (std::sscanf(text.c_str(), "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3) return std::nullopt;
    if (used != static_cast<int>(text.size())) return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
    return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return days * 86400 + hour * 3600 + minute * 60 + second;
}

std::string valid_time(const std::string& text) {
  return parse_time(text) ? std::string() : "a time such as 2026-11-23 or 2026-11-23T12:00:00Z is wanted";
}

}  // namespace bonafide::cli
