// Where the parts of a tiled log lie (c2sp.org/tlog-tiles): pure path arithmetic, no file is touched.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bonafide::provenance::log {

inline constexpr int kTileHeight = 8;             // levels of the tree in one tile
inline constexpr std::uint64_t kTileWidth = 256;  // hashes in a full tile
inline constexpr int kMostTileLevel = 7;          // 256^8 entries and more do not fit a 64-bit number
inline constexpr std::string_view kCheckpointPath = "checkpoint";

/// A tile of hashes (level 0: of entries) or, with level -1, a bundle of entries.
struct TileId {
  static constexpr int kEntries = -1;
  int level = 0;
  std::uint64_t index = 0;
  std::uint64_t width = kTileWidth;  ///< 1 to 256; below 256: a partial tile

  bool full() const { return width == kTileWidth; }
  bool operator==(const TileId&) const = default;
};

/// "tile/0/x001/x234/067.p/5", "tile/entries/000".
std::string tile_path(const TileId& tile);
/// The way back; `corrupt` for everything that tile_path() would not write.
Result<TileId> parse_tile_path(std::string_view path);

/// The hashes that level `level` holds for a tree of this size.
std::uint64_t level_size(int level, std::uint64_t size);
/// The tile `index` of `level`, as wide as it is in a tree of this size; width 0 when it is not there.
TileId tile_at(int level, std::uint64_t index, std::uint64_t size);
/// All tiles that hold hashes or entries [before, size) or are changed by them: what has to be written when a tree
/// grows from `before` to `size` entries. Entry bundles first, then tiles by level.
std::vector<TileId> tiles_to_write(std::uint64_t before, std::uint64_t size);
/// Every tile and bundle of a tree of this size, but older partial ones.
std::vector<TileId> all_tiles(std::uint64_t size);

}  // namespace bonafide::provenance::log
