#include "provenance/c2pa/id3.h"

#include <algorithm>
#include <array>

#include "provenance/c2pa/embedders.h"
#include "provenance/c2pa/walkers.h"

namespace bonafide::provenance::c2pa {

namespace {

/// FF 00 stands for FF where the tag is unsynchronised.
Bytes shortened(ByteView bytes) {
  Bytes made;
  made.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    made.push_back(bytes[i]);
    if (bytes[i] == 0xFF && i + 1 < bytes.size() && bytes[i + 1] == 0) ++i;
  }
  return made;
}

/// Bytes of the MPEG audio frame with this header; 0 when it is none, or of the free format.
std::uint64_t mpeg_frame(std::uint32_t header) {
  using Row = std::array<std::uint16_t, 15>;  // kbit/s
  static constexpr Row kOne1{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448};
  static constexpr Row kOne2{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384};
  static constexpr Row kOne3{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
  static constexpr Row kTwo1{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256};
  static constexpr Row kTwo23{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
  static constexpr std::array<std::uint32_t, 3> kRates{44100, 48000, 32000};
  const std::uint32_t version = header >> 19 & 3, layer = 4 - (header >> 17 & 3);  // version: 0 is 2.5, 2 is 2, 3 is 1
  const std::uint32_t rate = header >> 12 & 15, sampling = header >> 10 & 3, padding = header >> 9 & 1;
  if (header >> 21 != 0x7FF || version == 1 || layer == 4 || rate == 0 || rate == 15 || sampling == 3) return 0;
  const bool one = version == 3;
  const Row& row = one ? (layer == 1 ? kOne1 : layer == 2 ? kOne2 : kOne3) : layer == 1 ? kTwo1 : kTwo23;
  const std::uint32_t bits = row[rate] * 1000U, hertz = kRates[sampling] >> (one ? 0 : version == 2 ? 1 : 2);
  if (layer == 1) return (12ULL * bits / hertz + padding) * 4;
  return (layer == 3 && !one ? 72ULL : 144ULL) * bits / hertz + padding;
}

}  // namespace

std::uint64_t from_synchsafe(std::uint32_t value) {
  return (value & 0x7F) | (value >> 1 & 0x3F80) | (value >> 2 & 0x1FC000) | (value >> 3 & 0xFE00000);
}

std::uint32_t to_synchsafe(std::uint64_t value) {
  const auto low = static_cast<std::uint32_t>(value);
  return (low & 0x7F) | (low & 0x3F80) << 1 | (low & 0x1FC000) << 2 | (low & 0xFE00000) << 3;
}

Result<std::optional<Id3Header>> id3_header(const media::ByteSource& source) {
  Window window(source);
  if (source.size() < 10 || as_text(TRY(window.at(0, 3))) != "ID3") return std::optional<Id3Header>();
  Id3Header header;
  header.version = TRY(window.u8(3));
  const std::uint8_t flags = TRY(window.u8(5));
  header.unsynchronised = (flags & 0x80) != 0;
  header.footer = header.version == 4 && (flags & 0x10) != 0;
  const std::uint32_t size = TRY(window.u32be(6));
  header.end = 10 + from_synchsafe(size);
  if ((flags & 0x40) != 0 && header.version >= 3) {
    const std::uint32_t extended = TRY(window.u32be(10));
    const std::uint8_t extended_flags = TRY(window.u8(header.version == 4 ? 15 : 14));
    header.checksum = (extended_flags & (header.version == 4 ? 0x20 : 0x80)) != 0;
    header.frames = 10 + (header.version == 4 ? from_synchsafe(extended) : extended + 4ULL);
  }
  return std::optional(header);
}

Result<Bytes> without_unsynchronisation(ByteView content, std::uint8_t version) {
  const Bytes whole = version == 3 ? shortened(content) : Bytes(content.begin(), content.end());
  Bytes made;
  ByteReader reader(whole);
  while (reader.remaining() >= 10) {
    const ByteView name = TRY(reader.take(4));
    if (name[0] == 0) break;  // padding
    const std::uint32_t size = TRY(reader.u32be());
    const std::uint32_t flags = TRY(reader.u16be());
    const ByteView body = TRY(reader.take(version == 3 ? size : static_cast<std::size_t>(from_synchsafe(size))));
    made.insert(made.end(), name.begin(), name.end());
    const Bytes plain = version == 3 ? Bytes(body.begin(), body.end()) : shortened(body);
    append_number(made, version == 3 ? size : to_synchsafe(plain.size()), 4, true);
    append_number(made, version == 3 ? flags : flags & ~0x0002U, 2, true);
    made.insert(made.end(), plain.begin(), plain.end());
  }
  return made;
}

Result<bool> is_sound(const media::ByteSource& source) {
  Window window(source);
  if (source.size() < 4) return false;
  const std::uint32_t first = TRY(window.u32be(0));
  if (first == fourcc("fLaC")) return true;
  const std::uint64_t length = mpeg_frame(first);
  if (length == 0 || length + 4 > source.size()) return length != 0 && length == source.size();
  const std::uint32_t second = TRY(window.u32be(length));
  return mpeg_frame(second) != 0 && (first >> 17) == (second >> 17);
}

}  // namespace bonafide::provenance::c2pa
