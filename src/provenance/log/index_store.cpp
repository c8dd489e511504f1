#include "provenance/log/index_store.h"

#include <algorithm>

namespace bonafide::provenance::log {
namespace {

constexpr int kBucketDepth = 16;              // 65,536 buckets: about 30 keys in each at a million entries
constexpr std::uint64_t kBundlesAtOnce = 64;  // in one transaction

Bytes blob(const Hash& hash) { return {hash.begin(), hash.end()}; }

std::int64_t prefix_of(const Hash& key) { return (std::int64_t{key[0]} << 8) | key[1]; }

/// The edge of a list's tree as one blob, and back.
Bytes edge_blob(const Frontier& numbers) {
  Bytes bytes;
  for (const Hash& hash : numbers.edge()) bytes.insert(bytes.end(), hash.begin(), hash.end());
  return bytes;
}
Result<Frontier> frontier_from(std::uint64_t size, ByteView edge) {
  std::vector<Hash> hashes;
  for (std::size_t at = 0; at + 32 <= edge.size(); at += 32) hashes.push_back(*to_hash(edge.subspan(at, 32)));
  return Frontier::of_edge(size, std::move(hashes));
}

/// The subtree at `depth` over the buckets in [begin, end), which are sorted.
template <typename Iterator>
MapNode node_over(Iterator begin, Iterator end, int depth) {
  if (begin == end) return {};
  if (end - begin == 1 && (depth == kBucketDepth || begin->node.kind == MapNode::Kind::leaf)) return begin->node;
  const std::int64_t bit = std::int64_t{1} << (kBucketDepth - 1 - depth);
  const auto middle = std::find_if(begin, end, [&](const auto& bucket) { return (bucket.prefix & bit) != 0; });
  return join(node_over(begin, middle, depth + 1), node_over(middle, end, depth + 1));
}

}  // namespace

Result<std::unique_ptr<IndexStore>> IndexStore::open(const std::string& path) {
  Database database = TRY(Database::open(path, Database::Safety::rebuildable));
  for (const char* const table :
       {"CREATE TABLE IF NOT EXISTS posting (key BLOB, number INTEGER, PRIMARY KEY (key, number)) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS list (key BLOB PRIMARY KEY, count INTEGER NOT NULL, edge BLOB NOT NULL, "
        "hash BLOB NOT NULL) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS bucket (prefix INTEGER PRIMARY KEY, single INTEGER NOT NULL, hash BLOB NOT NULL)",
        "CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY CHECK (one = 1), size INTEGER NOT NULL, "
        "edge BLOB NOT NULL)"})
    TRY(database.run(table));
  TRY(database.run("INSERT OR IGNORE INTO state VALUES (1, 0, ?)", {Bytes()}));
  return std::unique_ptr<IndexStore>(new IndexStore(std::move(database)));
}

Result<std::uint64_t> IndexStore::size() {
  const auto rows = TRY(database_.rows("SELECT size FROM state"));
  return static_cast<std::uint64_t>(rows.empty() ? 0 : integer_of(rows[0][0]).value_or(0));
}

/// The right edge of the tree over the entries that were taken in so far.
Result<Frontier> IndexStore::entries() {
  const auto rows = TRY(database_.rows("SELECT size, edge FROM state"));
  if (rows.empty()) return make_error(Code::corrupt, "the index has no state: delete it, it is built anew");
  return frontier_from(static_cast<std::uint64_t>(integer_of(rows[0][0]).value_or(0)), bytes_of(rows[0][1]));
}

/// Whether what was taken in so far is the beginning of this tree.
Result<bool> IndexStore::is_beginning_of(LogReader& tree) {
  const Frontier known = TRY(entries());
  if (known.size() > tree.size()) return false;
  return known.root() == TRY(root_of(known.size(), tree.nodes()));
}

Result<void> IndexStore::forget() {
  for (const char* const statement : {"DELETE FROM posting", "DELETE FROM list", "DELETE FROM bucket"})
    TRY(database_.run(statement));
  return database_.run("UPDATE state SET size = 0, edge = ?", {Bytes()});
}

Result<void> IndexStore::follow(LogReader& tree, const Hash& root) {
  if (!TRY(is_beginning_of(tree))) TRY(database_.transaction([&] { return forget(); }));
  std::uint64_t known = TRY(size());
  while (known < tree.size()) {
    const std::uint64_t next = std::min(tree.size(), (known / kTileWidth + kBundlesAtOnce) * kTileWidth);
    TRY(database_.transaction([&] { return take_in(tree, next, root); }));
    known = next;
  }
  return {};
}

/// Entries up to `to`; they must lead to `root`, which is signed, once all are there.
Result<void> IndexStore::take_in(LogReader& tree, std::uint64_t to, const Hash& root) {
  Frontier known = TRY(entries());
  std::set<Prefix> touched;
  while (known.size() < to) {
    const auto bundle = TRY(tree.bundle(known.size() / kTileWidth));
    for (std::size_t at = known.size() % kTileWidth; at < bundle.size() && known.size() < to; ++at) {
      for (const IndexKey& key : index_keys(bundle[at])) {
        const Hash hash = index_hash(key);
        TRY(append(hash, known.size()));
        touched.insert(prefix_of(hash));
      }
      known.append(leaf_hash(bundle[at]));
    }
  }
  const Hash wanted = to == tree.size() ? root : TRY(root_of(to, tree.nodes()));
  if (known.root() != wanted)
    return make_error(Code::corrupt, "the entries do not lead to the signed root: `log fsck` names the damage");
  for (const Prefix prefix : touched) TRY(renew(prefix));
  return database_.run("UPDATE state SET size = ?, edge = ?", {static_cast<std::int64_t>(to), edge_blob(known)});
}

Result<void> IndexStore::append(const Hash& key, std::uint64_t number) {
  Frontier numbers;
  const auto rows = TRY(database_.rows("SELECT count, edge FROM list WHERE key = ?", {blob(key)}));
  if (!rows.empty())
    numbers = TRY(frontier_from(static_cast<std::uint64_t>(integer_of(rows[0][0]).value_or(0)), bytes_of(rows[0][1])));
  append_number(numbers, number);
  TRY(database_.run("INSERT INTO posting VALUES (?, ?)", {blob(key), static_cast<std::int64_t>(number)}));
  return database_.run(
      "INSERT OR REPLACE INTO list VALUES (?, ?, ?, ?)",
      {blob(key), static_cast<std::int64_t>(numbers.size()), edge_blob(numbers), blob(list_hash(numbers))});
}

Result<std::vector<MapLeaf>> IndexStore::leaves_of(Prefix prefix) {
  const Bytes first{static_cast<std::uint8_t>(prefix >> 8), static_cast<std::uint8_t>(prefix)};
  Bytes last = first;
  last.resize(33, 0xFF);  // behind every key of 32 bytes with this beginning
  std::vector<MapLeaf> leaves;
  const auto rows =
      TRY(database_.rows("SELECT key, hash FROM list WHERE key >= ? AND key <= ? ORDER BY key", {first, last}));
  for (const Row& row : rows) leaves.push_back({TRY(to_hash(bytes_of(row[0]))), TRY(to_hash(bytes_of(row[1])))});
  return leaves;
}

Result<void> IndexStore::renew(Prefix prefix) {
  const MapNode node = map_node(TRY(leaves_of(prefix)), kBucketDepth);
  const std::int64_t single = node.kind == MapNode::Kind::leaf ? 1 : 0;
  return database_.run("INSERT OR REPLACE INTO bucket VALUES (?, ?, ?)", {prefix, single, blob(node.hash)});
}

Result<std::vector<IndexStore::Bucket>> IndexStore::buckets() {
  std::vector<Bucket> all;
  for (const Row& row : TRY(database_.rows("SELECT prefix, single, hash FROM bucket ORDER BY prefix"))) {
    const bool single = integer_of(row[1]) == 1;
    all.push_back({integer_of(row[0]).value_or(0),
                   {single ? MapNode::Kind::leaf : MapNode::Kind::inner, TRY(to_hash(bytes_of(row[2])))}});
  }
  return all;
}

Result<Hash> IndexStore::root() {
  const auto all = TRY(buckets());
  return node_over(all.begin(), all.end(), 0).hash;
}

Result<IndexProof> IndexStore::prove(const IndexKey& key) {
  const Hash hash = index_hash(key);
  const auto all = TRY(buckets());
  IndexProof proof{.key = key, .numbers = {}, .other = {}, .path = {}, .note = {}};
  const auto rows = TRY(database_.rows("SELECT number FROM posting WHERE key = ? ORDER BY number LIMIT ?",
                                       {blob(hash), static_cast<std::int64_t>(kMostIndexNumbers + 1)}));
  if (rows.size() > kMostIndexNumbers)
    return make_error(Code::limit, "more than 2^20 entries stand under this key: a proof names all of them");
  for (const Row& row : rows) proof.numbers.push_back(static_cast<std::uint64_t>(integer_of(row[0]).value_or(0)));
  // down the branch of the key: first over buckets, then over the keys in its own
  auto begin = all.begin(), end = all.end();
  int depth = 0;
  while (depth < kBucketDepth && end - begin > 0) {
    if (end - begin == 1 && begin->node.kind == MapNode::Kind::leaf) break;
    const Prefix bit = Prefix{1} << (kBucketDepth - 1 - depth);
    const auto middle = std::find_if(begin, end, [&](const Bucket& bucket) { return (bucket.prefix & bit) != 0; });
    const bool right = bit_at(hash, depth);
    proof.path.push_back(right ? node_over(begin, middle, depth + 1) : node_over(middle, end, depth + 1));
    (right ? begin : end) = middle;
    ++depth;
  }
  std::vector<MapLeaf> leaves;
  if (begin != end) leaves = TRY(leaves_of(begin->prefix));
  std::span<const MapLeaf> left(leaves);
  for (; left.size() > 1; ++depth) {
    const auto middle =
        std::ranges::partition_point(left, [&](const MapLeaf& leaf) { return !bit_at(leaf.key, depth); });
    const auto count = static_cast<std::size_t>(middle - left.begin());
    const bool right = bit_at(hash, depth);
    proof.path.push_back(map_node(right ? left.first(count) : left.subspan(count), depth + 1));
    left = right ? left.subspan(count) : left.first(count);
  }
  if (!left.empty() && left.front().key != hash) proof.other = left.front();
  std::ranges::reverse(proof.path);
  return proof;
}

}  // namespace bonafide::provenance::log
