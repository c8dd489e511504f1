// bonafide log monitor: look at a log again and again, and say when something is off.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>

#include "base/log.h"
#include "cli/log/parts.h"

namespace bonafide::cli {
namespace {

struct MonitorFlags {
  app::LogMonitorRequest request;
  bool once = false;
  std::string every = "60s", fresh;
};

/// "90", "90s", "5m", "2h", "1d".
Result<double> parse_seconds(const std::string& text) {
  double number = 0;
  std::size_t used = 0;
  try {
    number = std::stod(text, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  const std::string unit = used == 0 ? "?" : text.substr(used);
  const double factor = unit.empty() || unit == "s" ? 1
                        : unit == "m"               ? 60
                        : unit == "h"               ? 3600
                        : unit == "d"               ? 86400
                                                    : 0;
  if (factor == 0 || !(number > 0) || number * factor > 1e9)
    return make_error(Code::invalid_argument, "a time is a number with s, m, h or d: 60s");
  return number * factor;
}

/// Waits, or is told to stop: false.
bool wait(double seconds, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, stop, std::chrono::duration<double>(seconds), [] { return false; });
  return !stop.stop_requested();
}

ExitCode run_monitor(const MonitorFlags& flags, const Globals& globals) {
  app::LogMonitorRequest request = flags.request;
  const auto every = parse_seconds(flags.every);
  if (!every) return log_failed(every.error(), globals);
  if (!flags.fresh.empty()) {
    const auto fresh = parse_seconds(flags.fresh);
    if (!fresh) return log_failed(fresh.error(), globals);
    request.fresh_seconds = *fresh;
  }
  request.place.ask = asking({request.place.folder}, request.policy);
  while (true) {
    const auto look = app::log_monitor(request);
    if (!look && (flags.once || look.error().code != Code::unavailable)) return log_failed(look.error(), globals);
    if (!look) log(LogLevel::warning, "the log cannot be reached: " + look.error().to_string());
    if (look) {
      const bool news = look->off() || look->new_entries > 0 || !look->findings.empty() || globals.verbose > 0;
      if (globals.json) print(dump_json(report::log_json(*look)) + "\n");
      if (!globals.json && (news || flags.once)) print(report::log_text(*look));
      std::fflush(stdout);
      if (look->off()) return kAdverse;
    }
    if (flags.once || !wait(*every, globals.stop)) return kDone;
  }
}

}  // namespace

void add_log_monitor(CLI::App& noun, VerbTable& verbs) {
  CLI::App* const verb = verbs.add(
      noun, "monitor", "Watch a log: is it the continuation of what was seen last? Ends with 10 when something is off");
  const auto flags = std::make_shared<MonitorFlags>();
  place_flags(*verb, flags->request.place);
  verb->add_option("--policy", flags->request.policy, "Which log and witnesses to believe (c2sp.org/tlog-policy)");
  verb->add_option("--log-key", flags->request.key, "Believe this log, and ask for no witness");
  verb->add_option("--state", flags->request.state, "File that keeps what was seen last");
  verb->add_option("--follow", flags->request.follow,
                   "Tell new entries under this key: issuer:HEX, asset:HEX, mark:HEX, …")
      ->allow_extra_args(false);
  verb->add_option("--fresh", flags->fresh, "How old the newest cosignature may be: 1h; without it, any age");
  verb->add_flag("--once", flags->once, "Look once");
  verb->add_option("--every", flags->every, "How often to look: 60s, 5m, 1h");
  chosen_by(verb, verbs, flags, run_monitor);
}

}  // namespace bonafide::cli
