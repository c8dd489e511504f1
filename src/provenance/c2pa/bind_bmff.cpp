// The binding of ISO base media files (C2PA 2.5 §16.3.2): the hash of all boxes, and Merkle trees over large media
// data.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "provenance/c2pa/bind_forms.h"
#include "provenance/c2pa/bmff_tree.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::uint64_t kTreeFrom = std::uint64_t{64} << 20;  ///< of media data: below, one thread is quick enough
constexpr std::uint64_t kLeastBlock = std::uint64_t{1} << 20;
constexpr std::uint64_t kMostLeaves = 2048;    ///< chosen by size: 70 KB of SHA-256 in the manifest
constexpr std::uint64_t kMostAsked = 100'000;  ///< asked for by merkle_block
constexpr std::size_t kMostTrees = 256;

Bytes text(std::string_view value) { return cbor::Writer().text(value).take(); }
Bytes number(std::uint64_t value) { return cbor::Writer().integer(static_cast<std::int64_t>(value)).take(); }
Bytes map(std::vector<std::pair<std::string_view, Bytes>> entries) {
  std::vector<std::pair<Bytes, Bytes>> encoded;
  for (auto& [key, value] : entries) encoded.emplace_back(text(key), std::move(value));
  return cbor::Writer().sorted_map(std::move(encoded)).take();
}
Bytes list(const std::vector<Bytes>& items) {
  cbor::Writer writer;
  writer.array(items.size());
  for (const Bytes& item : items) writer.raw(item);
  return writer.take();
}

struct Tree {
  std::uint64_t place = 0;  ///< of its mdat among all
  Range content;            ///< what the leaves cover
  std::uint64_t leaves = 0;
};

struct Trees {
  std::uint64_t block = 0;
  std::vector<Tree> trees;  ///< none: the flat hash covers the media data, too
};

/// Which mdat get a tree, and how large its leaves are. Depends on sizes alone, so that moving boxes changes nothing.
Result<Trees> trees_for(const std::vector<BmffBox>& roots, std::uint64_t asked) {
  Trees found;
  std::uint64_t place = 0, total = 0;
  for (const BmffBox& box : roots) {
    if (box.type == fourcc("moof")) return Trees();  // a stream of fragments has trees of another kind
    if (box.type != fourcc("mdat")) continue;
    const std::uint64_t index = place++;
    // Nothing of it would be left for a tree; c2pa-rs wants one for every mdat.
    if (box.range.length <= kLeavesBegin) return Trees();
    const Range content{box.range.start + kLeavesBegin, box.range.length - kLeavesBegin};
    found.trees.push_back({index, content, 0});
    total += content.length;
  }
  if (asked == 0 && (total < kTreeFrom || found.trees.size() > kMostTrees)) return Trees();
  found.block = asked;
  if (asked == 0) {
    found.block = kLeastBlock;
    while ((total + found.block - 1) / found.block > kMostLeaves) found.block *= 2;
  }
  std::uint64_t leaves = 0;
  for (Tree& tree : found.trees) {
    tree.leaves = (tree.content.length - 1) / found.block + 1;
    leaves += tree.leaves;
    if (tree.leaves > kMostAsked || leaves > kMostAsked) {
      return make_error(Code::invalid_argument, fmt::format("leaves of {} bytes are too many for this file", asked));
    }
  }
  return found;
}

Bytes exclusions(bool trees) {
  const Bytes id = cbor::Writer().bytes(kC2paUuid).take();
  std::vector<Bytes> entries{
      map({{"xpath", text("/uuid")}, {"data", list({map({{"offset", number(8)}, {"value", id}})})}}),
      map({{"xpath", text("/mfra")}})};
  if (trees) {
    const Bytes rest = map({{"offset", number(kLeavesBegin)}, {"length", number(0)}});
    entries.push_back(map({{"xpath", text("/mdat")}, {"subset", list({rest})}}));
  }
  return list(entries);
}

class Binding {
 public:
  Binding(const media::ByteSource& view, const Splice& splice, const BindOptions& options, const Context& context)
      : view_(view), splice_(splice), options_(options), context_(context) {}

  Result<HardBinding> run() {
    roots_ = TRY(bmff_roots(view_, context_, splice_.frame));
    const std::uint64_t end = roots_.empty() ? 0 : roots_.back().range.end();
    if (end != view_.size()) return make_error(Code::corrupt, "there are bytes after the last box", end);
    const Trees trees = TRY(trees_for(roots_, options_.merkle_block));
    std::vector<std::pair<std::string_view, Bytes>> entries{
        {"alg", text(hash_name(options_.algorithm))},
        {"exclusions", exclusions(!trees.trees.empty())},
        {"hash", cbor::Writer().bytes(TRY(flat(!trees.trees.empty()))).take()},
        {"name", text("jumbf manifest")},
    };
    std::vector<Bytes> maps;
    for (const Tree& tree : trees.trees) maps.push_back(TRY(merkle(tree, trees.block)));
    if (!maps.empty()) entries.emplace_back("merkle", list(maps));
    return HardBinding{"c2pa.hash.bmff.v3", map(std::move(entries))};
  }

 private:
  Result<Bytes> flat(bool trees) const {
    if (options_.placeholder) return Bytes(hash_size(options_.algorithm), 0);
    std::vector<Range> holes;
    for (const BmffBox& box : roots_) {
      if (box.c2pa || box.type == fourcc("mfra")) holes.push_back(box.range);
      if (trees && box.type == fourcc("mdat")) {
        holes.push_back({box.range.start + kLeavesBegin, box.range.length - kLeavesBegin});
      }
    }
    HashTrace none;
    return hash_boxes(view_, roots_, {0, view_.size()}, joined(std::move(holes)), options_.algorithm, context_, none);
  }

  /// The row of the leaves, whole: no proofs need to stand beside the media then.
  Result<Bytes> merkle(const Tree& tree, std::uint64_t block) const {
    const std::size_t size = hash_size(options_.algorithm);
    std::vector<Range> leaves;
    for (std::uint64_t at = 0; at < tree.content.length; at += block) {
      leaves.push_back({tree.content.start + at, std::min(block, tree.content.length - at)});
    }
    const Bytes digests = options_.placeholder ? Bytes(leaves.size() * size, 0)
                                               : TRY(hash_all(view_, leaves, options_.algorithm, context_));
    cbor::Writer row;
    row.array(leaves.size());
    for (std::size_t i = 0; i < leaves.size(); ++i) row.bytes(ByteView(digests).subspan(i * size, size));
    return map({{"uniqueId", number(1)},
                {"localId", number(tree.place)},
                {"count", number(tree.leaves)},
                {"alg", text(hash_name(options_.algorithm))},
                {"hashes", row.take()},
                {"fixedBlockSize", number(block)}});
  }

  const media::ByteSource& view_;
  const Splice& splice_;
  const BindOptions& options_;
  const Context& context_;
  std::vector<BmffBox> roots_;
};

}  // namespace

Result<HardBinding> make_bmff_binding(const media::ByteSource& view, const Splice& splice, const BindOptions& options,
                                      const Context& context) {
  return Binding(view, splice, options, context).run();
}

}  // namespace bonafide::provenance::c2pa
