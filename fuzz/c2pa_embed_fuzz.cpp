// Every container that can carry a credential: whatever stands in it, a store put in is found again, exactly where the
// plan says and byte for byte; taken out, none is found. The first input byte chooses the size of the store.
// link: bonafide_provenance_c2pa
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "provenance/c2pa/box_list.h"
#include "provenance/c2pa/embed.h"

namespace {

using namespace bonafide;
using namespace bonafide::provenance::c2pa;

void must(bool promise) {
  if (!promise) std::abort();
}

template <typename T>
bool fine(const Result<T>& result) {
  must(result || (result.error().code != Code::internal && !result.error().message.empty()));
  return result.has_value();
}

/// A box with a manifest store's description and `size` bytes in all, 64 at least.
Bytes store_of(std::size_t size) {
  Bytes store(std::max<std::size_t>(size, 64), 0x5A);
  const auto box = [&](std::size_t at, std::size_t length, std::string_view type) {
    for (std::size_t i = 0; i < 4; ++i) store[at + i] = static_cast<std::uint8_t>(length >> (8 * (3 - i)));
    std::copy(type.begin(), type.end(), store.begin() + static_cast<std::ptrdiff_t>(at + 4));
  };
  box(0, store.size(), "jumb");
  box(8, 30, "jumd");
  const Uuid uuid = c2pa_uuid("c2pa");
  std::copy(uuid.begin(), uuid.end(), store.begin() + 16);
  constexpr std::string_view kRest(
      "\x03"
      "c2pa\0",
      6);
  std::copy(kRest.begin(), kRest.end(), store.begin() + 32);
  box(38, store.size() - 38, "free");
  return store;
}

void lists(const media::ByteSource& source, const Located& located, const Context& context) {
  for (const bool every : {false, true}) {
    const auto boxes = list_boxes(source, located, context, {every});
    if (!fine(boxes)) continue;
    std::uint64_t at = 0;
    for (const NamedBox& box : *boxes) {
      must(box.range.start == at);
      at = box.range.end();
    }
    must(at == source.size());
  }
}

/// The store in the view is `wanted`, and its frame is the plan's.
void found_again(const SplicedSource& view, const Splice& splice, const Bytes& wanted, const Context& context) {
  const auto located = locate(view, context);
  must(fine(located) && located->stores.size() == 1 && located->problem.empty());
  must(located->container == splice.container);
  must(located->framing.size() == 1 && located->framing.front() == splice.frame);
  must(located->optional_framing == splice.optional_framing);
  const Bytes& store = located->stores.front();
  must(store.size() >= wanted.size() && std::equal(wanted.begin(), wanted.end(), store.begin()));
  must(std::all_of(store.begin() + static_cast<std::ptrdiff_t>(wanted.size()), store.end(),
                   [](std::uint8_t byte) { return byte == 0; }));
  for (const Mapped& part : located->layout) must(part.file.start <= view.size());
}

void put_in(const media::ByteSource& source, const Located& located, const Bytes& store, bool update,
            const Context& context) {
  EmbedRequest request;
  request.existing = &located;
  request.store_size = store.size();
  request.update = update;
  const auto splice = plan_embedding(source, request, context);
  if (!fine(splice)) return;
  std::uint64_t total = 0;
  for (const Piece& piece : splice->pieces) {
    must(piece.kind != Piece::Kind::copy || (piece.from.end() <= source.size() && piece.from.length == piece.length));
    must(piece.kind != Piece::Kind::literal || piece.bytes.size() == piece.length);
    total += piece.length;
  }
  SplicedSource view(source, *splice);
  must(view.size() == total);
  auto framed = frame_store(*splice, store);
  must(fine(framed) && framed->size() == splice->frame.length);
  view.fill(std::move(*framed));
  if (splice->purpose == "update") return;  // then there are two, the original's first
  found_again(view, *splice, store, context);
}

void take_out(const media::ByteSource& source, const Located& located, const Context& context) {
  EmbedRequest request;
  request.existing = &located;
  const auto splice = plan_embedding(source, request, context);
  if (!fine(splice)) return;
  const SplicedSource view(source, *splice);
  const auto rest = locate(view, context);
  must(fine(rest) && !rest->found());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Context context;
  context.limits.nodes = 5'000;
  const Bytes store = store_of(64 + data[0] * std::size_t{data[0]});  // up to 65 kB: more than one JPEG segment
  const media::MemorySource source(ByteView(data + 1, size - 1));
  const auto located = locate(source, context);
  if (!fine(located)) return 0;
  for (const Range& range : located->framing) must(range.start <= source.size());
  lists(source, *located, context);
  if (!located->problem.empty() || !located->readable) return 0;
  put_in(source, *located, store, false, context);
  if (!located->found()) return 0;
  put_in(source, *located, store, true, context);
  take_out(source, *located, context);
  return 0;
}
