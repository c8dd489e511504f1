// Manifest stores in JPEG, PNG, GIF, TIFF and JPEG XL (C2PA 2.5 §A.3).
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "provenance/c2pa/walkers.h"

namespace bonafide::provenance::c2pa {

namespace {

// A JUMBF superbox cut over APP11 segments: CI "JP", En (2), Z (4, from 1), LBox, TBox, data (ISO 19566-5 annex D).
class SegmentedStore {
 public:
  SegmentedStore(const Context& context, Located& located) : context_(context), located_(located) {}

  Result<void> segment(Range range, ByteView body) {
    ByteReader reader(body, range.start + 4);
    if (body.size() < 16 || as_text(TRY(reader.take(2))) != "JP") return {};
    const std::uint16_t instance = TRY(reader.u16be());
    const std::uint32_t number = TRY(reader.u32be());
    const ByteView boxes = body.subspan(8);
    if (as_text(boxes.subspan(4, 4)) != "jumb") return {};
    if (open_ && instance == instance_) return more(range, boxes, number);
    if (is_padding(range, boxes, instance, number)) return more(range, boxes, number);
    if (!is_store(boxes)) return {};
    if (!bytes_.empty()) {
      located_.problem = "the file holds more than one manifest store";
      return {};
    }
    open_ = true;
    instance_ = instance;
    next_ = 2;
    if (number != 1) located_.problem = "the segments of the manifest store do not begin with number 1";
    total_ = TRY(ByteReader(boxes).u32be());
    bytes_.assign(boxes.begin(), boxes.end());
    framing_ = range;
    located_.layout.push_back({0, {range.start + 12, boxes.size()}, 0});
    return whole(range.start);
  }

  void finish() {
    if (bytes_.empty()) return;
    if (open_) located_.problem = "the manifest store is cut short";
    located_.stores.push_back(std::move(bytes_));
    located_.framing.push_back(framing_);
  }

 private:
  static bool is_store(ByteView boxes) {
    static const Uuid wanted = c2pa_uuid("c2pa");
    return boxes.size() >= 32 && as_text(boxes.subspan(12, 4)) == "jumd" &&
           std::equal(wanted.begin(), wanted.end(), boxes.begin() + 16);
  }

  /// Zeros behind the store may fill segments of their own.
  bool is_padding(Range range, ByteView boxes, std::uint16_t instance, std::uint32_t number) const {
    return !bytes_.empty() && range.start == framing_.end() && instance == instance_ && number == next_ &&
           std::equal(bytes_.begin(), bytes_.begin() + 8, boxes.begin());
  }

  Result<void> more(Range range, ByteView boxes, std::uint32_t number) {
    if (range.start != framing_.end() && located_.problem.empty()) {
      located_.problem = "the segments of the manifest store are not next to each other";
    }
    if (number != next_ && located_.problem.empty()) {
      located_.problem = "the segments of the manifest store are out of order";
    }
    ++next_;
    const ByteView data = boxes.subspan(8);  // LBox and TBox are repeated in every segment
    located_.layout.push_back({bytes_.size(), {range.start + 20, data.size()}, 0});
    bytes_.insert(bytes_.end(), data.begin(), data.end());
    framing_.length = range.end() - framing_.start;
    return whole(range.start);
  }

  Result<void> whole(std::uint64_t offset) {
    if (bytes_.size() > context_.limits.metadata_bytes) {
      return make_error(Code::limit, "the manifest store is larger than the limit", offset);
    }
    if (bytes_.size() >= total_) open_ = false;
    return {};
  }

