// Texts made from the parser itself, so that they cannot fall behind it: the manual page and shell completions.
#pragma once
#include <CLI/CLI.hpp>
#include <string>

namespace bonafide::cli {

/// A man(7) page for section 1: all verbs, their flags and examples, exit codes.
std::string manual_page(const CLI::App& app);
std::string bash_completion(const CLI::App& app);
std::string zsh_completion(const CLI::App& app);
std::string fish_completion(const CLI::App& app);

}  // namespace bonafide::cli
