#include "provenance/c2pa/bmff_hash.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "provenance/c2pa/walkers.h"

namespace bonafide::provenance::c2pa {

namespace {

constexpr std::uint64_t kLeavesBegin = 16;  // the flat hash keeps the first 16 bytes of mdat, whatever its header

const cbor::Value* present(const cbor::Value& map, std::string_view key) {
  const cbor::Value* const value = map.find(key);
  return value == nullptr || value->is(cbor::Type::null) ? nullptr : value;
}

std::optional<std::uint64_t> size_of(const cbor::Value& map, std::string_view key) {
  const cbor::Value* const value = present(map, key);
  const auto number = value == nullptr ? std::nullopt : value->integer();
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

std::string path_of(const cbor::Value& entry) {
  const cbor::Value* const path = present(entry, "xpath");
  return path != nullptr && path->text() ? std::string(*path->text()) : std::string();
}

constexpr std::uint64_t kMostProof = 64 * 1024;  // ours: 64 rows of the longest hash are 4 KiB

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
  return value.is(cbor::Type::bytes) &&
         std::equal(value.content.begin(), value.content.end(), digest.begin(), digest.end());
}

/// Leaves fold into nodes of one row: `height` rows above the leaves, an odd node moves up as it is (§16.3.2.3).
class Fold {
 public:
  explicit Fold(crypto::HashAlgorithm algorithm) : algorithm_(algorithm) {}
  void add(Bytes leaf) {
    stack_.emplace_back(0, std::move(leaf));
    while (stack_.size() > 1 && stack_[stack_.size() - 2].first == stack_.back().first) join();
  }
  Bytes finish() {
    while (stack_.size() > 1) join();
    Bytes node = std::move(stack_.back().second);
    stack_.clear();
    return node;
  }
  bool empty() const { return stack_.empty(); }

