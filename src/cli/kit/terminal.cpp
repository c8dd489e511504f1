#include "cli/kit/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "base/json.h"

namespace bonafide::cli {

namespace {
std::mutex g_bar_mutex;
bool g_bar_shown = false;

bool set(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

std::string_view words_of(std::string_view phase) {
  if (phase == "hash") return "hashing";
  if (phase == "decode") return "looking and listening";
  if (phase == "tests") return "testing";
  return phase;
}

void draw_bar(const std::string& label, std::string_view phase, std::uint64_t step, std::uint64_t total) {
  constexpr int kCells = 24;
  const double share = total > 0 ? std::min(1.0, static_cast<double>(step) / static_cast<double>(total)) : 0;
  const int full = static_cast<int>(share * kCells);
  std::string bar;
  for (int i = 0; i < kCells; ++i) bar += i < full ? "█" : "░";
  const std::string percent = total > 0 ? fmt::format("{:3.0f} %", share * 100) : "  …  ";
  const std::string line = fmt::format("\r\033[K{} {} {} {}", bar, percent, words_of(phase), label);
  const std::lock_guard lock(g_bar_mutex);
  std::fputs(line.c_str(), stderr);
  g_bar_shown = true;
}
}  // namespace

bool use_colour(const std::string& wish) {
  if (wish == "always") return true;
  if (wish == "never") return false;
  if (set("NO_COLOR")) return false;
  if (set("CLICOLOR_FORCE")) return true;
  const char* const terminal = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && (terminal == nullptr || std::string_view(terminal) != "dumb");
}

int terminal_width() {
  int width = 0;
  struct winsize size {};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) width = size.ws_col;
  if (width == 0) {
    if (const char* const columns = std::getenv("COLUMNS")) width = std::atoi(columns);
  }
  return width <= 0 ? 80 : std::clamp(width, 40, 120);
}

Progress make_progress(const std::string& style, const std::string& label) {
  const bool bar = style == "bar" || (style == "auto" && ::isatty(STDERR_FILENO) == 1);
  if (style == "none" || (!bar && style != "json")) return {};
  struct State {
    std::mutex mutex;
    Clock::time_point began = Clock::now();
    Clock::time_point last;
  };
  return
      [bar, label, state = std::make_shared<State>()](std::string_view phase, std::uint64_t step, std::uint64_t total) {
        const auto now = Clock::now();
        const std::lock_guard lock(state->mutex);
        if (now - state->began < std::chrono::seconds(1)) return;
        if (now - state->last < std::chrono::milliseconds(100)) return;
        state->last = now;
        if (bar) {
          draw_bar(label, phase, step, total);
        } else {
          const Json line = {{"file", label}, {"phase", phase}, {"step", step}, {"total", total}};
          std::fputs((dump_json(line) + "\n").c_str(), stderr);
        }
      };
}

void end_progress() {
  const std::lock_guard lock(g_bar_mutex);
  if (!g_bar_shown) return;
  std::fputs("\r\033[K", stderr);
  g_bar_shown = false;
}

}  // namespace bonafide::cli
