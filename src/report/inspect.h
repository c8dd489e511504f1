// What `inspect` shows: facts only, no verdict.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "media/container/media.h"
#include "report/report.h"

namespace bonafide::report {

struct Inspection {
  media::Media media;
  std::vector<std::pair<std::string, std::string>> hashes;  ///< name, hex digits
};

/// Schema bonafide.inspect/1.
Json inspect_json(const Inspection& inspection);
/// `whole_tree` false: the first level of the structure only.
std::string inspect_text(const Inspection& inspection, bool whole_tree, const TextStyle& style);

}  // namespace bonafide::report
