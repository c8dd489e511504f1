#include "provenance/c2pa/jumbf_writer.h"

namespace bonafide::provenance::c2pa {

namespace {

void append(Bytes& into, ByteView bytes) { into.insert(into.end(), bytes.begin(), bytes.end()); }

void append32(Bytes& into, std::size_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) into.push_back(static_cast<std::uint8_t>(value >> shift));
}

void append_text(Bytes& into, std::string_view text) {
  append(into, as_bytes(text));
  into.push_back(0);
}

}  // namespace

Bytes make_box(std::uint32_t type, ByteView content) {
  Bytes box;
  box.reserve(8 + content.size());
  append32(box, 8 + content.size());
  append32(box, type);
  append(box, content);
  return box;
}

Bytes make_superbox(const Uuid& uuid, std::string_view label, ByteView salt, const std::vector<Bytes>& contents) {
  constexpr std::uint8_t kRequestableWithLabel = 0x03, kWithPrivateBox = 0x10;
  Bytes description(uuid.begin(), uuid.end());
  description.push_back(salt.empty() ? kRequestableWithLabel : kRequestableWithLabel | kWithPrivateBox);
  append_text(description, label);
  if (!salt.empty()) append(description, make_box(fourcc("c2sh"), salt));
  Bytes content = make_box(fourcc("jumd"), description);
  std::size_t size = content.size();
  for (const Bytes& each : contents) size += each.size();
  content.reserve(size);
  for (const Bytes& each : contents) append(content, each);
  return make_box(fourcc("jumb"), content);
}

std::vector<Bytes> embedded_file(std::string_view media_type, std::string_view file_name, ByteView content) {
  constexpr std::uint8_t kWithFileName = 0x01;
  Bytes description{file_name.empty() ? std::uint8_t{0} : kWithFileName};
  append_text(description, media_type);
  if (!file_name.empty()) append_text(description, file_name);
  return {make_box(fourcc("bfdb"), description), make_box(fourcc("bidb"), content)};
}

Uuid embedded_file_uuid() {
  return {0x40, 0xCB, 0x0C, 0x32, 0xBB, 0x8A, 0x48, 0x9D, 0xA7, 0x0B, 0x2A, 0xD6, 0xF4, 0x7F, 0x43, 0x69};
}

}  // namespace bonafide::provenance::c2pa
