#include "app/serve/query.h"

#include <algorithm>

#include "provenance/log/decimal.h"

namespace bonafide::app {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Result<std::string> percent_decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    const int high = text.size() - i > 2 ? digit(text[i + 1]) : -1;
    const int low = text.size() - i > 2 ? digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return make_error(Code::invalid_argument, "a percent sign without two hex digits");
    plain += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return plain;
}

Result<std::optional<std::string>> query_value(std::string_view query, std::string_view name) {
  std::optional<std::string> found;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    if (pair.substr(0, equals) != name) continue;
    if (found) return make_error(Code::invalid_argument, "the parameter " + std::string(name) + " is there twice");
    found = TRY(percent_decoded(pair.substr(std::min(equals + 1, pair.size()))));
  }
  return found;
}

Result<std::uint64_t> query_count(std::string_view query, std::string_view name, std::uint64_t usual,
                                  std::uint64_t most) {
  const auto text = TRY(query_value(query, name));
  if (!text) return usual;
  const auto number = provenance::log::parse_decimal(*text);
  if (!number || *number == 0)
    return make_error(Code::invalid_argument, std::string(name) + " is not a number from 1 on");
  return std::min(*number, most);
}

}  // namespace bonafide::app
