#include "provenance/log/directory_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "base/files.h"

namespace bonafide::provenance::log {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kLockFile = "lock";

Result<std::string> note_in(const std::string& path) { return read_file(path, kMostNoteBytes); }

/// Bytes and the path they belong to.
struct Piece {
  TileId tile;
  Bytes bytes;
};

}  // namespace

struct DirectoryStore::Request {
  std::vector<Bytes> entries;
  std::vector<Hash> leaves;
  std::vector<std::uint64_t> numbers;
  std::optional<Error> error;
  bool done = false;
};

/// What is needed to go on from a tree: its right edge, and the tiles there that are not full yet.
struct DirectoryStore::Edge {
  Checkpoint checkpoint;
  Frontier frontier;
  Bytes bundle;                 ///< the entries of the last bundle, when it is not full
  std::map<int, Bytes> hashes;  ///< by tile level, of the last tile, when it is not full

  /// Appends and answers the full tiles and bundles that come about.
  std::vector<Piece> append(ByteView entry, const Hash& leaf) {
    std::vector<Piece> full;
    const std::uint64_t number = frontier.size();
    append_to_bundle(bundle, entry);
    if ((number + 1) % kTileWidth == 0)
      full.push_back({{TileId::kEntries, number / kTileWidth, kTileWidth}, std::exchange(bundle, {})});
    frontier.append(leaf, [&](int level, std::uint64_t index, const Hash& hash) {
      if (level % kTileHeight != 0) return;
      Bytes& tile = hashes[level / kTileHeight];
      tile.insert(tile.end(), hash.begin(), hash.end());
      if (tile.size() == 32 * kTileWidth)
        full.push_back({{level / kTileHeight, index / kTileWidth, kTileWidth}, std::exchange(tile, {})});
    });
    return full;
  }
  /// The tiles that are not full.
  std::vector<Piece> partial() const {
    std::vector<Piece> pieces;
    const std::uint64_t size = frontier.size();
    if (!bundle.empty()) pieces.push_back({tile_at(TileId::kEntries, size / kTileWidth, size), bundle});
    for (const auto& [level, bytes] : hashes)
      if (!bytes.empty()) pieces.push_back({tile_at(level, level_size(level, size) / kTileWidth, size), bytes});
    return pieces;
  }
};

DirectoryStore::DirectoryStore(StoreOptions options, NoteSigner signer)
    : options_(std::move(options)), signer_(std::move(signer)) {}

DirectoryStore::~DirectoryStore() = default;

Result<void> DirectoryStore::create(const StoreOptions& options, const NoteSigner& signer) {
  std::error_code error;
  fs::create_directories(options.keep, error);
  if (error) return make_error(Code::io, "cannot make the folder " + options.keep + ": " + error.message());
  fs::permissions(options.keep, fs::perms::owner_all, error);  // the registry will lie there, too
  const FileLock lock = TRY(FileLock::take(options.keep + "/" + std::string(kLockFile)));
  if (fs::exists(options.folder + "/" + std::string(kCheckpointPath)))
    return make_error(Code::invalid_argument, options.folder + " holds a log already");
  if (fs::exists(options.keep + "/" + std::string(kGuardFile)))
    return make_error(Code::invalid_argument, options.keep + " guards a log already");
  const Checkpoint empty{.origin = signer.key().name, .size = 0, .root = empty_root()};
  const std::string note = TRY(sign_checkpoint(empty, signer));
  DurableWriter keep(options.keep, options.hook), folder(options.folder, options.hook);
  TRY(keep.put(std::string(kGuardFile), as_bytes(note), 0600));
  TRY(keep.finish());
  TRY(folder.put(std::string(kCheckpointPath), as_bytes(note)));
  return folder.finish();
}

Result<std::unique_ptr<DirectoryStore>> DirectoryStore::open(StoreOptions options, NoteSigner signer) {
  std::unique_ptr<DirectoryStore> store(new DirectoryStore(std::move(options), std::move(signer)));
  const FileLock lock = TRY(FileLock::take(store->options_.keep + "/" + std::string(kLockFile)));
  store->leaves_ = TRY(LeafIndex::open(store->options_.keep + "/" + std::string(kLeavesFile)));
  TRY(store->refresh());
  return store;
}

