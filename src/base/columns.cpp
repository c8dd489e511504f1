#include "base/columns.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace bonafide {

namespace {

using Range = std::pair<char32_t, char32_t>;

// Unicode 15: the blocks of combining marks and invisible characters that names and metadata really bring.
constexpr std::array<Range, 20> kZero{{{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},
                                       {0x064B, 0x065F}, {0x0670, 0x0670}, {0x06D6, 0x06DC}, {0x0900, 0x0902},
                                       {0x093C, 0x093C}, {0x0941, 0x0948}, {0x094D, 0x094D}, {0x0E31, 0x0E31},
                                       {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
                                       {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}}};
// Unicode 15, EastAsianWidth W and F, larger blocks.
constexpr std::array<Range, 10> kWide{{{0x1100, 0x115F},
                                       {0x2E80, 0x303E},
                                       {0x3041, 0x33FF},
                                       {0x3400, 0x9FFF},
                                       {0xA000, 0xA4CF},
                                       {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},
                                       {0xFE30, 0xFE6F},
                                       {0xFF00, 0xFF60},
                                       {0x1F300, 0x1FAFF}}};

bool within(char32_t c, const auto& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& r) { return c >= r.first && c <= r.second; });
}

int cells(char32_t c) {
  if (c < 0x300) return 1;
  if (within(c, kZero)) return 0;
  return within(c, kWide) || (c >= 0x20000 && c <= 0x3FFFD) ? 2 : 1;
}

// The character at `at` and how many bytes it takes; a broken one is itself, one byte.
std::pair<char32_t, std::size_t> next(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const unsigned first = byte(at);
  const std::size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length == 1 || at + length > text.size()) return {first, 1};
  char32_t c = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) c = c << 6 | (byte(at + i) & 0x3FU);
  return {c, length};
}

// Bytes of the longest front part that fits into `width` columns.
std::size_t fitting(std::string_view text, int width) {
  std::size_t at = 0;
  int used = 0;
  while (at < text.size()) {
    const auto [c, length] = next(text, at);
    used += cells(c);
    if (used > width) break;
    at += length;
  }
  return at;
}

}  // namespace

int columns(std::string_view utf8) {
  int used = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto [c, length] = next(utf8, at);
    used += cells(c);
    at += length;
  }
  return used;
}

std::vector<std::string> wrap(std::string_view utf8, int width) {
  width = std::max(width, 1);
  std::vector<std::string> lines;
  std::string line;
  int used = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const std::size_t space = std::min(utf8.find(' ', at), utf8.size());
    std::string_view word = utf8.substr(at, space - at);
    at = space + 1;
    if (word.empty()) continue;
    int long_word = columns(word);
    if (used > 0 && used + 1 + long_word > width) {
      lines.push_back(std::exchange(line, {}));
      used = 0;
    }
    while (long_word > width) {
      const std::size_t part = std::max<std::size_t>(fitting(word, width), next(word, 0).second);
      lines.emplace_back(word.substr(0, part));
      word.remove_prefix(part);
      long_word = columns(word);
    }
    if (used > 0) line += ' ';
    used += (used > 0 ? 1 : 0) + long_word;
    line += word;
  }
  if (!line.empty() || lines.empty()) lines.push_back(std::move(line));
  return lines;
}

std::string shorten(std::string_view utf8, int width) {
  if (columns(utf8) <= width) return std::string(utf8);
  const int keep = std::max(width - 1, 0);
  std::size_t tail = utf8.size();  // the end matters most: extensions live there
  for (int used = 0; tail > 0;) {
    std::size_t start = tail - 1;
    while (start > 0 && (static_cast<std::uint8_t>(utf8[start]) & 0xC0U) == 0x80U) --start;
    used += cells(next(utf8, start).first);
    if (used > keep / 2) break;
    tail = start;
  }
  const std::size_t head = fitting(utf8, keep - columns(utf8.substr(tail)));
  std::string text(utf8.substr(0, head));
  text += "…";
  text += utf8.substr(tail);
  return text;
}

std::string pad(std::string_view utf8, int width) {
  std::string text(utf8);
  text.append(static_cast<std::size_t>(std::max(0, width - columns(utf8))), ' ');
  return text;
}

}  // namespace bonafide