 private:
  void join() {
    crypto::Hasher hasher(algorithm_);
    const int height = stack_[stack_.size() - 2].first + 1;
    hasher.update(stack_[stack_.size() - 2].second);
    hasher.update(stack_.back().second);
    stack_.pop_back();
    stack_.back() = {height, hasher.finish()};
  }
  crypto::HashAlgorithm algorithm_;
  std::vector<std::pair<int, Bytes>> stack_;
};

}  // namespace

void BmffHash::fail(std::string reason) {
  check_.code = "assertion.bmffHash.mismatch";
  check_.reason = std::move(reason);
}

Result<bool> BmffHash::chosen(const cbor::Value& entry, const BmffBox& box) const {
  if (const auto length = size_of(entry, "length"); length && *length != box.range.length) return false;
  Window window(source_);
  const std::uint64_t full = box.range.start + box.header;  // where version and flags stand
  if (const auto version = size_of(entry, "version")) {
    if (full + 4 > box.range.end() || TRY(window.u8(full)) != *version) return false;
  }
  if (const cbor::Value* const flags = present(entry, "flags"); flags != nullptr && flags->bytes()) {
    if (flags->content.size() != 3 || full + 4 > box.range.end()) return false;
    const cbor::Value* const mode = present(entry, "exact");
    const bool exact = mode == nullptr || mode->truth().value_or(true);
    const Bytes have = TRY(read_exactly(source_, full + 1, 3));
    for (std::size_t i = 0; i < 3; ++i) {
      const std::uint8_t want = flags->content[i];
      if (exact ? have[i] != want : (have[i] & want) != want) return false;
    }
  }
  if (const cbor::Value* const data = present(entry, "data"); data != nullptr) {
    for (const cbor::Value& item : data->children) {
      const auto offset = size_of(item, "offset");
      const cbor::Value* const value = present(item, "value");
      if (!offset || value == nullptr || !value->bytes()) return false;
      const std::uint64_t length = value->content.size();
      if (*offset > box.range.length || length > box.range.length - *offset) return false;
      const Bytes have = TRY(read_exactly(source_, box.range.start + *offset, length));
      if (!std::equal(have.begin(), have.end(), value->content.begin())) return false;
    }
  }
  return true;
}

/// False when the entry is malformed.
Result<bool> BmffHash::exclude(const cbor::Value& entry) {
  const std::string path = path_of(entry);
  auto boxes = bmff_at(source_, roots_, path, context_);
  if (path.empty() || (!boxes && boxes.error().code == Code::unsupported)) return false;
  if (!boxes) return boxes.error();
  const cbor::Value* const subset = present(entry, "subset");
  for (const BmffBox& box : *boxes) {
    if (!TRY(chosen(entry, box))) continue;
    if (subset == nullptr) holes_.push_back({box.range, path});
    if (subset == nullptr) continue;
    for (const cbor::Value& item : subset->children) {
      const auto offset = size_of(item, "offset"), length = size_of(item, "length");
      if (!offset || !length) return false;
      if (*offset >= box.range.length) continue;
      const std::uint64_t room = box.range.length - *offset;
      holes_.push_back({{box.range.start + *offset, *length == 0 ? room : std::min(*length, room)}, path});
    }
  }
  const bool usual = path == "/uuid" || path == "/ftyp" || path == "/mfra" || (path == "/mdat" && subset != nullptr);
  if (!usual) check_.additional_code = "assertion.bmffHash.additionalExclusionsPresent";
  return true;
}

Result<Bytes> BmffHash::flat() const {
  crypto::Hasher hasher(algorithm_);
  const bool placed = label_ != "c2pa.hash.bmff";  // the first version did not hash where a box stands
  for (const BmffBox& box : roots_) {
    const auto parts = without(box.range, joined_);
    if (parts.empty()) continue;
    if (placed) {
      std::array<std::uint8_t, 8> place{};
      for (std::size_t i = 0; i < 8; ++i) place[i] = static_cast<std::uint8_t>(box.range.start >> (56 - 8 * i));
      hasher.update(place);
    }
    for (const Range& part : parts) TRY(feed(hasher, source_, part, context_));
  }
  return hasher.finish();
}

/// The auxiliary boxes of one tree, in file order.
Result<std::vector<BmffBox>> BmffHash::proofs(std::uint64_t unique, std::uint64_t place) const {
  std::vector<BmffBox> found;
  for (const BmffBox& box : roots_) {
    if (!box.c2pa) continue;
    const C2paBox content = TRY(c2pa_box(source_, box));
    if (content.purpose != Purpose::merkle) continue;
    const Bytes bytes = TRY(read_exactly(source_, content.payload.start, std::min(content.payload.length, kMostProof)));
    const auto value = first_item(bytes);
    if (value && size_of(*value, "uniqueId") == unique && size_of(*value, "localId") == place) found.push_back(box);
  }
  return found;
}

/// Walks from a leaf up to the stored row with the siblings that its box brings.
Result<bool> BmffHash::proven(const BmffBox& box, std::uint64_t leaf, std::uint64_t count, Bytes node,
                              const cbor::Value& row, crypto::HashAlgorithm alg) const {
  const C2paBox content = TRY(c2pa_box(source_, box));
  const Bytes bytes = TRY(read_exactly(source_, content.payload.start, std::min(content.payload.length, kMostProof)));
  const auto value = first_item(bytes);
  if (!value || size_of(*value, "location") != leaf) return false;
  const cbor::Value* const siblings = present(*value, "hashes");
  std::size_t used = 0;
  for (std::uint64_t position = leaf, width = count;; position /= 2, width = (width + 1) / 2) {
    if (width <= row.children.size()) {
      const bool all_used = used == (siblings == nullptr ? 0 : siblings->children.size());
      return all_used && position < row.children.size() && holds(row.children[position], node);
    }
    if (position % 2 == 0 && position + 1 == width) continue;  // an odd node moves up as it is
    if (siblings == nullptr || used >= siblings->children.size() || !siblings->children[used].bytes()) return false;
    const ByteView sibling = *siblings->children[used++].bytes();
    crypto::Hasher hasher(alg);
    hasher.update(position % 2 == 0 ? ByteView(node) : sibling);
    hasher.update(position % 2 == 0 ? sibling : ByteView(node));
    node = hasher.finish();
  }
}

Result<std::string> BmffHash::tree(const BmffBox& box, const cbor::Value& entry, crypto::HashAlgorithm alg) {
  const auto count = size_of(entry, "count"), block = size_of(entry, "fixedBlockSize");
  const cbor::Value* const row = present(entry, "hashes");
  const cbor::Value* const sizes = present(entry, "variableBlockSizes");
  if (!count || *count == 0 || *count > source_.size() || row == nullptr || row->children.empty())
    return std::string("the tree is malformed");
  const std::uint64_t first = box.range.start + kLeavesBegin, end = box.range.end();
  if (first > end) return std::string("the box of the media data is shorter than the tree says");
  std::uint64_t leaves = 1;  // under each stored node
  while ((*count + leaves - 1) / leaves > row->children.size()) leaves *= 2;
  if ((*count + leaves - 1) / leaves != row->children.size()) return std::string("the stored row is of no level");
  const auto unique = size_of(entry, "uniqueId"), place = size_of(entry, "localId");
  std::vector<BmffBox> paths;
  if (leaves > 1 && unique && place) {  // no boxes are needed when all leaves are stored
    paths = TRY(proofs(*unique, *place));
    if (paths.size() != *count) return std::string("the boxes of the tree are not as many as its leaves");
  }
  std::uint64_t at = first;
  for (std::uint64_t node = 0, leaf = 0; node < row->children.size(); ++node) {
    Fold fold(alg);
    for (std::uint64_t i = 0; i < leaves && leaf < *count; ++i, ++leaf) {
      std::uint64_t size = end - at;
      if (sizes != nullptr) {
        if (leaf >= sizes->children.size() || !sizes->children[leaf].integer())
          return std::string("a block is missing");
        size = static_cast<std::uint64_t>(*sizes->children[leaf].integer());
      } else if (block && *block > 0) {
        size = std::min(*block, end - at);
      }
      if (size == 0 || size > end - at) return std::string("the media data is shorter than what was signed");
      crypto::Hasher hasher(alg);
      TRY(feed(hasher, source_, {at, size}, context_));
      Bytes digest = hasher.finish();
      if (!paths.empty() && !TRY(proven(paths[static_cast<std::size_t>(leaf)], leaf, *count, digest, *row, alg))) {
        return fmt::format("the tree does not hold for the media data from byte {}", at);
      }
      fold.add(std::move(digest));
      at += size;
    }
    if (!holds(row->children[node], fold.finish())) {
      return fmt::format("the media data was changed after signing, between bytes {} and {}",
                         first + node * leaves * block.value_or(0), at);
    }
  }
  if (at != end) return std::string("the media data is longer than what was signed");
  return std::string();
}

/// Why the tree does not hold, or nothing.
Result<std::string> BmffHash::merkle(const cbor::Value& entry) {
  const cbor::Value* const named = present(entry, "alg");
  const auto alg = named != nullptr && named->text() ? hash_algorithm(*named->text()) : std::optional(algorithm_);
  const auto place = size_of(entry, "localId");
  if (!alg || !place) return std::string("the tree is malformed");
  std::uint64_t index = 0;
  for (const BmffBox& box : roots_) {
    if (box.type != fourcc("mdat") || index++ != *place) continue;
    checked_mdat_.push_back(box.range.start);
    return tree(box, entry, *alg);
  }
  return std::string("the media data that was signed is missing");
}

/// Sample offsets that point into bytes left out of the hash let the media be swapped (c2pa-rs #2488).
Result<std::string> BmffHash::offsets() const {
  std::vector<Range> swappable;
  for (const Hole& hole : holes_)
    if (hole.path != "/mdat") swappable.push_back(hole.range);
  swappable = joined(std::move(swappable));
  const auto outside = [&](std::uint64_t offset) {
    return std::ranges::any_of(swappable, [&](const Range& r) { return offset >= r.start && offset < r.end(); });
  };
  Window window(source_);
  for (const bool wide : {false, true}) {
    const std::string path = std::string("/moov/trak/mdia/minf/stbl/") + (wide ? "co64" : "stco");
    for (const BmffBox& box : TRY(bmff_at(source_, roots_, path, context_))) {
      const std::uint64_t body = box.range.start + box.header;
      if (body + 8 > box.range.end()) continue;
      const std::uint64_t step = wide ? 8 : 4;
      const std::uint64_t count =
          std::min<std::uint64_t>(TRY(window.u32be(body + 4)), (box.range.end() - body - 8) / step);
      for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t at = body + 8 + step * i;
        const std::uint64_t offset = wide ? TRY(window.u64be(at)) : TRY(window.u32be(at));
        if (outside(offset)) return fmt::format("the media at byte {} lies where no hash covers it", offset);
      }
    }
  }
  return std::string();
}

