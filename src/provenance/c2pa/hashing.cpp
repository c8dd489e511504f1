#include "provenance/c2pa/hashing.h"

#include <algorithm>

namespace bonafide::provenance::c2pa {

Result<std::size_t> SliceSource::read_some(std::uint64_t offset, std::span<std::uint8_t> into) const {
  if (offset >= range_.length) return std::size_t{0};
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), range_.length - offset));
  return source_.read_some(range_.start + offset, into.first(room));
}

Result<void> feed(crypto::Hasher& hasher, const media::ByteSource& source, Range range, const Context& context) {
  // 256 KiB stay in the second-level cache between reading and hashing: 600 MB in cache took 0.36 s of processor time,
  // 0.37 s with 1 MiB, 0.38 s for openssl dgst (8 KiB) and mmap (EPYC with SHA-NI, November 2026).
  constexpr std::uint64_t kStep = 256 * 1024, kTell = 1 << 20;
  Bytes buffer(static_cast<std::size_t>(std::min(kStep, range.length)));
  for (std::uint64_t done = 0; done < range.length;) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
    const auto part =
        std::span(buffer).first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), range.length - done)));
    if (TRY(source.read_some(range.start + done, part)) != part.size()) {
      return make_error(Code::corrupt, "the file ends too early", range.start + done);
    }
    hasher.update(part);
    done += part.size();
    if (done % kTell == 0 || done == range.length) context.report("verifying", range.start + done, source.size());
  }
  return {};
}

std::vector<Range> joined(std::vector<Range> ranges) {
  std::erase_if(ranges, [](const Range& range) { return range.length == 0; });
  std::ranges::sort(ranges, {}, &Range::start);
  std::vector<Range> result;
  for (const Range& range : ranges) {
    if (!result.empty() && range.start <= result.back().end()) {
      result.back().length = std::max(result.back().end(), range.end()) - result.back().start;
    } else {
      result.push_back(range);
    }
  }
  return result;
}

std::vector<Range> without(Range range, const std::vector<Range>& holes) {
  std::vector<Range> result;
  std::uint64_t at = range.start;
  for (const Range& hole : holes) {
    if (hole.end() <= at) continue;
    if (hole.start >= range.end()) break;
    if (hole.start > at) result.push_back({at, hole.start - at});
    at = hole.end();
  }
  if (at < range.end()) result.push_back({at, range.end() - at});
  return result;
}

}  // namespace bonafide::provenance::c2pa
