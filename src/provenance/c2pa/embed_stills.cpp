// Embedding into PNG, GIF and JPEG XL (C2PA 2.5 §A.3.2, §A.3.10, §A.3.11).
#include <zlib.h>

#include <algorithm>

#include "provenance/c2pa/embedders.h"
#include "provenance/c2pa/walkers.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::uint64_t kChunk = 12;      // PNG: length, type, checksum
constexpr std::uint64_t kExtension = 14;  // GIF: introducer, label, size, "C2PA_GIF", version
constexpr std::uint64_t kSubBlock = 255;
constexpr std::uint64_t kJxlSignature = 12;

std::uint64_t gif_frame(std::uint64_t store) {
  return kExtension + store + (store + kSubBlock - 1) / kSubBlock + 1;  // a size byte each, and the terminator
}

std::optional<std::uint64_t> framed(const EmbedRequest& request, std::uint64_t (*length)(std::uint64_t)) {
  return request.store_size ? std::optional(length(*request.store_size)) : std::nullopt;
}

}  // namespace

Result<Splice> plan_png(const media::ByteSource& source, const EmbedRequest& request, const Context&) {
  Window window(source);
  const std::uint64_t length = TRY(window.u32be(8));
  if (TRY(window.u32be(12)) != fourcc("IHDR") || 8 + kChunk + length > source.size()) {
    return make_error(Code::corrupt, "a PNG that does not begin with its header", 8);
  }
  const auto frame = framed(request, [](std::uint64_t store) { return store + kChunk; });
  Splicer splicer(Container::png);
  splicer.replace(old_frame(request, 8 + kChunk + length), source.size(), request.store_size, frame.value_or(0));
  return splicer.finish();
}

Result<Bytes> frame_png(const Splice& splice, ByteView store) {
  const Bytes whole = TRY(padded(store, splice.store_size));
  Bytes framed = number(whole.size(), 4, true);
  append_text(framed, "caBX");
  framed.insert(framed.end(), whole.begin(), whole.end());
  const auto checksum = ::crc32(0, framed.data() + 4, static_cast<uInt>(framed.size() - 4));
  append_number(framed, checksum, 4, true);
  return framed;
}

Result<Splice> plan_gif(const media::ByteSource& source, const EmbedRequest& request, const Context&) {
  constexpr std::uint64_t kVersion = 4;
  Window window(source);
  const std::uint64_t insert = 13 + gif_colours(TRY(window.u8(10)));
  if (insert > source.size()) return make_error(Code::corrupt, "the file ends too early", insert);
  Splicer splicer(Container::gif);
  const bool old_version = TRY(window.u8(kVersion)) == '7';
  if (old_version && request.store_size && !request.update) {
    splicer.overwrite(kVersion, {'9'});  // GIF87a has no extension blocks
  }
  splicer.replace(old_frame(request, insert), source.size(), request.store_size,
                  framed(request, gif_frame).value_or(0));
  return splicer.finish();
}

Result<Bytes> frame_gif(const Splice& splice, ByteView store) {
  const Bytes whole = TRY(padded(store, splice.store_size));
  Bytes framed{0x21, 0xFF, 0x0B};
  append_text(framed, std::string_view("C2PA_GIF\x01\0\0", 11));
  for (std::size_t at = 0; at < whole.size(); at += kSubBlock) {
    const ByteView block = ByteView(whole).subspan(at, std::min<std::size_t>(kSubBlock, whole.size() - at));
    framed.push_back(static_cast<std::uint8_t>(block.size()));
    framed.insert(framed.end(), block.begin(), block.end());
  }
  framed.push_back(0);
  return framed;
}

Result<Splice> plan_jxl(const media::ByteSource& source, const EmbedRequest& request, const Context& context) {
  Window window(source);
  Splicer splicer(Container::jxl);
  if (TRY(window.u16be(0)) == 0xFF0A) {  // a bare codestream becomes the content of a box (ISO/IEC 18181-2, clause 4)
    Bytes begin;
    append_text(begin, std::string_view("\0\0\0\x0CJXL \r\n\x87\n", 12));
    append_text(begin, std::string_view("\0\0\0\x14"
                                        "ftypjxl \0\0\0\0jxl ",
                                        20));
    splicer.literal(std::move(begin));
    splicer.frame(*request.store_size, *request.store_size);
    const bool large = source.size() + 8 > 0xFFFFFFFF;
    Bytes box = number(large ? 1 : source.size() + 8, 4, true);
    append_text(box, "jxlc");
    if (large) append_number(box, source.size() + 16, 8, true);
    splicer.literal(std::move(box));
    splicer.copy_until(0, source.size());
    return splicer.finish();
  }
  std::uint64_t insert = kJxlSignature;
  const std::uint64_t length = TRY(window.u32be(insert));
  if (TRY(window.u32be(insert + 4)) != fourcc("ftyp") || length < 8 || length > source.size() - insert) {
    return make_error(Code::corrupt, "a JPEG XL file without its file type box", insert);
  }
  insert += length;
  static_cast<void>(context);
  splicer.replace(old_frame(request, insert), source.size(), request.store_size, request.store_size.value_or(0));
  return splicer.finish();
}

// Whatever follows the store would be a box of its own, so the room left for later stands in it, as one more box, which
// readers skip (§11.1); c2pa-rs 0.91.3 refuses "free" there. Nothing hashes the size of the store's own box.
Result<Bytes> frame_jxl(const Splice& splice, ByteView store) {
  constexpr std::uint64_t kBox = 8;
  const std::uint64_t room = splice.store_size - store.size();
  Bytes framed = TRY(padded(store, splice.store_size));
  if (room == 0) return framed;
  const bool plain = store.size() >= kBox && ByteReader(store).u32be().value_or(0) == store.size();
  if (room < kBox || !plain) {
    return make_error(Code::invalid_argument,
                      "a store in JPEG XL fills its place, or leaves 8 bytes and more for the box that fills it");
  }
  std::ranges::copy(number(splice.store_size, 4, true), framed.begin());
  Bytes filler = number(room, 4, true);
  append_text(filler, "skip");
  std::ranges::copy(filler, framed.begin() + static_cast<std::ptrdiff_t>(store.size()));
  return framed;
}

}  // namespace bonafide::provenance::c2pa