/// Under the lock: believes nothing but the guard, and makes sure that the folder is what the guard says.
Result<void> DirectoryStore::refresh() {
  const std::string guard_path = options_.keep + "/" + std::string(kGuardFile);
  const auto guard_note = note_in(guard_path);
  if (!guard_note) {
    if (guard_note.error().code != Code::not_found) return guard_note.error();
    return make_error(Code::denied, "there is no guard in " + options_.keep +
                                        ": without it nobody knows what was signed before, and nothing is signed");
  }
  const Checkpoint guard = TRY(open_checkpoint(*guard_note, signer_.key())).checkpoint;
  auto note = note_in(options_.folder + "/" + std::string(kCheckpointPath));
  if (!note && note.error().code == Code::not_found && guard.size == 0) {  // a crash came while the log was made
    TRY(publish(*guard_note));
    note = guard_note;
  }
  if (!note) return note.error();
  const Checkpoint published = TRY(open_checkpoint(*note, signer_.key())).checkpoint;
  if (published.size > guard.size)
    return make_error(Code::denied, fmt::format("the log has {} signed entries, but its guard knows of {} only: the "
                                                "guard was put back to an older state; nothing is signed",
                                                published.size, guard.size));
  if (published.size == guard.size && published.root != guard.root)
    return make_error(Code::denied, fmt::format("the log shows another tree of {} entries than was signed before: a "
                                                "split view; nothing is signed",
                                                guard.size));
  const bool known = edge_ && edge_->checkpoint.size == guard.size && edge_->checkpoint.root == guard.root &&
                     published.size == guard.size;
  if (!known) {
    auto edge = load_edge(guard);
    if (!edge && published.size < guard.size)
      return make_error(Code::denied,
                        fmt::format("the log holds {} entries, but {} were signed before: it was put back "
                                    "to an older state (a rollback); nothing is signed",
                                    published.size, guard.size));
    if (!edge) return edge.error();
    TRY(sweep(guard.size));
    edge_ = std::make_unique<Edge>(std::move(*edge));
    LogReader tree(files_in(options_.folder), guard.size);
    TRY(leaves_->follow(tree));
  }
  if (published.size < guard.size) TRY(publish(*guard_note));  // a crash came between signing and publishing
  return {};
}

Result<DirectoryStore::Edge> DirectoryStore::load_edge(const Checkpoint& checkpoint) const {
  LogReader tree(files_in(options_.folder), checkpoint.size);
  Edge edge;
  edge.checkpoint = checkpoint;
  edge.frontier = TRY(Frontier::load(checkpoint.size, tree.nodes()));
  if (edge.frontier.root() != checkpoint.root)
    return make_error(Code::corrupt,
                      "the tiles do not lead to the signed root: some are damaged; `log fsck` names them");
  for (int level = TileId::kEntries; level <= kMostTileLevel; ++level) {
    const TileId last = tile_at(level, level_size(level, checkpoint.size) / kTileWidth, checkpoint.size);
    if (last.width == 0) continue;
    Bytes bytes = TRY(tree.tile(last));
    if (level != TileId::kEntries) {
      edge.hashes[level] = std::move(bytes);
      continue;
    }
    const auto entries = TRY(parse_bundle(bytes, last.width));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Hash leaf = TRY(tree.node(0, last.index * kTileWidth + i));
      if (leaf_hash(entries[i]) != leaf)
        return make_error(Code::corrupt, "the last entries do not fit their hashes: `log fsck` names the damage");
    }
    edge.bundle = std::move(bytes);
  }
  return edge;
}

/// Takes away what a crash left of a tree that was never signed: everything right of the signed edge.
Result<void> DirectoryStore::sweep(std::uint64_t size) {
  DurableWriter folder(options_.folder, options_.hook);
  const auto there = [&](const std::string& path) { return fs::exists(options_.folder + "/" + path); };
  TRY(folder.remove(std::string(kCheckpointPath) + ".tmp"));
  for (int level = TileId::kEntries; level <= kMostTileLevel; ++level) {
    const std::uint64_t held = level_size(level, size), width = held % kTileWidth;
    for (std::uint64_t index = held / kTileWidth;; ++index) {
      const std::string full = tile_path({level, index, kTileWidth}), partial = full + ".p";
      const bool has_full = there(full) || there(full + ".tmp"), has_partial = there(partial);
      for (const std::string& path : {full, full + ".tmp"})
        if (has_full) TRY(folder.remove(path));
      const bool edge = index == held / kTileWidth && width != 0;
      if (has_partial && !edge) TRY(folder.remove(partial));
      if (has_partial && edge) {
        std::error_code error;
        for (const auto& file : fs::directory_iterator(options_.folder + "/" + partial, error)) {
          const std::string path = partial + "/" + file.path().filename().string();
          const auto tile = parse_tile_path(path);
          if (!tile || tile->width > width) TRY(folder.remove(path));
        }
      }
      if (!has_full && !has_partial && index > held / kTileWidth) break;
    }
  }
  return {};
}

Result<void> DirectoryStore::publish(const std::string& note) {
  DurableWriter folder(options_.folder, options_.hook);
  TRY(folder.put(std::string(kCheckpointPath), as_bytes(note)));
  return folder.finish();
}