  const Context& context_;
  Located& located_;
  bool open_ = false;
  std::uint16_t instance_ = 0;
  std::uint32_t next_ = 1;
  std::uint64_t total_ = 0;
  Bytes bytes_;
  Range framing_;
};

constexpr std::uint8_t kApp11 = 0xEB, kStartOfScan = 0xDA, kEndOfImage = 0xD9;

/// GIF sub-blocks from `offset` to their terminator: answers the offset after it, and their content if wanted.
Result<std::uint64_t> sub_blocks(Window& window, std::uint64_t offset, const Context& context, Bytes* into,
                                 Located* located) {
  for (;;) {
    const std::uint8_t size = TRY(window.u8(offset++));
    if (size == 0) return offset;
    if (into != nullptr) {
      const ByteView block = TRY(window.at(offset, size));
      located->layout.push_back({into->size(), {offset, size}, 0});
      into->insert(into->end(), block.begin(), block.end());
      if (into->size() > context.limits.metadata_bytes) {
        return make_error(Code::limit, "the manifest store is larger than the limit", offset);
      }
    }
    offset += size;
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
  }
}

}  // namespace

std::uint64_t gif_colours(std::uint8_t packed) { return (packed & 0x80) != 0 ? 3ULL << ((packed & 7) + 1) : 0; }

Result<std::uint64_t> after_sub_blocks(Window& window, std::uint64_t offset, const Context& context) {
  return sub_blocks(window, offset, context, nullptr, nullptr);
}

Result<void> locate_jpeg(const media::ByteSource& source, const Context& context, Located& located) {
  Window window(source);
  SegmentedStore store(context, located);
  int nodes = 0;
  for (std::uint64_t offset = 2; offset < source.size();) {
    TRY(count_node(context, nodes, offset));
    if (TRY(window.u8(offset)) != 0xFF) return make_error(Code::corrupt, "a JPEG marker was expected", offset);
    const std::uint8_t marker = TRY(window.u8(offset + 1));
    if (marker == 0xFF) {  // fill byte
      ++offset;
      continue;
    }
    if (marker == kStartOfScan || marker == kEndOfImage) break;
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {  // no length follows these
      offset += 2;
      continue;
    }
    const std::uint16_t length = TRY(window.u16be(offset + 2));
    if (length < 2) return make_error(Code::corrupt, "a JPEG segment shorter than its own length field", offset);
    if (marker == kApp11) {
      const ByteView body = TRY(window.at(offset + 4, length - 2U));
      TRY(store.segment({offset, length + 2ULL}, body));
    }
    offset += length + 2ULL;
  }
  store.finish();
  return {};
}

Result<void> locate_png(const media::ByteSource& source, const Context& context, Located& located) {
  Window window(source);
  int nodes = 0;
  for (std::uint64_t offset = 8; offset < source.size();) {
    TRY(count_node(context, nodes, offset));
    const std::uint64_t length = TRY(window.u32be(offset));
    const std::uint32_t type = TRY(window.u32be(offset + 4));
    const Range chunk{offset, length + 12};
    if (chunk.end() > source.size()) {
      if (located.found()) return {};  // the hash over the file tells what is missing
      return make_error(Code::corrupt, "a PNG chunk runs past the end of the file", offset);
    }
    if (type == fourcc("caBX")) TRY(take_store(source, context, {offset + 8, length}, chunk, located));
    if (type == fourcc("IEND")) break;
    offset = chunk.end();
  }
  return {};
}

Result<void> locate_gif(const media::ByteSource& source, const Context& context, Located& located) {
  Window window(source);
  std::uint64_t offset = 13 + gif_colours(TRY(window.u8(10)));
  int nodes = 0;
  while (offset < source.size()) {
    TRY(count_node(context, nodes, offset));
    const std::uint64_t start = offset;
    const std::uint8_t introducer = TRY(window.u8(offset));
    if (introducer == 0x3B) break;  // trailer
    if (introducer == 0x2C) {       // image: descriptor, local colours, code size, data
      offset += 10 + gif_colours(TRY(window.u8(offset + 9))) + 1;
      offset = TRY(after_sub_blocks(window, offset, context));
      continue;
    }
    if (introducer != 0x21) return make_error(Code::corrupt, "a GIF block was expected", offset);
    const std::uint8_t label = TRY(window.u8(offset + 1));
    const bool application = label == 0xFF && TRY(window.u8(offset + 2)) == 11;
    if (application && as_text(TRY(window.at(offset + 3, 11))) == std::string_view("C2PA_GIF\x01\0\0", 11)) {
      Bytes store;
      offset = TRY(sub_blocks(window, offset + 14, context, &store, &located));
      if (located.found()) located.problem = "the file holds more than one manifest store";
      located.stores.push_back(std::move(store));
      located.framing.push_back({start, offset - start});
      if (!located.problem.empty()) return {};
      continue;
    }
    offset = TRY(after_sub_blocks(window, offset + 2, context));
  }
  return {};
}

Result<void> locate_tiff(const media::ByteSource& source, const Context& context, Located& located) {
  constexpr std::uint16_t kStoreTag = 52545, kUndefined = 7;
  Window window(source);
  const bool big_endian = TRY(window.u8(0)) == 'M';
  std::set<std::uint64_t> seen;
  int nodes = 0;
  for (std::uint64_t ifd = TRY(window.u32(4, big_endian)); ifd != 0;) {
    if (!seen.insert(ifd).second) return make_error(Code::corrupt, "the TIFF directories form a circle", ifd);
    const std::uint16_t entries = TRY(window.u16(ifd, big_endian));
    for (std::uint64_t i = 0; i < entries; ++i) {
      const std::uint64_t entry = ifd + 2 + 12 * i;
      TRY(count_node(context, nodes, entry));
      if (TRY(window.u16(entry, big_endian)) != kStoreTag) continue;
      if (TRY(window.u16(entry + 2, big_endian)) != kUndefined) {
        located.problem = "the tag of the manifest store has the wrong type";
        continue;
      }
      const Range range{TRY(window.u32(entry + 8, big_endian)), TRY(window.u32(entry + 4, big_endian))};
      if (range.length > 4) TRY(take_store(source, context, range, range, located));
      located.optional_framing.push_back({entry + 4, 4});
    }
    ifd = TRY(window.u32(ifd + 2 + 12ULL * entries, big_endian));
  }
  return {};
}

Result<void> locate_jxl(const media::ByteSource& source, const Context& context, Located& located) {
  static const Uuid wanted = c2pa_uuid("c2pa");
  Window window(source);
  if (TRY(window.u16be(0)) == 0xFF0A) return {};  // a bare codestream
  int nodes = 0;
  for (std::uint64_t offset = 0; offset < source.size();) {
    TRY(count_node(context, nodes, offset));
    std::uint64_t length = TRY(window.u32be(offset));
    const std::uint64_t header = length == 1 ? 16 : 8;
    if (length == 0) length = source.size() - offset;
    if (length == 1) length = TRY(window.u64be(offset + 8));
    if (length < header) return make_error(Code::corrupt, "a box shorter than its own header", offset);
    const Range box{offset, length};
    if (length > source.size() - offset) {
      if (located.found()) return {};  // the hash over the file tells what is missing
      return make_error(Code::corrupt, "a JPEG XL box runs past the end of the file", offset);
    }
    if (TRY(window.u32be(offset + 4)) == fourcc("jumb") && length >= header + 24) {
      const ByteView begin = TRY(window.at(offset + header, 24));  // other standards use such boxes, too
      if (as_text(begin.subspan(4, 4)) == "jumd" && std::ranges::equal(begin.subspan(8), wanted)) {
        TRY(take_store(source, context, box, box, located));  // the box is itself the store (§A.3.11)
      }
    }
    offset = box.end();
  }
  return {};
}

}  // namespace bonafide::provenance::c2pa
