// What is needed to go on from a tree whose tiles are files: its right edge, and the tiles there that are not full yet.
#pragma once
#include <map>
#include <vector>

#include "provenance/log/durable.h"
#include "provenance/log/reader.h"

namespace bonafide::provenance::log {

struct TreeEdge {
  /// Bytes and the tile they belong to.
  struct Piece {
    TileId tile;
    Bytes bytes;
  };
  Checkpoint checkpoint;
  Frontier frontier;
  Bytes bundle;                 ///< the entries of the last bundle, when it is not full
  std::map<int, Bytes> hashes;  ///< by tile level, of the last tile, when it is not full

  /// `corrupt` when the files do not lead to the checkpoint's root.
  static Result<TreeEdge> load(const Checkpoint& checkpoint, FetchFile files);
  /// Appends and answers the full tiles and bundles that come about.
  std::vector<Piece> append(ByteView entry, const Hash& leaf);
  /// The tiles that are not full.
  std::vector<Piece> partial() const;
};

/// Takes away what a crash left of a tree that was never signed or shown: everything right of the edge of this size.
Result<void> sweep_beyond(const std::string& folder, std::uint64_t size, const StepHook& hook = {});

}  // namespace bonafide::provenance::log
