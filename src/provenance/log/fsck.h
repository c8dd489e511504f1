// Goes over a whole log and recomputes everything from its entries: every fault gets a name and a place.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "provenance/log/checkpoint.h"
#include "provenance/log/reader.h"

namespace bonafide::provenance::log {

struct LogFault {
  std::string path;  ///< below the log's folder
  std::string what;  ///< a plain sentence
};
struct FsckReport {
  std::optional<Checkpoint> checkpoint;  ///< when it could be read and is the log's
  std::uint64_t entries = 0;             ///< that were read and hashed
  std::uint64_t files = 0;               ///< tiles and bundles that were looked at
  std::vector<LogFault> faults;          ///< the first 1000
  std::uint64_t more_faults = 0;
};
/// `guard_note`: the checkpoint in the guard, when it is at hand. An Error only when the folder cannot be looked at.
Result<FsckReport> fsck(const std::string& folder, const NoteKey& key, const std::optional<std::string>& guard_note);
/// The same of files that lie elsewhere: what is there besides the log's own cannot be seen then.
Result<FsckReport> fsck(const FetchFile& files, const NoteKey& key);

}  // namespace bonafide::provenance::log
