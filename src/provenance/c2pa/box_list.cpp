#include "provenance/c2pa/box_list.h"

#include <fmt/format.h>

#include <algorithm>

#include "provenance/c2pa/asset_map.h"

namespace bonafide::provenance::c2pa {

namespace {

// Collects boxes from the start of the file on; whatever is asked for next begins where the last one ended, and the
// place of the store, which may not be filled yet, is stepped over unread.
class Lister {
 public:
  Lister(const media::ByteSource& source, const Located& located, const Context& context)
      : window_(source), context_(context) {
    if (!located.framing.empty()) store_ = located.framing.front();
  }

  Window& window() { return window_; }
  std::uint64_t at() const { return at_; }
  std::uint64_t left() const { return window_.size() - at_; }

  Result<void> add(std::string_view name, std::uint64_t length) {
    TRY(count_node(context_, nodes_, at_));
    if (length > left()) return make_error(Code::corrupt, "a part of the file runs past its end", at_);
    boxes_.push_back({clean_utf8(name), {at_, length}});
    at_ += length;
    return {};
  }
  /// The store when it stands here.
  Result<bool> add_store() {
    if (store_.length == 0 || at_ != store_.start) return false;
    TRY(add("C2PA", store_.length));
    return true;
  }
  Result<std::vector<NamedBox>> finish() {
    if (left() > 0) TRY(add("c2pa.after", left()));
    return std::move(boxes_);
  }

 private:
  Window window_;
  const Context& context_;
  Range store_;
  std::uint64_t at_ = 0;
  int nodes_ = 0;
  std::vector<NamedBox> boxes_;
};

constexpr std::uint8_t kStartOfImage = 0xD8, kEndOfImage = 0xD9, kStartOfScan = 0xDA;

bool is_restart(std::uint8_t marker) { return marker >= 0xD0 && marker <= 0xD7; }

/// ITU-T T.81 table B.1.
std::string marker_name(std::uint8_t marker) {
  switch (marker) {
    case 0x01: return "TEM";
    case 0xC4: return "DHT";
    case 0xC8: return "JPG";
    case 0xCC: return "DAC";
    case kStartOfImage: return "SOI";
    case kEndOfImage: return "EOI";
    case kStartOfScan: return "SOS";
    case 0xDB: return "DQT";
    case 0xDC: return "DNL";
    case 0xDD: return "DRI";
    case 0xDE: return "DHP";
    case 0xDF: return "EXP";
    case 0xFE: return "COM";
    default: break;
  }
  if (marker >= 0xF0) return fmt::format("JPG{}", marker - 0xF0);
  if (marker >= 0xE0) return fmt::format("APP{}", marker - 0xE0);
  if (is_restart(marker)) return fmt::format("RST{}", marker - 0xD0);
  if (marker >= 0xC0) return fmt::format("SOF{}", marker - 0xC0);
  return "RES";
}

/// Where entropy-coded data that begins at `offset` ends: at the next marker, or with the file.
Result<std::uint64_t> entropy_end(Window& window, std::uint64_t offset, const Context& context) {
  constexpr std::uint64_t kStep = 32 * 1024;
  while (offset + 1 < window.size()) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
    const ByteView bytes = TRY(window.at(offset, static_cast<std::size_t>(std::min(kStep, window.size() - offset))));
    for (auto from = bytes.begin();;) {
      const auto hit = std::find(from, bytes.end() - 1, 0xFF);
      if (hit == bytes.end() - 1) break;
      if (hit[1] != 0x00) return offset + static_cast<std::uint64_t>(hit - bytes.begin());
      from = hit + 1;
    }
    offset += bytes.size() - 1;  // the last byte again: it may begin a marker
  }
  return window.size();
}

/// One segment with the fill bytes before it and the entropy-coded data behind it; answers its marker.
Result<std::uint8_t> add_segment(Lister& list, const Context& context) {
  Window& window = list.window();
  std::uint64_t offset = list.at();
  if (TRY(window.u8(offset)) != 0xFF) return make_error(Code::corrupt, "a JPEG marker was expected", offset);
  while (TRY(window.u8(offset + 1)) == 0xFF) ++offset;
  const std::uint8_t marker = TRY(window.u8(offset + 1));
  std::uint64_t end = offset + 2;
  if (marker != 0x01 && !(marker >= 0xD0 && marker <= kEndOfImage)) {
    const std::uint16_t length = TRY(window.u16be(end));
    if (length < 2) return make_error(Code::corrupt, "a JPEG segment shorter than its own length field", offset);
    end += length;
  }
  if (marker == kStartOfScan || is_restart(marker)) end = TRY(entropy_end(window, end, context));
  TRY(list.add(marker_name(marker), end - list.at()));
  return marker;
}

}  // namespace

