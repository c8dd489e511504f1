// Merkle trees of c2pa.hash.bmff.v2 and v3 (C2PA 2.5 §16.3.2.3, §A.5.3); private to this room.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "provenance/c2pa/bmff_cover.h"

namespace bonafide::provenance::c2pa {

/// Leaves fold into nodes; an odd node moves up as it is.
class Fold {
 public:
  explicit Fold(crypto::HashAlgorithm algorithm) : algorithm_(algorithm) {}
  void add(Bytes leaf);
  /// The node above all leaves since the last finish(); there must be one.
  Bytes finish();

 private:
  void join();
  crypto::HashAlgorithm algorithm_;
  std::vector<std::pair<int, Bytes>> stack_;
};

/// One entry of the binding's `merkle` list: a row of one tree. Views the CBOR value, which must outlive it.
struct MerkleMap {
  std::uint64_t unique = 0, local = 0, count = 0;
  crypto::HashAlgorithm algorithm = crypto::HashAlgorithm::sha256;
  const cbor::Value* row = nullptr;
  const cbor::Value* init_hash = nullptr;  ///< of fragmented files
  std::optional<std::uint64_t> block;      ///< fixedBlockSize
  const cbor::Value* sizes = nullptr;      ///< variableBlockSizes
  std::uint64_t leaves = 1;                ///< under each node of the row

  /// Nothing, and `why` set, when it is malformed.
  static std::optional<MerkleMap> read(const cbor::Value& entry, crypto::HashAlgorithm fallback, std::string& why);
  /// Does the digest of leaf `location` lead to the row with these siblings (null: none)?
  bool proves(std::uint64_t location, Bytes digest, const cbor::Value* siblings) const;
};

/// What an auxiliary box says: which leaf of which tree, and the siblings on the way up.
struct MerkleBox {
  BmffBox box;
  std::uint64_t unique = 0, local = 0, location = 0;
};
/// The auxiliary boxes of a file in order. corrupt: one whose content is not what §A.5.3.2 says.
Result<std::vector<MerkleBox>> merkle_boxes(const media::ByteSource& source, const std::vector<BmffBox>& roots);
/// Does the box's own list of siblings lead from `digest` to the row?
Result<bool> proven(const media::ByteSource& source, const MerkleBox& box, const MerkleMap& map, Bytes digest);

/// An auxiliary box as we write it. `siblings` may be empty.
Bytes merkle_box(std::uint64_t unique, std::uint64_t local, std::uint64_t location, const std::vector<Bytes>& siblings);
/// track_ID of the first track fragment in a moof: what its tree is called (§A.5.3.2).
Result<std::uint64_t> track_of(const media::ByteSource& source, const BmffBox& moof, const Context& context);

/// Why the tree does not hold for the media data, or an empty text. `boxes`: the auxiliary boxes of the file.
Result<std::string> check_tree(const media::ByteSource& source, const BmffBox& mdat, const MerkleMap& map,
                               const std::vector<MerkleBox>& boxes, const Context& context, HashTrace& trace);

/// Leaves begin here in the mdat box, whatever its header: the flat hash keeps the bytes before (§A.5.5).
inline constexpr std::uint64_t kLeavesBegin = 16;

}  // namespace bonafide::provenance::c2pa
