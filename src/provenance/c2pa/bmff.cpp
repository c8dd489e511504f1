#include "provenance/c2pa/bmff.h"

#include "provenance/c2pa/walkers.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::uint8_t kUuid[16] = {0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C,
                                    0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81};

Result<std::vector<BmffBox>> boxes_in(Window& window, Range inside, int& nodes, const Context& context) {
  std::vector<BmffBox> boxes;
  for (std::uint64_t offset = inside.start; offset + 8 <= inside.end();) {
    TRY(count_node(context, nodes, offset));
    BmffBox box;
    std::uint64_t size = TRY(window.u32be(offset));
    box.type = TRY(window.u32be(offset + 4));
    box.header = 8;
    if (size == 1) {
      size = TRY(window.u64be(offset + 8));
      box.header = 16;
    } else if (size == 0) {
      size = inside.end() - offset;
    }
    if (size < box.header || size > inside.end() - offset) {
      return make_error(Code::corrupt, "a box runs past what holds it", offset);
    }
    if (box.type == fourcc("uuid") && size >= box.header + 16) {
      const ByteView id = TRY(window.at(offset + box.header, 16));
      box.c2pa = std::equal(id.begin(), id.end(), kUuid);
      box.header += 16;
    }
    box.range = {offset, size};
    boxes.push_back(box);
    offset += size;
  }
  return boxes;
}

/// Where a box's children begin: FullBoxes and tables have fields before them (ISO 14496-12, QuickTime's plain meta).
Result<std::uint64_t> children_at(Window& window, const BmffBox& box) {
  const std::uint64_t body = box.range.start + box.header;
  if (box.type == fourcc("stsd") || box.type == fourcc("dref")) return body + 8;
  if (box.type == fourcc("meta") && box.range.end() - body >= 12) {
    return TRY(window.u32be(body + 4)) == fourcc("hdlr") ? body : body + 4;
  }
  return body;
}

}  // namespace

Result<C2paBox> c2pa_box(const media::ByteSource& source, const BmffBox& box) {
  constexpr std::uint64_t kHead = 64;  // version, flags, the longest purpose and the place fit easily
  const std::uint64_t body = box.range.start + box.header;
  const Bytes head = TRY(read_exactly(source, body, std::min(kHead, box.range.end() - body)));
  if (head.size() < 5) return make_error(Code::corrupt, "a C2PA box is cut short", body);
  const std::string_view rest = as_text(ByteView(head).subspan(4));
  const auto stop = rest.find('\0');
  if (stop == std::string_view::npos) return make_error(Code::corrupt, "a C2PA box without a purpose", body);
  const std::string_view purpose = rest.substr(0, stop);
  C2paBox found;
  if (purpose == "manifest") found.purpose = Purpose::manifest;
  if (purpose == "original") found.purpose = Purpose::original;
  if (purpose == "update") found.purpose = Purpose::update;
  if (purpose == "merkle") found.purpose = Purpose::merkle;
  found.payload.start = body + 4 + stop + 1;
  if (found.purpose == Purpose::manifest || found.purpose == Purpose::original) found.payload.start += 8;
  if (found.payload.start > box.range.end()) return make_error(Code::corrupt, "a C2PA box is cut short", body);
  found.payload.length = box.range.end() - found.payload.start;
  return found;
}

Result<std::vector<BmffBox>> bmff_roots(const media::ByteSource& source, const Context& context) {
  Window window(source);
  int nodes = 0;
  return boxes_in(window, {0, source.size()}, nodes, context);
}

Result<std::vector<BmffBox>> bmff_at(const media::ByteSource& source, const std::vector<BmffBox>& roots,
                                     std::string_view path, const Context& context) {
  Window window(source);
  int nodes = 0;
  std::vector<BmffBox> level = roots;
  for (bool first = true; !path.empty(); first = false) {
    if (path.front() != '/') return make_error(Code::unsupported, "an exclusion path that does not begin with /");
    const auto stop = path.find('/', 1);
    const std::string_view name = path.substr(1, stop == std::string_view::npos ? stop : stop - 1);
    path = stop == std::string_view::npos ? std::string_view() : path.substr(stop);
    if (name.size() != 4) return make_error(Code::unsupported, "an exclusion path of a form that is not known");
    if (!first) {
      std::vector<BmffBox> below;
      for (const BmffBox& box : level) {
        const std::uint64_t begin = TRY(children_at(window, box));
        if (begin >= box.range.end()) continue;
        auto inner = TRY(boxes_in(window, {begin, box.range.end() - begin}, nodes, context));
        below.insert(below.end(), inner.begin(), inner.end());
      }
      level = std::move(below);
    }
    std::uint32_t type = 0;
    for (const char c : name) type = type << 8 | static_cast<std::uint8_t>(c);
    std::erase_if(level, [&](const BmffBox& box) { return box.type != type; });
  }
  return level;
}

}  // namespace bonafide::provenance::c2pa
