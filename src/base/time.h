// Times as people and files write them.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bonafide {

/// "2026-11-23T12:30:00Z". Years 0 to 9999; the clock's own nanoseconds would overflow in 2262.
std::string to_rfc3339(std::chrono::sys_seconds time);
std::string to_rfc3339(std::chrono::system_clock::time_point time);
/// The same for seconds since 1970.
std::string unix_to_rfc3339(std::int64_t seconds);
/// Seconds since 1970, by the system's clock. For front doors and use cases: what judges takes its clock as an argument.
std::int64_t unix_now();
/// RFC 3339 section 5.6, "2026-11-23T12:30:00.25+01:00", cut to microseconds; nothing when it is not of that form.
std::optional<std::chrono::sys_time<std::chrono::microseconds>> parse_rfc3339(std::string_view text);
/// "0:42", "1:02:03"; with tenths when asked: "0:07.4".
std::string to_clock(double seconds, bool tenths = false);

}  // namespace bonafide
