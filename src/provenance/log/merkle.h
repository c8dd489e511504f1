// The Merkle tree of a transparency log (RFC 9162 section 2.1, the same hashes as RFC 6962): roots, and proofs made and
// checked. Pure arithmetic; where the hashes of a tree come from is the caller's business.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/bytes.h"

namespace bonafide::provenance::log {

using Hash = std::array<std::uint8_t, 32>;  // SHA-256
using Proof = std::vector<Hash>;

/// A hash from 32 bytes; `corrupt` for another number.
Result<Hash> to_hash(ByteView bytes);

Hash leaf_hash(ByteView entry);
Hash node_hash(const Hash& left, const Hash& right);
/// The root of a tree without entries: SHA-256 of nothing.
Hash empty_root();

/// The root of the complete subtree over the entries [index << level, (index + 1) << level).
using Nodes = std::function<Result<Hash>(int level, std::uint64_t index)>;

Result<Hash> root_of(std::uint64_t size, const Nodes& nodes);
/// invalid_argument: `index` is not in a tree of this size.
Result<Proof> make_inclusion(std::uint64_t index, std::uint64_t size, const Nodes& nodes);
/// That the first `old` of `size` entries are the tree of that size. Empty when old is 0 or size.
Result<Proof> make_consistency(std::uint64_t old, std::uint64_t size, const Nodes& nodes);

/// `corrupt` when the proof does not hold, with the reason.
Result<void> check_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf, const Proof& proof,
                             const Hash& root);
Result<void> check_consistency(std::uint64_t old, std::uint64_t size, const Hash& old_root, const Hash& root,
                               const Proof& proof);

/// The root that a proof leads to, for those whose root is only known by a signature over it. Nothing is proven until
/// that signature was checked.
Result<Hash> root_by_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf, const Proof& proof);
/// The newer root; `corrupt` when the proof does not begin at the older one. `old` is 1 or more.
Result<Hash> root_by_consistency(std::uint64_t old, std::uint64_t size, const Hash& old_root, const Proof& proof);

/// The right edge of a growing tree: the roots of its complete subtrees, largest first. Enough to append and to tell
/// the root, in a few hundred bytes.
class Frontier {
 public:
  /// Called with each complete subtree as it comes about, leaves first.
  using Completed = std::function<void(int level, std::uint64_t index, const Hash& hash)>;

  Frontier() = default;
  /// The edge of a tree whose nodes can be looked up.
  static Result<Frontier> load(std::uint64_t size, const Nodes& nodes);

  /// The edge as edge() gave it; `corrupt` when it has another number of parts than a tree of this size.
  static Result<Frontier> of_edge(std::uint64_t size, std::vector<Hash> edge);

  std::uint64_t size() const { return size_; }
  const std::vector<Hash>& edge() const { return edge_; }
  void append(const Hash& leaf, const Completed& completed = {});
  Hash root() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> edge_;
};

}  // namespace bonafide::provenance::log
