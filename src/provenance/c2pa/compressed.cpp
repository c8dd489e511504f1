#include "provenance/c2pa/compressed.h"

#include <brotli/decode.h>
#include <brotli/encode.h>

#include <algorithm>
#include <array>
#include <memory>

#include "provenance/c2pa/jumbf_writer.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::uint64_t kFreely = 64 * 1024, kMostRatio = 200;

bool is_manifest(const JumbfBox& box) {
  return box.uuid == c2pa_uuid("c2ma") || box.uuid == c2pa_uuid("c2um") || box.uuid == c2pa_uuid("c2md");
}

class Unpacker {
 public:
  explicit Unpacker(ByteView packed)
      : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), BrotliDecoderDestroyInstance), rest_(packed) {}
  bool usable() const { return state_ != nullptr; }
  /// Fills `into`; false when the stream is broken or ends before.
  bool take(std::span<std::uint8_t> into) {
    std::uint8_t* out = into.data();
    std::size_t room = into.size();
    while (room > 0) {
      const auto answer = step(&room, &out);
      if (answer == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) continue;
      return answer == BROTLI_DECODER_RESULT_SUCCESS && room == 0;
    }
    return true;
  }
  /// Nothing more comes out, and nothing is left over.
  bool at_end() {
    std::uint8_t one = 0;
    std::uint8_t* out = &one;
    std::size_t room = 1;
    return step(&room, &out) == BROTLI_DECODER_RESULT_SUCCESS && room == 1 && rest_.empty();
  }

 private:
  BrotliDecoderResult step(std::size_t* room, std::uint8_t** out) {
    std::size_t left = rest_.size();
    const std::uint8_t* in = rest_.data();
    const auto answer = BrotliDecoderDecompressStream(state_.get(), &left, &in, room, out, nullptr);
    rest_ = rest_.last(left);
    return answer;
  }
  std::unique_ptr<BrotliDecoderState, void (*)(BrotliDecoderState*)> state_;
  ByteView rest_;
};

/// What the first eight or sixteen bytes of a box say of its size; 0 when they are no superbox with a size.
std::uint64_t stated_size(ByteView head) {
  ByteReader reader(head);
  const auto size = reader.u32be();
  const auto type = reader.u32be();
  if (!size || !type || *type != fourcc("jumb")) return 0;
  if (*size != 1) return *size < head.size() ? 0 : *size;
  const auto wide = reader.u64be();
  return wide ? *wide : 0;
}

}  // namespace

Result<Bytes> unpack_manifest(const JumbfBox& compressed, std::uint64_t room) {
  const auto corrupt = [&](const char* what) { return make_error(Code::corrupt, what, compressed.offset); };
  const JumbfBox* const box = compressed.content(fourcc("brob"));
  const auto same = [](const JumbfBox& child) { return child.type == fourcc("brob"); };
  if (box == nullptr || std::ranges::count_if(compressed.children, same) != 1) {
    return corrupt("a compressed manifest without its one box of compressed bytes");
  }
  Unpacker unpacker(box->payload);
  if (!unpacker.usable()) return make_error(Code::limit, "no memory to unpack the manifest");
  std::array<std::uint8_t, 16> head{};  // no manifest is smaller
  if (!unpacker.take(head)) return corrupt("the compressed bytes of a manifest are broken");
  const std::uint64_t size = stated_size(head);
  if (size == 0) return corrupt("what was compressed is no manifest");
  if (size > room || size > kFreely + kMostRatio * box->payload.size()) {
    return make_error(Code::limit, "the compressed manifest unpacks to more than the limit", compressed.offset);
  }
  Bytes bytes(static_cast<std::size_t>(size));
  std::ranges::copy(head, bytes.begin());
  if (!unpacker.take(std::span(bytes).subspan(head.size())) || !unpacker.at_end()) {
    return corrupt("the compressed bytes of a manifest are broken");
  }
  const JumbfBox inner = TRY(parse_superbox(bytes));
  if (inner.whole.size() != bytes.size() || !is_manifest(inner)) return corrupt("what was compressed is no manifest");
  if (inner.label != compressed.label) return corrupt("the compressed manifest bears another name than what is in it");
  return bytes;
}

Result<Bytes> compress_manifest(ByteView manifest_superbox) {
  const JumbfBox box = TRY(parse_superbox(manifest_superbox));
  if (box.whole.size() != manifest_superbox.size() || !is_manifest(box) || box.label.empty()) {
    return make_error(Code::corrupt, "only a manifest can be compressed");
  }
  if (manifest_superbox.size() > kMostUnpacked) return make_error(Code::limit, "the manifest is too large to compress");
  std::size_t size = BrotliEncoderMaxCompressedSize(manifest_superbox.size());
  Bytes packed(size);
  if (BrotliEncoderCompress(BROTLI_MAX_QUALITY, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, manifest_superbox.size(),
                            manifest_superbox.data(), &size, packed.data()) == BROTLI_FALSE) {
    return make_error(Code::internal, "the manifest could not be compressed");
  }
  packed.resize(size);
  if (manifest_superbox.size() > kFreely + kMostRatio * packed.size()) {
    return make_error(Code::limit, "the manifest is so repetitive that readers would refuse it compressed");
  }
  return make_superbox("c2cm", box.label, {make_box(fourcc("brob"), packed)});
}

Result<Bytes> compress_active(ByteView store) {
  const JumbfBox root = TRY(parse_superbox(store));
  const auto active =
      std::find_if(root.children.rbegin(), root.children.rend(), [](const JumbfBox& child) { return child.super(); });
  if (active == root.children.rend()) return make_error(Code::corrupt, "a manifest store without a manifest");
  const auto begin = static_cast<std::size_t>(active->whole.data() - root.payload.data());
  const ByteView before = root.payload.first(begin), after = root.payload.subspan(begin + active->whole.size());
  Bytes content(before.begin(), before.end());
  const Bytes compressed = TRY(compress_manifest(active->whole));
  content.insert(content.end(), compressed.begin(), compressed.end());
  content.insert(content.end(), after.begin(), after.end());
  return make_box(root.type, content);
}

}  // namespace bonafide::provenance::c2pa
