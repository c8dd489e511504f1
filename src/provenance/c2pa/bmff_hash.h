// The hash over ISO base media (C2PA 2.5 §16.3.2): exclusions by path, the flat hash, Merkle trees over mdat, and
// fragments.
#pragma once
#include "provenance/c2pa/binding.h"
#include "provenance/c2pa/bmff_cover.h"
#include "provenance/c2pa/bmff_tree.h"

namespace bonafide::provenance::c2pa {

/// Private to this room; fills `check`.
class BmffHash {
 public:
  /// `hash_bytes` empty: Merkle only. Everything must outlive this.
  BmffHash(const BindingRequest& request, const Bytes& hash_bytes, crypto::HashAlgorithm alg,
           const media::ByteSource& bytes, const Context& limits, BindingCheck& answer)
      : request_(request),
        map_(*request.value),
        hash_(hash_bytes),
        algorithm_(alg),
        source_(bytes),
        context_(limits),
        check_(answer) {}
  Result<void> run();

 private:
  Result<std::string> media(const BmffCover& cover, const std::vector<MerkleMap>& maps);
  Result<std::string> flat(const BmffCover& cover);
  Result<std::string> fragments(const BmffCover& cover, const std::vector<MerkleMap>& maps);
  Result<std::string> files();
  Result<std::vector<MerkleMap>> trees(std::string& why) const;
  Result<void> list_uncovered(const BmffCover& cover);
  void fail(std::string reason);

  const BindingRequest& request_;
  const cbor::Value& map_;
  const Bytes& hash_;
  crypto::HashAlgorithm algorithm_;
  const media::ByteSource& source_;
  const Context& context_;
  BindingCheck& check_;
  std::vector<std::uint64_t> checked_mdat_;  ///< starts of the boxes whose content a tree covers
};

}  // namespace bonafide::provenance::c2pa
