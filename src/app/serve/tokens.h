// Who may do what: bearer tokens of 256 random bits, kept as hashes in a text file that people can read.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "provenance/log/merkle.h"

namespace bonafide::app {

/// What a token allows. Reading needs none.
enum class Role : std::uint8_t {
  add,      ///< registering entries
  resolve,  ///< handing in works to be looked at
  metrics,  ///< reading counters
};
std::string_view to_string(Role role);
std::optional<Role> role_named(std::string_view name);

struct Token {
  std::string name;
  std::vector<Role> roles;
  provenance::log::Hash hash = {};  ///< SHA-256 of the token; it is too random to be guessed from it
  bool may(Role role) const;
};

/// Lines "NAME ROLE,ROLE sha256:HEX"; empty ones and those with # are passed over. `corrupt` names the line.
Result<std::vector<Token>> parse_tokens(std::string_view text);
std::string write_tokens(const std::vector<Token>& tokens);
/// Looks at every token to its end, so that time tells nothing about them.
const Token* find_token(const std::vector<Token>& tokens, std::string_view secret);

struct NewToken {
  std::string file;
  std::string name;
  std::vector<std::string> roles;  ///< none: add
};
/// Writes the token's hash into the file and answers the token, which is not kept anywhere. invalid_argument: the name
/// is taken, or a role unknown.
Result<std::string> new_token(const NewToken& request);
Result<std::vector<Token>> list_tokens(const std::string& file);
Result<void> revoke_token(const std::string& file, const std::string& name);

}  // namespace bonafide::app
