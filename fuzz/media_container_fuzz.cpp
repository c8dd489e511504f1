// Every walker: whatever bytes come in, the promises of media.h hold for what comes out.
// link: bonafide_media_container
#include <cstdint>
#include <cstdlib>

#include "media/container/open_bytes.h"

namespace {
void check(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bonafide;
  Context context;
  context.limits.nodes = 20'000;
  const auto media = media::open_bytes(media::MemorySource({data, size}), "input.jpg", context);
  if (!media) {
    check(media.error().code != Code::internal && !media.error().message.empty());
    return 0;
  }
  check(media->format != media::Format::unknown && media->kind != media::Kind::unknown);
  check(media->orientation >= 1 && media->orientation <= 8);
  check(media->width >= 0 && media->height >= 0);
  for (const media::Node& node : media->tree) {
    check(node.offset <= size && node.size <= size - node.offset);
    check(node.depth >= 0 && node.depth <= context.limits.depth);
    check(clean_utf8(node.type) == node.type && clean_utf8(node.note) == node.note);
  }
  for (const media::Fact& fact : media->facts) {
    check(!fact.group.empty() && !fact.value.empty() && fact.value.size() <= 4096);
    check(clean_utf8(fact.value) == fact.value && clean_utf8(fact.name) == fact.name);
  }
  if (media->thumbnail) check(media->thumbnail->offset + media->thumbnail->size <= size);
  if (media->jpeg)
    for (const media::QuantTable& table : media->jpeg->tables) check(table.values.size() == 64 && table.id <= 3);
  return 0;
}
