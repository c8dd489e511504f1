// TIFF 6.0 and the Exif that lives in it: IFD0, Exif, GPS, Interoperability, IFD1 with its thumbnail, further pages.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "media/container/exif_tags.h"
#include "media/container/walkers.h"

namespace bonafide::media {

namespace {
constexpr std::uint64_t kValueBytes = 8192;  // more of one tag is never shown
constexpr std::size_t kValueItems = 16;      // numbers of one list shown

// TIFF 6.0 section 2, "types": bytes of each; 13 is IFD.
constexpr std::array<std::uint64_t, 14> kTypeBytes = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};

struct Entry {
  std::uint16_t tag = 0, type = 0;
  std::uint64_t count = 0;
  Region value;  // in the file
};

class TiffWalk {
 public:
  TiffWalk(Walk& walk, Region region, TiffRole role) : walk_(walk), region_(region), role_(role) {}
  Result<void> run(int depth);

 private:
  struct Directory {  // what the tags of one IFD said that matters beyond words
    std::uint32_t width = 0, height = 0, subfile = 0, compression = 0;
    std::uint32_t thumbnail_offset = 0, thumbnail_size = 0;
    std::vector<std::uint32_t> sub_ifds;
    std::uint32_t exif = 0, gps = 0, interop = 0;
  };

  Result<std::uint32_t> ifd(std::uint32_t at, IfdKind kind, std::string_view name, int depth, bool tell);
  Result<void> entry(const Entry& e, IfdKind kind, int depth, bool tell, Directory& into);
  Result<void> block(const Entry& e, int depth);
  Result<void> child(std::uint32_t at, IfdKind kind, std::string_view name, int depth, bool tell_it);
  Result<void> children(const Directory& d, int depth, bool tell);
  void settle(const Directory& d, bool first);
  void tell(const Entry& e, IfdKind kind, ByteView bytes);
  std::string words(const Entry& e, const Tag* tag, ByteView bytes) const;
  std::uint64_t integer(const Entry& e, ByteView bytes, std::size_t index) const;
  double number(const Entry& e, ByteView bytes, std::size_t index) const;
  std::string one(const Entry& e, ByteView bytes, std::size_t index) const;

