// Datasets: a folder with a manifest.csv (RFC 4180) that says of each file what it is.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"

namespace bonafide::lab {

struct Item {
  std::string path;  ///< to open
  std::string file;  ///< as the manifest names it
  std::string kind;  ///< "speech", "photo", …; empty when the manifest does not say
  bool fake = false;
  std::string source;     ///< where it comes from: a corpus, a page, a camera
  std::string generator;  ///< what made it, for fakes
};

/// Rows of a CSV text, quotes undone. `corrupt` (with the line) for a quote that never ends or a row with another
/// number of fields than the first; `limit` above a million rows.
Result<std::vector<std::vector<std::string>>> parse_csv(const std::string& text);

/// `path`: a manifest or the folder that holds manifest.csv. Columns by name: file and label ("real" or "fake") are
/// needed; kind, source_repo or source, and generator are used when there. Rows with another label are left out. Files
/// are not opened; a name that leaves the folder is `corrupt`.
Result<std::vector<Item>> read_dataset(const std::string& path);

}  // namespace bonafide::lab
