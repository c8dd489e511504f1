// Times as people and files write them.
#pragma once
#include <chrono>
#include <string>

namespace bonafide {

/// "2026-11-23T12:30:00Z". Years 0 to 9999; the clock's own nanoseconds would overflow in 2262.
std::string to_rfc3339(std::chrono::sys_seconds time);
std::string to_rfc3339(std::chrono::system_clock::time_point time);
/// "0:42", "1:02:03"; with tenths when asked: "0:07.4".
std::string to_clock(double seconds, bool tenths = false);

}  // namespace bonafide
