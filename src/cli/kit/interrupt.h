// Ctrl-C: the first asks everything to stop (no half file is left), the second ends the process at once.
#pragma once
#include <stop_token>

namespace bonafide::cli {

/// Call once, before any thread starts: SIGINT and SIGTERM then arrive on one waiting thread.
std::stop_token stop_on_interrupt();

}  // namespace bonafide::cli
