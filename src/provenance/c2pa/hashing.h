// Digests over parts of a file, in constant memory; private to this room.
#pragma once
#include <functional>
#include <span>
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
  std::uint64_t data_from(std::uint64_t offset) const override;

 private:
  const media::ByteSource& source_;
  Range range_;
};

/// Feeds the bytes of `range` to `hasher`. A long range is read ahead by a second thread; holes are not read.
Result<void> feed(crypto::Hasher& hasher, const media::ByteSource& source, Range range, const Context& context);
/// What one thread does for one piece of work, by its number.
using Worker = std::function<Result<void>(std::size_t index)>;
/// Does `count` pieces of work on all cores (or so many `threads`, when not 0), each once, in no order. `worker` makes
/// one worker for each thread, with what it needs for itself; `own` is true for the calling thread, the only one that
/// may report progress. The first Error ends the work and is answered.
Result<void> side_by_side(unsigned threads, std::size_t count, const std::function<Worker(bool own)>& worker);

/// The digests of many stretches, one behind the other and in their order, hashed side by side on all cores. Each
/// thread holds one buffer; the answer does not depend on their number. `threads` 0: as many as there are cores.
Result<Bytes> hash_all(const media::ByteSource& source, std::span<const Range> stretches,
                       crypto::HashAlgorithm algorithm, const Context& context, unsigned threads = 0);
/// Sorted, with touching and overlapping ranges joined, empty ones dropped.
std::vector<Range> joined(std::vector<Range> ranges);
/// What of `range` lies in none of `holes` (which are joined).
std::vector<Range> without(Range range, const std::vector<Range>& holes);

}  // namespace bonafide::provenance::c2pa
