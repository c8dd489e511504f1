// Every number in an ISO base media file that names a place in the same file (ISO/IEC 14496-12): chunk offsets, item
// locations, fragments, indexes. Whoever moves bytes must set them anew, and whoever checks a hash must see that none
// leads out of what was hashed (c2pa-rs #2488). Tables are read through a window; nothing is kept for each sample.
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "provenance/c2pa/bmff.h"

namespace bonafide::provenance::c2pa {

struct OffsetField {
  enum class Kind {
    chunk,      ///< stco, co64 (§8.7.5)
    item,       ///< an extent of iloc (§8.11.3)
    base,       ///< tfhd base_data_offset (§8.8.7): a place to count from, not yet media
    run,        ///< trun (§8.8.8)
    auxiliary,  ///< saio (§8.7.9)
    index,      ///< sidx (§8.16.3): where a part of the stream begins or ends
    random,     ///< tfra (§8.8.10): where a fragment begins
  };
  Kind kind = Kind::chunk;
  Range at;            ///< the field; length 0 when the place is not written down, but follows from what stands before
  unsigned bits = 32;  ///< 31 (the top bit means something else), 32 or 64
  bool negative = false;              ///< may count backwards (trun)
  std::optional<std::uint64_t> base;  ///< what it is counted from; nothing: the start of the file
  std::uint64_t target = 0;           ///< the place, in the file
  std::uint64_t length = 0;           ///< bytes of media there; 0 when not known
  bool empty = false;                 ///< known to hold no media
  bool foreign = false;               ///< some media of this track lies in other files, so it may not mean this one
  Range item_base;                    ///< items: the field of the base offset that its extents share; length 0: none
  std::uint64_t item_base_value = 0;
  const BmffBox* table = nullptr;                 ///< the box it stands in
  const std::vector<BmffBox>* parents = nullptr;  ///< chunks: the boxes around that, outermost first
};

using OffsetVisitor = std::function<Result<void>(const OffsetField&)>;

/// In the order of the file within each table. An Error of the visitor ends the walk and is passed on. `lengths` false:
/// chunks come without their length, which saves reading the sizes of all samples. corrupt: a table breaks its format.
Result<void> visit_offsets(const media::ByteSource& source, const std::vector<BmffBox>& roots, bool lengths,
                           const OffsetVisitor& visitor, const Context& context);

}  // namespace bonafide::provenance::c2pa