  Walk& walk_;
  Region region_;
  TiffRole role_;
  bool big_ = false;
  std::set<std::uint32_t> seen_;
  int pages_ = 0;
  std::uint64_t best_area_ = 0;
};

std::string_view group_of(IfdKind kind) { return kind == IfdKind::gps ? "GPS" : "EXIF"; }

Result<void> TiffWalk::run(int depth) {
  const Bytes head = TRY(walk_.read(region_.offset, 8));
  if (!starts_with(head, "II") && !starts_with(head, "MM"))
    return make_error(Code::corrupt, "no byte order mark", region_.offset);
  big_ = head[0] == 'M';
  const auto version = load(head, 2, 2, big_);
  if (version == 43) return make_error(Code::corrupt, "BigTIFF is not read", region_.offset);
  walk_.fact(role_ == TiffRole::picture ? "TIFF" : "EXIF", "ByteOrder",
             big_ ? "big-endian (MM)" : "little-endian (II)");
  auto next = static_cast<std::uint32_t>(load(head, 4, 4, big_));
  for (int index = 0; next != 0; ++index) {
    const std::string name =
        role_ == TiffRole::picture && index > 0 ? fmt::format("page {}", index + 1) : fmt::format("IFD{}", index);
    next = TRY(ifd(next, IfdKind::main, name, depth, index == 0));
  }
  if (role_ == TiffRole::picture) walk_.fact("TIFF", "Pages", fmt::format("{}", pages_));
  return {};
}

// Answers the offset of the next IFD in the chain, 0 at its end.
Result<std::uint32_t> TiffWalk::ifd(std::uint32_t at, IfdKind kind, std::string_view name, int depth, bool tell) {
  const std::uint64_t place = region_.offset + at;
  if (!seen_.insert(at).second) {
    walk_.damage(fmt::format("{}: the directory at byte {} is listed twice", name, place));
    return std::uint32_t{0};
  }
  if (at < 8 || std::uint64_t{at} + 2 > region_.size)
    return make_error(Code::corrupt, fmt::format("{} lies outside its block", name), place);
  const std::uint64_t count = load(TRY(walk_.read(place, 2)), 0, 2, big_);
  TRY(walk_.node(name, place, std::min(2 + count * 12 + 4, region_.size - at), depth, fmt::format("{} tags", count)));
  if (at + 2 + count * 12 > region_.size)
    return make_error(Code::corrupt, fmt::format("{} promises {} tags, more than there is room for", name, count),
                      place);
  const Bytes table = TRY(walk_.read(place + 2, count * 12));
  Directory found;
  for (std::size_t i = 0; i < count; ++i) {
    TRY(walk_.count(place));
    Entry e{static_cast<std::uint16_t>(load(table, i * 12, 2, big_)),
            static_cast<std::uint16_t>(load(table, i * 12 + 2, 2, big_)),
            load(table, i * 12 + 4, 4, big_),
            {}};
    if (e.type == 0 || e.type >= kTypeBytes.size() || e.count == 0) continue;
    const std::uint64_t bytes = e.count * kTypeBytes[e.type];
    const std::uint64_t offset = bytes <= 4 ? at + 2 + i * 12 + 8 : load(table, i * 12 + 8, 4, big_);
    e.value = {region_.offset + offset, bytes};
    if (offset > region_.size || bytes > region_.size - offset) {
      walk_.damage(fmt::format("{}: the value of {} lies outside its block", name, tag_name(kind, e.tag)));
      continue;
    }
    TRY(walk_.tolerate(name, entry(e, kind, depth, tell, found)));
  }
  if (kind == IfdKind::main) settle(found, tell);
  TRY(children(found, depth, tell));
  if (kind != IfdKind::main || at + 2 + count * 12 + 4 > region_.size) return std::uint32_t{0};
  return static_cast<std::uint32_t>(load(TRY(walk_.read(place + 2 + count * 12, 4)), 0, 4, big_));
}

Result<void> TiffWalk::entry(const Entry& e, IfdKind kind, int depth, bool tell_it, Directory& into) {
  const Bytes bytes = TRY(walk_.read(e.value.offset, std::min(e.value.size, kValueBytes)));
  const auto value = static_cast<std::uint32_t>(integer(e, bytes, 0));
  if (kind == IfdKind::main) {
    switch (e.tag) {
      case 0x00FE: into.subfile = value; break;
      case 0x0100: into.width = value; break;
      case 0x0101: into.height = value; break;
      case 0x0103: into.compression = value; break;
      case 0x0112:
        if (tell_it && value >= 1 && value <= 8) walk_.media().orientation = static_cast<int>(value);
        break;
      case 0x014A:
        for (std::size_t i = 0; i < std::min<std::uint64_t>(e.count, 64); ++i)
          into.sub_ifds.push_back(static_cast<std::uint32_t>(integer(e, bytes, i)));
        break;
      case 0x0201: into.thumbnail_offset = value; break;
      case 0x0202: into.thumbnail_size = value; break;
      case 0x8769: into.exif = value; break;
      case 0x8825: into.gps = value; break;
      default: break;
    }
    if (tell_it) TRY(block(e, depth + 1));
  }
  if (kind == IfdKind::exif && e.tag == 0xA005) into.interop = value;
  if (kind == IfdKind::exif && e.tag == 0x927C) {
    TRY(walk_.node("MakerNote", e.value.offset, e.value.size, depth + 1, trimmed(until_nul(part(bytes, 0, 12)))));
    walk_.fact("EXIF", "MakerNote", fmt::format("{} bytes", e.value.size));
  }
  if (tell_it) tell(e, kind, bytes);
  return {};
}

// Tags whose value is a format of its own.
Result<void> TiffWalk::block(const Entry& e, int depth) {
  if (e.value.size <= 4) return {};
  switch (e.tag) {
    case 0x02BC: {
      TRY(walk_.node("XMP", e.value.offset, e.value.size, depth));
      const Bytes packet = TRY(walk_.read(e.value));
      walk_xmp(walk_, as_text(packet));
      return {};
    }
    case 0x83BB: {
      TRY(walk_.node("IPTC", e.value.offset, e.value.size, depth));
      const Bytes records = TRY(walk_.read(e.value));
      walk_iptc(walk_, records);
      return {};
    }
    case 0x8649:
      TRY(walk_.node("Photoshop", e.value.offset, e.value.size, depth));
      return walk_photoshop(walk_, e.value, depth + 1);
    case 0x8773: {
      TRY(walk_.node("ICC", e.value.offset, e.value.size, depth));
      const Bytes profile = TRY(walk_.read(e.value));
      walk_icc(walk_, profile);
      return {};
    }
    default: return {};
  }
}

Result<void> TiffWalk::child(std::uint32_t at, IfdKind kind, std::string_view name, int depth, bool tell_it) {
  if (at == 0) return {};
  auto next = ifd(at, kind, name, depth, tell_it);
  return next ? Result<void>{} : walk_.tolerate(name, std::move(next.error()));
}

Result<void> TiffWalk::children(const Directory& d, int depth, bool tell_it) {
  TRY(child(d.exif, IfdKind::exif, "Exif", depth + 1, tell_it));
  TRY(child(d.gps, IfdKind::gps, "GPS", depth + 1, tell_it));
  TRY(child(d.interop, IfdKind::interop, "Interop", depth + 1, tell_it));
  for (const std::uint32_t sub : d.sub_ifds) TRY(child(sub, IfdKind::main, "SubIFD", depth + 1, false));
  return {};
}

// What an IFD means for the whole: the picture's size, pages, the thumbnail.
void TiffWalk::settle(const Directory& d, bool first) {
  Media& media = walk_.media();
  if (role_ == TiffRole::picture && d.width != 0 && d.height != 0) {
    if ((d.subfile & 1U) == 0) ++pages_;
    // The first page is the picture; in a DNG that is a reduced one, and the full one hangs below it.
    const std::uint64_t area = std::uint64_t{d.width} * d.height;
    if (media.width == 0 || (d.subfile == 0 && best_area_ == 0)) {
      media.width = picture_size(d.width);
      media.height = picture_size(d.height);
      if (d.subfile == 0) best_area_ = area;
    }
  }
  const bool jpeg = role_ == TiffRole::exif ? !first : (d.subfile & 1U) != 0;
  if (!jpeg || d.thumbnail_size < 4 || media.thumbnail) return;
  const std::uint64_t end = std::uint64_t{d.thumbnail_offset} + d.thumbnail_size;
  if (end > region_.size) {
    walk_.damage("the thumbnail lies outside its block");
    return;
  }
  const std::uint64_t place = region_.offset + d.thumbnail_offset;
  auto head = walk_.read(place, 2);
  if (!head || be16(*head, 0) != 0xFFD8) return;
  media.thumbnail = Thumbnail{place, d.thumbnail_size};
  walk_.note(fmt::format("thumbnail of {} bytes at {}", d.thumbnail_size, place));
}

std::uint64_t TiffWalk::integer(const Entry& e, ByteView bytes, std::size_t index) const {
  const std::size_t width = kTypeBytes[e.type];
  switch (e.type) {
    case 1:
    case 3:
    case 4:
    case 7:
    case 13: return load(bytes, index * width, width, big_);
    case 6: return static_cast<std::uint64_t>(static_cast<std::int8_t>(load(bytes, index, 1, big_)));
    case 8: return static_cast<std::uint64_t>(static_cast<std::int16_t>(load(bytes, index * 2, 2, big_)));
    case 9: return static_cast<std::uint64_t>(static_cast<std::int32_t>(load(bytes, index * 4, 4, big_)));
    default: return 0;
  }
}

// NaN when the file divides by zero.
double TiffWalk::number(const Entry& e, ByteView bytes, std::size_t index) const {
  if (e.type != 5 && e.type != 10) return static_cast<double>(static_cast<std::int64_t>(integer(e, bytes, index)));
  const auto top = static_cast<std::uint32_t>(load(bytes, index * 8, 4, big_));
  const auto bottom = static_cast<std::uint32_t>(load(bytes, index * 8 + 4, 4, big_));
  if (bottom == 0) return std::nan("");
  if (e.type == 10)
    return static_cast<double>(static_cast<std::int32_t>(top)) / static_cast<double>(static_cast<std::int32_t>(bottom));
  return static_cast<double>(top) / static_cast<double>(bottom);
}

std::string TiffWalk::one(const Entry& e, ByteView bytes, std::size_t index) const {
  if (e.type == 5 || e.type == 10) {
    const double value = number(e, bytes, index);
    return std::isnan(value) ? "undefined" : fmt::format("{:.6g}", value);
  }
  if (e.type == 11 || e.type == 12) return "a real number";
  return fmt::format("{}", static_cast<std::int64_t>(integer(e, bytes, index)));
}

std::string TiffWalk::words(const Entry& e, const Tag* tag, ByteView bytes) const {
  const TagForm form = tag != nullptr ? tag->form : TagForm::plain;
  switch (form) {
    case TagForm::words: {
      const auto value = static_cast<std::uint32_t>(integer(e, bytes, 0));
      const std::string_view word = tag_word(e.tag, value);
      return word.empty() ? fmt::format("{}", value) : fmt::format("{} ({})", value, word);
    }
    case TagForm::exposure: {
      const double value = number(e, bytes, 0);
      if (!(value > 0)) return {};
      return value < 0.3 ? fmt::format("1/{:.0f} s", 1 / value) : fmt::format("{:.3g} s", value);
    }
    case TagForm::aperture: return fmt::format("f/{:.3g}", number(e, bytes, 0));
    case TagForm::length: return fmt::format("{:.4g} mm", number(e, bytes, 0));
    case TagForm::degrees:
      return fmt::format("{:.0f}° {:.0f}' {:.2f}\"", number(e, bytes, 0), number(e, bytes, 1), number(e, bytes, 2));
    case TagForm::clock:
      return fmt::format("{:02.0f}:{:02.0f}:{:02.0f}", number(e, bytes, 0), number(e, bytes, 1), number(e, bytes, 2));
    case TagForm::comment:
      if (starts_with(bytes, "UNICODE")) return utf16_to_utf8(part(bytes, 8), big_);
      if (starts_with(bytes, "JIS")) return "Japanese text";
      return std::string(until_nul(part(bytes, 8)));
    case TagForm::utf16: return utf16_to_utf8(bytes, false);
    case TagForm::version: return std::string(until_nul(part(bytes, 0, 4)));
    case TagForm::hidden: return {};
    case TagForm::plain: break;
  }
  if (e.type == 2) return std::string(until_nul(bytes));
  if (e.type == 7) {
    const std::string text = trimmed(until_nul(bytes));
    const bool printable =
        !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= 32 && c < 127; });
    return printable ? text : fmt::format("{} bytes", e.value.size);
  }
  std::string list;
  const std::size_t shown = static_cast<std::size_t>(std::min<std::uint64_t>(e.count, kValueItems));
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) list += ' ';
    list += one(e, bytes, i);
  }
  if (e.count > shown) list += " …";
  return list;
}

void TiffWalk::tell(const Entry& e, IfdKind kind, ByteView bytes) {
  walk_.fact(group_of(kind), tag_name(kind, e.tag), words(e, find_tag(kind, e.tag), bytes));
}
}  // namespace

Result<void> walk_tiff(Walk& walk, Region region, int depth, TiffRole role) {
  if (region.offset > walk.size() || region.size > walk.size() - region.offset)
    return make_error(Code::corrupt, "the block runs past the end of the file", region.offset);
  return TiffWalk(walk, region, role).run(depth);
}

Result<void> walk_tiff_file(Walk& walk) { return walk_tiff(walk, walk.whole(), 0, TiffRole::picture); }

}  // namespace bonafide::media
