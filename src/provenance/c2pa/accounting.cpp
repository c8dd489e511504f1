// Strict byte accounting: every byte of the file and of its credential that no hash and no signature covers, by name
// and offset. What covers the file's own bytes is told by the binding.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "media/container/open_bytes.h"
#include "provenance/c2pa/hashing.h"
#include "provenance/c2pa/validator.h"

namespace bonafide::provenance::c2pa {

namespace {

/// Parts of a file that viewers show, by how media/container names them.
bool is_metadata(const std::string& type) {
  static constexpr std::array<std::string_view, 12> kShown{"XMP",  "Exif", "EXIF", "eXIf", "IPTC", "8BIM",
                                                           "tEXt", "iTXt", "zTXt", "udta", "ilst", "APP13"};
  return std::ranges::any_of(kShown, [&](std::string_view word) { return type.find(word) != std::string::npos; });
}

}  // namespace

std::optional<Range> Validator::in_file(std::size_t store, Range in_store) const {
  for (const Mapped& piece : located_.layout) {
    if (piece.store != store || in_store.length == 0) continue;
    if (in_store.start < piece.store_offset || in_store.end() > piece.store_offset + piece.file.length) continue;
    return Range{piece.file.start + in_store.start - piece.store_offset, in_store.length};
  }
  return std::nullopt;
}

void Validator::object(std::string code, std::string what, std::size_t store, Range in_store) {
  result_.findings.push_back({std::move(code), std::move(what), in_file(store, in_store)});
}

/// A stretch of a store as file ranges.
void Validator::list(std::size_t store, Range in_store, const std::string& what) {
  for (const Mapped& piece : located_.layout) {
    if (piece.store != store) continue;
    const std::uint64_t begin = std::max(in_store.start, piece.store_offset);
    const std::uint64_t end = std::min(in_store.end(), piece.store_offset + piece.file.length);
    if (begin < end) result_.uncovered.push_back({{piece.file.start + begin - piece.store_offset, end - begin}, what});
  }
}

Range Validator::in_store(const Manifest& manifest, ByteView bytes) const {
  const ByteView whole = store_.roots()[manifest.store]->whole;
  const std::less<const std::uint8_t*> before;
  if (before(bytes.data(), whole.data()) || !before(bytes.data(), whole.data() + whole.size())) return {};
  return {static_cast<std::uint64_t>(bytes.data() - whole.data()), bytes.size()};
}

void Validator::frames() {
  std::vector<Range> content;
  for (const Mapped& piece : located_.layout) content.push_back(piece.file);
  content = joined(std::move(content));
  // What the binding leaves out for the credential is held by its signature, but for what is listed here and below.
  std::erase_if(result_.uncovered, [&](const Uncovered& part) {
    return !content.empty() && std::ranges::find(located_.framing, part.range) != located_.framing.end();
  });
  for (const Range& frame : located_.framing) {
    for (const Range& gap : without(frame, content)) {
      result_.uncovered.push_back({gap, "the container's frame around the credential"});
    }
  }
}

void Validator::trailing() {
  for (std::size_t i = 0; i < store_.roots().size(); ++i) {
    const std::uint64_t used = store_.roots()[i]->whole.size();
    const std::uint64_t size = store_.size(i);
    if (size > used) list(i, {used, size - used}, "padding behind the credential");
  }
  if (const auto place = store_.trailing()) {
    object("store.trailing", "there are bytes that are not zero behind the end of the manifest store", place->store,
           {place->offset, store_.size(place->store) - place->offset});
  }
}

/// A structural box: nothing hashes its description, nor contents beyond those that its kind has.
void Validator::loose_box(const Manifest& manifest, const JumbfBox& box, std::string_view name,
                          std::size_t own_contents) {
  const auto tell = [&](ByteView bytes, std::string what) {
    const Range place = in_store(manifest, bytes);
    list(manifest.store, place, what);
    object("store.unsigned", std::move(what), manifest.store, place);
  };
  if (!box.secret.empty()) tell(box.secret, fmt::format("a private field in the description of {}", name));
  std::size_t plain = 0;
  for (const JumbfBox& child : box.children) {
    if (!child.super() && ++plain > own_contents)
      tell(child.whole, fmt::format("a box that does not belong in {}", name));
  }
}

/// What of a manifest is held by its own claim alone, and not by a hash over all of it.
void Validator::loose_structure(const Manifest& manifest) {
  if (manifest.inner != manifest.box) loose_box(manifest, *manifest.box, "the compressed manifest", 1);
  if (manifest.inner != manifest.box || !manifest.compressed) loose_box(manifest, *manifest.inner, "the manifest", 0);
  if (manifest.assertions != nullptr) loose_box(manifest, *manifest.assertions, "the assertion store", 0);
  for (const JumbfBox* const claim : manifest.claims) loose_box(manifest, *claim, "the claim", 1);
  if (manifest.signature != nullptr) loose_box(manifest, *manifest.signature, "the signature", 1);
  for (const JumbfBox& child : manifest.inner->children) {
    const bool known = &child == manifest.assertions || &child == manifest.signature ||
                       std::ranges::find(manifest.claims, &child) != manifest.claims.end();
    if (child.super() && !known) loose_extra(manifest, child);
  }
  if (manifest.inner == manifest.box) return;
  for (const JumbfBox& child : manifest.box->children)
    if (child.super()) loose_extra(manifest, child);
}

/// A superbox of another kind in a manifest, such as the stores of data boxes and credentials that C2PA 1.x had: what
/// assertions refer to by hash is held, the rest is not.
void Validator::loose_extra(const Manifest& manifest, const JumbfBox& box) {
  if (memo_.held(box)) return;
  const auto tell = [&](ByteView bytes, std::string_view label) {
    const Range place = in_store(manifest, bytes);
    list(manifest.store, place, "a box that nothing signs in the manifest");
    object("store.unsigned", fmt::format("a box that nothing signs is in the manifest: {}", label), manifest.store,
           place);
  };
  if (std::ranges::none_of(box.children, [&](const JumbfBox& child) { return memo_.held(child); })) {
    return tell(box.whole, box.label);
  }
  if (!box.secret.empty()) tell(box.secret, box.label);
  for (const JumbfBox& child : box.children) {
    if (!memo_.held(child)) tell(child.whole, child.label);
  }
}

void Validator::unreferenced() {
  for (const Manifest& manifest : store_.manifests()) {
    if (examined_.contains(&manifest)) continue;
    const Range place = in_store(manifest, manifest.box->whole);
    list(manifest.store, place, "a manifest that nothing refers to");
    object("store.unreferenced", "a manifest that nothing refers to is in the store: " + manifest.label, manifest.store,
           place);
  }
  for (std::size_t i = 0; i < store_.roots().size(); ++i) {
    const JumbfBox& root = *store_.roots()[i];
    const auto tell = [&](ByteView bytes, std::string what) {
      const Range place{static_cast<std::uint64_t>(bytes.data() - root.whole.data()), bytes.size()};
      list(i, place, what);
      object("store.unsigned", std::move(what), i, place);
    };
    if (!root.secret.empty()) tell(root.secret, "a private field in the description of the store");
    for (const JumbfBox& child : root.children) {
      if (!child.super() || !Store::is_manifest(child)) tell(child.whole, "a box in the store that is no manifest");
    }
  }
}

/// Metadata in bytes that the signer left out of the hash: people see it, and take it for signed.
Result<void> Validator::shown_but_unsigned() {
  std::vector<Range> open;
  for (const Uncovered& part : result_.uncovered) open.push_back(part.range);
  if (open.empty()) return {};
  auto media = media::open_bytes(source_, {}, context_);
  if (!media) {
    if (media.error().code == Code::cancelled || media.error().code == Code::io) return media.error();
    return {};  // what cannot be taken apart is not shown either
  }
  for (const media::Node& node : media->tree) {
    if (!is_metadata(node.type)) continue;
    const bool out = std::ranges::any_of(
        open, [&](const Range& range) { return node.offset < range.end() && range.start < node.offset + node.size; });
    if (!out) continue;
    result_.findings.push_back({"metadata.unsigned",
                                fmt::format("{} lies in bytes that nothing signs, though it is shown", node.type),
                                Range{node.offset, node.size}});
  }
  return {};
}

Result<void> Validator::account() {
  if (bound_) TRY(shown_but_unsigned());
  frames();
  trailing();
  for (const Manifest* const manifest : order_) {
    const Examined& examined = examined_.at(manifest);
    if (!examined.hashed_whole) loose_structure(*manifest);
  }
  unreferenced();
  std::ranges::stable_sort(result_.uncovered, {}, [](const Uncovered& u) { return u.range.start; });
  return {};
}

}  // namespace bonafide::provenance::c2pa