/// Under the lock: gives numbers to what is in the log already, and answers what is not, each once.
Result<std::vector<DirectoryStore::Fresh>> DirectoryStore::settle(std::vector<Request*>& batch) {
  std::vector<Fresh> fresh;
  std::map<Hash, std::uint64_t> numbers;
  for (Request* request : batch) {
    request->numbers.clear();
    for (std::size_t i = 0; i < request->entries.size(); ++i) {
      auto number = numbers.find(request->leaves[i]);
      if (number == numbers.end()) {
        const auto known = TRY(leaves_->find(request->leaves[i]));
        const std::uint64_t next = edge_->checkpoint.size + fresh.size();
        if (!known) fresh.push_back({&request->entries[i], request->leaves[i]});
        number = numbers.emplace(request->leaves[i], known.value_or(next)).first;
      }
      request->numbers.push_back(number->second);
    }
  }
  return fresh;
}

/// Tiles first, then the guard, then the checkpoint: nothing is signed before what it speaks of is durable, and nothing
/// is shown before the guard knows of it.
Result<void> DirectoryStore::write_batch(const std::vector<Fresh>& entries) {
  Edge next = *edge_;
  DurableWriter folder(options_.folder, options_.hook), keep(options_.keep, options_.hook);
  std::vector<TileId> filled;
  std::vector<Hash> leaves;
  for (const Fresh& one : entries) {
    leaves.push_back(one.leaf);
    for (const Piece& piece : next.append(*one.entry, one.leaf)) {
      TRY(folder.put(tile_path(piece.tile), piece.bytes));
      filled.push_back(piece.tile);
    }
  }
  for (const Piece& piece : next.partial()) {
    const std::uint64_t before = level_size(piece.tile.level, edge_->checkpoint.size);
    if (piece.tile.index * kTileWidth + piece.tile.width != before) TRY(folder.put(tile_path(piece.tile), piece.bytes));
  }
  TRY(folder.finish());
  next.checkpoint.size = next.frontier.size();
  next.checkpoint.root = next.frontier.root();
  const std::string note = TRY(sign_checkpoint(next.checkpoint, signer_));
  TRY(keep.put(std::string(kGuardFile), as_bytes(note), 0600));
  TRY(keep.finish());
  const std::uint64_t first = edge_->checkpoint.size;
  *edge_ = std::move(next);
  TRY(publish(note));
  TRY(leaves_->add(first, leaves));
  for (const TileId& tile : filled)  // the full tile serves those who ask for a part of it
    TRY(folder.remove(tile_path(tile) + ".p"));
  return {};
}

Result<void> DirectoryStore::commit(std::vector<Request*>& batch) {
  const FileLock lock = TRY(FileLock::take(options_.keep + "/" + std::string(kLockFile)));
  TRY(refresh());
  const auto fresh = TRY(settle(batch));
  if (fresh.empty()) return {};
  auto written = write_batch(fresh);
  if (!written) edge_.reset();  // looks anew at what became of it
  return written;
}

Result<std::vector<std::uint64_t>> DirectoryStore::add(std::vector<Bytes> entries) {
  if (entries.empty() || entries.size() > options_.most_batch)
    return make_error(Code::invalid_argument, fmt::format("1 to {} entries at a time", options_.most_batch));
  Request request;
  request.entries = std::move(entries);
  for (const Bytes& entry : request.entries) {
    if (entry.empty()) return make_error(Code::invalid_argument, "an entry without content");
    if (entry.size() > options_.most_entry_bytes)
      return make_error(Code::limit,
                        fmt::format("an entry of {} bytes; {} at most", entry.size(), options_.most_entry_bytes));
    request.leaves.push_back(leaf_hash(entry));
  }
  std::unique_lock lock(mutex_);
  waiting_.push_back(&request);
  while (!request.done) {
    if (busy_) {
      turn_.wait(lock);
      continue;
    }
    // whoever finds the place free writes for all who wait
    std::vector<Request*> batch;
    for (std::size_t count = 0; !waiting_.empty(); waiting_.pop_front()) {
      count += waiting_.front()->entries.size();
      if (count > options_.most_batch && !batch.empty()) break;
      batch.push_back(waiting_.front());
    }
    busy_ = true;
    lock.unlock();
    auto done = commit(batch);
    lock.lock();
    busy_ = false;
    for (Request* one : batch) {
      if (!done) one->error = done.error();
      one->done = true;
    }
    turn_.notify_all();
  }
  if (request.error) return *request.error;
  return request.numbers;
}

Result<SignedCheckpoint> DirectoryStore::checkpoint() {
  const std::string note = TRY(note_in(options_.folder + "/" + std::string(kCheckpointPath)));
  return open_checkpoint(note, signer_.key());
}

}  // namespace bonafide::provenance::log
