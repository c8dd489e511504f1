// Times as they are typed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace bonafide::cli {

/// "2026-11-23", "2026-11-23T12:00:00Z" as seconds since 1970. Nothing when it is neither.
std::optional<std::int64_t> parse_time(const std::string& text);
/// For CLI::Validator: empty when it is a time, else a sentence.
std::string valid_time(const std::string& text);

}  // namespace bonafide::cli
