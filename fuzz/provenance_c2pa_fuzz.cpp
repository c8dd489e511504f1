// Content Credentials: whatever bytes come in, no crash, and no trust where nobody is trusted.
// link: bonafide_provenance_c2pa
#include <cstdint>
#include <cstdlib>

#include "provenance/c2pa/validate.h"

namespace {
void check(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bonafide;
  using namespace bonafide::provenance::c2pa;
  Context context;
  context.limits.nodes = 20'000;
  const ByteView bytes{data, size};
  const auto box = parse_superbox(bytes);
  check(box || (box.error().code != Code::internal && !box.error().message.empty()));
  const media::MemorySource source(bytes);
  auto located = locate(source, context);
  if (!located) {
    check(located.error().code != Code::internal && !located.error().message.empty());
    return 0;
  }
  for (const Range& range : located->framing) check(range.start <= size);
  const crypto::TrustStore nobody;
  const bool found = located->found() || !located->problem.empty();
  const auto validation = validate(source, std::move(*located), {&nobody, 1'800'000'000, true}, context);
  check(validation.has_value() || validation.error().code != Code::internal);
  if (!validation) return 0;
  check(found && validation->state != State::trusted && !validation->manifests.empty());
  return 0;
}
