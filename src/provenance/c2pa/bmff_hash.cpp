#include "provenance/c2pa/bmff_hash.h"

#include <fmt/format.h>

#include <algorithm>

#include "provenance/c2pa/binding_forms.h"
#include "provenance/c2pa/fragments.h"

namespace bonafide::provenance::c2pa {

namespace {

bool has(const std::vector<BmffBox>& roots, std::uint32_t type) {
  return std::ranges::find(roots, type, &BmffBox::type) != roots.end();
}

}  // namespace

void BmffHash::fail(std::string reason) {
  check_.code = "assertion.bmffHash.mismatch";
  check_.reason = std::move(reason);
}

Result<std::vector<MerkleMap>> BmffHash::trees(std::string& why) const {
  std::vector<MerkleMap> maps;
  const cbor::Value* const list = present(map_, "merkle");
  if (list == nullptr) return maps;
  for (const cbor::Value& entry : list->children) {
    auto map = MerkleMap::read(entry, algorithm_, why);
    if (!map) return maps;
    maps.push_back(*map);
  }
  return maps;
}

Result<std::string> BmffHash::flat(const BmffCover& cover) {
  const bool placed = request_.label != "c2pa.hash.bmff";  // the first version did not hash where a box stands
  const Bytes digest = TRY(cover.hash({0, source_.size()}, placed, algorithm_, context_, check_.trace));
  check_.trace.add({HashStep::Kind::result, "the boxes", {}, {}, to_hex(digest), to_hex(hash_)});
  return digest == hash_ ? std::string() : std::string("the file's boxes were changed after signing");
}

/// A file that is no stream of fragments: the flat hash, and a tree for each mdat.
Result<std::string> BmffHash::media(const BmffCover& cover, const std::vector<MerkleMap>& maps) {
  if (!hash_.empty()) {
    std::string why = TRY(flat(cover));
    if (!why.empty()) return why;
  }
  const bool proofs = std::ranges::any_of(maps, [](const MerkleMap& map) { return map.leaves > 1; });
  std::vector<MerkleBox> boxes;
  if (proofs) {
    auto found = merkle_boxes(source_, cover.roots());
    if (!found && found.error().code == Code::corrupt) return found.error().message;
    boxes = TRY(std::move(found));
  }
  for (const MerkleMap& map : maps) {
    std::uint64_t index = 0;
    const auto mdat = std::ranges::find_if(
        cover.roots(), [&](const BmffBox& box) { return box.type == fourcc("mdat") && index++ == map.local; });
    if (mdat == cover.roots().end()) return std::string("the media data that was signed is missing");
    checked_mdat_.push_back(mdat->range.start);
    std::string why = TRY(check_tree(source_, *mdat, map, boxes, context_, check_.trace));
    if (!why.empty()) return why;
  }
  return std::string();
}

/// A stream in one file: a leaf is a moof and all up to the next (§A.5.3.1.2).
Result<std::string> BmffHash::fragments(const BmffCover& cover, const std::vector<MerkleMap>& maps) {
  std::vector<std::uint64_t> starts;  // of each fragment; then the end
  for (const BmffBox& box : cover.roots()) {
    if (box.type == fourcc("moof")) starts.push_back(box.range.start);
  }
  const std::uint64_t first = starts.front();
  starts.push_back(source_.size());
  for (const MerkleMap& map : maps) {
    const Bytes digest = TRY(cover.hash({0, first}, true, map.algorithm, context_, check_.trace));
    if (!std::ranges::equal(digest, map.init_hash->content)) {
      return std::string("what stands before the first fragment was changed after signing");
    }
  }
  auto found = merkle_boxes(source_, cover.roots());
  if (!found && found.error().code == Code::corrupt) return found.error().message;
  const std::vector<MerkleBox> boxes = TRY(std::move(found));
  if (boxes.size() + 1 != starts.size()) return std::string("the proofs are not as many as the fragments");
  std::vector<std::uint64_t> next(maps.size());  // the place that must come, by tree
  std::vector<const MerkleMap*> tree_of;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const auto map = std::ranges::find_if(
        maps, [&](const MerkleMap& m) { return m.unique == boxes[i].unique && m.local == boxes[i].local; });
    const bool before = boxes[i].box.range.start < starts[i] && (i == 0 || boxes[i].box.range.start > starts[i - 1]);
    if (map == maps.end() || !before) return std::string("a proof belongs to no fragment");
    if (boxes[i].location != next[static_cast<std::size_t>(map - maps.begin())]++) {
      return fmt::format("the fragment at byte {} is out of order", starts[i]);
    }
    tree_of.push_back(&*map);
  }
  for (std::size_t i = 0; i < maps.size(); ++i) {
    if (next[i] != maps[i].count) return std::string("the fragments are not as many as were signed");
  }
  std::vector<char> held(boxes.size(), 0);
  Context quiet = context_;  // the other threads tell no progress
  quiet.progress = nullptr;
  const auto worker = [&](bool) {
    return [&](std::size_t i) -> Result<void> {
      HashTrace none;
      const Range part{starts[i], starts[i + 1] - starts[i]};
      HashTrace& trace = check_.trace.on ? check_.trace : none;
      Bytes digest = TRY(cover.hash(part, true, tree_of[i]->algorithm, quiet, trace));
      if (trace.on) trace.add({HashStep::Kind::leaf, fmt::format("fragment {}", i), part, {}, to_hex(digest), {}});
      held[i] = TRY(proven(source_, boxes[i], *tree_of[i], std::move(digest))) ? 1 : 0;
      return {};
    };
  };
  TRY(side_by_side(check_.trace.on ? 1 : 0, boxes.size(), worker));
  const auto broken = std::ranges::find(held, 0);
  if (broken == held.end()) return std::string();
  const auto at = static_cast<std::size_t>(broken - held.begin());
  return fmt::format("the fragment at byte {} was changed after signing", starts[at]);
}

