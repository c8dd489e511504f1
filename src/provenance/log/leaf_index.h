// Which entries a log has, by their leaf hash: so that nothing is added twice and an entry is found again. An SQLite
// file that can always be built anew from the tiles.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "provenance/log/reader.h"
#include "provenance/log/sqlite.h"

namespace bonafide::provenance::log {

class LeafIndex {
 public:
  /// Made when missing.
  static Result<std::unique_ptr<LeafIndex>> open(const std::string& path);

  Result<std::optional<std::uint64_t>> find(const Hash& leaf);
  /// Reads what it lacks from the tree's lowest tiles, and forgets what the tree does not have.
  Result<void> follow(LogReader& tree);
  /// Entries that were just added, from number `first` on; it must know all before them.
  Result<void> add(std::uint64_t first, const std::vector<Hash>& leaves);

 private:
  explicit LeafIndex(Database database) : database_(std::move(database)) {}
  Result<std::uint64_t> size();
  Database database_;
};

}  // namespace bonafide::provenance::log
