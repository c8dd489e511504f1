// Which files a verb works on: arguments, folders, a list from a file or standard input, or standard input itself.
#pragma once
#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"

namespace bonafide::cli {

struct InputRequest {
  std::vector<std::string> arguments;  ///< files, folders, or "-" for media on standard input
  bool recursive = false;              ///< walk folders; symbolic links are not followed
  std::string files_from;              ///< a list, one path a line; "-" is standard input; empty: none
};

struct Input {
  std::string path;   ///< to open
  std::string shown;  ///< to name it: "-" for standard input
};

struct Inputs {
  std::vector<Input> files;     ///< in the order given; folders sorted by path
  std::vector<Error> errors;    ///< what could not be used; the rest goes on
  std::size_t passed_over = 0;  ///< files in folders that are no known medium
  bool many = false;            ///< more than one file was asked for, or a folder or list

  Inputs() = default;
  Inputs(Inputs&&) = default;
  Inputs& operator=(Inputs&&) = delete;
  ~Inputs();  ///< removes what standard input was kept in
  std::string spooled;
};

/// Fails only on a contradiction in the request (standard input asked for twice).
Result<Inputs> collect_inputs(const InputRequest& request, const Context& context);

}  // namespace bonafide::cli
