// A page of this room on a terminal: titles and fields, every word made safe. Private to this room.
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/text_style.h"

namespace bonafide::report {

/// One line of printable text: names in a credential are written by strangers.
inline std::string one_safe_line(std::string_view text) {
  constexpr std::size_t kMost = 300;
  std::string clean = clean_utf8(text);
  std::ranges::replace(clean, '\n', ' ');
  std::ranges::replace(clean, '\t', ' ');
  if (clean.size() > kMost) clean = clean_utf8(clean.substr(0, kMost)) + "…";
  return clean;
}

class Page {
 public:
  explicit Page(const TextStyle& style) : style_(style) {}
  void title(std::string_view text) { text_ += paint("\033[1m", one_safe_line(text)) + "\n"; }
  void field(std::string_view name, std::string_view value) {
    text_ += fmt::format("  {}  {}\n", paint("\033[2m", fmt::format("{:<11}", name)), one_safe_line(value));
  }
  void more(std::string_view value) { field("", value); }
  void line(std::string_view text) { text_ += one_safe_line(text) + "\n"; }
  void indented(std::size_t columns, std::string_view text) {
    text_ += std::string(columns, ' ') + one_safe_line(text) + "\n";
  }
  void gap() { text_ += "\n"; }
  std::string take() { return std::move(text_); }

 private:
  std::string paint(std::string_view with, std::string_view text) const {
    return style_.colour ? fmt::format("{}{}\033[0m", with, text) : std::string(text);
  }
  TextStyle style_;
  std::string text_;
};

}  // namespace bonafide::report
