// One walker for each container, private to this room; see locate.h for what they fill.
#pragma once
#include <algorithm>

#include "provenance/c2pa/locate.h"

namespace bonafide::provenance::c2pa {

/// Reads small things here and there through one 64 KiB window, so that walking is not one system call a byte.
class Window {
 public:
  explicit Window(const media::ByteSource& source) : source_(source) {}
  std::uint64_t size() const { return source_.size(); }
  /// `count` bytes (at most 64 KiB) from `offset`, valid until the next call; corrupt when the file ends before.
  Result<ByteView> at(std::uint64_t offset, std::size_t count);
  Result<std::uint8_t> u8(std::uint64_t offset) { return TRY(at(offset, 1))[0]; }
  Result<std::uint16_t> u16be(std::uint64_t offset);
  Result<std::uint32_t> u32be(std::uint64_t offset);
  Result<std::uint64_t> u64be(std::uint64_t offset);
  Result<std::uint16_t> u16(std::uint64_t offset, bool big_endian);
  Result<std::uint32_t> u32(std::uint64_t offset, bool big_endian);

 private:
  const media::ByteSource& source_;
  Bytes buffer_;
  std::uint64_t start_ = 0;
};

using Walker = Result<void>(const media::ByteSource& source, const Context& context, Located& located);
Walker locate_jpeg, locate_png, locate_riff, locate_gif, locate_tiff, locate_bmff, locate_id3, locate_svg,
    locate_sidecar, locate_jxl, locate_pdf;

/// Copies the store at `range` and notes `framing`; a second store becomes located.problem.
Result<void> take_store(const media::ByteSource& source, const Context& context, Range range, Range framing,
                        Located& located);
/// GIF: bytes of the colour table that a Packed Fields byte announces.
std::uint64_t gif_colours(std::uint8_t packed);
/// GIF: the offset behind the sub-blocks that begin at `offset`, terminator included.
Result<std::uint64_t> after_sub_blocks(Window& window, std::uint64_t offset, const Context& context);
/// limit when more boxes, chunks or tags were seen than the limits allow; cancelled when asked to stop.
Result<void> count_node(const Context& context, int& nodes, std::uint64_t offset);

}  // namespace bonafide::provenance::c2pa
