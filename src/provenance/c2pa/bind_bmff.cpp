// The binding of ISO base media files (C2PA 2.5 §16.3.2): the hash of all boxes, and Merkle trees over large media
// data.
#include <fmt/format.h>

#include "provenance/c2pa/bind_forms.h"
#include "provenance/c2pa/bmff_tree.h"
#include "provenance/c2pa/cbor_map.h"
#include "provenance/c2pa/stream.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::uint64_t kTreeFrom = std::uint64_t{64} << 20;  ///< of media data: below, one thread is quick enough
constexpr std::uint64_t kLeastBlock = std::uint64_t{1} << 20;
constexpr std::uint64_t kMostLeaves = 2048;    ///< chosen by size: 70 KB of SHA-256 in the manifest
constexpr std::uint64_t kMostAsked = 100'000;  ///< asked for by merkle_block

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
  // c2pa-rs 0.91.3 takes several mdat in no certain order, so that about half of such files fail there.
  if (asked == 0 && (total < kTreeFrom || found.trees.size() > 1)) return Trees();
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

class Binding {
 public:
  Binding(const media::ByteSource& view, const Splice& splice, const BindOptions& options, const Context& context)
      : view_(view), splice_(splice), options_(options), context_(context) {}

  Result<HardBinding> run() {
    roots_ = TRY(bmff_roots(view_, context_, splice_.frame));
    const std::uint64_t end = roots_.empty() ? 0 : roots_.back().range.end();
    if (end != view_.size()) return make_error(Code::corrupt, "there are bytes after the last box", end);
    if (options_.proofs) return fragments();
    const Trees trees = TRY(trees_for(roots_, options_.merkle_block));
    const bool some = !trees.trees.empty();
    CborMap binding;
    binding.text("alg", hash_name(options_.algorithm)).raw("exclusions", own_exclusions(some));
    binding.bytes("hash", TRY(flat(some))).text("name", "jumbf manifest");
    std::vector<Bytes> maps;
    for (const Tree& tree : trees.trees) maps.push_back(TRY(merkle(tree, trees.block)));
    if (some) binding.raw("merkle", cbor_array(maps));
    return HardBinding{"c2pa.hash.bmff.v3", binding.take()};
  }

 private:
  Result<Bytes> flat(bool trees) const {
    if (options_.placeholder) return Bytes(hash_size(options_.algorithm), 0);
    HashTrace none;
    return hash_boxes(view_, roots_, {0, view_.size()}, own_holes(roots_, trees), options_.algorithm, context_, none);
  }

  /// A stream in one file (§A.5.3.1.2): what stands before the first moof, and a leaf for each moof up to the next.
  Result<HardBinding> fragments() const {
    std::vector<Range> parts;
    const BmffBox* first = nullptr;
    for (const BmffBox& box : roots_) {
      if (box.type != fourcc("moof")) continue;
      if (first == nullptr) first = &box;
      if (!parts.empty()) parts.back().length = box.range.start - parts.back().start;
      parts.push_back({box.range.start, view_.size() - box.range.start});
    }
    if (first == nullptr) return make_error(Code::unsupported, "this file has no fragments");
    const std::uint64_t track = TRY(track_of(view_, *first, context_));
    const std::vector<Range> holes = own_holes(roots_, false);
    std::vector<Bytes> digests(parts.size(), Bytes(hash_size(options_.algorithm), 0));
    Bytes init = digests.front();
    Context quiet = context_;  // the other threads tell no progress
    quiet.progress = nullptr;
    const auto hash = [&](Range part) {
      HashTrace none;
      return hash_boxes(view_, roots_, part, holes, options_.algorithm, quiet, none);
    };
    const auto worker = [&](bool own) {
      return [&, own](std::size_t i) -> Result<void> {
        digests[i] = TRY(hash(parts[i]));
        if (own) context_.report("verifying", parts[i].end(), view_.size());
        return {};
      };
    };
    if (!options_.placeholder) {
      init = TRY(hash({0, first->range.start}));
      TRY(side_by_side(0, parts.size(), worker));
    }
    std::vector<Bytes> row;
    for (const Bytes& digest : digests) row.push_back(cbor::Writer().bytes(digest).take());
    CborMap map;
    map.integer("uniqueId", 1).integer("localId", static_cast<std::int64_t>(track));
    map.integer("count", static_cast<std::int64_t>(parts.size())).text("alg", hash_name(options_.algorithm));
    map.bytes("initHash", init).raw("hashes", cbor_array(row));
    CborMap binding;
    binding.text("alg", hash_name(options_.algorithm)).raw("exclusions", own_exclusions(false));
    binding.raw("merkle", cbor_array({map.take()})).text("name", "jumbf manifest");
    return HardBinding{"c2pa.hash.bmff.v3", binding.take()};
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
    CborMap map;
    map.integer("uniqueId", 1).integer("localId", static_cast<std::int64_t>(tree.place));
    map.integer("count", static_cast<std::int64_t>(tree.leaves)).text("alg", hash_name(options_.algorithm));
    map.raw("hashes", row.take()).integer("fixedBlockSize", static_cast<std::int64_t>(block));
    return map.take();
  }

  const media::ByteSource& view_;
  const Splice& splice_;
  const BindOptions& options_;
  const Context& context_;
  std::vector<BmffBox> roots_;
};

}  // namespace

HardBinding flat_bmff_binding(crypto::HashAlgorithm algorithm, const Bytes& hash) {
  CborMap binding;
  binding.text("alg", hash_name(algorithm)).raw("exclusions", own_exclusions(false));
  binding.bytes("hash", hash).text("name", "jumbf manifest");
  return {"c2pa.hash.bmff.v3", binding.take()};
}

Result<HardBinding> make_bmff_binding(const media::ByteSource& view, const Splice& splice, const BindOptions& options,
                                      const Context& context) {
  if (options.stream != nullptr) return options.stream->binding(view, splice, options, context);
  return Binding(view, splice, options, context).run();
}

}  // namespace bonafide::provenance::c2pa
