// A verb is one file: it adds its subcommand to the parser and says what to run when it was chosen.
#pragma once
#include <CLI/CLI.hpp>
#include <functional>
#include <stop_token>
#include <string>

#include "base/config.h"
#include "base/fetch.h"
#include "base/picture_maps.h"
#include "base/work_prints.h"
#include "cli/kit/exit_code.h"

namespace bonafide::app {
struct KeySource;  // app/credential/keys.h: named here, known to who fills it in
}

namespace bonafide::cli {

/// What all verbs share: the global flags and the configuration they start from.
/// How a work can be found again by its mark: the algorithm's name, and the id as hex digits.
struct PlacedMark {
  std::string algorithm, id;
  bool earlier = false;  ///< it was there before
};
/// How `sign --mark` wants a work marked.
struct Marking {
  std::string id;                     ///< 16 hex digits, or empty for one by chance
  std::string key;                    ///< a mark key's name or file, or empty for the published one
  std::string passphrase_file;        ///< the mark key's
  bool over = false;                  ///< over a mark that is there
  std::vector<std::string> layers{};  ///< "robust", "fragile"; empty: the id alone
};
/// Writes a work again with an invisible mark in it.
using Marker = std::function<Result<std::vector<PlacedMark>>(const std::string& in, const std::string& out,
                                                             const Marking& marking, const Context& context)>;

/// Where a work was registered.
struct Recorded {
  std::uint64_t entry = 0;  ///< its number in the log
  std::string proof;        ///< the file with its proof
};
/// Registers a signed work in the log in `folder`; `mark`: hex digits, or empty; `prints`: for the registry, or
/// nothing. With an empty `work` it only looks whether it could.
using Recorder =
    std::function<Result<Recorded>(const std::string& folder, const std::string& work, const app::KeySource& key,
                                   const std::string& mark, const WorkPrinter& prints, const Context& context)>;

struct Globals {
  Config config;
  std::stop_token stop;
  bool json = false;
  bool quiet = false;
  int verbose = 0;
  std::string progress = "auto";
  double limit_memory_mib = 0;  ///< 0: as configured
  Marker marker;                ///< nothing in a program that decodes nothing
  Recorder recorder;            ///< nothing in a program without logs
  Network network;              ///< for what the user asks of it; nothing in a program without one
  PictureMaps maps;             ///< nothing in a program that decodes no pictures
  WorkPrinter prints;           ///< nothing in a program that decodes nothing

  Context context(const std::string& label) const;
};

using Run = std::function<ExitCode()>;

/// One subcommand with its help and examples; `chosen` is set to what to run.
struct VerbTable {
  CLI::App& app;
  Globals& globals;
  Run& chosen;

  /// Examples lead the help, as people read them first (clig.dev).
  CLI::App* add(const std::string& name, const std::string& description, const std::string& examples);
  /// A noun with verbs of its own ("trust list"): one of them must follow. Add those with the other form of add().
  CLI::App* group(const std::string& name, const std::string& description, const std::string& examples);
  CLI::App* add(CLI::App& group, const std::string& name, const std::string& description);
};

// Every program has these.
void add_completion(VerbTable& verbs);
void add_help(VerbTable& verbs);

/// A word as a POSIX shell wants it: bare when it is safe, else in single quotes.
std::string shell_quoted(std::string_view word);
/// Data to standard output; a closed pipe is not an error worth words.
void print(std::string_view text);
/// "bonafide: FILE: at byte N: message" on standard error, and the matching exit code.
ExitCode fail(const Error& error);
/// The same as a JSON line on standard output, for --json.
ExitCode fail_json(const Error& error);

}  // namespace bonafide::cli
