// ISO base media boxes as the C2PA hash sees them (2.5 §16.3.2): root boxes in order, and those an exclusion's path
// names. Offsets and sizes only; nothing is decoded.
#pragma once
#include <string>
#include <vector>

#include "base/context.h"
#include "provenance/c2pa/locate.h"

namespace bonafide::provenance::c2pa {

struct BmffBox {
  std::uint32_t type = 0;
  Range range;               ///< header and content
  std::uint64_t header = 0;  ///< 8 or 16, with a uuid's 16 bytes on top
  bool c2pa = false;         ///< a uuid box of C2PA
};

/// What a C2PA uuid box holds (§A.5): version and flags, a purpose, for a store the place of the first Merkle box.
enum class Purpose { manifest, original, update, merkle, other };
struct C2paBox {
  Purpose purpose = Purpose::other;
  Range payload;  ///< the store or the CBOR, with padding behind
};
Result<C2paBox> c2pa_box(const media::ByteSource& source, const BmffBox& box);

/// Every box at the top of the file. corrupt when one runs past the end.
Result<std::vector<BmffBox>> bmff_roots(const media::ByteSource& source, const Context& context);
/// Every box at a path such as "/moov/trak/mdia/minf/stbl/stco", in file order.
Result<std::vector<BmffBox>> bmff_at(const media::ByteSource& source, const std::vector<BmffBox>& roots,
                                     std::string_view path, const Context& context);

}  // namespace bonafide::provenance::c2pa
