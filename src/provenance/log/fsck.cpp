#include "provenance/log/fsck.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <unordered_map>

#include "provenance/log/anchor.h"
#include "provenance/log/key_index.h"
#include "provenance/log/reader.h"

namespace bonafide::provenance::log {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMostFaults = 1000;
constexpr std::size_t kHash = 32;

std::uint64_t short_of(const Hash& hash) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = (number << 8) | hash[i];
  return number;
}

class Check {
 public:
  /// `folder`: empty when the files lie elsewhere; what else lies there is not seen then.
  Check(FetchFile fetch, std::string folder, FsckReport& report)
      : folder_(std::move(folder)), fetch_(std::move(fetch)), report_(report) {}

  void fault(std::string path, std::string what) {
    if (report_.faults.size() < kMostFaults)
      report_.faults.push_back({std::move(path), std::move(what)});
    else
      ++report_.more_faults;
  }

  /// Level by level: the entries, then the hashes that follow from what lies below.
  void tree(const Checkpoint& checkpoint) {
    size_ = checkpoint.size;
    entries();
    std::vector<Hash> below = leaves_;
    leaves_.clear();
    for (int level = 0; level <= kMostTileLevel && level_size(level, size_) > 0; ++level) below = tiles(level, below);
    if (frontier_known_ && frontier_.root() != checkpoint.root)
      fault(std::string(kCheckpointPath), "the entries lead to another root than the one that was signed");
  }

  void strangers() {
    if (folder_.empty()) return;
    std::error_code error;
    for (auto entry = fs::recursive_directory_iterator(folder_, error); entry != fs::recursive_directory_iterator();
         entry.increment(error)) {
      if (error) break;
      if (entry->is_directory()) continue;
      const std::string path = entry->path().lexically_relative(folder_).string();
      if (path == kCheckpointPath || path == kIndexPath || is_anchor_path(path)) continue;
      const auto tile = parse_tile_path(path);
      if (!tile) {
        fault(path, "does not belong into a log");
      } else if (tile->width > tile_at(tile->level, tile->index, size_).width) {
        fault(path, "belongs to a tree that was never published");
      }
    }
  }

 private:
  /// A file's bytes; the full tile's front where the partial one is gone, as the specification allows.
  std::optional<Bytes> read(const TileId& tile) {
    ++report_.files;
    auto bytes = fetch_(tile_path(tile));
    if (bytes) return *bytes;
    fault(tile_path(tile), bytes.error().code == Code::not_found ? "is missing" : bytes.error().message);
    return std::nullopt;
  }

  void entries() {
    for (std::uint64_t index = 0; index * kTileWidth < size_; ++index) {
      const TileId id = tile_at(TileId::kEntries, index, size_);
      const auto bytes = read(id);
      std::vector<Hash> hashes;
      if (bytes) {
        const auto parsed = parse_bundle(*bytes, id.width);
        if (!parsed) fault(tile_path(id), parsed.error().message);
        if (parsed) {
          for (const Bytes& entry : *parsed) hashes.push_back(leaf_hash(entry));
          report_.entries += parsed->size();
          older_parts(id, *bytes);
        }
      }
      if (hashes.empty()) {
        hashes = stored(tile_at(0, index, size_));  // so that the rest can be judged
      }
      if (hashes.size() != id.width) {
        frontier_known_ = false;
        hashes.resize(id.width);
      }
      for (const Hash& hash : hashes) one_leaf(hash);
    }
  }

  void one_leaf(const Hash& hash) {
    const std::uint64_t number = leaves_.size();
    const auto [first, fresh] = seen_.emplace(short_of(hash), number);
    if (!fresh && leaves_[first->second] == hash)
      fault(tile_path(tile_at(TileId::kEntries, number / kTileWidth, size_)),
            fmt::format("entry {} is entry {} once more: a replay", number, first->second));
    leaves_.push_back(hash);
    frontier_.append(hash);
  }

  std::vector<Hash> stored(const TileId& id) {
    const auto bytes = fetch_(tile_path(id));
    std::vector<Hash> hashes;
    if (!bytes || bytes->size() != kHash * id.width) return hashes;
    for (std::size_t at = 0; at < bytes->size(); at += kHash)
      hashes.push_back(*to_hash(ByteView(*bytes).subspan(at, kHash)));
    return hashes;
  }

  /// Compares a level's tiles with what they must be and answers the hashes of the level above.
  std::vector<Hash> tiles(int level, const std::vector<Hash>& hashes) {
    std::vector<Hash> above;
    for (std::uint64_t index = 0; index * kTileWidth < hashes.size(); ++index) {
      const TileId id = tile_at(level, index, size_);
      Bytes wanted;
      std::vector<Hash> part(hashes.begin() + static_cast<std::ptrdiff_t>(index * kTileWidth),
                             hashes.begin() + static_cast<std::ptrdiff_t>(index * kTileWidth + id.width));
      for (const Hash& hash : part) wanted.insert(wanted.end(), hash.begin(), hash.end());
      if (const auto bytes = read(id)) compare(id, *bytes, wanted);
      older_parts(id, wanted);
      if (!id.full()) continue;
      for (std::size_t count = part.size(); count > 1; count /= 2)
        for (std::size_t i = 0; i < count / 2; ++i) part[i] = node_hash(part[2 * i], part[2 * i + 1]);
      above.push_back(part.front());
    }
    return above;
  }

