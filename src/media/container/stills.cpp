// The small walkers for stills and documents: GIF, BMP, SVG, JPEG XL's bare stream, PDF.
#include <fmt/format.h>

#include <algorithm>

#include "media/container/walkers.h"

namespace bonafide::media {

namespace {
// Reads numbers of some bits, least significant first (JPEG XL's order).
class Bits {
 public:
  explicit Bits(ByteView bytes) : bytes_(bytes) {}
  std::uint32_t take(unsigned count) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i, ++at_)
      if (at_ / 8 < bytes_.size()) value |= static_cast<std::uint32_t>(bytes_[at_ / 8] >> at_ % 8 & 1) << i;
    return value;
  }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

// Sub-blocks end with an empty one (GIF89a, section 15). Answers the offset after it.
Result<std::uint64_t> skip_sub_blocks(Walk& walk, std::uint64_t at, std::uint64_t& left) {
  while (true) {
    const std::uint8_t size = TRY(walk.read(at, 1))[0];
    at += 1 + size;
    if (size == 0) return at;
    // Steps are not nodes: large pictures have thousands. Their number is still bounded by the file's size.
    if (left-- == 0) return make_error(Code::limit, "too many blocks", at);
  }
}

std::uint64_t palette_bytes(unsigned flags) {
  return (flags & 0x80U) != 0 ? std::uint64_t{3} << ((flags & 7U) + 1) : 0;
}

Result<void> gif_extension(Walk& walk, std::uint64_t at, int label) {
  const Bytes b = TRY(walk.read_up_to(at + 2, 4096));
  if (label == 0xFE) {
    walk.fact("GIF", "Comment", as_text(part(b, 1, b.empty() ? 0 : b[0])));
  } else if (label == 0xFF && b.size() > 12) {
    const std::string application = trimmed(as_text(part(b, 1, 11)));
    walk.note(application);
    if (application == "NETSCAPE2.0") walk.fact("GIF", "Loops", fmt::format("{}", le16(b, 14)));
    if (application == "XMP DataXMP") {
      // The packet follows unblocked, ended by a "magic trailer" (XMP part 3, 1.1.2).
      const Bytes packet = TRY(walk.read_up_to(at + 14, 256 * 1024));
      const std::size_t end = as_text(packet).find("<?xpacket end");
      walk_xmp(walk, as_text(packet).substr(0, end));
    }
  }
  return {};
}
}  // namespace

Result<void> walk_gif(Walk& walk) {
  constexpr std::uint64_t kBlocks = 50'000'000;  // 12 GiB of picture data: more than any GIF
  const Bytes head = TRY(walk.read(0, 13));
  Media& media = walk.media();
  media.width = le16(head, 6);
  media.height = le16(head, 8);
  walk.fact("GIF", "Version", as_text(part(head, 3, 3)));
  TRY(walk.node("header", 0, 13 + palette_bytes(head[10]), 0, fmt::format("{} × {}", media.width, media.height)));
  std::uint64_t at = 13 + palette_bytes(head[10]), left = kBlocks;
  int frames = 0;
  const auto say_frames = [&] { walk.fact("GIF", "Frames", fmt::format("{}", frames)); };
  while (at < walk.size()) {
    const Bytes b = TRY(walk.read_up_to(at, 10));
    const std::uint64_t begin = at;
    if (b[0] == 0x3B) {
      TRY(walk.node("trailer", at, 1, 0));
      if (at + 1 < walk.size()) walk.fact("GIF", "DataAfterEnd", fmt::format("{} bytes", walk.size() - at - 1));
      return say_frames(), Result<void>{};
    }
    if (b.size() < 2 || (b[0] != 0x21 && b[0] != 0x2C)) break;
    TRY(walk.node(b[0] == 0x2C ? "image" : fmt::format("extension {:02x}", b[1]), at, 0, 0));
    const std::size_t mine = media.tree.size() - 1;
    if (b[0] == 0x21) {
      TRY(gif_extension(walk, at, b[1]));
      at += 2;
    } else {
      ++frames;
      at += 10 + (b.size() > 9 ? palette_bytes(b[9]) : 0) + 1;
    }
    auto next = skip_sub_blocks(walk, at, left);
    media.tree[mine].size = (next ? *next : walk.size()) - begin;
    if (!next) return say_frames(), next.error();
    at = *next;
  }
  say_frames();
  walk.damage("the file ends without a trailer");
  return {};
}

