#include "provenance/log/layout.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "provenance/log/decimal.h"

namespace bonafide::provenance::log {
namespace {

Error no_path() { return make_error(Code::corrupt, "this is not the path of a tile"); }

/// "x001/x234/067".
std::string groups_of(std::uint64_t index) {
  std::string text = fmt::format("{:03}", index % 1000);
  for (index /= 1000; index > 0; index /= 1000) text = fmt::format("x{:03}/", index % 1000) + text;
  return text;
}

}  // namespace

std::string tile_path(const TileId& tile) {
  const std::string level = tile.level == TileId::kEntries ? "entries" : std::to_string(tile.level);
  std::string path = fmt::format("tile/{}/{}", level, groups_of(tile.index));
  if (!tile.full()) path += fmt::format(".p/{}", tile.width);
  return path;
}

Result<TileId> parse_tile_path(std::string_view path) {
  constexpr std::string_view kStart = "tile/";
  const auto slash = path.find('/', kStart.size());
  if (!path.starts_with(kStart) || slash == std::string_view::npos || path.size() > 100) return no_path();
  TileId tile;
  const std::string_view level = path.substr(kStart.size(), slash - kStart.size());
  if (level == "entries") {
    tile.level = TileId::kEntries;
  } else {
    const auto number = parse_decimal(level);
    if (!number || *number > static_cast<std::uint64_t>(kMostTileLevel)) return no_path();
    tile.level = static_cast<int>(*number);
  }
  std::string_view rest = path.substr(slash + 1);
  if (const auto partial = rest.find(".p/"); partial != std::string_view::npos) {
    const auto width = parse_decimal(rest.substr(partial + 3));
    if (!width || *width == 0 || *width >= kTileWidth) return no_path();
    tile.width = *width;
    rest = rest.substr(0, partial);
  }
  std::uint64_t index = 0;
  for (const char c : rest) {
    if (c < '0' || c > '9') continue;
    if (index > (UINT64_MAX - 9) / 10) return no_path();
    index = index * 10 + static_cast<std::uint64_t>(c - '0');
  }
  tile.index = index;
  if (tile_path(tile) != path) return no_path();  // written in one way only
  return tile;
}

std::uint64_t level_size(int level, std::uint64_t size) {
  const int shift = level <= 0 ? 0 : level * kTileHeight;
  return shift >= 64 ? 0 : size >> shift;
}

TileId tile_at(int level, std::uint64_t index, std::uint64_t size) {
  const std::uint64_t held = level_size(level, size);
  const std::uint64_t full = held / kTileWidth;
  return {level, index, index < full ? kTileWidth : index == full ? held % kTileWidth : 0};
}

std::vector<TileId> tiles_to_write(std::uint64_t before, std::uint64_t size) {
  std::vector<TileId> tiles;
  for (int level = TileId::kEntries; level <= kMostTileLevel; ++level) {
    const std::uint64_t from = level_size(level, before), to = level_size(level, size);
    if (from == to) {
      if (level > 0) break;  // nor do the levels above
      continue;
    }
    for (std::uint64_t index = from / kTileWidth; index * kTileWidth < to; ++index)
      tiles.push_back(tile_at(level, index, size));
  }
  return tiles;
}

std::vector<TileId> all_tiles(std::uint64_t size) { return tiles_to_write(0, size); }

}  // namespace bonafide::provenance::log