  void compare(const TileId& id, const Bytes& bytes, const Bytes& wanted) {
    if (bytes == wanted) return;
    if (bytes.size() != wanted.size()) {
      fault(tile_path(id), fmt::format("has {} bytes instead of {}", bytes.size(), wanted.size()));
      return;
    }
    const auto differs = std::ranges::mismatch(bytes, wanted).in1 - bytes.begin();
    const std::uint64_t number = id.index * kTileWidth + static_cast<std::uint64_t>(differs) / kHash;
    fault(tile_path(id), id.level == 0 ? fmt::format("the hash of entry {} does not fit the entry", number)
                                       : fmt::format("hash {} does not follow from the level below", number));
  }

  /// Partial tiles of earlier, smaller trees must be the front of what is there now.
  void older_parts(const TileId& id, const Bytes& whole) {
    if (folder_.empty()) return;
    const std::string folder = tile_path({id.level, id.index, kTileWidth}) + ".p";
    std::error_code error;
    for (const auto& file : fs::directory_iterator(folder_ + "/" + folder, error)) {
      const auto part = parse_tile_path(folder + "/" + file.path().filename().string());
      if (!part || part->width >= id.width) continue;  // strangers() speaks of the others
      const auto bytes = read(*part);
      if (!bytes) continue;
      const bool right_length = id.level == TileId::kEntries || bytes->size() == kHash * part->width;
      if (bytes->size() > whole.size() || !right_length || !std::equal(bytes->begin(), bytes->end(), whole.begin()))
        fault(tile_path(*part), "is not the front part of the tile as it is now");
      else if (id.level == TileId::kEntries && !parse_bundle(*bytes, part->width))
        fault(tile_path(*part), "does not hold the number of entries that its name says");
    }
  }

  std::string folder_;
  FetchFile fetch_;
  FsckReport& report_;
  std::uint64_t size_ = 0;
  std::vector<Hash> leaves_;
  std::unordered_map<std::uint64_t, std::uint64_t> seen_;  ///< first eight bytes of a leaf: its number
  Frontier frontier_;
  bool frontier_known_ = true;
};

/// The index beside the checkpoint, when there is one: made anew from the entries that it says it was made of.
void index(Check& check, const FetchFile& fetch, const Checkpoint& published, const NoteKey& key) {
  const std::string path(kIndexPath);
  const auto note = fetch(path);
  if (!note && note.error().code == Code::not_found) return;
  if (!note) return check.fault(path, note.error().message);
  const auto opened = open_index(as_text(*note), key);
  if (!opened) return check.fault(path, opened.error().message);
  const IndexHead& head = opened->head;
  if (head.size > published.size)
    return check.fault(path, fmt::format("was made of {} entries, the log shows {}", head.size, published.size));
  LogReader tree(fetch, published.size);
  IndexBuilder builder;
  Frontier entries;
  while (entries.size() < head.size) {
    const auto bundle = tree.bundle(entries.size() / kTileWidth);
    if (!bundle) return check.fault(path, "cannot be made anew: an entry that it was made of cannot be read");
    for (std::size_t at = 0; at < bundle->size() && entries.size() < head.size; ++at) {
      builder.add(entries.size(), (*bundle)[at]);
      entries.append(leaf_hash((*bundle)[at]));
    }
  }
  if (entries.root() != head.log_root)
    check.fault(path, fmt::format("was made of another tree of {} entries than the log's", head.size));
  else if (builder.root() != head.root)
    check.fault(path, "its root does not follow from the entries: it leaves out, adds or moves some");
}

void guard(Check& check, const Checkpoint& published, const std::string& note, const NoteKey& key) {
  const auto opened = open_checkpoint(note, key);
  if (!opened) return check.fault("the guard", opened.error().message);
  const Checkpoint& kept = opened->checkpoint;
  if (kept.size > published.size)
    check.fault("the guard",
                fmt::format("{} entries were signed, the log shows {}: a rollback, or a crash that the next "
                            "`log add` puts right",
                            kept.size, published.size));
  if (kept.size < published.size)
    check.fault("the guard", fmt::format("knows of {} entries, the log shows {}: the guard is older than the log",
                                         kept.size, published.size));
  if (kept.size == published.size && kept.root != published.root)
    check.fault("the guard", "another tree of the same size was signed before: a split view");
}

/// Everything but the guard; the checkpoint is set when it could be read.
FsckReport check_all(const FetchFile& fetch, const std::string& folder, const NoteKey& key,
                     const std::optional<std::string>& guard_note) {
  FsckReport report;
  Check check(fetch, folder, report);
  const auto note = fetch(std::string(kCheckpointPath));
  if (!note) {
    check.fault(std::string(kCheckpointPath),
                note.error().code == Code::not_found ? "is missing" : note.error().message);
    return report;
  }
  const auto opened = open_checkpoint(as_text(*note), key);
  if (!opened) {
    check.fault(std::string(kCheckpointPath), opened.error().message);
    return report;
  }
  report.checkpoint = opened->checkpoint;
  check.tree(opened->checkpoint);
  check.strangers();
  index(check, fetch, opened->checkpoint, key);
  if (!folder.empty())
    for (LogFault& fault : anchor_faults(folder, key, opened->checkpoint))
      check.fault(std::move(fault.path), std::move(fault.what));
  if (guard_note) guard(check, opened->checkpoint, *guard_note, key);
  return report;
}

}  // namespace

Result<FsckReport> fsck(const std::string& folder, const NoteKey& key, const std::optional<std::string>& guard_note) {
  if (!fs::is_directory(folder)) return make_error(Code::not_found, folder + " is no folder");
  return check_all(files_in(folder), folder, key, guard_note);
}

Result<FsckReport> fsck(const FetchFile& files, const NoteKey& key) {
  const auto note = files(std::string(kCheckpointPath));
  if (!note && note.error().code != Code::not_found) return note.error();  // nobody there: that is no fault of the log
  return check_all(files, {}, key, std::nullopt);
}

}  // namespace bonafide::provenance::log
