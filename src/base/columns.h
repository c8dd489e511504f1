// Columns: how many cells a text fills on a terminal, and breaking it to a width.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace bonafide {

/// Cells on a terminal: combining marks 0, East Asian wide characters and emoji 2 (Unicode 15, the larger blocks),
/// everything else 1. Expects UTF-8; a broken byte counts 1.
int columns(std::string_view utf8);
/// Lines of at most `width` columns, broken at spaces; a word longer than a line is cut. At least one line.
std::vector<std::string> wrap(std::string_view utf8, int width);
/// At most `width` columns, with "…" in the middle when something was left out.
std::string shorten(std::string_view utf8, int width);
/// Padded with spaces to `width` columns.
std::string pad(std::string_view utf8, int width);

}  // namespace bonafide
