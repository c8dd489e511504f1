// Running another program: bytes in, bytes out, bounded in time and size. No shell is involved.
#pragma once
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace bonafide {

struct ProgramRun {
  std::vector<std::string> command;         ///< the program, looked up in PATH, and its arguments
  ByteView input;                           ///< its standard input; it need not read all of it
  std::size_t most = std::size_t{1} << 20;  ///< bytes of standard output that are taken
  int seconds = 60;                         ///< until it is killed
};

struct ProgramAnswer {
  int exit_code = 0;
  Bytes output;      ///< all of its standard output
  std::string said;  ///< the first line of its standard error, cleaned, at most 200 bytes
};

/// Runs a program to its end and collects what it leaves behind; it shares our terminal, so it may ask a person. What
/// it started itself is not waited for. invalid_argument: no command; unavailable: it cannot be started, was killed by
/// a signal, or took too long; limit: it wrote too much.
Result<ProgramAnswer> run_program(const ProgramRun& run);

}  // namespace bonafide
