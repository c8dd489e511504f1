// Numbers as this room's formats write them: ASCII digits, no sign, no leading zero.
#pragma once
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace bonafide::provenance::log {

inline std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text)
    if (c < '0' || c > '9') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace bonafide::provenance::log
