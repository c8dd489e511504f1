#include "provenance/log/leaf_index.h"

namespace bonafide::provenance::log {
namespace {
Bytes blob(const Hash& hash) { return {hash.begin(), hash.end()}; }
}  // namespace

Result<std::unique_ptr<LeafIndex>> LeafIndex::open(const std::string& path) {
  Database database = TRY(Database::open(path, Database::Safety::rebuildable));
  TRY(database.run("CREATE TABLE IF NOT EXISTS leaf (hash BLOB PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID"));
  TRY(database.run(
      "CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL)"));
  TRY(database.run("INSERT OR IGNORE INTO state VALUES (1, 0)"));
  return std::unique_ptr<LeafIndex>(new LeafIndex(std::move(database)));
}

Result<std::uint64_t> LeafIndex::size() {
  const auto rows = TRY(database_.rows("SELECT size FROM state"));
  return static_cast<std::uint64_t>(rows.empty() ? 0 : integer_of(rows[0][0]).value_or(0));
}

Result<std::optional<std::uint64_t>> LeafIndex::find(const Hash& leaf) {
  const auto rows = TRY(database_.rows("SELECT number FROM leaf WHERE hash = ?", {blob(leaf)}));
  if (rows.empty()) return std::optional<std::uint64_t>();
  return std::optional(static_cast<std::uint64_t>(integer_of(rows[0][0]).value_or(0)));
}

Result<void> LeafIndex::add(std::uint64_t first, const std::vector<Hash>& leaves) {
  return database_.transaction([&]() -> Result<void> {
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      // the first number stays, should a log that was not written by us hold an entry twice
      const auto number = static_cast<std::int64_t>(first + i);
      TRY(database_.run("INSERT OR IGNORE INTO leaf VALUES (?, ?)", {blob(leaves[i]), number}));
    }
    return database_.run("UPDATE state SET size = ?", {static_cast<std::int64_t>(first + leaves.size())});
  });
}

Result<void> LeafIndex::follow(LogReader& tree) {
  std::uint64_t known = TRY(size());
  if (known > tree.size()) {  // it saw entries that were never signed, or the index of another log
    const auto size = static_cast<std::int64_t>(tree.size());
    const auto forget = [&]() -> Result<void> {
      TRY(database_.run("DELETE FROM leaf WHERE number >= ?", {size}));
      return database_.run("UPDATE state SET size = ?", {size});
    };
    TRY(database_.transaction(forget));
    known = tree.size();
  }
  while (known < tree.size()) {
    const TileId tile = tile_at(0, known / kTileWidth, tree.size());
    const Bytes hashes = TRY(tree.tile(tile));
    std::vector<Hash> leaves;
    for (std::uint64_t at = known % kTileWidth; at < tile.width; ++at)
      leaves.push_back(*to_hash(ByteView(hashes).subspan(32 * at, 32)));
    TRY(add(known, leaves));
    known += leaves.size();
  }
  return {};
}

}  // namespace bonafide::provenance::log
