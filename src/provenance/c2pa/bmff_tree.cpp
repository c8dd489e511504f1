#include "provenance/c2pa/bmff_tree.h"

#include <fmt/format.h>

#include <algorithm>

#include "provenance/c2pa/binding_forms.h"
#include "provenance/c2pa/cbor_map.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::uint64_t kMostProof = 64 * 1024;                ///< ours: 64 rows of the longest hash are 4 KiB
constexpr std::uint64_t kMostLeaves = std::uint64_t{1} << 24;  ///< ours: leaves of 1 KiB for 16 GiB
constexpr std::size_t kBatch = 16 * 1024;                      ///< leaves hashed at a time

/// The CBOR item at the start of bytes that zeros may follow; nothing when it is broken or the rest is not zero.
std::optional<cbor::Value> first_item(const Bytes& bytes) {
  const auto end = std::find_if(bytes.rbegin(), bytes.rend(), [](std::uint8_t byte) { return byte != 0; });
  const auto least = static_cast<std::size_t>(bytes.rend() - end);
  for (std::size_t size = least; size <= std::min(bytes.size(), least + 64); ++size) {  // a hash may end in zeros
    auto value = cbor::parse(ByteView(bytes).first(size));
    if (value) return std::move(*value);
  }
  return std::nullopt;
}

bool holds(const cbor::Value& value, const Bytes& digest) {
  return value.is(cbor::Type::bytes) && std::ranges::equal(value.content, digest);
}

Result<Bytes> content_of(const media::ByteSource& source, const BmffBox& box) {
  const C2paBox content = TRY(c2pa_box(source, box));
  return read_exactly(source, content.payload.start, std::min(content.payload.length, kMostProof));
}

}  // namespace

void Fold::add(Bytes leaf) {
  stack_.emplace_back(0, std::move(leaf));
  while (stack_.size() > 1 && stack_[stack_.size() - 2].first == stack_.back().first) join();
}

Bytes Fold::finish() {
  while (stack_.size() > 1) join();
  Bytes node = std::move(stack_.back().second);
  stack_.clear();
  return node;
}

void Fold::join() {
  crypto::Hasher hasher(algorithm_);
  const int height = stack_[stack_.size() - 2].first + 1;
  hasher.update(stack_[stack_.size() - 2].second);
  hasher.update(stack_.back().second);
  stack_.pop_back();
  stack_.back() = {height, hasher.finish()};
}

std::optional<MerkleMap> MerkleMap::read(const cbor::Value& entry, crypto::HashAlgorithm fallback, std::string& why) {
  why = "the tree is malformed";
  MerkleMap map;
  const cbor::Value* const named = present(entry, "alg");
  const auto algorithm = named != nullptr && named->text() ? hash_algorithm(*named->text()) : std::optional(fallback);
  const auto unique = size_of(entry, "uniqueId"), local = size_of(entry, "localId"), count = size_of(entry, "count");
  map.row = present(entry, "hashes");
  map.init_hash = present(entry, "initHash");
  map.sizes = present(entry, "variableBlockSizes");
  map.block = size_of(entry, "fixedBlockSize");
  if (!algorithm || !unique || !local || !count || *count == 0 || map.row == nullptr || map.row->children.empty()) {
    return std::nullopt;
  }
  if (map.block && (*map.block == 0 || map.sizes != nullptr)) return std::nullopt;
  if (map.init_hash != nullptr && (!map.init_hash->bytes() || map.block || map.sizes != nullptr)) return std::nullopt;
  map.algorithm = *algorithm;
  map.unique = *unique;
  map.local = *local;
  map.count = *count;
  const auto nodes = [&] { return (map.count + map.leaves - 1) / map.leaves; };
  while (nodes() > map.row->children.size()) map.leaves *= 2;
  if (nodes() != map.row->children.size()) {
    why = "the stored row is of no level";
    return std::nullopt;
  }
  why.clear();
  return map;
}

