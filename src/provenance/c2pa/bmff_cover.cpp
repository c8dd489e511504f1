#include "provenance/c2pa/bmff_cover.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "provenance/c2pa/binding_forms.h"
#include "provenance/c2pa/bmff_offsets.h"
#include "provenance/c2pa/bmff_tree.h"
#include "provenance/c2pa/cbor_map.h"

namespace bonafide::provenance::c2pa {

namespace {

std::string path_of(const cbor::Value& entry) {
  const cbor::Value* const path = present(entry, "xpath");
  return path != nullptr && path->text() ? std::string(*path->text()) : std::string();
}

/// Only C2PA's own uuid boxes are meant (§A.5.5).
bool names_c2pa(const cbor::Value& entry) {
  const cbor::Value* const data = present(entry, "data");
  if (data == nullptr) return false;
  return std::ranges::any_of(data->children, [](const cbor::Value& item) {
    const cbor::Value* const value = present(item, "value");
    return size_of(item, "offset") == 8 && value != nullptr && value->bytes() &&
           std::ranges::equal(value->content, kC2paUuid);
  });
}

}  // namespace

Bytes own_exclusions(bool trees) {
  const Bytes id = CborMap().integer("offset", 8).bytes("value", kC2paUuid).take();
  std::vector<Bytes> entries{CborMap().text("xpath", "/uuid").raw("data", cbor_array({id})).take(),
                             CborMap().text("xpath", "/mfra").take()};
  if (trees) {
    const Bytes rest = CborMap().integer("offset", static_cast<std::int64_t>(kLeavesBegin)).integer("length", 0).take();
    entries.push_back(CborMap().text("xpath", "/mdat").raw("subset", cbor_array({rest})).take());
  }
  return cbor_array(entries);
}

std::vector<Range> own_holes(const std::vector<BmffBox>& roots, bool trees) {
  std::vector<Range> holes;
  for (const BmffBox& box : roots) {
    if (box.c2pa || box.type == fourcc("mfra")) holes.push_back(box.range);
    if (trees && box.type == fourcc("mdat") && box.range.length > kLeavesBegin) {
      holes.push_back({box.range.start + kLeavesBegin, box.range.length - kLeavesBegin});
    }
  }
  return joined(std::move(holes));
}

Result<BmffCover> BmffCover::of(const media::ByteSource& source, const cbor::Value* exclusions,
                                const Context& context) {
  BmffCover cover(source);
  cover.roots_ = TRY(bmff_roots(source, context));
  if (exclusions == nullptr || !exclusions->is(cbor::Type::array)) {
    cover.malformed_ = "the list of excluded boxes is missing";
    return cover;
  }
  for (const cbor::Value& entry : exclusions->children) {
    if (TRY(cover.exclude(entry, context))) continue;
    cover.malformed_ = "an excluded box is described in a form that is not known";
    return cover;
  }
  std::vector<Range> ranges;
  for (const Hole& hole : cover.holes_) ranges.push_back(hole.range);
  cover.joined_ = joined(std::move(ranges));
  return cover;
}

Result<bool> BmffCover::chosen(const cbor::Value& entry, const BmffBox& box) const {
  if (const auto length = size_of(entry, "length"); length && *length != box.range.length) return false;
  Window window(*source_);
  const std::uint64_t full = box.range.start + box.header;  // where version and flags stand
  if (const auto version = size_of(entry, "version")) {
    if (full + 4 > box.range.end() || TRY(window.u8(full)) != *version) return false;
  }
  if (const cbor::Value* const flags = present(entry, "flags"); flags != nullptr && flags->bytes()) {
    if (flags->content.size() != 3 || full + 4 > box.range.end()) return false;
    const cbor::Value* const mode = present(entry, "exact");
    const bool exact = mode == nullptr || mode->truth().value_or(true);
    const Bytes have = TRY(read_exactly(*source_, full + 1, 3));
    for (std::size_t i = 0; i < 3; ++i) {
      const std::uint8_t want = flags->content[i];
      if (exact ? have[i] != want : (have[i] & want) != want) return false;
    }
  }
  if (const cbor::Value* const data = present(entry, "data"); data != nullptr) {
    for (const cbor::Value& item : data->children) {
      const auto offset = size_of(item, "offset");
      const cbor::Value* const value = present(item, "value");
      if (!offset || value == nullptr || !value->bytes()) return false;
      const std::uint64_t length = value->content.size();
      if (*offset > box.range.length || length > box.range.length - *offset) return false;
      const Bytes have = TRY(read_exactly(*source_, box.range.start + *offset, length));
      if (!std::ranges::equal(have, value->content)) return false;
    }
  }
  return true;
}

/// False when the entry is malformed.
Result<bool> BmffCover::exclude(const cbor::Value& entry, const Context& context) {
  const std::string path = path_of(entry);
  auto boxes = bmff_at(*source_, roots_, path, context);
  if (path.empty() || (!boxes && boxes.error().code == Code::unsupported)) return false;
  if (!boxes) return boxes.error();
  const cbor::Value* const subset = present(entry, "subset");
  for (const BmffBox& box : *boxes) {
    if (!TRY(chosen(entry, box))) continue;
    if (subset == nullptr) holes_.push_back({box.range, path});
    if (subset == nullptr) continue;
    for (const cbor::Value& item : subset->children) {
      const auto offset = size_of(item, "offset"), length = size_of(item, "length");
      if (!offset || !length) return false;
      if (*offset >= box.range.length) continue;
      const std::uint64_t room = box.range.length - *offset;
      holes_.push_back({{box.range.start + *offset, *length == 0 ? room : std::min(*length, room)}, path});
    }
  }
  const bool usual = (path == "/uuid" && names_c2pa(entry)) || path == "/ftyp" || path == "/mfra" ||
                     (path == "/mdat" && subset != nullptr);
  more_ = more_ || !usual;
  return true;
}

bool BmffCover::inner() const {
  return std::ranges::any_of(holes_, [](const Hole& hole) { return hole.path.find('/', 1) != std::string::npos; });
}

Result<Bytes> hash_boxes(const media::ByteSource& source, const std::vector<BmffBox>& roots, Range part,
                         const std::vector<Range>& holes, crypto::HashAlgorithm algorithm, const Context& context,
                         HashTrace& trace, bool placed) {
  crypto::Hasher hasher(algorithm);
  for (const BmffBox& box : roots) {
    if (box.range.start < part.start || box.range.start >= part.end()) continue;
    const auto parts = without(box.range, holes);
    if (placed && !parts.empty()) {
      std::array<std::uint8_t, 8> place{};
      for (std::size_t i = 0; i < 8; ++i) place[i] = static_cast<std::uint8_t>(box.range.start >> (56 - 8 * i));
      hasher.update(place);
      if (trace.on) trace.add({HashStep::Kind::literal, "the place of the box", {}, to_hex(place), {}, {}});
    }
    std::string name;
    if (trace.on) {
      for (int shift = 24; shift >= 0; shift -= 8) name.push_back(static_cast<char>(box.type >> shift));
      name = clean_utf8("/" + name);
      std::vector<Range> kept = parts;
      for (const Range& hole : without(box.range, kept)) {
        trace.add({HashStep::Kind::excluded, name, hole, {}, {}, {}});
      }
    }
    for (const Range& piece : parts) {
      TRY(feed(hasher, source, piece, context));
      if (trace.on) trace.add({HashStep::Kind::range, name, piece, {}, to_hex(hasher.so_far()), {}});
    }
  }
  return hasher.finish();
}

Result<BmffCover::Offsets> BmffCover::offsets(const Context& context) const {
  std::vector<Range> open;
  for (const Hole& hole : holes_) {
    if (hole.path != "/mdat") open.push_back(hole.range);  // what a tree covers, or fails for leaving it open
  }
  open = joined(std::move(open));
  Offsets found;
  constexpr auto kFound = Code::not_found;  // ends the walk
  const auto visitor = [&](const OffsetField& field) -> Result<void> {
    using Kind = OffsetField::Kind;
    if (field.kind == Kind::base || field.empty) return {};
    const auto next = std::ranges::upper_bound(open, field.target, {}, &Range::start);
    // Behind an index stands a box, be it one that is left out; inside one stands what nobody has hashed.
    const bool box = field.kind == Kind::index || field.kind == Kind::random;
    bool out = next != open.begin() && field.target < std::prev(next)->end() &&
               !(box && field.target == std::prev(next)->start);
    if (!box && next != open.end()) out = out || field.length > next->start - field.target;
    if (!out) return {};
    if (field.foreign) {  // it may mean another file
      found.unseen = true;
      return {};
    }
    found.wrong = fmt::format("the media at byte {} lies where no hash covers it", field.target);
    return make_error(kFound, "");
  };
  auto seen = visit_offsets(*source_, roots_, true, visitor, context);
  if (seen || seen.error().code == kFound) return found;
  if (seen.error().code != Code::corrupt && seen.error().code != Code::unsupported) return seen.error();
  found.unseen = true;
  return found;
}

}  // namespace bonafide::provenance::c2pa