Result<std::vector<NamedBox>> boxes_jpeg(const media::ByteSource& source, const Located& located,
                                         const BoxListOptions& options, const Context& context) {
  Lister list(source, located, context);
  while (list.left() > 0) {
    if (TRY(list.add_store())) continue;
    if (TRY(add_segment(list, context)) != kEndOfImage) continue;
    const bool another = list.left() >= 2 && TRY(list.window().u16be(list.at())) == 0xFFD8;
    if (!options.every_picture || !another) break;
  }
  return list.finish();
}

Result<std::vector<NamedBox>> boxes_png(const media::ByteSource& source, const Located& located, const BoxListOptions&,
                                        const Context& context) {
  Lister list(source, located, context);
  TRY(list.add("PNGh", 8));
  while (list.left() > 0) {
    if (TRY(list.add_store())) continue;
    const std::uint64_t length = TRY(list.window().u32be(list.at()));
    const std::string name(as_text(TRY(list.window().at(list.at() + 4, 4))));
    TRY(list.add(name, length + 12));
    if (name == "IEND") break;
  }
  return list.finish();
}

Result<std::vector<NamedBox>> boxes_gif(const media::ByteSource& source, const Located& located, const BoxListOptions&,
                                        const Context& context) {
  Lister list(source, located, context);
  Window& window = list.window();
  TRY(list.add("GIF89a", 6));
  const std::uint8_t screen = TRY(window.u8(10));
  TRY(list.add("LSD", 7 + gif_colours(screen)));
  while (list.left() > 0) {
    if (TRY(list.add_store())) continue;
    const std::uint64_t at = list.at();
    const std::uint8_t introducer = TRY(window.u8(at));
    if (introducer == 0x3B) {
      TRY(list.add("3B", 1));
      break;
    }
    if (introducer == 0x2C) {
      const std::uint8_t packed = TRY(window.u8(at + 9));
      TRY(list.add("2C", 10 + gif_colours(packed)));
      const std::uint64_t end = TRY(after_sub_blocks(window, list.at() + 1, context));
      TRY(list.add("TBID", end - list.at()));
      continue;
    }
    if (introducer != 0x21) return make_error(Code::corrupt, "a GIF block was expected", at);
    const std::string name = fmt::format("21{:02X}", TRY(window.u8(at + 1)));
    const std::uint64_t end = TRY(after_sub_blocks(window, at + 2, context));
    TRY(list.add(name, end - at));
  }
  return list.finish();
}

Result<std::vector<NamedBox>> boxes_riff(const media::ByteSource& source, const Located& located, const BoxListOptions&,
                                         const Context& context) {
  Lister list(source, located, context);
  Window& window = list.window();
  while (list.left() >= 12 && TRY(window.u32be(list.at())) == fourcc("RIFF")) {
    const std::uint64_t end =
        std::min<std::uint64_t>(list.at() + 8 + TRY(window.u32(list.at() + 4, false)), window.size());
    const std::string form(as_text(TRY(window.at(list.at() + 8, 4))));
    TRY(list.add(form, 12));
    while (list.at() + 8 <= end) {
      if (TRY(list.add_store())) continue;
      const std::uint64_t at = list.at(), length = TRY(window.u32(at + 4, false));
      const bool nested = TRY(window.u32be(at)) == fourcc("LIST") && length >= 4;
      const std::string name(as_text(TRY(window.at(nested ? at + 8 : at, 4))));
      const bool padded_out = 8 + length < list.left();  // the last chunk's padding byte may be missing
      TRY(list.add(name, 8 + length + (padded_out ? length & 1 : 0)));
    }
  }
  return list.finish();
}

Result<std::vector<NamedBox>> boxes_jxl(const media::ByteSource& source, const Located& located, const BoxListOptions&,
                                        const Context& context) {
  Lister list(source, located, context);
  Window& window = list.window();
  while (list.left() > 0) {
    if (TRY(list.add_store())) continue;
    const std::uint64_t at = list.at();
    std::uint64_t length = TRY(window.u32be(at));
    const std::string name(as_text(TRY(window.at(at + 4, 4))));
    if (length == 0) length = list.left();
    if (length == 1) length = TRY(window.u64be(at + 8));
    if (length < 8) return make_error(Code::corrupt, "a box shorter than its own header", at);
    TRY(list.add(name, length));
  }
  return list.finish();
}

Result<std::vector<NamedBox>> list_boxes(const media::ByteSource& source, const Located& located,
                                         const Context& context, const BoxListOptions& options) {
  const AssetMap* const map = asset_map(located.container);
  if (map == nullptr || map->boxes == nullptr) {
    return make_error(Code::unsupported, "this kind of file has no box hash");
  }
  return map->boxes(source, located, options, context);
}

}  // namespace bonafide::provenance::c2pa
