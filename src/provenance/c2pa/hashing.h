// Digests over parts of a file, in constant memory; private to this room.
#pragma once
#include <vector>

#include "crypto/hash.h"
#include "provenance/c2pa/locate.h"

namespace bonafide::provenance::c2pa {

/// A stretch of a file as a file of its own. `range` must lie in `source`, which must outlive this.
class SliceSource final : public media::ByteSource {
 public:
  SliceSource(const media::ByteSource& source, Range range) : source_(source), range_(range) {}
  std::uint64_t size() const override { return range_.length; }
  Result<std::size_t> read_some(std::uint64_t offset, std::span<std::uint8_t> into) const override;

 private:
  const media::ByteSource& source_;
  Range range_;
};

/// Feeds the bytes of `range` to `hasher`, 256 KiB at a time; tells the progress every MiB.
Result<void> feed(crypto::Hasher& hasher, const media::ByteSource& source, Range range, const Context& context);
/// Sorted, with touching and overlapping ranges joined, empty ones dropped.
std::vector<Range> joined(std::vector<Range> ranges);
/// What of `range` lies in none of `holes` (which are joined).
std::vector<Range> without(Range range, const std::vector<Range>& holes);

}  // namespace bonafide::provenance::c2pa
