// The hash over ISO base media (C2PA 2.5 §16.3.2): exclusions by path, the flat hash, and the Merkle tree over mdat.
#pragma once
#include "provenance/c2pa/binding.h"
#include "provenance/c2pa/bmff.h"
#include "provenance/c2pa/hashing.h"

namespace bonafide::provenance::c2pa {

/// Private to this room; fills `check`.
class BmffHash {
 public:
  /// `hash_bytes` empty: Merkle only. Everything must outlive this.
  BmffHash(const cbor::Value& binding, const std::string& base, const Bytes& hash_bytes, crypto::HashAlgorithm alg,
           const media::ByteSource& bytes, const Context& limits, BindingCheck& answer)
      : map_(binding),
        label_(base),
        hash_(hash_bytes),
        algorithm_(alg),
        source_(bytes),
        context_(limits),
        check_(answer) {}
  Result<void> run();

 private:
  struct Hole {
    Range range;
    std::string path;
  };
  Result<bool> exclude(const cbor::Value& entry);
  Result<bool> chosen(const cbor::Value& entry, const BmffBox& box) const;
  Result<Bytes> flat() const;
  Result<std::string> merkle(const cbor::Value& entry);
  Result<std::string> tree(const BmffBox& box, const cbor::Value& entry, crypto::HashAlgorithm alg);
  Result<std::vector<BmffBox>> proofs(std::uint64_t unique, std::uint64_t place) const;
  Result<bool> proven(const BmffBox& box, std::uint64_t leaf, std::uint64_t count, Bytes node, const cbor::Value& row,
                      crypto::HashAlgorithm alg) const;
  Result<std::string> offsets() const;
  void list_uncovered();
  void fail(std::string reason);

  const cbor::Value& map_;
  const std::string& label_;
  const Bytes& hash_;
  crypto::HashAlgorithm algorithm_;
  const media::ByteSource& source_;
  const Context& context_;
  BindingCheck& check_;
  std::vector<BmffBox> roots_;
  std::vector<Hole> holes_;
  std::vector<Range> joined_;
  std::vector<std::uint64_t> checked_mdat_;  ///< starts of the boxes whose content a tree covers
};

}  // namespace bonafide::provenance::c2pa
