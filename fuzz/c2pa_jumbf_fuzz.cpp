// Manifest stores as they come out of a file: boxes lie inside each other, references resolve to boxes of the store or
// to nothing, claims and ingredients are read or refused.
// link: bonafide_provenance_c2pa
#include <cstdint>
#include <cstdlib>

#include "provenance/c2pa/store.h"

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

bool inside(ByteView part, ByteView whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

std::size_t look(const JumbfBox& box, ByteView whole, int depth) {
  must(depth <= 16 && inside(box.whole, whole) && inside(box.payload, box.whole) && inside(box.salt, box.whole));
  must(is_utf8(box.label) && (box.super() || box.children.empty()));
  std::size_t boxes = 1;
  for (const JumbfBox& child : box.children) {
    boxes += look(child, box.payload, depth + 1);
    const JumbfBox* const found = box.child(child.label);
    must(found == nullptr || found->label == child.label);
  }
  return boxes;
}

void follow(const Store& store, const Manifest& from, const std::string& url) {
  const Manifest* owner = nullptr;
  const JumbfBox* const target = store.resolve(url, from, &owner);
  if (target != nullptr) must(target->super() && owner != nullptr);
  const std::string once = Store::absolute(url, from);
  must(Store::absolute(once, from) == once);
}

void look(const Store& store, const Manifest& manifest) {
  for (const JumbfBox* const box : manifest.claims) {
    std::string code;
    const auto claim = parse_claim(*box, code);
    if (!fine(claim)) {
      must(code.starts_with("claim."));
      continue;
    }
    follow(store, manifest, claim->signature);
    for (const auto* list : {&claim->created, &claim->gathered})
      for (const HashedUri& reference : *list) follow(store, manifest, reference.url);
    for (const std::string& url : claim->redacted) follow(store, manifest, url);
  }
  if (manifest.assertions == nullptr) return;
  for (const JumbfBox& assertion : manifest.assertions->children) {
    must(base_label(assertion.label).size() <= assertion.label.size());
    const JumbfBox* const content = assertion.content(fourcc("cbor"));
    if (content == nullptr) continue;
    const auto value = cbor::parse(content->payload);
    if (!fine(value)) continue;
    static_cast<void>(hashed_uri(&*value));
    if (const auto ingredient = parse_ingredient(std::string(assertion.label), *value); ingredient)
      for (const auto* reference : {&ingredient->manifest, &ingredient->claim_signature})
        if (*reference) follow(store, manifest, (*reference)->url);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes{data, size};
  const auto box = parse_superbox(bytes);
  if (fine(box)) must(look(*box, bytes, 0) <= 50'000);
  std::vector<Bytes> stores{Bytes(bytes.begin(), bytes.end())};
  const auto store = Store::parse(std::move(stores));
  if (!fine(store)) return 0;
  must(box.has_value());
  for (const Manifest& manifest : store->manifests()) look(*store, manifest);
  return 0;
}
