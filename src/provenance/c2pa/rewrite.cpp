#include "provenance/c2pa/rewrite.h"

#include "provenance/c2pa/jumbf_writer.h"

namespace bonafide::provenance::c2pa {

namespace {

/// A superbox again from its description as it was and other contents.
Bytes with_contents(const JumbfBox& box, const std::vector<ByteView>& contents) {
  std::uint64_t described = 0;  // the description box's own size; parse_superbox has seen that it fits
  for (std::size_t i = 0; i < 4 && box.payload.size() >= 4; ++i) described = described << 8 | box.payload[i];
  const ByteView description = box.payload.first(static_cast<std::size_t>(described));
  Bytes inner(description.begin(), description.end());
  for (const ByteView each : contents) inner.insert(inner.end(), each.begin(), each.end());
  return make_box(box.type, inner);
}

}  // namespace

Result<Bytes> without_assertion(ByteView manifest, std::string_view label) {
  const JumbfBox box = TRY(parse_superbox(manifest));
  const JumbfBox* const assertions = box.child("c2pa.assertions");
  if (assertions == nullptr || assertions->child(label) == nullptr) {
    return make_error(Code::not_found, "there is no assertion " + std::string(label));
  }
  std::vector<ByteView> kept, children;
  for (const JumbfBox& each : assertions->children) {
    if (!each.super() || each.label != label) kept.push_back(each.whole);
  }
  const Bytes rebuilt = with_contents(*assertions, kept);
  for (const JumbfBox& each : box.children) children.push_back(&each == assertions ? ByteView(rebuilt) : each.whole);
  return with_contents(box, children);
}

}  // namespace bonafide::provenance::c2pa
