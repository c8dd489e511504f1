#include "provenance/c2pa/jumbf.h"

#include <algorithm>

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::uint8_t kHasLabel = 0x02, kHasId = 0x04, kHasHash = 0x08, kHasPrivate = 0x10;
constexpr std::size_t kMostLabel = 4096;  // ours: labels hold a URN and a few words

struct Parser {
  const JumbfBounds& bounds;
  std::size_t boxes = 0;

  Result<JumbfBox> box(ByteView bytes, std::uint64_t base, int depth);
  Result<void> describe(JumbfBox& parent, const JumbfBox& description);
  Result<void> contents(JumbfBox& parent, int depth);
};

Result<JumbfBox> Parser::box(ByteView bytes, std::uint64_t base, int depth) {
  if (++boxes > bounds.boxes) return make_error(Code::limit, "too many boxes in the manifest store", base);
  if (depth > bounds.depth) return make_error(Code::limit, "boxes nested too deep in the manifest store", base);
  ByteReader reader(bytes, base);
  const std::uint64_t short_size = TRY(reader.u32be());
  JumbfBox box;
  box.type = TRY(reader.u32be());
  box.offset = base;
  std::uint64_t size = short_size;
  if (short_size == 1) size = TRY(reader.u64be());
  if (short_size == 0) size = bytes.size();  // to the end of what holds it
  if (size < reader.position() || size > bytes.size()) {
    return make_error(Code::corrupt, "a JUMBF box runs past what holds it", base);
  }
  box.whole = bytes.first(static_cast<std::size_t>(size));
  box.payload = box.whole.subspan(reader.position());
  if (box.super()) TRY(contents(box, depth));
  return box;
}

Result<void> Parser::describe(JumbfBox& parent, const JumbfBox& description) {
  ByteReader reader(description.payload, description.offset + (description.whole.size() - description.payload.size()));
  const ByteView uuid = TRY(reader.take(parent.uuid.size()));
  std::copy(uuid.begin(), uuid.end(), parent.uuid.begin());
  parent.toggles = TRY(reader.u8());
  if ((parent.toggles & kHasLabel) != 0) {
    const ByteView rest = description.payload.subspan(reader.position());
    const auto end = std::find(rest.begin(), rest.end(), std::uint8_t{0});
    if (end == rest.end()) return make_error(Code::corrupt, "a JUMBF label without an end", reader.offset());
    parent.label = as_text(rest.first(static_cast<std::size_t>(end - rest.begin())));
    if (parent.label.size() > kMostLabel) return make_error(Code::limit, "a JUMBF label too long", reader.offset());
    if (!is_utf8(parent.label)) return make_error(Code::corrupt, "a JUMBF label is not UTF-8", reader.offset());
    TRY(reader.skip(parent.label.size() + 1));
  }
  if ((parent.toggles & kHasId) != 0) TRY(reader.skip(4));
  if ((parent.toggles & kHasHash) != 0) TRY(reader.skip(32));
  if ((parent.toggles & kHasPrivate) != 0) {
    const JumbfBox secret = TRY(box(description.payload.subspan(reader.position()), reader.offset(), 0));
    if (secret.type == fourcc("c2sh")) parent.salt = secret.payload;
    parent.secret = secret.whole;
    TRY(reader.skip(secret.whole.size()));
  }
  if (!reader.at_end()) {
    return make_error(Code::corrupt, "bytes after the end of a JUMBF description", reader.offset());
  }
  return {};
}

Result<void> Parser::contents(JumbfBox& parent, int depth) {
  const std::uint64_t base = parent.offset + (parent.whole.size() - parent.payload.size());
  std::size_t position = 0;
  bool first = true;
  while (position < parent.payload.size()) {
    JumbfBox child = TRY(box(parent.payload.subspan(position), base + position, depth + 1));
    position += child.whole.size();
    if (first) {
      if (child.type != fourcc("jumd")) {
        return make_error(Code::corrupt, "a JUMBF superbox without a description", parent.offset);
      }
      TRY(describe(parent, child));
      first = false;
    } else {
      parent.children.push_back(std::move(child));
    }
  }
  if (first) return make_error(Code::corrupt, "an empty JUMBF superbox", parent.offset);
  return {};
}

}  // namespace

const JumbfBox* JumbfBox::content(std::uint32_t wanted) const {
  for (const JumbfBox& box : children)
    if (box.type == wanted) return &box;
  return nullptr;
}

const JumbfBox* JumbfBox::child(std::string_view wanted) const {
  const JumbfBox* found = nullptr;
  for (const JumbfBox& box : children) {
    if (!box.super() || box.label != wanted) continue;
    if (found != nullptr) return nullptr;
    found = &box;
  }
  return found;
}

Result<JumbfBox> parse_superbox(ByteView bytes, const JumbfBounds& bounds) {
  Parser parser{bounds};
  JumbfBox box = TRY(parser.box(bytes, 0, 0));
  if (!box.super()) return make_error(Code::corrupt, "does not begin with a JUMBF superbox", 0);
  return box;
}

Uuid c2pa_uuid(const char (&code)[5]) {
  Uuid uuid{0, 0, 0, 0, 0x00, 0x11, 0x00, 0x10, 0x80, 0x00, 0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71};
  for (std::size_t i = 0; i < 4; ++i) uuid[i] = static_cast<std::uint8_t>(code[i]);
  return uuid;
}

}  // namespace bonafide::provenance::c2pa
