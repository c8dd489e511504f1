#include "app/serve/tokens.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/files.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "provenance/log/durable.h"

namespace bonafide::app {

namespace tlog = provenance::log;

namespace {

constexpr std::size_t kMostTokens = 1000;
constexpr std::uint64_t kMostFile = 1 << 20;
constexpr std::string_view kHashWord = "sha256:";
constexpr std::string_view kPrefix = "bonafide_";  // so that scanners for leaked secrets can know it

bool is_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, fits);
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = std::min(text.find(at), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

tlog::Hash hash_of(std::string_view secret) {
  return tlog::to_hash(crypto::digest(crypto::HashAlgorithm::sha256, as_bytes(secret))).value();
}

Result<Token> parse_line(std::string_view line) {
  const auto words = split(line, ' ');
  if (words.size() != 3) return make_error(Code::corrupt, "not NAME ROLES sha256:HEX");
  Token token;
  token.name = words[0];
  if (!is_name(token.name)) return make_error(Code::corrupt, "its name has odd characters");
  for (const std::string_view word : split(words[1], ',')) {
    const auto role = role_named(word);
    if (!role) return make_error(Code::corrupt, "there is no role " + clean_utf8(word));
    token.roles.push_back(*role);
  }
  if (token.roles.empty()) return make_error(Code::corrupt, "it has no role");
  if (!words[2].starts_with(kHashWord)) return make_error(Code::corrupt, "its hash does not begin with sha256:");
  const Bytes hash = TRY(from_hex(words[2].substr(kHashWord.size())));
  token.hash = TRY(tlog::to_hash(hash));
  return token;
}

Result<void> save(const std::string& file, const std::vector<Token>& tokens) {
  const std::filesystem::path path(file);
  tlog::DurableWriter writer(path.has_parent_path() ? path.parent_path().string() : std::string("."));
  TRY(writer.put(path.filename().string(), as_bytes(write_tokens(tokens)), 0600));
  return writer.finish();
}

std::string lock_of(const std::string& file) { return file + ".lock"; }

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::add: return "add";
    case Role::resolve: return "resolve";
    case Role::metrics: return "metrics";
  }
  return "";
}

std::optional<Role> role_named(std::string_view name) {
  for (const Role role : {Role::add, Role::resolve, Role::metrics})
    if (to_string(role) == name) return role;
  return std::nullopt;
}

bool Token::may(Role role) const { return std::ranges::find(roles, role) != roles.end(); }

Result<std::vector<Token>> parse_tokens(std::string_view text) {
  std::vector<Token> tokens;
  std::size_t number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (line.empty() || line.front() == '#') continue;
    if (tokens.size() == kMostTokens) return make_error(Code::limit, "more than 1000 tokens");
    auto token = parse_line(line);
    if (!token)
      return make_error(Code::corrupt, fmt::format("line {} of the tokens: {}", number, token.error().message));
    const auto same = [&](const Token& other) { return other.name == token->name; };
    if (std::ranges::any_of(tokens, same))
      return make_error(Code::corrupt, fmt::format("line {} of the tokens: the name is there already", number));
    tokens.push_back(std::move(*token));
  }
  return tokens;
}

std::string write_tokens(const std::vector<Token>& tokens) {
  std::string text = "# NAME ROLES sha256:HASH; the tokens themselves are not kept. bonafide log token makes lines.\n";
  for (const Token& token : tokens) {
    std::string roles;
    for (const Role role : token.roles) roles += (roles.empty() ? "" : ",") + std::string(to_string(role));
    text += fmt::format("{} {} {}{}\n", token.name, roles, kHashWord, to_hex(token.hash));
  }
  return text;
}

const Token* find_token(const std::vector<Token>& tokens, std::string_view secret) {
  const tlog::Hash hash = hash_of(secret);
  const Token* found = nullptr;
  for (const Token& token : tokens) {
    volatile std::uint8_t differs = 0;  // nobody may leave this loop early, the compiler neither
    for (std::size_t i = 0; i < hash.size(); ++i)
      differs = static_cast<std::uint8_t>(differs | static_cast<std::uint8_t>(hash[i] ^ token.hash[i]));
    found = differs == 0 ? &token : found;
  }
  return found;
}

Result<std::vector<Token>> list_tokens(const std::string& file) {
  const auto text = read_file(file, kMostFile);
  if (!text && text.error().code == Code::not_found) return std::vector<Token>();
  if (!text) return text.error();
  return parse_tokens(*text);
}

Result<std::string> new_token(const NewToken& request) {
  if (!is_name(request.name))
    return make_error(Code::invalid_argument, "a token's name has letters, digits, '-', '_' and '.' only");
  Token token;
  token.name = request.name;
  for (const std::string& name : request.roles) {
    const auto role = role_named(name);
    if (!role) return make_error(Code::invalid_argument, "roles are add, resolve and metrics");
    if (!token.may(*role)) token.roles.push_back(*role);
  }
  if (token.roles.empty()) token.roles.push_back(Role::add);
  const tlog::FileLock lock = TRY(tlog::FileLock::take(lock_of(request.file)));
  std::vector<Token> tokens = TRY(list_tokens(request.file));
  if (std::ranges::any_of(tokens, [&](const Token& one) { return one.name == token.name; }))
    return make_error(Code::invalid_argument, "there is a token of this name: revoke it first");
  const std::string secret = std::string(kPrefix) + to_hex(TRY(crypto::Random().bytes(32)));
  token.hash = hash_of(secret);
  tokens.push_back(std::move(token));
  TRY(save(request.file, tokens));
  return secret;
}

Result<void> revoke_token(const std::string& file, const std::string& name) {
  const tlog::FileLock lock = TRY(tlog::FileLock::take(lock_of(file)));
  std::vector<Token> tokens = TRY(list_tokens(file));
  if (std::erase_if(tokens, [&](const Token& one) { return one.name == name; }) == 0)
    return make_error(Code::not_found, "there is no token of this name");
  return save(file, tokens);
}

}  // namespace bonafide::app