void BmffHash::list_uncovered() {
  for (const Hole& hole : holes_) {
    const bool in_tree = std::ranges::any_of(roots_, [&](const BmffBox& box) {
      return box.type == fourcc("mdat") && hole.range.start >= box.range.start && hole.range.end() <= box.range.end() &&
             std::ranges::find(checked_mdat_, box.range.start) != checked_mdat_.end();
    });
    if (!in_tree) check_.uncovered.push_back({hole.range, "box " + hole.path});
  }
}

Result<void> BmffHash::run() {
  roots_ = TRY(bmff_roots(source_, context_));
  if ((roots_.empty() ? 0 : roots_.back().range.end()) != source_.size()) {
    fail("there are bytes after the last box");
    return {};
  }
  check_.code = "assertion.bmffHash.malformed";
  const cbor::Value* const list = present(map_, "exclusions");
  if (list == nullptr || !list->is(cbor::Type::array)) {
    check_.reason = "the list of excluded boxes is missing";
    return {};
  }
  for (const cbor::Value& entry : list->children) {
    if (TRY(exclude(entry))) continue;
    check_.reason = "an excluded box is described in a form that is not known";
    return {};
  }
  std::vector<Range> ranges;
  for (const Hole& hole : holes_) ranges.push_back(hole.range);
  joined_ = joined(std::move(ranges));
  const cbor::Value* const trees = present(map_, "merkle");
  if (hash_.empty() && trees == nullptr) {
    check_.reason = "the binding holds neither a hash nor a tree";
    return {};
  }
  // Fragments are hashed one by one (§16.3.2), which this version does not do. Nothing is known then: to call a sound
  // fragmented file broken would be a false alarm.
  const auto fragmented = [](const cbor::Value& entry) { return present(entry, "initHash") != nullptr; };
  if (trees != nullptr && std::ranges::any_of(trees->children, fragmented)) {
    check_.unsupported = "this version cannot check a credential over fragments";
    return {};
  }
  if (!hash_.empty() && TRY(flat()) != hash_) {
    fail("the file's boxes were changed after signing");
    return {};
  }
  if (trees != nullptr) {
    for (const cbor::Value& entry : trees->children) {
      std::string why = TRY(merkle(entry));
      if (why.empty()) continue;
      fail(std::move(why));
      return {};
    }
  }
  list_uncovered();
  std::string why = TRY(offsets());
  const bool media_open =
      std::ranges::any_of(check_.uncovered, [](const Uncovered& u) { return u.what == "box /mdat"; });
  if (why.empty() && media_open) why = "the media data is covered by no hash";
  if (!why.empty()) {
    fail(std::move(why));
    return {};
  }
  check_.code = "assertion.bmffHash.match";
  check_.reason = "the file's boxes are those that were signed";
  // The first form does not hash where boxes stand; tables of offsets left out let the media be put in another order.
  const auto inner = [](const Hole& hole) { return hole.path.find('/', 1) != std::string::npos; };
  check_.weak = label_ == "c2pa.hash.bmff" || std::ranges::any_of(holes_, inner);
  return {};
}

}  // namespace bonafide::provenance::c2pa
