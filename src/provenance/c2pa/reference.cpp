#include "provenance/c2pa/reference.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>

#include "provenance/c2pa/bmff.h"
#include "provenance/c2pa/embedders.h"
#include "provenance/c2pa/walkers.h"

namespace bonafide::provenance::c2pa {

namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kProperty = "dcterms:provenance";
constexpr std::string_view kTerms = "http://purl.org/dc/terms/";
constexpr std::size_t kMostUrl = 4096;
constexpr std::uint64_t kMostPacket = std::uint64_t{1} << 20;
constexpr auto kJpegXmp = "http://ns.adobe.com/xap/1.0/\0"sv;
constexpr auto kPngXmp = "XML:com.adobe.xmp\0\0\0\0\0"sv;  // keyword, not compressed, no language, no translation
constexpr std::uint8_t kXmpUuid[16] = {0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8,
                                       0x9C, 0x71, 0x99, 0x94, 0x91, 0xE3, 0xAF, 0xAC};  // XMP part 3, 1.2.7

std::string escaped(std::string_view url) {
  std::string text;
  for (const char c : url) {
    if (c == '&')
      text += "&amp;";
    else if (c == '<')
      text += "&lt;";
    else if (c == '"')
      text += "&quot;";
    else if (c == '\'')
      text += "&apos;";
    else
      text += c;
  }
  return text;
}

/// Takes out what the packet says of the property now, be it an attribute or an element.
void forget_old(std::string& packet) {
  for (std::size_t at = 0; (at = packet.find(kProperty, at)) != std::string::npos;) {
    const std::size_t behind = at + kProperty.size();
    if (at > 0 && packet[at - 1] == '<') {
      const std::string closing = fmt::format("</{}>", kProperty);
      const std::size_t end = packet.find(closing, behind);
      if (end == std::string::npos) return;
      packet.erase(at - 1, end + closing.size() - (at - 1));
      at -= 1;
      continue;
    }
    const std::size_t quote = packet.find_first_not_of(" \t\r\n=", behind);
    const bool attribute = quote != std::string::npos && (packet[quote] == '"' || packet[quote] == '\'');
    const std::size_t end = attribute ? packet.find(packet[quote], quote + 1) : std::string::npos;
    if (end == std::string::npos)
      at = behind;
    else
      packet.erase(at, end + 1 - at);
  }
}

/// What stands there now, and where the new packet goes.
struct Place {
  Range old;  ///< the segment, chunk or box; empty: inserted at its start
  std::string packet;
};

Result<std::string> text_at(const media::ByteSource& source, Range range) {
  if (range.length > kMostPacket) return make_error(Code::limit, "an XMP packet larger than the limit", range.start);
  const Bytes bytes = TRY(read_exactly(source, range.start, range.length));
  return std::string(as_text(bytes));
}

Result<Splice> refer_jpeg(const media::ByteSource& source, const std::string& url, const Context& context) {
  Window window(source);
  Place place{{2, 0}, ""};
  int nodes = 0;
  for (std::uint64_t at = 2;;) {
    TRY(count_node(context, nodes, at));
    const std::uint16_t marker = TRY(window.u16be(at));
    if (marker < 0xFFE0 || marker > 0xFFEF) break;  // behind the application segments
    const Range segment{at, 2 + std::uint64_t{TRY(window.u16be(at + 2))}};
    if (segment.length < 4) return make_error(Code::corrupt, "a segment shorter than its length field", at);
    const std::uint64_t body = segment.length - 4;
    const auto begins = [&](std::string_view text) -> Result<bool> {
      return body >= text.size() && as_text(TRY(window.at(at + 4, text.size()))) == text;
    };
    if (marker == 0xFFE2 && TRY(begins("MPF\0"sv))) {
      return make_error(Code::unsupported, "a JPEG of several pictures cannot take a reference yet", at);
    }
    if (marker == 0xFFE1 && TRY(begins(kJpegXmp))) {
      const Range text{at + 4 + kJpegXmp.size(), body - kJpegXmp.size()};
      place = {segment, TRY(text_at(source, text))};
      break;
    }
    if (marker == 0xFFE0 || marker == 0xFFE1) place.old.start = segment.end();
    at = segment.end();
  }
  const std::string packet = TRY(refer_to(place.packet, url));
  const std::size_t length = 2 + kJpegXmp.size() + packet.size();
  if (length > 0xFFFF) return make_error(Code::unsupported, "its XMP has no room for a reference", place.old.start);
  Bytes segment = number(0xFFE1, 2, true);
  append_number(segment, length, 2, true);
  append_text(segment, kJpegXmp);
  append_text(segment, packet);
  Splicer splicer(Container::jpeg);
  splicer.copy_until(0, place.old.start);
  splicer.literal(std::move(segment));
  splicer.copy_until(place.old.end(), source.size());
  return splicer.finish();
}

Result<Splice> refer_png(const media::ByteSource& source, const std::string& url, const Context& context) {
  Window window(source);
  Place place{{0, 0}, ""};
  int nodes = 0;
  for (std::uint64_t at = 8; place.packet.empty();) {
    TRY(count_node(context, nodes, at));
    const std::uint64_t length = TRY(window.u32be(at));
    const std::uint32_t type = TRY(window.u32be(at + 4));
    const Range chunk{at, length + 12};
    if (place.old.start == 0) place.old.start = chunk.end();  // behind the header
    if (type == fourcc("iTXt") && length >= kPngXmp.size()) {
      const bool plain = as_text(TRY(window.at(at + 8, kPngXmp.size()))) == kPngXmp;
      const std::string_view keyword = kPngXmp.substr(0, 18);
      if (!plain && as_text(TRY(window.at(at + 8, keyword.size()))) == keyword) {
        return make_error(Code::unsupported, "its XMP is compressed and cannot take a reference yet", at);
      }
      if (plain) place = {chunk, TRY(text_at(source, {at + 8 + kPngXmp.size(), length - kPngXmp.size()}))};
    }
    if (type == fourcc("IEND")) break;
    at = chunk.end();
  }
  const std::string packet = TRY(refer_to(place.packet, url));
  Bytes chunk = number(kPngXmp.size() + packet.size(), 4, true);
  append_text(chunk, "iTXt");
  append_text(chunk, kPngXmp);
  append_text(chunk, packet);
  append_number(chunk, ::crc32(0, chunk.data() + 4, static_cast<uInt>(chunk.size() - 4)), 4, true);
  Splicer splicer(Container::png);
  splicer.copy_until(0, place.old.start);
  splicer.literal(std::move(chunk));
  splicer.copy_until(place.old.end(), source.size());
  return splicer.finish();
}

/// The extended header that a WebP with metadata must have (its container specification, "Extended File Format"), made
/// from the size of the picture.
Result<Bytes> extended_header(const media::ByteSource& source) {
  Window window(source);
  const std::uint32_t type = TRY(window.u32be(12));
  std::uint64_t width = 0, height = 0, alpha = 0;
  if (type == fourcc("VP8 ")) {  // RFC 6386 9.1: three bytes of tag, three of start code
    width = TRY(window.u16(26, false)) & 0x3FFFU;
    height = TRY(window.u16(28, false)) & 0x3FFFU;
  } else if (type == fourcc("VP8L")) {
    const std::uint32_t bits = TRY(window.u32(21, false));
    width = (bits & 0x3FFF) + 1;
    height = (bits >> 14 & 0x3FFF) + 1;
    alpha = bits >> 28 & 1;
  }
  if (width == 0 || height == 0) return make_error(Code::unsupported, "a WebP of an unknown form", 12);
  Bytes chunk;
  append_text(chunk, "VP8X");
  append_number(chunk, 10, 4, false);
  append_number(chunk, alpha << 4 | 4, 4, false);
  append_number(chunk, width - 1, 3, false);
  append_number(chunk, height - 1, 3, false);
  return chunk;
}

Result<Splice> refer_webp(const media::ByteSource& source, const std::string& url, const Context& context) {
  Window window(source);
  const std::uint64_t end = 8 + std::uint64_t{TRY(window.u32(4, false))};
  if (TRY(window.u32be(8)) != fourcc("WEBP") || end > source.size()) {
    return make_error(Code::unsupported, "of RIFF files only WebP can take a reference");
  }
  const bool extended = TRY(window.u32be(12)) == fourcc("VP8X");
  Place place{{end, 0}, ""};
  int nodes = 0;
  for (std::uint64_t at = 12; at + 8 <= end;) {
    TRY(count_node(context, nodes, at));
    const std::uint64_t length = TRY(window.u32(at + 4, false));
    const Range chunk{at, 8 + length + (length & 1)};
    if (chunk.end() > end) return make_error(Code::corrupt, "a chunk runs past the RIFF chunk that holds it", at);
    const std::uint32_t type = TRY(window.u32be(at));
    if (type == fourcc("C2PA")) place.old.start = std::min(place.old.start, at);  // the store stays the last chunk
    if (type == fourcc("XMP ")) {
      place = {chunk, TRY(text_at(source, {at + 8, length}))};
      break;
    }
    at = chunk.end();
  }
  std::string packet = TRY(refer_to(place.packet, url));
  if (packet.size() % 2 != 0) packet += ' ';
  Bytes chunk;
  append_text(chunk, "XMP ");
  append_number(chunk, packet.size(), 4, false);
  append_text(chunk, packet);
  Bytes header;
  if (!extended) header = TRY(extended_header(source));
  Splicer splicer(Container::riff);
  const std::uint64_t size = end - 8 - place.old.length + chunk.size() + header.size();
  splicer.overwrite(4, number(size, 4, false));
  if (extended) splicer.overwrite(20, {static_cast<std::uint8_t>(TRY(window.u8(20)) | 4)});
  splicer.copy_until(0, 12);
  splicer.literal(std::move(header));
  splicer.copy_until(12, place.old.start);
  splicer.literal(std::move(chunk));
  splicer.copy_until(place.old.end(), source.size());
  return splicer.finish();
}

/// The box goes behind everything else but the index of fragments, whose place is known from the end of the file:
/// nothing that an offset points to moves. An earlier packet becomes free space.
Result<Splice> refer_bmff(const media::ByteSource& source, const std::string& url, const Context& context) {
  const std::vector<BmffBox> roots = TRY(bmff_roots(source, context));
  Window window(source);
  Splicer splicer(Container::bmff);
  std::string packet;
  std::uint64_t insert = source.size();
  for (const BmffBox& box : roots) {
    if (box.type == fourcc("mfra")) insert = box.range.start;
    if (box.range.end() == source.size() && TRY(window.u32be(box.range.start)) == 0) {
      return make_error(Code::unsupported, "its last box has no size of its own, so that no reference can follow",
                        box.range.start);
    }
    if (box.type != fourcc("uuid") || box.range.length < box.header) continue;
    const ByteView type = TRY(window.at(box.range.start + box.header - 16, 16));
    if (!std::ranges::equal(type, kXmpUuid)) continue;
    packet = TRY(text_at(source, {box.range.start + box.header, box.range.length - box.header}));
    splicer.overwrite(box.range.start + 4, Bytes{'f', 'r', 'e', 'e'});
  }
  packet = TRY(refer_to(packet, url));
  Bytes box = number(24 + packet.size(), 4, true);
  append_text(box, "uuid");
  box.insert(box.end(), std::begin(kXmpUuid), std::end(kXmpUuid));
  append_text(box, packet);
  splicer.copy_until(0, insert);
  splicer.literal(std::move(box));
  splicer.copy_until(insert, source.size());
  return splicer.finish();
}

}  // namespace