Result<void> walk_bmp(Walk& walk) {
  const Bytes b = TRY(walk.read_up_to(0, 54));
  if (b.size() < 26) return make_error(Code::corrupt, "the header is cut off", 0);
  Media& media = walk.media();
  const bool old = le32(b, 14) == 12;
  const auto height = static_cast<std::int32_t>(le32(b, 22));
  media.width = old ? le16(b, 18) : picture_size(le32(b, 18));
  media.height = old ? le16(b, 20) : picture_size(static_cast<std::uint64_t>(std::abs(std::int64_t{height})));
  const unsigned bits = old ? le16(b, 24) : le16(b, 28);
  TRY(walk.node("header", 0, 14 + std::uint64_t{le32(b, 14)}, 0,
                fmt::format("{} × {}, {} bits", media.width, media.height, bits)));
  walk.fact("BMP", "BitsPerPixel", fmt::format("{}", bits));
  if (!old && le32(b, 30) != 0) walk.fact("BMP", "Compression", fmt::format("{}", le32(b, 30)));
  if (le32(b, 10) < walk.size()) TRY(walk.node("pixels", le32(b, 10), walk.size() - le32(b, 10), 0));
  if (le32(b, 2) > walk.size())
    walk.damage(fmt::format("the file ends early ({} more bytes expected)", le32(b, 2) - walk.size()));
  return {};
}

// Only enough to know that it is one, and how large it wants to be shown.
Result<void> walk_svg(Walk& walk) {
  constexpr std::uint64_t kHead = 64 * 1024;
  const Bytes b = TRY(walk.read_up_to(0, kHead));
  const std::string_view text = as_text(b);
  const std::size_t begin = text.find("<svg");
  if (begin == std::string_view::npos) {
    walk.media().format = Format::unknown;  // some other XML
    return {};
  }
  const std::string_view tag = text.substr(begin, text.find('>', begin) - begin);
  TRY(walk.node("svg", begin, walk.size() - begin, 0));
  const auto attribute = [&](std::string_view name) {
    const std::size_t at = tag.find(fmt::format(" {}=", name));
    if (at == std::string_view::npos || at + name.size() + 3 >= tag.size()) return std::string{};
    const std::size_t quote = at + name.size() + 2;
    return std::string(tag.substr(quote + 1, tag.find(tag[quote], quote + 1) - quote - 1));
  };
  for (const std::string_view name : {"width", "height", "viewBox", "inkscape:version"})
    walk.fact("SVG", name, attribute(name));
  if (const std::size_t comment = text.find("<!-- "); comment < begin)
    walk.fact("SVG", "Comment", text.substr(comment + 5, text.find("-->", comment) - comment - 5));
  return {};
}

// ISO/IEC 18181-1 table "SizeHeader".
Result<void> walk_jxl(Walk& walk) {
  const Bytes head = TRY(walk.read_up_to(0, 16));
  if (!starts_with(head, "\xFF\x0A")) return walk_bmff(walk);
  Bits bits(part(head, 2));
  const bool by_eight = bits.take(1) != 0;
  constexpr unsigned kWidths[] = {9, 13, 18, 30};
  const auto size = [&] { return by_eight ? (bits.take(5) + 1) * 8 : bits.take(kWidths[bits.take(2)]) + 1; };
  const std::uint64_t height = size();
  constexpr std::uint64_t kRatio[][2] = {{0, 1}, {1, 1}, {12, 10}, {4, 3}, {3, 2}, {16, 9}, {5, 4}, {2, 1}};
  const std::uint32_t ratio = bits.take(3);
  walk.media().height = picture_size(height);
  walk.media().width = picture_size(ratio == 0 ? size() : height * kRatio[ratio][0] / kRatio[ratio][1]);
  return walk.node("codestream", 0, walk.size(), 0, fmt::format("{} × {}", walk.media().width, walk.media().height));
}

// Sniffed only: its version, and whether it is locked.
Result<void> walk_pdf(Walk& walk) {
  const Bytes head = TRY(walk.read_up_to(0, 16));
  TRY(walk.node("PDF", 0, walk.size(), 0));
  walk.fact("PDF", "Version", as_text(part(head, 5, 3)));
  constexpr std::uint64_t kTail = 64 * 1024;
  const std::uint64_t from = walk.size() > kTail ? walk.size() - kTail : 0;
  const Bytes tail = TRY(walk.read_up_to(from, kTail));
  const std::string_view text = as_text(tail);
  if (text.find("/Encrypt") != std::string_view::npos) walk.fact("PDF", "Encrypted", "yes");
  if (text.find("%%EOF") == std::string_view::npos) walk.damage("the file ends without an end mark (%%EOF)");
  return {};
}

}  // namespace bonafide::media
