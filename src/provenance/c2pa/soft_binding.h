// What leads from a work to its credential when that has been stripped: watermarks and fingerprints (C2PA 2.5 §18.10,
// c2pa.soft-binding). A soft binding proves nothing; it says where to look.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/cbor.h"

namespace bonafide::provenance::c2pa {

/// Names of our own for what has none in the public list (listing is "should" since 2.4); io.iscc.v0 and others may
/// stand beside them.
inline constexpr char kTileMark[] = "org.bonafide.mark.tile.1";
inline constexpr char kSoundMark[] = "org.bonafide.mark.sound.1";
inline constexpr char kPictureHash[] = "org.bonafide.print.pdq.1";

/// Milliseconds from the beginning.
struct TimeSpan {
  std::uint64_t start = 0, end = 0;
};
struct SoftBindingBlock {
  std::string value;                  ///< the id or the print, as hex digits: c2pa-rs reads texts alone
  std::optional<TimeSpan> when = {};  ///< nothing: the whole work
};
struct SoftBinding {
  std::string alg;
  std::vector<SoftBindingBlock> blocks;
};

/// The content of an assertion c2pa.soft-binding. invalid_argument: no algorithm, no blocks, an empty value, or a time
/// span that ends before it begins.
Result<Bytes> write_soft_binding(const SoftBinding& binding);
/// Of any writer: a value of bytes is given as hex digits, `alg` may be empty (the claim's alg_soft then holds).
/// corrupt: not what §18.10 describes.
Result<SoftBinding> read_soft_binding(const cbor::Value& value);

}  // namespace bonafide::provenance::c2pa
