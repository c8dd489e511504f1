#include "provenance/log/tree_edge.h"

#include <filesystem>
#include <utility>

namespace bonafide::provenance::log {

namespace fs = std::filesystem;

std::vector<TreeEdge::Piece> TreeEdge::append(ByteView entry, const Hash& leaf) {
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

std::vector<TreeEdge::Piece> TreeEdge::partial() const {
  std::vector<Piece> pieces;
  const std::uint64_t size = frontier.size();
  if (!bundle.empty()) pieces.push_back({tile_at(TileId::kEntries, size / kTileWidth, size), bundle});
  for (const auto& [level, bytes] : hashes)
    if (!bytes.empty()) pieces.push_back({tile_at(level, level_size(level, size) / kTileWidth, size), bytes});
  return pieces;
}

Result<TreeEdge> TreeEdge::load(const Checkpoint& checkpoint, FetchFile files) {
  LogReader tree(std::move(files), checkpoint.size);
  TreeEdge edge;
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

Result<void> sweep_beyond(const std::string& root, std::uint64_t size, const StepHook& hook) {
  DurableWriter folder(root, hook);
  const auto there = [&](const std::string& path) { return fs::exists(root + "/" + path); };
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
        for (const auto& file : fs::directory_iterator(root + "/" + partial, error)) {
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

}  // namespace bonafide::provenance::log
