// ISO base media boxes as the C2PA hash sees them (2.5 §16.3.2): root boxes in order, and those an exclusion's path
// names. Offsets and sizes only; nothing is decoded.
#pragma once
#include <string>
#include <vector>

#include "base/context.h"
#include "provenance/c2pa/locate.h"
#include "provenance/c2pa/walkers.h"

namespace bonafide::provenance::c2pa {

struct BmffBox {
  std::uint32_t type = 0;
  Range range;               ///< header and content
  std::uint64_t header = 0;  ///< 8 or 16, with a uuid's 16 bytes on top
  bool c2pa = false;         ///< a uuid box of C2PA
};

/// The extended type of C2PA's boxes (§A.5.1.1).
inline constexpr std::uint8_t kC2paUuid[16] = {0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C,
                                               0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81};

/// What a C2PA uuid box holds (§A.5): version and flags, a purpose, for a store the place of the first Merkle box.
enum class Purpose { manifest, original, update, merkle, other };
struct C2paBox {
  Purpose purpose = Purpose::other;
  std::uint64_t purpose_at = 0;  ///< where its name stands in the file
  /// The store or the CBOR, with padding behind. In front of an update's store the place of the first Merkle box is
  /// left out by the text of §A.5.1.2 and written by c2pa-rs; both are read.
  Range payload;
};
Result<C2paBox> c2pa_box(const media::ByteSource& source, const BmffBox& box);

/// A whole C2PA box. For a store, `place` (of the first Merkle box; 0: there is none) stands before `content`; for an
/// update, too: the text leaves it out there, but c2pa-rs reads only those that have it.
Bytes make_c2pa_box(std::string_view purpose, ByteView content, std::uint64_t place = 0);
/// Bytes of that box.
std::uint64_t c2pa_box_size(std::string_view purpose, std::uint64_t content);

/// Every box at the top of the file. corrupt when one runs past the end. `unread` is taken for one C2PA box, whatever
/// its bytes are now: the place of a frame that is not filled yet.
Result<std::vector<BmffBox>> bmff_roots(const media::ByteSource& source, const Context& context, Range unread = {});
/// The boxes inside one that holds boxes. `nodes` counts on.
Result<std::vector<BmffBox>> bmff_children(Window& window, const BmffBox& box, int& nodes, const Context& context);
/// Every box at a path such as "/moov/trak[2]/mdia/minf/stbl/stco", in file order (§16.3.2.2).
Result<std::vector<BmffBox>> bmff_at(const media::ByteSource& source, const std::vector<BmffBox>& roots,
                                     std::string_view path, const Context& context);

}  // namespace bonafide::provenance::c2pa
