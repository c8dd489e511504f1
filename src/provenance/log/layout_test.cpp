#include "provenance/log/layout.h"

#include <gtest/gtest.h>

namespace bonafide::provenance::log {
namespace {

std::vector<std::string> paths_of(const std::vector<TileId>& tiles) {
  std::vector<std::string> paths;
  for (const TileId& tile : tiles) paths.push_back(tile_path(tile));
  return paths;
}

TEST(LogLayout, PathsOfTheSpecification) {
  EXPECT_EQ(tile_path({0, 1234067, 256}), "tile/0/x001/x234/067");  // c2sp.org/tlog-tiles, "Merkle Tree"
  EXPECT_EQ(tile_path({0, 0, 256}), "tile/0/000");
  EXPECT_EQ(tile_path({2, 5, 17}), "tile/2/005.p/17");
  EXPECT_EQ(tile_path({TileId::kEntries, 1000, 1}), "tile/entries/x001/000.p/1");
}

// c2sp.org/tlog-tiles, "Partial Tiles": 70,000 entries.
TEST(LogLayout, TilesOfTheSpecificationsTree) {
  std::size_t full[3] = {};
  std::vector<std::string> partial;
  for (const TileId& tile : all_tiles(70'000)) {
    if (tile.level == TileId::kEntries) continue;
    if (tile.full()) ++full[tile.level];
    if (!tile.full()) partial.push_back(tile_path(tile));
  }
  EXPECT_EQ(full[0], 273U);
  EXPECT_EQ(full[1], 1U);
  EXPECT_EQ(full[2], 0U);
  EXPECT_EQ(partial, (std::vector<std::string>{"tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"}));
  EXPECT_EQ(paths_of(all_tiles(256)), (std::vector<std::string>{"tile/entries/000", "tile/0/000", "tile/1/000.p/1"}));
}

TEST(LogLayout, WhatGrowingWrites) {
  EXPECT_EQ(paths_of(tiles_to_write(0, 0)), std::vector<std::string>{});
  EXPECT_EQ(paths_of(tiles_to_write(255, 257)),
            (std::vector<std::string>{"tile/entries/000", "tile/entries/001.p/1", "tile/0/000", "tile/0/001.p/1",
                                      "tile/1/000.p/1"}));
  EXPECT_EQ(paths_of(tiles_to_write(257, 258)), (std::vector<std::string>{"tile/entries/001.p/2", "tile/0/001.p/2"}));
}

TEST(LogLayout, PathsReadBackAndOnlyThose) {
  for (const std::uint64_t index : {std::uint64_t{0}, std::uint64_t{999}, std::uint64_t{1000}, std::uint64_t{1234067},
                                    std::uint64_t{18014398509481984}}) {
    for (const std::uint64_t width : {1U, 255U, 256U}) {
      const TileId tile{1, index, width};
      EXPECT_EQ(*parse_tile_path(tile_path(tile)), tile);
    }
  }
  for (const char* path :
       {"", "tile/", "tile/0/", "tile/0/0", "tile/0/0000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
        "tile/00/000", "tile/8/000", "tile/-1/000", "tile/0/x000/000", "tile/0/001/000", "tile/0/../000", "tile/0/000/",
        "tile/0/000.p/", "tile/data/000", "tile/0/x999/x999/x999/x999/x999/x999/x999/999", "checkpoint"})
    EXPECT_FALSE(parse_tile_path(path)) << path;
}

}  // namespace
}  // namespace bonafide::provenance::log
