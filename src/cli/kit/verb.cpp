#include "cli/kit/verb.h"

#include <cstdio>

#include "base/bytes.h"
#include "base/json.h"
#include "base/log.h"
#include "cli/kit/terminal.h"

namespace bonafide::cli {

Context Globals::context(const std::string& label) const {
  Context context;
  context.limits = config.limits;
  if (limit_memory_mib > 0) context.limits.memory = static_cast<std::uint64_t>(limit_memory_mib * (1 << 20));
  context.stop = stop;
  context.progress = make_progress(quiet ? "none" : progress, label);
  return context;
}

CLI::App* VerbTable::add(const std::string& name, const std::string& description, const std::string& examples) {
  CLI::App* const verb = app.add_subcommand(name, description);
  verb->footer("Examples:\n" + examples);
  verb->fallthrough();  // global flags are understood after the verb too
  return verb;
}

CLI::App* VerbTable::group(const std::string& name, const std::string& description, const std::string& examples) {
  CLI::App* const noun = add(name, description, examples);
  noun->require_subcommand(1);
  return noun;
}

CLI::App* VerbTable::add(CLI::App& group, const std::string& name, const std::string& description) {
  CLI::App* const verb = group.add_subcommand(name, description);
  verb->fallthrough();
  return verb;
}

std::string shell_quoted(std::string_view word) {
  constexpr std::string_view safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+/@%=:,";
  if (!word.empty() && word.find_first_not_of(safe) == std::string_view::npos) return std::string(word);
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

ExitCode fail(const Error& error) {
  end_progress();
  log(LogLevel::error, error.to_string());
  return exit_code_of(error);
}

ExitCode fail_json(const Error& error) {
  end_progress();
  Json inner = {{"code", to_string(error.code)}, {"message", clean_utf8(error.message)}};
  if (!error.file.empty()) inner["file"] = clean_utf8(error.file);
  if (error.offset) inner["offset"] = *error.offset;
  print(dump_json({{"schema", "bonafide.error/1"}, {"error", inner}}) + "\n");
  return exit_code_of(error);
}

}  // namespace bonafide::cli