bool MerkleMap::proves(std::uint64_t location, Bytes digest, const cbor::Value* siblings) const {
  if (location >= count) return false;
  std::size_t used = 0;
  for (std::uint64_t position = location, width = count;; position /= 2, width = (width + 1) / 2) {
    if (width <= row->children.size()) {
      const bool all_used = used == (siblings == nullptr ? 0 : siblings->children.size());
      return all_used && holds(row->children[static_cast<std::size_t>(position)], digest);
    }
    if (position % 2 == 0 && position + 1 == width) continue;  // an odd node moves up as it is
    if (siblings == nullptr || used >= siblings->children.size() || !siblings->children[used].bytes()) return false;
    const ByteView sibling = *siblings->children[used++].bytes();
    crypto::Hasher hasher(algorithm);
    hasher.update(position % 2 == 0 ? ByteView(digest) : sibling);
    hasher.update(position % 2 == 0 ? sibling : ByteView(digest));
    digest = hasher.finish();
  }
}

Result<std::vector<MerkleBox>> merkle_boxes(const media::ByteSource& source, const std::vector<BmffBox>& roots) {
  std::vector<MerkleBox> found;
  for (const BmffBox& box : roots) {
    if (!box.c2pa || TRY(c2pa_box(source, box)).purpose != Purpose::merkle) continue;
    const Bytes bytes = TRY(content_of(source, box));
    const auto value = first_item(bytes);
    const auto unique = value ? size_of(*value, "uniqueId") : std::nullopt;
    const auto local = value ? size_of(*value, "localId") : std::nullopt;
    const auto location = value ? size_of(*value, "location") : std::nullopt;
    if (!unique || !local || !location) {
      return make_error(Code::corrupt, "an auxiliary box of a tree is malformed", box.range.start);
    }
    found.push_back({box, *unique, *local, *location});
  }
  return found;
}

Result<bool> proven(const media::ByteSource& source, const MerkleBox& box, const MerkleMap& map, Bytes digest) {
  const Bytes bytes = TRY(content_of(source, box.box));
  const auto value = first_item(bytes);
  if (!value) return false;
  return map.proves(box.location, std::move(digest), present(*value, "hashes"));
}

Bytes merkle_box(std::uint64_t unique, std::uint64_t local, std::uint64_t location,
                 const std::vector<Bytes>& siblings) {
  CborMap map;
  map.integer("uniqueId", static_cast<std::int64_t>(unique)).integer("localId", static_cast<std::int64_t>(local));
  map.integer("location", static_cast<std::int64_t>(location));
  std::vector<Bytes> hashes;
  for (const Bytes& sibling : siblings) hashes.push_back(cbor::Writer().bytes(sibling).take());
  if (!hashes.empty()) map.raw("hashes", cbor_array(hashes));
  return make_c2pa_box("merkle", map.take());
}

Result<std::uint64_t> track_of(const media::ByteSource& source, const BmffBox& moof, const Context& context) {
  Window window(source);
  int nodes = 0;
  for (const BmffBox& traf : TRY(bmff_children(window, moof, nodes, context))) {
    if (traf.type != fourcc("traf")) continue;
    for (const BmffBox& box : TRY(bmff_children(window, traf, nodes, context))) {
      const std::uint64_t body = box.range.start + box.header;
      if (box.type == fourcc("tfhd") && body + 8 <= box.range.end()) return std::uint64_t{TRY(window.u32be(body + 4))};
    }
  }
  return make_error(Code::corrupt, "a fragment without a track", moof.range.start);
}

namespace {

/// Walks the leaves of one mdat in batches that all cores hash.
class TreeCheck {
 public:
  TreeCheck(const media::ByteSource& source, const BmffBox& mdat, const MerkleMap& map,
            std::vector<const MerkleBox*> paths, HashTrace& trace)
      : source_(source),
        map_(map),
        paths_(std::move(paths)),
        trace_(trace),
        fold_(map.algorithm),
        at_(mdat.range.start + kLeavesBegin),
        node_start_(at_),
        end_(mdat.range.end()) {}

