// HEIF pictures (ISO/IEC 23008-12): items, their properties, and the Exif and XMP kept as items.
#include <fmt/format.h>

#include <array>

#include "media/container/bmff.h"
#include "media/container/exif_tags.h"

namespace bonafide::media::bmff {

Result<void> Items::primary(const Box& pitm) {
  const Bytes b = TRY(walk_.read_up_to(pitm.body.offset, std::min<std::uint64_t>(pitm.body.size, 8)));
  primary_ = !b.empty() && b[0] == 0 ? be16(b, 4) : be32(b, 4);
  return {};
}

Result<void> Items::info(const Box& infe) {
  const Bytes b = TRY(walk_.read_up_to(infe.body.offset, std::min<std::uint64_t>(infe.body.size, 512)));
  if (b.empty() || b[0] < 2) return {};
  const bool wide = b[0] >= 3;
  const std::uint32_t id = wide ? be32(b, 4) : be16(b, 4);
  const std::size_t type = wide ? 10 : 8;
  Item& item = items_[id];
  item.type = fourcc(b, type);
  if (item.type == "mime") {
    const std::size_t name = until_nul(part(b, type + 4)).size() + 1;
    item.mime = until_nul(part(b, type + 4 + name));
  }
  walk_.note(fmt::format("item {}: {}{}", id, item.type, item.mime.empty() ? "" : " " + item.mime));
  return {};
}

// 8.11.3: sizes of the fields first, then items with their extents.
Result<void> Items::locations(const Box& iloc) {
  const Bytes b = TRY(walk_.read(iloc.body));
  ByteReader in(b, iloc.body.offset);
  const std::uint32_t version = TRY(in.u32be()) >> 24;
  const std::uint16_t sizes = TRY(in.u16be());
  const auto field = [&](unsigned bytes) -> Result<std::uint64_t> {
    const ByteView v = TRY(in.take(bytes));
    return load(v, 0, bytes, true);
  };
  const std::uint32_t count = version < 2 ? TRY(in.u16be()) : TRY(in.u32be());
  for (std::uint32_t i = 0; i < count; ++i) {
    TRY(walk_.count(in.offset()));
    const std::uint32_t id = version < 2 ? TRY(in.u16be()) : TRY(in.u32be());
    const int method = version >= 1 ? TRY(in.u16be()) & 15 : 0;
    TRY(in.u16be());  // data reference
    const std::uint64_t base = TRY(field(sizes >> 4 & 15));
    const std::uint16_t extents = TRY(in.u16be());
    if (sizes == 0) continue;  // extents of no bytes: nothing to read, however many there are said to be
    for (std::uint16_t e = 0; e < extents; ++e) {
      TRY(walk_.count(in.offset()));
      if (version >= 1) TRY(field(sizes & 15));
      const std::uint64_t offset = TRY(field(sizes >> 12 & 15));
      const std::uint64_t length = TRY(field(sizes >> 8 & 15));
      const auto found = items_.find(id);
      if (found == items_.end() || extents != 1) continue;
      found->second.method = method;
      found->second.extent = Region{base + offset, length};
    }
  }
  return {};
}

Result<void> Items::property(const Box& box) {
  Property p;
  p.type = box.type;
  const Bytes b = TRY(walk_.read_up_to(box.body.offset, std::min<std::uint64_t>(box.body.size, 16)));
  if (box.type == "ispe") {
    p.a = be32(b, 4), p.b = be32(b, 8);
    walk_.note(fmt::format("{} × {}", p.a, p.b));
  } else if (box.type == "irot" && !b.empty()) {
    p.a = b[0] & 3U;
    walk_.note(fmt::format("turned {}° anticlockwise", p.a * 90));
  } else if (box.type == "imir" && !b.empty()) {
    p.a = b[0] & 1U;
    walk_.note(p.a == 0 ? "top and bottom exchanged" : "left and right exchanged");
  }
  properties_.push_back(std::move(p));
  return {};
}

Result<void> Items::associations(const Box& ipma) {
  const Bytes b = TRY(walk_.read(ipma.body));
  ByteReader in(b, ipma.body.offset);
  const std::uint32_t head = TRY(in.u32be());
  const std::uint32_t count = TRY(in.u32be());
  for (std::uint32_t i = 0; i < count; ++i) {
    TRY(walk_.count(in.offset()));
    const std::uint32_t id = head >> 24 == 0 ? TRY(in.u16be()) : TRY(in.u32be());
    const std::uint8_t links = TRY(in.u8());
    for (int k = 0; k < links; ++k) {
      const unsigned index = (head & 1U) != 0 ? TRY(in.u16be()) & 0x7FFFU : TRY(in.u8()) & 0x7FU;
      if (index > 0 && id == primary_) items_[id].properties.push_back(index - 1);
    }
  }
  return {};
}

// irot turns anticlockwise by 90° steps, imir exchanges top/bottom (0) or left/right (1), in the order irot, imir
// (6.5.10, 6.5.12); the table says the same in EXIF's numbers.
void Items::settle_picture() {
  constexpr std::array<std::array<int, 3>, 4> kExif = {{{1, 4, 2}, {8, 5, 7}, {3, 2, 4}, {6, 7, 5}}};
  std::size_t turn = 0, mirror = 0;
  Media& media = walk_.media();
  media.orientation = 1;  // the item's Exif may repeat the turn, but only irot and imir count
  for (const std::size_t index : items_[primary_].properties) {
    if (index >= properties_.size()) continue;
    const Property& p = properties_[index];
    if (p.type == "ispe") {
      media.width = picture_size(p.a);
      media.height = picture_size(p.b);
    }
    if (p.type == "irot") turn = p.a;
    if (p.type == "imir") mirror = p.a + 1;
  }
  // The decoder of these formats turns the picture itself, so what everybody else sees is upright already.
  const int turned = kExif[turn][mirror];
  if (turned >= 5) std::swap(media.width, media.height);
  walk_.fact(to_string(media.format), "Orientation",
             fmt::format("{} ({})", turned, tag_word(0x0112, static_cast<std::uint32_t>(turned))));
}

Result<void> Items::finish() {
  if (items_.empty()) return {};
  for (const auto& [id, item] : items_) {
    if (!item.extent || (item.method == 1 && data_.size == 0)) continue;
    Region at = *item.extent;
    if (item.method == 1) at.offset += data_.offset;
    if (item.type == "Exif" && at.size > 4) {
      const std::uint32_t skip = be32(TRY(walk_.read(at.offset, 4)), 0);  // to the TIFF header
      if (skip >= at.size - 4) return make_error(Code::corrupt, "the Exif item is cut off", at.offset);
      TRY(walk_.node("Exif item", at.offset, at.size, 0));
      TRY(walk_.tolerate("Exif", walk_tiff(walk_, {at.offset + 4 + skip, at.size - 4 - skip}, 1, TiffRole::exif)));
    } else if (item.mime == "application/rdf+xml") {
      TRY(walk_.node("XMP item", at.offset, at.size, 0));
      const Bytes packet = TRY(walk_.read(at));
      walk_xmp(walk_, as_text(packet));
    }
  }
  settle_picture();
  return {};
}

}  // namespace bonafide::media::bmff
