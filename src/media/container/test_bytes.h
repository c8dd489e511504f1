// For tests only: files written byte by byte, and opened from memory.
#pragma once
#include <string>
#include <string_view>

#include "media/container/open_bytes.h"

namespace bonafide::media::testing {

/// Appends what it is told; `u16(x)` in the order chosen at the start.
class Writer {
 public:
  explicit Writer(bool big_endian = true) : big_(big_endian) {}
  Writer& text(std::string_view t) { return raw(as_bytes(t)); }
  Writer& raw(ByteView b) {
    for (const std::uint8_t byte : b) bytes_.push_back(byte);
    return *this;
  }
  Writer& zeros(std::size_t count, std::uint8_t value = 0) { return bytes_.insert(bytes_.end(), count, value), *this; }
  Writer& u8(std::uint64_t v) { return number(v, 1); }
  Writer& u16(std::uint64_t v) { return number(v, 2); }
  Writer& u24(std::uint64_t v) { return number(v, 3); }
  Writer& u32(std::uint64_t v) { return number(v, 4); }
  Writer& u64(std::uint64_t v) { return number(v, 8); }
  std::size_t size() const { return bytes_.size(); }
  const Bytes& bytes() const { return bytes_; }

 private:
  Writer& number(std::uint64_t v, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      bytes_.push_back(static_cast<std::uint8_t>(v >> 8 * (big_ ? count - 1 - i : i)));
    return *this;
  }
  Bytes bytes_;
  bool big_;
};

inline Result<Media> open_memory(ByteView bytes, const std::string& path = "test", const Context& context = {}) {
  return open_bytes(MemorySource(bytes), path, context);
}

inline std::string fact(const Media& media, std::string_view group, std::string_view name) {
  const std::string* const value = media.fact(group, name);
  return value == nullptr ? "(none)" : *value;
}

inline const Node* node(const Media& media, std::string_view type) {
  for (const Node& n : media.tree)
    if (n.type == type) return &n;
  return nullptr;
}

/// A JPEG marker segment.
inline Bytes segment(int marker, ByteView body) {
  return Writer().u8(0xFF).u8(static_cast<std::uint64_t>(marker)).u16(body.size() + 2).raw(body).bytes();
}

}  // namespace bonafide::media::testing
