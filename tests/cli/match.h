// Expected text with holes: how a case says "any time here" or "whatever stands between".
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace bonafide::cli_test {

/// `{*}` in the pattern stands for any characters, none included.
bool match_line(std::string_view pattern, std::string_view line);

/// A pattern line `...` stands for any number of lines, none included. Answers nothing when the text fits, otherwise
/// a sentence naming the first line that does not.
std::optional<std::string> match_lines(std::string_view pattern, std::string_view text);

}  // namespace bonafide::cli_test
