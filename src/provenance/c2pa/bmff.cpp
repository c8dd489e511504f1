#include "provenance/c2pa/bmff.h"

#include <algorithm>
#include <charconv>

namespace bonafide::provenance::c2pa {

namespace {

Result<std::vector<BmffBox>> boxes_in(Window& window, Range inside, Range unread, int& nodes, const Context& context) {
  std::vector<BmffBox> boxes;
  for (std::uint64_t offset = inside.start; offset + 8 <= inside.end();) {
    TRY(count_node(context, nodes, offset));
    if (unread.length > 0 && offset == unread.start) {
      boxes.push_back({fourcc("uuid"), unread, 24, true});
      offset = unread.end();
      continue;
    }
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
      box.c2pa = std::ranges::equal(id, kC2paUuid);
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

/// One step of an exclusion path: "trak" or "trak[2]".
struct Step {
  std::uint32_t type = 0;
  std::uint64_t number = 0;  ///< from 1; 0: every one
};

Result<Step> step_of(std::string_view name) {
  Step step;
  if (name.size() > 4) {
    const std::string_view rest = name.substr(4);
    const char* const end = rest.data() + rest.size() - 1;
    const bool bracketed = rest.size() >= 3 && rest.front() == '[' && rest.back() == ']' && rest[1] != '0';
    const auto parsed = std::from_chars(rest.data() + 1, bracketed ? end : rest.data() + 1, step.number);
    if (!bracketed || parsed.ec != std::errc() || parsed.ptr != end) {
      return make_error(Code::unsupported, "an exclusion path of a form that is not known");
    }
  }
  if (name.size() < 4) return make_error(Code::unsupported, "an exclusion path of a form that is not known");
  for (const char c : name.substr(0, 4)) step.type = step.type << 8 | static_cast<std::uint8_t>(c);
  return step;
}

/// Of the boxes inside one box, those that a step names.
void choose(std::vector<BmffBox>& boxes, const Step& step) {
  std::uint64_t seen = 0;
  std::erase_if(
      boxes, [&](const BmffBox& box) { return box.type != step.type || (++seen != step.number && step.number != 0); });
}

}  // namespace

Result<C2paBox> c2pa_box(const media::ByteSource& source, const BmffBox& box) {
  constexpr std::uint64_t kHead = 64;  // version, flags, the longest purpose, the place and a box header fit easily
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
  found.purpose_at = body + 4;
  found.payload.start = found.purpose_at + stop + 1;
  bool placed = found.purpose == Purpose::manifest || found.purpose == Purpose::original;
  if (found.purpose == Purpose::update) {
    const std::string_view after = rest.substr(stop + 1);
    placed = after.size() >= 16 && after.substr(12, 4) == "jumb" &&
             after.starts_with(std::string_view("\0\0\0\0\0\0\0\0", 8));
  }
  if (placed) found.payload.start += 8;
  if (found.payload.start > box.range.end()) return make_error(Code::corrupt, "a C2PA box is cut short", body);
  found.payload.length = box.range.end() - found.payload.start;
  return found;
}

std::uint64_t c2pa_box_size(std::string_view purpose, std::uint64_t content) {
  return 4 + 4 + 16 + 4 + purpose.size() + 1 + (purpose == "merkle" ? 0 : 8) + content;
}

Bytes make_c2pa_box(std::string_view purpose, ByteView content, std::uint64_t place) {
  const std::uint64_t size = c2pa_box_size(purpose, content.size());
  Bytes box;
  box.reserve(static_cast<std::size_t>(size));
  for (const std::uint64_t value : {size, std::uint64_t{fourcc("uuid")}}) {
    for (int shift = 24; shift >= 0; shift -= 8) box.push_back(static_cast<std::uint8_t>(value >> shift));
  }
  box.insert(box.end(), std::begin(kC2paUuid), std::end(kC2paUuid));
  box.resize(box.size() + 4);  // version and flags
  box.insert(box.end(), purpose.begin(), purpose.end());
  box.push_back(0);
  for (int shift = 56; shift >= 0 && purpose != "merkle"; shift -= 8) {
    box.push_back(static_cast<std::uint8_t>(place >> shift));
  }
  box.insert(box.end(), content.begin(), content.end());
  return box;
}

Result<std::vector<BmffBox>> bmff_roots(const media::ByteSource& source, const Context& context, Range unread) {
  Window window(source);
  int nodes = 0;
  return boxes_in(window, {0, source.size()}, unread, nodes, context);
}

Result<std::vector<BmffBox>> bmff_children(Window& window, const BmffBox& box, int& nodes, const Context& context) {
  const std::uint64_t begin = TRY(children_at(window, box));
  if (begin >= box.range.end()) return std::vector<BmffBox>();
  return boxes_in(window, {begin, box.range.end() - begin}, {}, nodes, context);
}

Result<std::vector<BmffBox>> bmff_at(const media::ByteSource& source, const std::vector<BmffBox>& roots,
                                     std::string_view path, const Context& context) {
  Window window(source);
  int nodes = 0;
  std::vector<BmffBox> level = roots;
  for (bool first = true; !path.empty(); first = false) {
    if (path.front() != '/') return make_error(Code::unsupported, "an exclusion path that does not begin with /");
    const auto stop = path.find('/', 1);
    const Step step = TRY(step_of(path.substr(1, stop == std::string_view::npos ? stop : stop - 1)));
    path = stop == std::string_view::npos ? std::string_view() : path.substr(stop);
    if (first) {
      choose(level, step);
      continue;
    }
    std::vector<BmffBox> below;
    for (const BmffBox& box : level) {
      auto inner = TRY(bmff_children(window, box, nodes, context));
      choose(inner, step);
      below.insert(below.end(), inner.begin(), inner.end());
    }
    level = std::move(below);
  }
  return level;
}

}  // namespace bonafide::provenance::c2pa
