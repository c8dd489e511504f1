#include "provenance/log/reader.h"

#include <fmt/format.h>

#include "base/files.h"

namespace bonafide::provenance::log {
namespace {

constexpr std::uint64_t kMostFile = kTileWidth * (kMostEntryBytes + 2);  // a full bundle of the largest entries
constexpr std::size_t kMostKept = std::size_t{32} << 20;  // bytes; a bundle of a stranger's log may have 16 MiB

Error of_file(Error error, const std::string& path) {
  if (error.file.empty()) error.file = path;
  return error;
}

}  // namespace

FetchFile files_in(std::string folder) {
  return [folder = std::move(folder)](const std::string& path) -> Result<Bytes> {
    const std::string text = TRY(read_file(folder + "/" + path, kMostFile));
    const ByteView bytes = as_bytes(text);
    return Bytes(bytes.begin(), bytes.end());
  };
}

Result<std::vector<Bytes>> parse_bundle(ByteView bytes, std::uint64_t width) {
  std::vector<Bytes> entries;
  ByteReader reader(bytes);
  while (!reader.at_end()) {
    if (entries.size() == width) return make_error(Code::corrupt, "more entries in a bundle than its name says");
    const std::uint16_t length = TRY(reader.u16be());
    const ByteView entry = TRY(reader.take(length));
    entries.emplace_back(entry.begin(), entry.end());
  }
  if (entries.size() != width)
    return make_error(Code::corrupt, fmt::format("{} entries in a bundle of {}", entries.size(), width));
  return entries;
}

void append_to_bundle(Bytes& bundle, ByteView entry) {
  bundle.push_back(static_cast<std::uint8_t>(entry.size() >> 8));
  bundle.push_back(static_cast<std::uint8_t>(entry.size()));
  bundle.insert(bundle.end(), entry.begin(), entry.end());
}

LogReader::LogReader(FetchFile fetch, std::uint64_t size) : fetch_(std::move(fetch)), size_(size) {}

Result<Bytes> LogReader::tile(const TileId& tile) {
  const auto kept = kept_.find({tile.level, tile.index});
  if (kept != kept_.end()) return kept->second;
  if (tile.width == 0) return make_error(Code::invalid_argument, "the log has no such tile");
  auto bytes = fetch_(tile_path(tile));
  bool whole = tile.full();
  if (!bytes && !whole && bytes.error().code == Code::not_found) {
    const auto full = fetch_(tile_path({tile.level, tile.index, kTileWidth}));
    if (full) bytes = *full;
    whole = full.has_value();
  }
  if (!bytes) return bytes.error();
  if (tile.level != TileId::kEntries) {
    if (bytes->size() != 32 * (whole ? kTileWidth : tile.width))
      return of_file(make_error(Code::corrupt, "a tile of the wrong length"), tile_path(tile));
    bytes->resize(32 * tile.width);
  } else if (whole && !tile.full()) {  // the front part of a bundle that has been filled since
    const auto entries = TRY(parse_bundle(*bytes, kTileWidth));
    bytes->clear();
    for (std::uint64_t i = 0; i < tile.width; ++i) append_to_bundle(*bytes, entries[i]);
  }
  if (kept_bytes_ + bytes->size() > kMostKept) {
    kept_.clear();
    kept_bytes_ = 0;
  }
  kept_bytes_ += bytes->size();
  return kept_[{tile.level, tile.index}] = *bytes;
}

Result<Hash> LogReader::node(int level, std::uint64_t index) {
  const int height = level % kTileHeight;
  const std::uint64_t first = index << height;  // among the hashes of this tile level
  const Bytes bytes = TRY(tile(tile_at(level / kTileHeight, first / kTileWidth, size_)));
  const std::size_t at = 32 * (first % kTileWidth), count = std::size_t{1} << height;
  if (bytes.size() < at + 32 * count)
    return make_error(Code::invalid_argument, "this part of the tree is not complete");
  std::vector<Hash> hashes;
  for (std::size_t i = 0; i < count; ++i) hashes.push_back(*to_hash(ByteView(bytes).subspan(at + 32 * i, 32)));
  while (hashes.size() > 1) {
    for (std::size_t i = 0; i < hashes.size() / 2; ++i) hashes[i] = node_hash(hashes[2 * i], hashes[2 * i + 1]);
    hashes.resize(hashes.size() / 2);
  }
  return hashes.front();
}

Nodes LogReader::nodes() {
  return [this](int level, std::uint64_t index) { return node(level, index); };
}

Result<std::vector<Bytes>> LogReader::bundle(std::uint64_t index) {
  const TileId id = tile_at(TileId::kEntries, index, size_);
  const Bytes bytes = TRY(tile(id));
  auto entries = parse_bundle(bytes, id.width);
  if (!entries) return of_file(entries.error(), tile_path(id));
  return entries;
}

Result<Bytes> LogReader::entry(std::uint64_t index) {
  if (index >= size_) return make_error(Code::not_found, fmt::format("the log has {} entries", size_));
  const auto entries = TRY(bundle(index / kTileWidth));
  return entries[index % kTileWidth];
}

}  // namespace bonafide::provenance::log
