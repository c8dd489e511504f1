// JUMBF (ISO 19566-5:2023): the boxes a manifest store is made of, as views into its bytes, since hashes are taken over
// the original encoding. Boxes are found eagerly, within bounds; nothing is copied.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace bonafide::provenance::c2pa {

using Uuid = std::array<std::uint8_t, 16>;

/// A four-character code as the number it is in the file.
constexpr std::uint32_t fourcc(const char (&code)[5]) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(code[i]);
  return value;
}

struct JumbfBox {
  std::uint32_t type = 0;    ///< TBox
  std::uint64_t offset = 0;  ///< of the box in the parsed bytes
  ByteView whole;            ///< header and payload
  ByteView payload;          ///< without the header: what a hashed_uri's hash covers (C2PA 2.5 §9.4)

  // What follows is filled for superboxes ("jumb") only, from their description box.
  Uuid uuid{};  ///< content type
  std::uint8_t toggles = 0;
  std::string_view label;          ///< UTF-8; empty when there is none
  ByteView salt;                   ///< content of the private box c2sh
  ByteView secret;                 ///< the whole private box of the description, of whatever type
  std::vector<JumbfBox> children;  ///< content boxes, without the description box

  bool super() const { return type == fourcc("jumb"); }
  /// The first plain content box of this type.
  const JumbfBox* content(std::uint32_t wanted) const;
  /// The superbox of this label; nothing when none or more than one carries it (ambiguous labels do not resolve, §9.4).
  const JumbfBox* child(std::string_view wanted) const;
};

struct JumbfBounds {
  int depth = 16;              ///< a manifest store needs 4 or 5
  std::size_t boxes = 50'000;  ///< in all
};

/// The superbox at the start of `bytes`; what follows it is left alone (`whole.size()` says where it ends).
/// corrupt: sizes that overrun, missing descriptions, labels without end or not UTF-8; limit: depth and count.
Result<JumbfBox> parse_superbox(ByteView bytes, const JumbfBounds& bounds = {});

/// The UUID that C2PA makes of a four-character code: code-0011-0010-8000-00AA00389B71 (§11.1).
Uuid c2pa_uuid(const char (&code)[5]);

}  // namespace bonafide::provenance::c2pa
