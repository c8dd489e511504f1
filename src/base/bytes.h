// Bytes in memory: views, bounded reading in both byte orders, hex and base64.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bonafide {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

/// Reads forward through a view; every read is checked. `base` is the view's offset in its file, for messages.
class ByteReader {
 public:
  explicit ByteReader(ByteView bytes, std::uint64_t base = 0) : bytes_(bytes), base_(base) {}

  std::size_t position() const { return position_; }
  std::size_t remaining() const { return bytes_.size() - position_; }
  std::uint64_t offset() const { return base_ + position_; }
  bool at_end() const { return remaining() == 0; }

  Result<void> seek(std::size_t position);
  Result<void> skip(std::size_t count);
  Result<ByteView> take(std::size_t count);
  Result<std::uint8_t> u8();
  Result<std::uint16_t> u16be();
  Result<std::uint32_t> u24be();
  Result<std::uint32_t> u32be();
  Result<std::uint64_t> u64be();
  Result<std::uint16_t> u16le();
  Result<std::uint32_t> u32le();
  Result<std::uint64_t> u64le();

 private:
  template <typename T>
  Result<T> integer(std::size_t count, bool big_endian);
  ByteView bytes_;
  std::uint64_t base_ = 0;
  std::size_t position_ = 0;
};

std::string to_hex(ByteView bytes);
Result<Bytes> from_hex(std::string_view text);
std::string to_base64(ByteView bytes);             ///< RFC 4648 section 4, with padding
Result<Bytes> from_base64(std::string_view text);  ///< accepts padding or none; no white space

/// Well-formed UTF-8 (Unicode 15, table 3-7) from end to end.
bool is_utf8(std::string_view text);
/// Valid UTF-8 whatever comes in: broken sequences become U+FFFD, control characters (but \n and \t) become spaces.
std::string clean_utf8(std::string_view text);

}  // namespace bonafide
