// Digests over parts of a file, in constant memory; private to this room.
#pragma once
#include <vector>

#include "crypto/hash.h"
#include "provenance/c2pa/locate.h"

namespace bonafide::provenance::c2pa {

/// Feeds the bytes of `range` to `hasher`, 1 MiB at a time.
Result<void> feed(crypto::Hasher& hasher, const media::ByteSource& source, Range range, const Context& context);
/// Sorted, with touching and overlapping ranges joined, empty ones dropped.
std::vector<Range> joined(std::vector<Range> ranges);
/// What of `range` lies in none of `holes` (which are joined).
std::vector<Range> without(Range range, const std::vector<Range>& holes);

}  // namespace bonafide::provenance::c2pa
