// Embedding into JPEG (C2PA 2.5 §A.3.1): APP11 segments as ISO 19566-5 annex D has them. Files of several pictures say
// where the others begin (CIPA DC-007, Multi-Picture Format), which moves with the store.
#include <algorithm>

#include "provenance/c2pa/embedders.h"
#include "provenance/c2pa/walkers.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::uint64_t kPart = 64'000;            // bytes of the store in one segment
constexpr std::uint64_t kFirst = 12, kLater = 20;  // before them: marker, length, CI, En, Z; later LBox and TBox again
constexpr std::uint8_t kApp0 = 0xE0, kApp1 = 0xE1, kApp2 = 0xE2, kApp11 = 0xEB;

std::uint64_t segments_for(std::uint64_t store) { return (store + kPart - 1) / kPart; }

std::uint64_t frame_length(std::uint64_t store) { return store + kFirst + (segments_for(store) - 1) * kLater; }

/// The store that a frame of exactly this length holds; nothing when no store makes such a frame.
std::optional<std::uint64_t> capacity(std::uint64_t length) {
  for (std::uint64_t count = length / (kPart + kLater) + 1; count > 0; --count) {
    const std::uint64_t overhead = kFirst + (count - 1) * kLater;
    if (length <= overhead) continue;
    if (frame_length(length - overhead) == length) return length - overhead;
  }
  return std::nullopt;
}

struct Number {
  std::uint64_t offset = 0;
  std::uint32_t value = 0;
};

// The entries of a Multi-Picture index.
struct MultiPicture {
  bool big_endian = false;
  std::uint64_t base = 0;            ///< places of pictures count from here
  Number first_size;                 ///< of the first picture, which holds the store
  std::vector<Number> other_places;  ///< of the others
};

struct Layout {
  std::uint64_t insert = 2;  ///< behind JFIF and Exif
  std::optional<MultiPicture> pictures;
};

/// The index in an APP2 segment whose content after "MPF\0" is `body`; nothing when it is not as the standard has it.
Result<std::optional<MultiPicture>> multi_picture(Window& window, Range body) {
  constexpr std::uint16_t kEntries = 0xB002;
  constexpr std::uint64_t kEntry = 16;
  if (body.length < 14) return std::optional<MultiPicture>();
  MultiPicture found;
  found.base = body.start;
  found.big_endian = TRY(window.u8(body.start)) == 'M';
  const std::uint64_t index = TRY(window.u32(body.start + 4, found.big_endian));
  if (index > body.length - 2) return std::optional<MultiPicture>();
  const std::uint16_t count = TRY(window.u16(body.start + index, found.big_endian));
  for (std::uint64_t tag = body.start + index + 2, i = 0; i < count && tag + 12 <= body.end(); ++i, tag += 12) {
    if (TRY(window.u16(tag, found.big_endian)) != kEntries) continue;
    const std::uint64_t length = TRY(window.u32(tag + 4, found.big_endian));
    const std::uint64_t place = TRY(window.u32(tag + 8, found.big_endian));
    if (place > body.length || length > body.length - place || length < kEntry) break;
    for (std::uint64_t entry = 0; entry + kEntry <= length; entry += kEntry) {
      const std::uint64_t field = body.start + place + entry + (entry == 0 ? 4 : 8);
      const Number number{field, TRY(window.u32(field, found.big_endian))};
      if (entry == 0)
        found.first_size = number;
      else if (number.value != 0)
        found.other_places.push_back(number);
    }
    return std::optional(found);
  }
  return std::optional<MultiPicture>();
}

Result<Layout> layout_of(const media::ByteSource& source, const Context& context) {
  Window window(source);
  Layout layout;
  bool leading = true;  // still among the segments that go first
  int nodes = 0;
  for (std::uint64_t offset = 2;;) {
    TRY(count_node(context, nodes, offset));
    if (TRY(window.u8(offset)) != 0xFF) return make_error(Code::corrupt, "a JPEG marker was expected", offset);
    const std::uint8_t marker = TRY(window.u8(offset + 1));
    if (marker == 0xFF) {
      ++offset;
      continue;
    }
    if (marker == 0xDA) return layout;
    if (marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD9)) {
      return make_error(Code::corrupt, "a JPEG marker that has no place before the picture", offset);
    }
    const std::uint64_t length = TRY(window.u16be(offset + 2));
    if (length < 2) return make_error(Code::corrupt, "a JPEG segment shorter than its own length field", offset);
    const Range body{offset + 4, length - 2};
    const std::string name(as_text(TRY(window.at(body.start, std::min<std::size_t>(6, length - 2)))));
    leading = leading && (marker == kApp0 || (marker == kApp1 && name == std::string_view("Exif\0\0", 6)));
    if (leading) layout.insert = body.end();
    if (marker == kApp2 && name.starts_with(std::string_view("MPF\0", 4))) {
      layout.pictures = TRY(multi_picture(window, {body.start + 4, body.length - 4}));
    }
    offset = body.end();
  }
}

/// The first picture grows by `grown` bytes at `at`: its size, and the places of the others where they count from
/// before the store.
void set_anew(Splicer& splicer, const MultiPicture& pictures, std::uint64_t at, std::int64_t grown) {
  const auto moved = [&](const Number& old) {
    const auto value = static_cast<std::uint64_t>(static_cast<std::int64_t>(old.value) + grown);
    splicer.overwrite(old.offset, number(value, 4, pictures.big_endian));
  };
  moved(pictures.first_size);
  if (pictures.base > at) return;
  for (const Number& place : pictures.other_places) {
    if (pictures.base + place.value > at) moved(place);
  }
}

}  // namespace

Result<Splice> plan_jpeg(const media::ByteSource& source, const EmbedRequest& request, const Context& context) {
  const Layout layout = TRY(layout_of(source, context));
  const Range old = old_frame(request, layout.insert);
  EmbedRequest asked = request;
  const bool counted_from_before = layout.pictures && layout.pictures->base < old.start;
  if (request.update && counted_from_before) {  // the index is signed, so the other pictures must stay
    const std::uint64_t room = capacity(old.length).value_or(0);
    if (*request.store_size > room) return no_room(*request.store_size, room);
    asked.store_size = room;
  }
  Splicer splicer(Container::jpeg);
  const std::uint64_t length = asked.store_size ? frame_length(*asked.store_size) : 0;
  if (layout.pictures && !request.update) {
    set_anew(splicer, *layout.pictures, old.start,
             static_cast<std::int64_t>(length) - static_cast<std::int64_t>(old.length));
  }
  splicer.replace(old, source.size(), asked.store_size, length);
  return splicer.finish();
}

Result<Bytes> frame_jpeg(const Splice& splice, ByteView store) {
  const Bytes whole = TRY(padded(store, splice.store_size));
  const ByteView header = ByteView(whole).first(8);
  Bytes framed;
  framed.reserve(static_cast<std::size_t>(splice.frame.length));
  for (std::size_t at = 0, part = 1; at < whole.size(); at += kPart, ++part) {
    const ByteView data = ByteView(whole).subspan(at, std::min<std::size_t>(kPart, whole.size() - at));
    framed.insert(framed.end(), {0xFF, kApp11});
    append_number(framed, data.size() + (part == 1 ? kFirst : kLater) - 2, 2, true);
    append_text(framed, "JP\x02\x11");
    append_number(framed, part, 4, true);
    if (part > 1) framed.insert(framed.end(), header.begin(), header.end());
    framed.insert(framed.end(), data.begin(), data.end());
  }
  return framed;
}

}  // namespace bonafide::provenance::c2pa
