// Manifest stores in RIFF, ISO base media, ID3 and SVG (C2PA 2.5 §A.4 to §A.7).
#include "provenance/c2pa/bmff.h"
#include "provenance/c2pa/id3.h"
#include "provenance/c2pa/walkers.h"

namespace bonafide::provenance::c2pa {

namespace {

/// Past a text and its end: one zero byte, or two at an even place for UTF-16 (ID3 encodings 1 and 2).
std::size_t after_text(ByteView bytes, std::size_t at, bool wide) {
  const std::size_t step = wide ? 2 : 1;
  for (; at + step <= bytes.size(); at += step) {
    if (bytes[at] == 0 && (!wide || bytes[at + 1] == 0)) return at + step;
  }
  return bytes.size();
}

/// A GEOB frame's object when it is a manifest store: encoding, MIME type, file name, description, object.
Result<void> geob(const media::ByteSource& source, const Context& context, Range frame, bool plain, Located& located) {
  const Bytes head = TRY(read_exactly(source, frame.start, std::min<std::uint64_t>(frame.length, 4096)));
  if (head.empty()) return {};
  const bool wide = head[0] == 1 || head[0] == 2;
  const std::size_t mime_end = after_text(head, 1, false);
  const std::string_view mime = as_text(ByteView(head).subspan(1, mime_end - 1));
  if (!mime.starts_with("application/c2pa") && !mime.starts_with("application/x-c2pa-manifest-store")) return {};
  if (!plain) {
    located.problem = "the ID3 frame of the manifest store is packed, which C2PA does not allow";
    return {};
  }
  const std::size_t object = after_text(head, after_text(head, mime_end, wide), wide);
  const Range range{frame.start + object, frame.length - object};
  return take_store(source, context, range, range, located);
}

}  // namespace

Result<void> locate_riff(const media::ByteSource& source, const Context& context, Located& located) {
  Window window(source);
  ByteReader header(TRY(window.at(0, 12)));
  TRY(header.skip(4));
  const std::uint64_t end = std::min<std::uint64_t>(8ULL + TRY(header.u32le()), source.size());
  int nodes = 0;
  for (std::uint64_t offset = 12; offset + 8 <= end;) {
    TRY(count_node(context, nodes, offset));
    const std::uint32_t type = TRY(window.u32be(offset));
    const std::uint64_t length = TRY(window.u32(offset + 4, false));
    const Range chunk{offset, std::min(8 + length + (length & 1), source.size() - offset)};
    if (type == fourcc("C2PA")) {
      TRY(take_store(source, context, {offset + 8, length}, chunk, located));
      located.optional_framing.push_back({4, 4});
      located.loose_tail = chunk.length == 8 + length + 1 ? 1 : 0;
    }
    offset = chunk.end();
  }
  return {};
}

Result<void> locate_bmff(const media::ByteSource& source, const Context& context, Located& located) {
  for (const BmffBox& box : TRY(bmff_roots(source, context))) {
    if (!box.c2pa) continue;
    const C2paBox found = TRY(c2pa_box(source, box));
    const Range range = found.payload;
    if (found.purpose == Purpose::merkle || found.purpose == Purpose::other) continue;
    if (found.purpose == Purpose::update && located.stores.size() == 1) {
      if (range.length > context.limits.metadata_bytes) {
        return make_error(Code::limit, "the manifest store is larger than the limit", range.start);
      }
      located.stores.push_back(TRY(read_exactly(source, range.start, range.length)));
      located.framing.push_back(box.range);
      located.layout.push_back({0, range, 1});
      continue;
    }
    TRY(take_store(source, context, range, box.range, located));
  }
  return {};
}

Result<void> locate_id3(const media::ByteSource& source, const Context& context, Located& located) {
  const auto header = TRY(id3_header(source));
  if (!header || header->version < 3 || header->version > 4) return {};  // sound without a tag; 2.2 has no GEOB
  Window window(source);
  const bool version4 = header->version == 4;
  const std::uint64_t end = std::min(header->end, source.size());
  std::uint64_t offset = header->frames;
  int nodes = 0;
  while (offset + 10 <= end) {
    TRY(count_node(context, nodes, offset));
    const std::uint32_t type = TRY(window.u32be(offset));
    if (type == 0) break;  // padding
    const std::uint32_t size = TRY(window.u32be(offset + 4));
    const Range frame{offset + 10, version4 ? from_synchsafe(size) : size};
    if (frame.end() > end) return make_error(Code::corrupt, "an ID3 frame runs past its tag", offset);
    const bool plain = !header->unsynchronised && (TRY(window.u8(offset + 9))) == 0;
    if (type == fourcc("GEOB")) TRY(geob(source, context, frame, plain, located));
    offset = frame.end();
  }
  return {};
}

Result<void> locate_svg(const media::ByteSource& source, const Context& context, Located& located) {
  if (source.size() > context.limits.metadata_bytes) {
    return make_error(Code::limit, "the SVG is larger than the limit for text");
  }
  const Bytes bytes = TRY(read_exactly(source, 0, source.size()));
  const std::string_view text = as_text(bytes);
  constexpr std::string_view open = "<c2pa:manifest", close = "</c2pa:manifest>";
  int nodes = 0;
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at)) {
    TRY(count_node(context, nodes, at));
    const std::string_view rest = text.substr(at);
    std::size_t skip = 1;
    if (rest.starts_with("<!--"))
      skip = rest.find("-->", 4);
    else if (rest.starts_with("<![CDATA["))
      skip = rest.find("]]>");
    if (skip == std::string_view::npos) break;
    if (rest.starts_with(open)) {
      const std::size_t begin = text.find('>', at);
      const std::size_t end = text.find(close, at);
      if (end == std::string_view::npos || begin > end) {
        located.problem = "the manifest element has no end";
        return {};
      }
      auto store = from_base64(text.substr(begin + 1, end - begin - 1));
      if (located.found())
        located.problem = "the file holds more than one manifest store";
      else if (!store)
        located.problem = "the manifest element is not base64";
      else {
        located.stores.push_back(std::move(*store));
        located.framing.push_back({begin + 1, end - begin - 1});
      }
      skip = end - at + close.size();
    }
    at += skip;
  }
  return {};
}

}  // namespace bonafide::provenance::c2pa
