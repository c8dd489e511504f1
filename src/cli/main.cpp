// bonafide: the command line. This file is the table of contents; each verb is a file of its own.
#include <cstdio>
#include <exception>

#include "base/log.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "cli/verb.h"

namespace bonafide::cli {
namespace {

void add_global_flags(CLI::App& app, Globals& globals) {
  app.add_flag("--json", globals.json, "One JSON object (a line each for many files)");
  app.add_option("--color", globals.config.colour, "Colour: auto, always or never (NO_COLOR is honoured)")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_option("--progress", globals.progress, "Progress on standard error: auto, bar, json or none")
      ->check(CLI::IsMember({"auto", "bar", "json", "none"}));
  app.add_option("--limit-memory", globals.limit_memory_mib, "Most memory for decoded media, in MiB")
      ->check(CLI::Range(16.0, 1048576.0));
  app.add_flag("-q,--quiet", globals.quiet, "No progress, only errors");
  app.add_flag("-v,--verbose", globals.verbose, "More words on standard error; twice for debugging");
}

void set_log(const Globals& globals) {
  if (globals.quiet)
    set_log_level(LogLevel::error);
  else if (globals.verbose > 1)
    set_log_level(LogLevel::debug);
  else if (globals.verbose == 1)
    set_log_level(LogLevel::info);
}

int run(int argc, char** argv) {
  Globals globals;
  globals.stop = stop_on_interrupt();
  auto config = load_config(config_path());
  if (!config) {
    fail(config.error());
    return kUsage;
  }
  globals.config = std::move(*config);

  CLI::App app("Can I trust this picture, video or sound, and why?", "bonafide");
  Run chosen;
  VerbTable verbs{app, globals, chosen};
  add_global_flags(app, globals);
  add_check(verbs);
  add_verify(verbs);
  add_inspect(verbs);
  add_report(verbs);
  add_detectors(verbs);
  add_doctor(verbs);
  add_config(verbs);
  add_completion(verbs);
  add_help(verbs);
  add_version(verbs);
  app.require_subcommand(0, 1);
  app.footer("Start with:\n  bonafide check FILE\n  bonafide help exit-codes");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return error.get_exit_code() == 0 ? app.exit(error) : (app.exit(error), static_cast<int>(kUsage));
  }
  set_log(globals);
  if (!chosen) {
    print(app.help());
    return kUsage;
  }
  const int code = chosen();
  end_progress();
  // the disk is full, or the reader went away; an earlier flush may have met it already
  if ((std::fflush(stdout) != 0 || std::ferror(stdout) != 0) && code == kDone) return kInput;
  return code;
}

}  // namespace
}  // namespace bonafide::cli

int main(int argc, char** argv) {
  try {
    return bonafide::cli::run(argc, argv);
  } catch (const std::exception& error) {
    bonafide::log(bonafide::LogLevel::error, std::string("unexpected failure: ") + error.what());
    return bonafide::cli::kBug;
  }
}