  Result<std::string> run(const Context& context) {
    const std::size_t size = crypto::digest(map_.algorithm, {}).size();
    std::vector<Range> batch;
    while (leaf_ < map_.count) {
      std::string why = next(batch);
      const Bytes digests = TRY(hash_all(source_, batch, map_.algorithm, context));
      for (std::size_t i = 0; i < batch.size(); ++i) {
        const auto digest = ByteView(digests).subspan(i * size, size);
        std::string wrong = TRY(leaf(batch[i], Bytes(digest.begin(), digest.end())));
        if (!wrong.empty()) return wrong;
      }
      if (!why.empty()) return why;
    }
    return at_ == end_ ? std::string() : std::string("the media data is longer than what was signed");
  }

 private:
  /// The next leaves; or as many as there are before something is wrong, which it says.
  std::string next(std::vector<Range>& batch) {
    batch.clear();
    for (std::uint64_t leaf = leaf_; leaf < map_.count && batch.size() < kBatch; ++leaf) {
      std::uint64_t size = end_ - at_;
      if (map_.sizes != nullptr) {
        if (leaf >= map_.sizes->children.size()) return "a block is missing";
        const auto wanted = map_.sizes->children[static_cast<std::size_t>(leaf)].integer();
        if (!wanted || *wanted < 0) return "a block has no size";
        if (static_cast<std::uint64_t>(*wanted) > size) return "the media data is shorter than what was signed";
        size = static_cast<std::uint64_t>(*wanted);
      } else if (map_.block) {
        size = std::min(*map_.block, size);
      }
      if (size == 0 && map_.sizes == nullptr) return "the media data is shorter than what was signed";
      batch.push_back({at_, size});
      at_ += size;
    }
    return {};
  }

  Result<std::string> leaf(Range range, Bytes digest) {
    if (trace_.on) trace_.add({HashStep::Kind::leaf, fmt::format("leaf {}", leaf_), range, {}, to_hex(digest), {}});
    if (!paths_.empty() && !TRY(proven(source_, *paths_[static_cast<std::size_t>(leaf_)], map_, digest))) {
      return fmt::format("the tree does not hold for the media data from byte {}", range.start);
    }
    fold_.add(std::move(digest));
    const std::uint64_t node = leaf_ / map_.leaves;
    ++leaf_;
    if (leaf_ % map_.leaves != 0 && leaf_ != map_.count) return std::string();
    const Bytes found = fold_.finish();
    const cbor::Value& wanted = map_.row->children[static_cast<std::size_t>(node)];
    if (trace_.on) {
      const std::string name = fmt::format("node {}", node);
      trace_.add({HashStep::Kind::node, name, {}, {}, to_hex(found), to_hex(wanted.content)});
    }
    if (!holds(wanted, found)) {
      return fmt::format("the media data was changed after signing, between bytes {} and {}", node_start_, range.end());
    }
    node_start_ = range.end();
    return std::string();
  }

  const media::ByteSource& source_;
  const MerkleMap& map_;
  std::vector<const MerkleBox*> paths_;  ///< one for each leaf, or none
  HashTrace& trace_;
  Fold fold_;
  std::uint64_t leaf_ = 0, at_, node_start_, end_;
};

}  // namespace

Result<std::string> check_tree(const media::ByteSource& source, const BmffBox& mdat, const MerkleMap& map,
                               const std::vector<MerkleBox>& boxes, const Context& context, HashTrace& trace) {
  if (mdat.range.length < kLeavesBegin) return std::string("the media data is shorter than what was signed");
  if (map.count > kMostLeaves) return make_error(Code::limit, "the tree has more leaves than the limit");
  std::vector<const MerkleBox*> paths;
  if (map.leaves > 1) {  // no boxes are needed when all leaves are stored
    for (const MerkleBox& box : boxes) {
      if (box.unique != map.unique || box.local != map.local) continue;
      if (box.location != paths.size()) return std::string("the boxes of the tree are out of order");
      paths.push_back(&box);
    }
    if (paths.size() != map.count) return std::string("the boxes of the tree are not as many as its leaves");
  }
  return TreeCheck(source, mdat, map, std::move(paths), trace).run(context);
}

}  // namespace bonafide::provenance::c2pa