Result<std::string> refer_to(std::string packet, const std::string& url) {
  constexpr std::string_view kEnd = "</rdf:RDF>";
  const std::string said =
      fmt::format(R"(<rdf:Description rdf:about="" xmlns:dcterms="{}" {}="{}"/>)", kTerms, kProperty, escaped(url));
  if (packet.empty()) {
    return fmt::format(
        "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>"
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">"
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">{}{}</x:xmpmeta>"
        "<?xpacket end=\"w\"?>",
        said, kEnd);
  }
  forget_old(packet);
  const std::size_t end = packet.rfind(kEnd);
  if (end == std::string::npos) return make_error(Code::unsupported, "its XMP is not of a form that can be added to");
  packet.insert(end, said);
  return packet;
}

Result<Splice> plan_reference(const media::ByteSource& source, Container container, const std::string& url,
                              const Context& context) {
  const bool web = url.starts_with("https://") || url.starts_with("http://");
  const bool printable = std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7F'; });
  if (!web || !printable || url.size() > kMostUrl) {
    return make_error(Code::invalid_argument, "a reference to a credential is an http or https URL");
  }
  switch (container) {
    case Container::jpeg: return refer_jpeg(source, url, context);
    case Container::png: return refer_png(source, url, context);
    case Container::riff: return refer_webp(source, url, context);
    case Container::bmff: return refer_bmff(source, url, context);
    default: return make_error(Code::unsupported, "this kind of file cannot take a reference to a credential");
  }
}

}  // namespace bonafide::provenance::c2pa
