// Embedding into RIFF: WebP, WAV, AVI (C2PA 2.5 §A.3.9). The store is the last chunk of the first RIFF chunk, whose
// size field counts it.
#include <algorithm>

#include "provenance/c2pa/embedders.h"
#include "provenance/c2pa/walkers.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::uint64_t kHeader = 8;  // of any chunk: name and size
constexpr Range kSizeField{4, 4};

struct Layout {
  std::uint64_t end = 0;     ///< of the first RIFF chunk as its size says
  std::uint64_t insert = 0;  ///< behind its last chunk and that one's padding
};

Result<Layout> layout_of(const media::ByteSource& source, const Context& context) {
  Window window(source);
  Layout layout{kHeader + TRY(window.u32(4, false)), 12};
  if (layout.end < 12 || layout.end > source.size()) {
    return make_error(Code::corrupt, "the size of the RIFF chunk is not that of the file", 4);
  }
  int nodes = 0;
  while (layout.insert + kHeader <= layout.end) {
    TRY(count_node(context, nodes, layout.insert));
    const std::uint64_t length = TRY(window.u32(layout.insert + 4, false));
    if (length > layout.end - layout.insert - kHeader) {
      return make_error(Code::corrupt, "a chunk runs past the RIFF chunk that holds it", layout.insert);
    }
    layout.insert += kHeader + length + (length & 1);
  }
  if (layout.end + kHeader <= source.size() && TRY(window.u32be(layout.end)) == fourcc("RIFF")) {
    // OpenDML: its indexes hold the offsets of what stands in the later chunks
    return make_error(Code::unsupported, "an AVI file in several RIFF chunks cannot take a credential yet", layout.end);
  }
  return layout;
}

/// An update keeps the size of the chunk where the size field is signed, and whether its content has an odd length:
/// the byte of padding behind that may be signed, too.
Result<std::uint64_t> store_size_of(const media::ByteSource& source, const EmbedRequest& request, Range old) {
  const std::uint64_t wanted = *request.store_size;
  if (!request.update) return wanted + (wanted & 1);  // no padding, about which readers differ
  Window window(source);
  const std::uint64_t room = TRY(window.u32(old.start + 4, false));
  if (wanted <= room) return room;
  if (!is_left_out(*request.existing, kSizeField)) return no_room(wanted, room);
  return wanted + ((wanted ^ room) & 1);
}

}  // namespace

Result<Splice> plan_riff(const media::ByteSource& source, const EmbedRequest& request, const Context& context) {
  const Layout layout = TRY(layout_of(source, context));
  const Range old = old_frame(request, std::min(layout.insert, source.size()));
  std::optional<std::uint64_t> store_size;
  if (request.store_size) store_size = TRY(store_size_of(source, request, old));
  const std::uint64_t frame = store_size ? kHeader + *store_size + (*store_size & 1) : 0;
  // An odd last chunk may lack its padding, or stand with it past the end that the size field names.
  const bool add_padding = old.length == 0 && layout.insert > source.size();
  const std::uint64_t end = std::max(layout.end, old.length == 0 ? layout.insert : old.end());
  const std::uint64_t size = end - kHeader - old.length + frame;
  if (size > 0xFFFFFFFF) return make_error(Code::limit, "a RIFF file cannot grow beyond 4 GiB");
  Splicer splicer(Container::riff);
  if (frame != old.length) splicer.overwrite(kSizeField.start, number(size, 4, false));
  splicer.copy_until(0, old.start);
  splicer.literal(Bytes(add_padding ? 1 : 0));
  if (store_size) splicer.frame(frame, *store_size);
  splicer.copy_until(old.end(), source.size());
  splicer.splice().optional_framing.push_back(kSizeField);
  return splicer.finish();
}

Result<Bytes> frame_riff(const Splice& splice, ByteView store) {
  Bytes framed;
  append_text(framed, "C2PA");
  append_number(framed, splice.store_size, 4, false);
  const Bytes whole = TRY(padded(store, splice.store_size + (splice.store_size & 1)));
  framed.insert(framed.end(), whole.begin(), whole.end());
  return framed;
}

}  // namespace bonafide::provenance::c2pa
