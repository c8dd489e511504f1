#include "base/log.h"

#include <atomic>
#include <cstdio>
#include <string>

#include "base/bytes.h"

namespace bonafide {

namespace {
std::atomic<LogLevel> g_level{LogLevel::warning};

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::error: return "error: ";
    case LogLevel::warning: return "warning: ";
    case LogLevel::info: return "";
    case LogLevel::debug: return "debug: ";
  }
  return "";
}
}  // namespace

void set_log_level(LogLevel level) { g_level = level; }
LogLevel log_level() { return g_level; }

void log(LogLevel level, std::string_view message) {
  if (level > g_level) return;
  // One fputs, so that lines of several threads do not mix.
  const std::string line = "bonafide: " + std::string(name_of(level)) + clean_utf8(message) + "\n";
  std::fputs(line.c_str(), stderr);
}

}  // namespace bonafide
