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

}  // namespace

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
  const bool cut = note && (note->empty() || note->front() == '\0');                // what a power cut leaves of a file
  if (cut || (!note && note.error().code == Code::not_found && guard.size == 0)) {  // or a crash while the log was made
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
    auto edge = TreeEdge::load(guard, files_in(options_.folder));
    if (!edge && published.size < guard.size)
      return make_error(Code::denied,
                        fmt::format("the log holds {} entries, but {} were signed before: it was put back "
                                    "to an older state (a rollback); nothing is signed",
                                    published.size, guard.size));
    if (!edge) return edge.error();
    TRY(sweep_beyond(options_.folder, guard.size, options_.hook));
    edge_ = std::make_unique<TreeEdge>(std::move(*edge));
    LogReader tree(files_in(options_.folder), guard.size);
    TRY(leaves_->follow(tree));
  }
  if (published.size < guard.size) TRY(publish(*guard_note));  // a crash came between signing and publishing
  return {};
}

Result<void> DirectoryStore::publish(const std::string& note) {
  DurableWriter folder(options_.folder, options_.hook);
  TRY(folder.put(std::string(kCheckpointPath), as_bytes(note)));
  return folder.finish_hastily();  // the guard is durable: after a power cut it is published again from there
}

/// Under the lock: gives numbers to what is in the log already, and answers what is not, each once.
Result<std::vector<DirectoryStore::Fresh>> DirectoryStore::settle(std::vector<AddRequest*>& batch) {
  std::vector<Fresh> fresh;
  std::map<Hash, std::uint64_t> numbers;
  for (AddRequest* request : batch) {
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
  TreeEdge next = *edge_;
  DurableWriter folder(options_.folder, options_.hook), keep(options_.keep, options_.hook);
  std::vector<TileId> filled;
  std::vector<Hash> leaves;
  for (const Fresh& one : entries) {
    leaves.push_back(one.leaf);
    for (const TreeEdge::Piece& piece : next.append(*one.entry, one.leaf)) {
      TRY(folder.put(tile_path(piece.tile), piece.bytes));
      filled.push_back(piece.tile);
    }
  }
  for (const TreeEdge::Piece& piece : next.partial()) {
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

Result<void> DirectoryStore::commit(std::vector<AddRequest*>& batch) {
  const FileLock lock = TRY(FileLock::take(options_.keep + "/" + std::string(kLockFile)));
  TRY(refresh());
  const auto fresh = TRY(settle(batch));
  if (fresh.empty()) return {};
  auto written = write_batch(fresh);
  if (!written) edge_.reset();  // looks anew at what became of it
  return written;
}

Result<std::vector<std::uint64_t>> DirectoryStore::add(std::vector<Bytes> entries) {
  return queue_.add(std::move(entries), {options_.most_batch, options_.most_entry_bytes},
                    [this](std::vector<AddRequest*>& batch) { return commit(batch); });
}

Result<bool> DirectoryStore::cosign(const SignedCheckpoint& cosigned) {
  const std::string note = write_note(cosigned.note);
  TRY(open_checkpoint(note, signer_.key()));
  const FileLock lock = TRY(FileLock::take(options_.keep + "/" + std::string(kLockFile)));
  const SignedCheckpoint now = TRY(checkpoint());
  if (now.note.text != cosigned.note.text) return false;
  TRY(publish(note));
  return true;
}

Result<SignedCheckpoint> DirectoryStore::checkpoint() {
  const std::string note = TRY(note_in(options_.folder + "/" + std::string(kCheckpointPath)));
  return open_checkpoint(note, signer_.key());
}

}  // namespace bonafide::provenance::log
