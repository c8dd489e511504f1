// Log lines for the person at the terminal, on standard error. Data never goes here.
#pragma once
#include <string_view>

namespace bonafide {

enum class LogLevel { error, warning, info, debug };

/// Lines above this level are dropped. Default: warning.
void set_log_level(LogLevel level);
LogLevel log_level();

/// One line "bonafide: warning: …". Thread-safe; control characters in `message` are made harmless.
void log(LogLevel level, std::string_view message);

}  // namespace bonafide
