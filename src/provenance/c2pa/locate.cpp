#include "provenance/c2pa/locate.h"

#include "provenance/c2pa/asset_map.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::size_t kWindow = 64 * 1024;

}  // namespace

std::string_view to_string(Container container) {
  switch (container) {
    case Container::jpeg: return "JPEG";
    case Container::png: return "PNG";
    case Container::riff: return "RIFF";
    case Container::gif: return "GIF";
    case Container::tiff: return "TIFF";
    case Container::bmff: return "ISO base media";
    case Container::jxl: return "JPEG XL";
    case Container::id3: return "ID3";
    case Container::svg: return "SVG";
    case Container::pdf: return "PDF";
    case Container::sidecar: return "sidecar";
    case Container::other: return "other";
  }
  return "other";
}

Result<Bytes> read_exactly(const media::ByteSource& source, std::uint64_t offset, std::uint64_t count) {
  if (offset > source.size() || count > source.size() - offset) {
    return make_error(Code::corrupt, "the file ends too early", offset);
  }
  Bytes bytes(static_cast<std::size_t>(count));
  if (TRY(source.read_some(offset, bytes)) != bytes.size()) {
    return make_error(Code::corrupt, "the file ends too early", offset);
  }
  return bytes;
}

Result<ByteView> Window::at(std::uint64_t offset, std::size_t count) {
  if (offset > size() || count > size() - offset) {
    return make_error(Code::corrupt, "the file ends too early", offset);
  }
  if (offset < start_ || offset + count > start_ + buffer_.size()) {
    buffer_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(std::max(kWindow, count), size() - offset)));
    start_ = offset;
    if (TRY(source_.read_some(offset, buffer_)) != buffer_.size()) {
      buffer_.clear();
      return make_error(Code::corrupt, "the file ends too early", offset);
    }
  }
  return ByteView(buffer_).subspan(static_cast<std::size_t>(offset - start_), count);
}

Result<std::uint16_t> Window::u16be(std::uint64_t offset) { return ByteReader(TRY(at(offset, 2)), offset).u16be(); }
Result<std::uint32_t> Window::u32be(std::uint64_t offset) { return ByteReader(TRY(at(offset, 4)), offset).u32be(); }
Result<std::uint64_t> Window::u64be(std::uint64_t offset) { return ByteReader(TRY(at(offset, 8)), offset).u64be(); }
Result<std::uint16_t> Window::u16(std::uint64_t offset, bool big_endian) {
  ByteReader reader(TRY(at(offset, 2)), offset);
  return big_endian ? reader.u16be() : reader.u16le();
}
Result<std::uint32_t> Window::u32(std::uint64_t offset, bool big_endian) {
  ByteReader reader(TRY(at(offset, 4)), offset);
  return big_endian ? reader.u32be() : reader.u32le();
}

Result<void> take_store(const media::ByteSource& source, const Context& context, Range range, Range framing,
                        Located& located) {
  if (located.found()) {
    located.problem = "the file holds more than one manifest store";
    return {};
  }
  if (range.length > context.limits.metadata_bytes) {
    return make_error(Code::limit, "the manifest store is larger than the limit", range.start);
  }
  located.stores.push_back(TRY(read_exactly(source, range.start, range.length)));
  located.framing.push_back(framing);
  located.layout.push_back({0, range, 0});
  return {};
}

Result<void> count_node(const Context& context, int& nodes, std::uint64_t offset) {
  if (++nodes > context.limits.nodes) return make_error(Code::limit, "too many parts in the file", offset);
  if (context.stopped()) return make_error(Code::cancelled, "stopped");
  return {};
}

Result<void> locate_sidecar(const media::ByteSource& source, const Context& context, Located& located) {
  TRY(take_store(source, context, {0, source.size()}, {0, 0}, located));
  located.framing.clear();
  return {};
}

Result<Located> locate(const media::ByteSource& source, const Context& context) {
  Bytes head(4096);
  head.resize(TRY(source.read_some(0, head)));
  Located located;
  const AssetMap* const map = asset_map(head);
  if (map == nullptr) {
    located.readable = !has_unread_place(head);
    return located;
  }
  located.container = map->container;
  TRY(map->locate(source, context, located));
  return located;
}

}  // namespace bonafide::provenance::c2pa
