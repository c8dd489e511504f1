#include "cli/kit/program.h"

#include <algorithm>
#include <cstdio>
#include <exception>

#include "base/log.h"
#include "cli/kit/interrupt.h"
#include "cli/kit/terminal.h"

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

/// The words as CLI11 wants them (last first), with the default verb put in where a file stands in a verb's place.
std::vector<std::string> words_of(const Program& program, const CLI::App& app, int argc, char** argv) {
  const auto is_verb = [&](const std::string& word) {
    return !app.get_subcommands([&](const CLI::App* verb) { return verb->get_name() == word; }).empty();
  };
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const auto first = std::ranges::find_if(words, [](const std::string& word) { return !word.starts_with("-"); });
  if (!program.default_verb.empty() && first != words.end() && !is_verb(*first)) {
    words.insert(words.begin(), program.default_verb);
  }
  std::ranges::reverse(words);
  return words;
}

int run(const Program& program, int argc, char** argv) {
  Globals globals;
  globals.stop = stop_on_interrupt();
  auto config = load_config(config_path());
  if (!config) {
    fail(config.error());
    return kUsage;
  }
  globals.config = std::move(*config);
  globals.network = program.network;
  globals.marker = program.marker;
  globals.recorder = program.recorder;
  globals.maps = program.maps;
  globals.prints = program.prints;

  CLI::App app(program.description, program.name);
  Run chosen;
  VerbTable verbs{app, globals, chosen};
  add_global_flags(app, globals);
  for (void (*const add)(VerbTable&) : program.verbs) add(verbs);
  app.require_subcommand(0, 1);
  app.footer(program.footer);

  try {
    app.parse(words_of(program, app, argc, argv));
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

int run_program(const Program& program, int argc, char** argv) {
  try {
    return run(program, argc, argv);
  } catch (const std::exception& error) {
    log(LogLevel::error, std::string("unexpected failure: ") + error.what());
    return kBug;
  }
}

}  // namespace bonafide::cli