/// A stream in several files, of which this is the initialization segment.
Result<std::string> BmffHash::files() {
  const FragmentCheck stream = TRY(FragmentCheck::open(map_, algorithm_, source_, context_, check_.trace));
  if (!stream.wrong().empty()) return stream.wrong();
  if (request_.fragments == nullptr || request_.fragments->empty()) {
    check_.unsupported = "the fragments of this stream were not given, so its media could not be checked";
    return std::string();
  }
  const auto answer = TRY(stream.all(*request_.fragments, context_, check_.trace));
  check_.weak = answer.unseen;
  check_.reason = fmt::format("the initialization segment and {} fragments of {} are those that were signed",
                              request_.fragments->size(), answer.count);
  return answer.wrong;
}

/// Boxes with a store are not listed here: what of them is signed and what is not, the validator tells byte by byte.
Result<void> BmffHash::list_uncovered(const BmffCover& cover) {
  for (const BmffCover::Hole& hole : cover.holes()) {
    const auto in_tree = [&](const BmffBox& box) {
      return box.type == fourcc("mdat") && hole.range.start >= box.range.start && hole.range.end() <= box.range.end() &&
             std::ranges::find(checked_mdat_, box.range.start) != checked_mdat_.end();
    };
    if (std::ranges::any_of(cover.roots(), in_tree)) continue;
    const auto own =
        std::ranges::find_if(cover.roots(), [&](const BmffBox& box) { return box.c2pa && box.range == hole.range; });
    const Purpose purpose = own == cover.roots().end() ? Purpose::other : TRY(c2pa_box(source_, *own)).purpose;
    if (purpose == Purpose::merkle) check_.uncovered.push_back({hole.range, "a proof of a Merkle tree"});
    if (purpose == Purpose::other) check_.uncovered.push_back({hole.range, "box " + hole.path});
  }
  return {};
}

Result<void> BmffHash::run() {
  const BmffCover cover = TRY(BmffCover::of(source_, present(map_, "exclusions"), context_));
  if (!cover.complete()) {
    fail("there are bytes after the last box");
    return {};
  }
  check_.code = "assertion.bmffHash.malformed";
  check_.reason = cover.malformed();
  if (!check_.reason.empty()) return {};
  if (cover.more()) check_.additional_code = "assertion.bmffHash.additionalExclusionsPresent";
  const std::vector<MerkleMap> maps = TRY(trees(check_.reason));
  if (!check_.reason.empty()) return {};
  const auto named = std::ranges::count_if(maps, [](const MerkleMap& map) { return map.init_hash != nullptr; });
  const bool stream = named > 0;
  if (hash_.empty() && maps.empty()) check_.reason = "the binding holds neither a hash nor a tree";
  if (stream && static_cast<std::size_t>(named) != maps.size()) {
    check_.reason = "a tree does not name its initialization segment";  // c2pa-rs #2609
  }
  if (stream && !hash_.empty()) check_.reason = "a binding of fragments holds a hash of the whole file";
  const auto split = [](const MerkleMap& map) { return map.count > 1 && !map.block && map.sizes == nullptr; };
  if (!stream && std::ranges::any_of(maps, split)) {
    if (request_.label == "c2pa.hash.bmff.v2") check_.unsupported = "this version cannot check a tree over samples";
    check_.reason = "a tree does not say how large its blocks are";
  }
  if (!check_.reason.empty()) return {};

  const bool one_file = has(cover.roots(), fourcc("moof"));
  auto checked = !stream ? media(cover, maps) : one_file ? fragments(cover, maps) : files();
  std::string why = TRY(std::move(checked));
  if (!check_.unsupported.empty()) return {};
  if (why.empty()) {
    TRY(list_uncovered(cover));
    const BmffCover::Offsets offsets = TRY(cover.offsets(context_));
    why = offsets.wrong;
    check_.weak = check_.weak || offsets.unseen;
    const auto open = [](const Uncovered& u) { return u.what == "box /mdat"; };
    if (why.empty() && std::ranges::any_of(check_.uncovered, open)) why = "the media data is covered by no hash";
  }
  if (!why.empty()) {
    fail(std::move(why));
    return {};
  }
  check_.code = "assertion.bmffHash.match";
  if (check_.reason.empty()) check_.reason = "the file's boxes are those that were signed";
  // Trees alone leave all other boxes open.
  if (!stream && hash_.empty()) {
    for (const BmffBox& box : cover.roots()) {
      if (box.type != fourcc("mdat")) check_.uncovered.push_back({box.range, "a box that no hash covers"});
    }
  }
  // The first form does not hash where boxes stand; tables of offsets left out let the media be put in another order.
  check_.weak = check_.weak || request_.label == "c2pa.hash.bmff" || cover.inner() || (!stream && hash_.empty());
  return {};
}

}  // namespace bonafide::provenance::c2pa
