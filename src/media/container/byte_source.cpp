#include "media/container/byte_source.h"

#include <algorithm>
#include <cstring>

namespace bonafide::media {

Result<std::size_t> MemorySource::read_some(std::uint64_t offset, std::span<std::uint8_t> into) const {
  if (offset >= bytes_.size() || into.empty()) return std::size_t{0};
  const std::size_t count = std::min(into.size(), bytes_.size() - static_cast<std::size_t>(offset));
  std::memcpy(into.data(), bytes_.data() + offset, count);
  return count;
}

}  // namespace bonafide::media
