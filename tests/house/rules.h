// The rules of the house as pure functions over files in memory, so that a test can plant violations and see them
// found. docs/patterns.md says why each rule is there.
#pragma once
#include <map>
#include <string>
#include <vector>

namespace bonafide::house {

/// Path from the repository's root ("src/base/json.h") to the file's text.
using Tree = std::map<std::string, std::string>;

/// Each answers one sentence per violation, "src/base/json.h:12: …"; empty when the rule holds.
std::vector<std::string> check_layers(const Tree& tree);     ///< rooms include only the rooms below them
std::vector<std::string> check_libraries(const Tree& tree);  ///< outside headers only where their work is
std::vector<std::string> check_cards(const Tree& tree);      ///< every room folder has its README.md
std::vector<std::string> check_detectors(const Tree& tree);  ///< method card, and three kinds of test
std::vector<std::string> check_sizes(const Tree& tree);      ///< at most 600 lines a file
std::vector<std::string> check_paths(const Tree& tree);      ///< no path of one person's machine

/// The repository's own text files: everything but what git ignores and binary files.
Tree read_tree(const std::string& root);

}  // namespace bonafide::house
