// Signing streams whose media lies in fragment files (C2PA 2.5 §A.5.3.1.2): every fragment gets a box with its place in
// a Merkle tree, and one manifest with a row of each tree stands in every initialization segment.
//
// How to sign one: StreamPlan::create() hashes the fragments; sign_source() signs the first initialization segment with
// BindOptions::stream set; the other initialization segments take the same store by init(); fragment() says what each
// fragment file will be.
#pragma once
#include <vector>

#include "provenance/c2pa/bind.h"
#include "provenance/c2pa/fragments.h"

namespace bonafide::provenance::c2pa {

/// When the fragment begins, in ticks of its track (tfdt); corrupt when it does not say.
Result<std::uint64_t> decode_time(const media::ByteSource& fragment, const Context& context);

/// One initialization segment and its fragments in the order of playing, one moof each.
struct Rendition {
  const media::ByteSource* init = nullptr;
  std::vector<Fragment> fragments;
};

class StreamPlan {
 public:
  /// Reads every fragment once, on all cores. `row` is the most hashes of a tree that go into the manifest; above that
  /// the fragments bring the rest of their proofs. unsupported: a fragment with several moof or none, or one whose
  /// offsets cannot be set anew; invalid_argument: no fragments.
  static Result<StreamPlan> create(std::vector<Rendition> renditions, crypto::HashAlgorithm algorithm,
                                   const Context& context, std::size_t row = 1024);

  std::size_t renditions() const { return tracks_.size(); }
  std::size_t fragments(std::size_t rendition) const { return tracks_[rendition].fragments.size(); }
  /// The fragment as it will be, proof and all.
  Result<Splice> fragment(std::size_t rendition, std::size_t index, const media::ByteSource& source,
                          const Context& context) const;
  /// An initialization segment with room for a store of this size.
  Result<Splice> init(std::size_t rendition, std::uint64_t store_size, const Context& context) const;
  /// The binding for make_binding(): `view` is the first initialization segment as it will be.
  Result<HardBinding> binding(const media::ByteSource& view, const Splice& splice, const BindOptions& options,
                              const Context& context) const;

 private:
  struct Track {
    const media::ByteSource* init = nullptr;
    std::vector<Fragment> fragments;
    std::uint64_t unique = 0, local = 0;
    std::vector<std::vector<Bytes>> levels;  ///< of the tree, leaves first
    std::size_t level = 0;                   ///< the one that goes into the manifest
  };
  static Bytes proof(const Track& track, std::size_t index);
  Result<Splice> spliced(const Track& track, std::size_t index, const media::ByteSource& source,
                         const Context& context) const;
  Result<void> hash(Track& track, const Context& context) const;

  std::vector<Track> tracks_;
  crypto::HashAlgorithm algorithm_ = crypto::HashAlgorithm::sha256;
};

}  // namespace bonafide::provenance::c2pa
