// What the hash over an ISO base media file covers (C2PA 2.5 §16.3.2.2): root boxes in order, less what the exclusions
// of the binding leave out; private to this room.
#pragma once
#include <string>
#include <vector>

#include "base/cbor.h"
#include "provenance/c2pa/bmff.h"
#include "provenance/c2pa/hash_trace.h"
#include "provenance/c2pa/hashing.h"

namespace bonafide::provenance::c2pa {

/// The digest over the root boxes that lie in `part`, less the `holes` (which are joined), each after its place in the
/// file. `placed` false: without the places, as in c2pa.hash.bmff of the first version.
Result<Bytes> hash_boxes(const media::ByteSource& source, const std::vector<BmffBox>& roots, Range part,
                         const std::vector<Range>& holes, crypto::HashAlgorithm algorithm, const Context& context,
                         HashTrace& trace, bool placed = true);

/// The exclusions that we write: what §A.5.5 demands, and no more. ftyp, free and skip stay in the hash.
Bytes own_exclusions(bool trees);
/// What they leave out of a file, joined.
std::vector<Range> own_holes(const std::vector<BmffBox>& roots, bool trees);

class BmffCover {
 public:
  struct Hole {
    Range range;
    std::string path;
  };
  /// `exclusions` is the list of the binding, or null. `source` must outlive this. An Error as bmff_roots(); what is
  /// wrong with the list is malformed().
  static Result<BmffCover> of(const media::ByteSource& source, const cbor::Value* exclusions, const Context& context);

  const std::string& malformed() const { return malformed_; }
  const media::ByteSource& source() const { return *source_; }
  const std::vector<BmffBox>& roots() const { return roots_; }
  const std::vector<Hole>& holes() const { return holes_; }
  /// Boxes are left out that the standard does not ask for.
  bool more() const { return more_; }
  /// Boxes inside others are left out.
  bool inner() const;
  /// Nothing stands behind the last box.
  bool complete() const { return (roots_.empty() ? 0 : roots_.back().range.end()) == source_->size(); }

  /// hash_boxes() over what this covers.
  Result<Bytes> hash(Range part, bool placed, crypto::HashAlgorithm algorithm, const Context& context,
                     HashTrace& trace) const {
    return hash_boxes(*source_, roots_, part, joined_, algorithm, context, trace, placed);
  }

  struct Offsets {
    std::string wrong;    ///< an offset leads to bytes that no hash covers; or empty
    bool unseen = false;  ///< some table could not be read
  };
  /// Media that a table finds where nothing is hashed could be swapped (c2pa-rs #2488).
  Result<Offsets> offsets(const Context& context) const;

 private:
  explicit BmffCover(const media::ByteSource& source) : source_(&source) {}
  Result<bool> exclude(const cbor::Value& entry, const Context& context);
  Result<bool> chosen(const cbor::Value& entry, const BmffBox& box) const;

  const media::ByteSource* source_;
  std::vector<BmffBox> roots_;
  std::vector<Hole> holes_;
  std::vector<Range> joined_;
  std::string malformed_;
  bool more_ = false;
};

}  // namespace bonafide::provenance::c2pa
