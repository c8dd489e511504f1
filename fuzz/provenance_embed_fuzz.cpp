// Writing a credential into whatever file comes in: what is planned is found again as it was put in, and can be taken
// out again. Updates keep their place.
// link: bonafide_provenance_c2pa
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "provenance/c2pa/box_list.h"
#include "provenance/c2pa/embed.h"
#include "provenance/c2pa/jumbf.h"
#include "provenance/c2pa/reference.h"

namespace {

using namespace bonafide;
using namespace bonafide::provenance::c2pa;

void check(bool holds) {
  if (!holds) std::abort();
}

template <typename T>
bool fits(Result<T>& result) {
  check(result || (result.error().code != Code::internal && !result.error().message.empty()));
  return result.has_value();
}

/// A superbox of `size` bytes that is labelled as a store.
Bytes store_of(std::size_t size) {
  Bytes store{0, 0, static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
  for (const char c : {'j', 'u', 'm', 'b', '\0', '\0', '\0', '\x1E', 'j', 'u', 'm', 'd'}) {
    store.push_back(static_cast<std::uint8_t>(c));
  }
  const Uuid uuid = c2pa_uuid("c2pa");
  store.insert(store.end(), uuid.begin(), uuid.end());
  for (const char c : {'\x03', 'c', '2', 'p', 'a', '\0'}) store.push_back(static_cast<std::uint8_t>(c));
  store.resize(size, 0xA5);
  return store;
}

/// A reference to a credential is taken by the file, or refused; what is planned can be read.
void refer(const Bytes& file, const Context& context) {
  const media::MemorySource source(file);
  auto located = locate(source, context);
  if (!fits(located)) return;
  auto splice = plan_reference(source, located->container, "https://a.example/b", context);
  if (!fits(splice)) return;
  const ReferringSource view(source, std::move(*splice));
  Bytes made(static_cast<std::size_t>(view.size()));
  check(view.read_some(0, made).value() == made.size());
}

/// The file with `store` put in (empty: taken out); nothing when it was refused.
Bytes write(const Bytes& file, const Bytes& store, bool update, const Context& context) {
  const media::MemorySource source(file);
  auto located = locate(source, context);
  if (!fits(located)) return {};
  EmbedRequest request;
  request.existing = &*located;
  request.update = update;
  if (!store.empty()) request.store_size = store.size();
  auto splice = plan_embedding(source, request, context);
  if (!fits(splice)) return {};
  SplicedSource view(source, *splice);
  if (!store.empty()) {
    auto framed = frame_store(*splice, store);
    check(framed.has_value() || splice->store_size > store.size());  // JPEG XL: no box is as small as what is left
    if (!framed) return {};
    view.fill(std::move(*framed));
  }
  Bytes made(static_cast<std::size_t>(view.size()));
  check(view.read_some(0, made).value() == made.size());
  const media::MemorySource again(made);
  auto found = locate(again, context);
  check(found && found->problem.empty() && found->found() == !store.empty());
  if (store.empty()) return made;
  const auto frame = std::ranges::find(found->framing, splice->frame);
  check(frame != found->framing.end());
  const Bytes& got = found->stores[static_cast<std::size_t>(frame - found->framing.begin())];
  const std::size_t head = found->container == Container::jxl ? 4 : 0;  // the size of the box may count a filler
  check(got.size() >= store.size() && std::equal(store.begin() + static_cast<std::ptrdiff_t>(head), store.end(),
                                                 got.begin() + static_cast<std::ptrdiff_t>(head)));
  if (update) check(located->framing.front().start == found->framing.front().start);
  auto boxes = list_boxes(again, *found, context);
  if (fits(boxes)) {
    std::uint64_t at = 0;
    for (const NamedBox& box : *boxes) {
      check(box.range.start == at);
      at = box.range.end();
    }
    check(at == made.size());
    check(std::ranges::count(*boxes, "C2PA", &NamedBox::name) >= 1);
  }
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Context context;
  context.limits.nodes = 20'000;
  const Bytes file(data, data + size), small = store_of(200), large = store_of(777);
  refer(file, context);
  (void)write(file, small, true, context);
  (void)write(file, {}, false, context);
  const Bytes with = write(file, large, false, context);
  if (with.empty()) return 0;
  check(!write(with, small, false, context).empty() || with.size() > 0xFFFF0000);
  (void)write(with, small, true, context);
  (void)write(with, {}, false, context);
  return 0;
}
