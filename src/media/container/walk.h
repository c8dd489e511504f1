// Walk: what every walker is given. It reads within bounds, counts what it is told against the limits, and cleans
// what it passes on, so that a walker only has to know its format.
#pragma once
#include <string>
#include <string_view>

#include "base/context.h"
#include "media/container/byte_source.h"
#include "media/container/media.h"

namespace bonafide::media {

/// A stretch of the file.
struct Region {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t end() const { return offset + size; }
};

/// A walker's errors: `corrupt` ends the walk of that block and becomes a line of Media::damage; `limit`,
/// `cancelled` and `io` end the opening.
class Walk {
 public:
  Walk(const ByteSource& source, Media& media, const Context& context)
      : source_(source), media_(media), context_(context) {}

  std::uint64_t size() const { return source_.size(); }
  Region whole() const { return {0, size()}; }
  Media& media() { return media_; }
  const Limits& limits() const { return context_.limits; }

  /// Exactly `count` bytes; `corrupt` when the file ends before.
  Result<Bytes> read(std::uint64_t offset, std::uint64_t count);
  /// As many as there are, at most `count`.
  Result<Bytes> read_up_to(std::uint64_t offset, std::uint64_t count);
  Result<Bytes> read(Region region) { return read(region.offset, region.size); }

  /// Adds to the tree. `limit` beyond the permitted depth or number, `cancelled` when asked to stop.
  Result<void> node(std::string_view type, std::uint64_t offset, std::uint64_t size, int depth,
                    std::string_view note = {});
  /// Adds to the note of the newest node.
  void note(std::string_view text);
  /// Counts something that gets no node of its own (a tag, a page) against Limits::nodes.
  Result<void> count(std::uint64_t offset);
  /// Empty values are dropped, long ones cut at 4096 bytes.
  void fact(std::string_view group, std::string_view name, std::string_view value);
  void damage(std::string text);
  /// Makes a `corrupt` error of a part into a line of damage.
  Result<void> tolerate(std::string_view what, Result<void> result);

 private:
  const ByteSource& source_;
  Media& media_;
  const Context& context_;
  int counted_ = 0;
  std::size_t fact_bytes_ = 0;
  Bytes window_;  // the last stretch read, since walkers take many small bites close together
  std::uint64_t window_offset_ = 0;
};

/// Numbers at a place in bytes whose length the caller has made sure of; past the end they read 0.
std::uint64_t load(ByteView bytes, std::size_t at, std::size_t count, bool big_endian);
inline std::uint16_t be16(ByteView b, std::size_t at) { return static_cast<std::uint16_t>(load(b, at, 2, true)); }
inline std::uint32_t be24(ByteView b, std::size_t at) { return static_cast<std::uint32_t>(load(b, at, 3, true)); }
inline std::uint32_t be32(ByteView b, std::size_t at) { return static_cast<std::uint32_t>(load(b, at, 4, true)); }
inline std::uint64_t be64(ByteView b, std::size_t at) { return load(b, at, 8, true); }
inline std::uint16_t le16(ByteView b, std::size_t at) { return static_cast<std::uint16_t>(load(b, at, 2, false)); }
inline std::uint32_t le24(ByteView b, std::size_t at) { return static_cast<std::uint32_t>(load(b, at, 3, false)); }
inline std::uint32_t le32(ByteView b, std::size_t at) { return static_cast<std::uint32_t>(load(b, at, 4, false)); }
inline std::uint64_t le64(ByteView b, std::size_t at) { return load(b, at, 8, false); }

/// The part of `bytes` that exists of [at, at + count).
ByteView part(ByteView bytes, std::size_t at, std::size_t count = SIZE_MAX);
bool starts_with(ByteView bytes, std::string_view magic, std::size_t at = 0);

/// Text up to the first NUL.
std::string_view until_nul(ByteView bytes);
std::string latin1_to_utf8(ByteView bytes);
/// Up to the first NUL unit; broken surrogates become U+FFFD.
std::string utf16_to_utf8(ByteView bytes, bool big_endian);
std::string trimmed(std::string_view text);
/// Four characters, the unprintable ones as \xNN.
std::string fourcc(ByteView bytes, std::size_t at);
/// A picture size from a file: 0 when it does not fit an int.
int picture_size(std::uint64_t value);

}  // namespace bonafide::media
