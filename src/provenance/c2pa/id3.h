// What reading and writing ID3v2 tags have in common (id3.org, versions 2.3.0 and 2.4.0); private to this room.
#pragma once
#include <optional>

#include "provenance/c2pa/locate.h"

namespace bonafide::provenance::c2pa {

struct Id3Header {
  std::uint8_t version = 4;  ///< 2, 3, 4
  bool unsynchronised = false, footer = false, checksum = false;
  std::uint64_t frames = 10;  ///< where the first frame may begin: behind the extended header
  std::uint64_t end = 10;     ///< of the tag without its footer; may lie past the end of the file
};

/// The tag at the start of the file; nothing when there is none. corrupt: it ends inside its own header.
Result<std::optional<Id3Header>> id3_header(const media::ByteSource& source);

/// Sizes of 28 bits in four bytes whose first bit is zero.
std::uint64_t from_synchsafe(std::uint32_t value);
std::uint32_t to_synchsafe(std::uint64_t value);

/// The frames of an unsynchronised tag as they were before: 2.3 treats all of the tag as one, 2.4 each frame for
/// itself. `content` is what follows the tag's header; padding is dropped. corrupt: a frame runs past it.
Result<Bytes> without_unsynchronisation(ByteView content, std::uint8_t version);

/// FLAC, or two frames of MPEG audio one after the other (ISO/IEC 11172-3 §2.4.1.3), at the start of the file.
Result<bool> is_sound(const media::ByteSource& source);

}  // namespace bonafide::provenance::c2pa
