// Moving the boxes of an ISO base media file: bytes taken out and put in, and every number that names a place set anew;
// private to this room.
#pragma once
#include <map>
#include <set>
#include <vector>

#include "provenance/c2pa/bmff_offsets.h"
#include "provenance/c2pa/embedders.h"

namespace bonafide::provenance::c2pa {

/// One change to the file: `removed` bytes at `at` go, and in their place come `inserted` bytes that are no copy.
struct Edit {
  enum class Kind { frame, bytes, nothing };
  std::uint64_t at = 0;
  std::uint64_t removed = 0;
  std::uint64_t inserted = 0;
  Kind kind = Kind::nothing;
  Bytes bytes;  ///< Kind::bytes: what comes in, `inserted` of them
};

/// Collects edits, then writes the pieces of the new file.
class BmffMove {
 public:
  BmffMove(const media::ByteSource& source, const std::vector<BmffBox>& roots, const Context& context)
      : source_(source), roots_(roots), context_(context), window_(source) {}

  /// In any order; edits may touch, but not overlap.
  void edit(Edit edit) { asked_.push_back(std::move(edit)); }
  /// unsupported: an offset cannot be set anew (compressed tables, media in other files, a field too narrow); corrupt:
  /// an offset leads into what is taken out; limit: the tables are larger than the limit for metadata.
  Result<void> settle();
  /// After settle(). The frame, if one is among the edits, carries `store_size`.
  void write(Splicer& splicer, std::uint64_t store_size) const;
  /// After settle(): where a byte that stays will stand.
  std::uint64_t moved(std::uint64_t offset) const;

 private:
  struct Patch {
    std::uint64_t at = 0, removed = 0;
    Bytes bytes;
    const BmffBox* table = nullptr;
  };
  void lay_out();
  Result<std::uint64_t> target(const OffsetField& field) const;
  Result<void> visit(const OffsetField& field);
  Result<void> item(const OffsetField& field);
  Result<void> set(const OffsetField& field, std::uint64_t value);
  Result<void> put(Range at, std::uint64_t value, const BmffBox* table);
  Result<void> widen(const OffsetField& field, std::uint64_t value);
  Result<void> count(std::uint64_t bytes);
  Result<void> parents();

  const media::ByteSource& source_;
  const std::vector<BmffBox>& roots_;
  const Context& context_;
  Window window_;
  std::vector<Edit> asked_, edits_;
  std::vector<std::uint64_t> starts_;  ///< of each edit, in the original
  std::vector<std::uint64_t> shifts_;  ///< what is added behind each edit (modulo 2^64)
  std::vector<Patch> patches_;
  std::uint64_t patched_ = 0;  ///< bytes in `patches_`
  struct Widened {
    BmffBox table;
    std::vector<BmffBox> parents;
    std::uint64_t growth = 0;
  };
  std::map<std::uint64_t, Widened> widened_;    ///< stco boxes that become co64, by their start
  bool again_ = false;                          ///< one more table must be widened
  mutable bool into_ = false;                   ///< an offset leads into what is taken out
  std::uint64_t item_at_ = 0, item_shift_ = 0;  ///< of the item whose extents are visited
};

}  // namespace bonafide::provenance::c2pa
