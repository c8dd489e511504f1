// The terminal: is anybody looking, how wide, in colour, and the progress bar on standard error.
#pragma once
#include <string>

#include "base/context.h"

namespace bonafide::cli {

/// "auto", "always" or "never", settled by the flag, NO_COLOR, CLICOLOR_FORCE and whether stdout is a terminal.
bool use_colour(const std::string& wish);
/// Columns of standard output: the terminal's, else $COLUMNS, else 80; between 40 and 120.
int terminal_width();

/// How progress is shown: "auto" (a bar when stderr is a terminal), "bar", "json" (a line per step) or "none".
/// A bar appears only once the work has taken a second.
Progress make_progress(const std::string& style, const std::string& label);
/// Wipes the bar, if one is shown.
void end_progress();

}  // namespace bonafide::cli
