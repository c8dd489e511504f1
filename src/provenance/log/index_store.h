// The verifiable index on a disk: follows a log, tells the map's root and proves from it. An SQLite file that can
// always be built anew from the log's entries; in memory with the path ":memory:".
#pragma once
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "provenance/log/key_index.h"
#include "provenance/log/reader.h"
#include "provenance/log/sqlite.h"

namespace bonafide::provenance::log {

class IndexStore {
 public:
  /// Made when missing.
  static Result<std::unique_ptr<IndexStore>> open(const std::string& path);

  /// Reads the entries that it lacks. What it has of another tree, or of a larger one, is forgotten first. corrupt: the
  /// entries do not lead to this root; nothing is taken in then.
  Result<void> follow(LogReader& tree, const Hash& root);
  Result<std::uint64_t> size();
  /// The map's root.
  Result<Hash> root();
  /// Without its note. limit: more entries than a proof may name.
  Result<IndexProof> prove(const IndexKey& key);

 private:
  using Prefix = std::int64_t;  ///< a key's first 16 bits
  struct Bucket {
    Prefix prefix = 0;
    MapNode node;
  };
  explicit IndexStore(Database database) : database_(std::move(database)) {}
  Result<bool> is_beginning_of(LogReader& tree);
  Result<void> forget();
  Result<Frontier> entries();
  Result<void> take_in(LogReader& tree, std::uint64_t to, const Hash& root);
  Result<void> append(const Hash& key, std::uint64_t number);
  Result<std::vector<MapLeaf>> leaves_of(Prefix prefix);
  Result<void> renew(Prefix prefix);
  Result<std::vector<Bucket>> buckets();
  Database database_;
};

inline constexpr std::string_view kIndexFile = "index.db";

}  // namespace bonafide::provenance::log
