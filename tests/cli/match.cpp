#include "match.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace bonafide::cli_test {

namespace {

constexpr std::string_view kHole = "{*}";
constexpr std::string_view kLines = "...";

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

bool match_line(std::string_view pattern, std::string_view line) {
  const auto hole = pattern.find(kHole);
  if (hole == std::string_view::npos) return pattern == line;
  if (line.substr(0, hole) != pattern.substr(0, hole)) return false;
  const std::string_view rest = pattern.substr(hole + kHole.size());
  for (std::size_t begin = hole; begin <= line.size(); ++begin)
    if (match_line(rest, line.substr(begin))) return true;
  return false;
}

// fits[i][j]: the first i pattern lines can stand for the first j text lines
std::optional<std::string> match_lines(std::string_view pattern, std::string_view text) {
  const auto wanted = split(pattern);
  const auto given = split(text);
  std::vector<std::vector<bool>> fits(wanted.size() + 1, std::vector<bool>(given.size() + 1, false));
  fits[0][0] = true;
  for (std::size_t i = 1; i <= wanted.size(); ++i) {
    for (std::size_t j = 0; j <= given.size(); ++j) {
      if (wanted[i - 1] == kLines)
        fits[i][j] = fits[i - 1][j] || (j > 0 && fits[i][j - 1]);
      else
        fits[i][j] = j > 0 && fits[i - 1][j - 1] && match_line(wanted[i - 1], given[j - 1]);
    }
  }
  if (fits[wanted.size()][given.size()]) return std::nullopt;
  std::size_t reached = 0;  // the pattern lines that some beginning of the text satisfies
  for (std::size_t i = 0; i <= wanted.size(); ++i)
    if (std::find(fits[i].begin(), fits[i].end(), true) != fits[i].end()) reached = i;
  if (reached == wanted.size()) return fmt::format("more was printed than the {} expected lines", wanted.size());
  return fmt::format("expected line {} was not printed: {}", reached + 1, wanted[reached]);
}

}  // namespace bonafide::cli_test
