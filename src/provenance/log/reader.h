// Reading a tiled log, wherever its files lie: nodes of the tree, entries, and proofs made from them.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "provenance/log/checkpoint.h"
#include "provenance/log/layout.h"

namespace bonafide::provenance::log {

/// The bytes at a path below the log ("checkpoint", "tile/0/000"); not_found when there is nothing.
using FetchFile = std::function<Result<Bytes>(const std::string& path)>;
FetchFile files_in(std::string folder);

inline constexpr std::size_t kMostEntryBytes = 65'535;  // the 16-bit length in front of each

/// A bundle's entries; `corrupt` unless there are exactly `width` and nothing behind them.
Result<std::vector<Bytes>> parse_bundle(ByteView bytes, std::uint64_t width);
/// Puts one entry behind the others of a bundle.
void append_to_bundle(Bytes& bundle, ByteView entry);

/// Sees one tree of a log: the first `size` entries. Tiles are kept in memory once they were read (256 of them);
/// nothing is believed: what is made from them must be checked against a signed root.
class LogReader {
 public:
  LogReader(FetchFile fetch, std::uint64_t size);

  std::uint64_t size() const { return size_; }
  /// As it lies there; where only the full tile is left, its front part.
  Result<Bytes> tile(const TileId& tile);
  Result<Hash> node(int level, std::uint64_t index);
  Nodes nodes();
  Result<Bytes> entry(std::uint64_t index);
  /// The entries of one bundle.
  Result<std::vector<Bytes>> bundle(std::uint64_t index);

 private:
  FetchFile fetch_;
  std::uint64_t size_ = 0;
  std::map<std::pair<int, std::uint64_t>, Bytes> kept_;
  std::size_t kept_bytes_ = 0;
};

}  // namespace bonafide::provenance::log
