#include "provenance/log/merkle.h"

#include <algorithm>
#include <bit>

#include "crypto/hash.h"

namespace bonafide::provenance::log {
namespace {

/// SHA-256 over a prefix byte and two parts; one state per thread, since a log hashes millions of short pieces.
Hash digest(std::uint8_t prefix, ByteView first, ByteView second) {
  thread_local crypto::Hasher hasher(crypto::HashAlgorithm::sha256);
  hasher.restart();
  hasher.update(ByteView(&prefix, 1));
  hasher.update(first);
  if (!second.empty()) hasher.update(second);
  const Bytes bytes = hasher.finish();
  Hash hash{};
  std::ranges::copy(bytes, hash.begin());
  return hash;
}

Error wrong(std::string message) { return make_error(Code::corrupt, std::move(message)); }
constexpr const char* kNotContained =
    "the new tree does not contain the old one: entries were changed, reordered or taken out";

/// The largest power of two below n (RFC 9162 section 2.1.1); n > 1.
std::uint64_t split_of(std::uint64_t n) { return std::bit_floor(n - 1); }

/// MTH of the entries [begin, end), where begin is a multiple of the power of two at or above their number.
Result<Hash> range_hash(std::uint64_t begin, std::uint64_t end, const Nodes& nodes) {
  const std::uint64_t count = end - begin;
  if (std::has_single_bit(count)) {
    const int level = std::countr_zero(count);
    return nodes(level, begin >> level);
  }
  const std::uint64_t middle = begin + split_of(count);
  const Hash left = TRY(range_hash(begin, middle, nodes));
  return node_hash(left, TRY(range_hash(middle, end, nodes)));
}

/// Both proofs walk down the tree and take the half that they do not enter.
struct Step {
  std::uint64_t begin, end;
};
Result<Proof> hashes_of(const std::vector<Step>& steps, const Nodes& nodes) {
  Proof proof;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step)
    proof.push_back(TRY(range_hash(step->begin, step->end, nodes)));
  return proof;
}

}  // namespace

Result<Hash> to_hash(ByteView bytes) {
  Hash hash{};
  if (bytes.size() != hash.size()) return make_error(Code::corrupt, "a hash that is not 32 bytes long");
  std::ranges::copy(bytes, hash.begin());
  return hash;
}

Hash leaf_hash(ByteView entry) { return digest(0x00, entry, {}); }
Hash node_hash(const Hash& left, const Hash& right) { return digest(0x01, left, right); }
Hash empty_root() { return *to_hash(crypto::digest(crypto::HashAlgorithm::sha256, {})); }

Result<Hash> root_of(std::uint64_t size, const Nodes& nodes) {
  if (size == 0) return empty_root();
  return range_hash(0, size, nodes);
}

Result<Proof> make_inclusion(std::uint64_t index, std::uint64_t size, const Nodes& nodes) {
  if (index >= size) return make_error(Code::invalid_argument, "the tree has no entry of this number");
  std::vector<Step> others;
  std::uint64_t begin = 0, end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + split_of(end - begin);
    others.push_back(index < middle ? Step{middle, end} : Step{begin, middle});
    (index < middle ? end : begin) = middle;
  }
  return hashes_of(others, nodes);
}

Result<Proof> make_consistency(std::uint64_t old, std::uint64_t size, const Nodes& nodes) {
  if (old > size) return make_error(Code::invalid_argument, "the older tree is larger than the newer one");
  if (old == 0 || old == size) return Proof{};
  // RFC 9162 section 2.1.4.1; the old tree's own root is left out when it stands in the new tree as a whole
  std::vector<Step> others;
  std::uint64_t begin = 0, end = size;
  while (old != end) {
    const std::uint64_t middle = begin + split_of(end - begin);
    others.push_back(old <= middle ? Step{middle, end} : Step{begin, middle});
    (old <= middle ? end : begin) = middle;
  }
  if (begin != 0) others.push_back({begin, end});
  return hashes_of(others, nodes);
}

Result<Hash> root_by_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf, const Proof& proof) {
  if (index >= size) return wrong("the proof is for an entry beyond the tree's end");
  std::uint64_t place = index, last = size - 1;
  Hash reached = leaf;
  for (const Hash& other : proof) {
    if (last == 0) return wrong("the inclusion proof is longer than the tree is high");
    if ((place & 1) != 0 || place == last) {
      reached = node_hash(other, reached);
      while ((place & 1) == 0 && place != 0) {
        place >>= 1;
        last >>= 1;
      }
    } else {
      reached = node_hash(reached, other);
    }
    place >>= 1;
    last >>= 1;
  }
  if (last != 0) return wrong("the inclusion proof ends before it reaches the root");
  return reached;
}

Result<void> check_inclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf, const Proof& proof,
                             const Hash& root) {
  if (TRY(root_by_inclusion(index, size, leaf, proof)) == root) return {};
  return wrong("the inclusion proof leads to another root: this entry is not in this tree");
}

Result<Hash> root_by_consistency(std::uint64_t old, std::uint64_t size, const Hash& old_root, const Proof& proof) {
  if (old > size) return wrong("the tree became smaller: a rollback");
  if (old == 0) return wrong("a tree without entries leads to any other");
  if (old == size) {
    if (!proof.empty()) return wrong("a consistency proof where none is needed");
    return old_root;
  }
  Proof path = proof;
  if (std::has_single_bit(old)) path.insert(path.begin(), old_root);
  if (path.empty()) return wrong("the consistency proof is empty");
  std::uint64_t place = old - 1, last = size - 1;
  while ((place & 1) != 0) {
    place >>= 1;
    last >>= 1;
  }
  Hash before = path.front(), after = path.front();
  for (auto other = path.begin() + 1; other != path.end(); ++other) {
    if (last == 0) return wrong("the consistency proof is longer than the tree is high");
    if ((place & 1) != 0 || place == last) {
      before = node_hash(*other, before);
      after = node_hash(*other, after);
      while ((place & 1) == 0 && place != 0) {
        place >>= 1;
        last >>= 1;
      }
    } else {
      after = node_hash(after, *other);
    }
    place >>= 1;
    last >>= 1;
  }
  if (last != 0) return wrong("the consistency proof ends before it reaches the root");
  if (before != old_root) return wrong(kNotContained);
  return after;
}

Result<void> check_consistency(std::uint64_t old, std::uint64_t size, const Hash& old_root, const Hash& root,
                               const Proof& proof) {
  if (old == 0) {
    if (!proof.empty()) return wrong("a consistency proof where none is needed");
    return {};
  }
  if (TRY(root_by_consistency(old, size, old_root, proof)) == root) return {};
  return wrong(old == size ? "two different trees of the same size: a split view" : kNotContained);
}

Result<Frontier> Frontier::load(std::uint64_t size, const Nodes& nodes) {
  Frontier frontier;
  frontier.size_ = size;
  std::uint64_t begin = 0;
  while (begin < size) {
    const std::uint64_t count = std::bit_floor(size - begin);
    const int level = std::countr_zero(count);
    frontier.edge_.push_back(TRY(nodes(level, begin >> level)));
    begin += count;
  }
  return frontier;
}

Result<Frontier> Frontier::of_edge(std::uint64_t size, std::vector<Hash> edge) {
  if (edge.size() != static_cast<std::size_t>(std::popcount(size)))
    return make_error(Code::corrupt, "the edge of a tree of another size");
  Frontier frontier;
  frontier.size_ = size;
  frontier.edge_ = std::move(edge);
  return frontier;
}

void Frontier::append(const Hash& leaf, const Completed& completed) {
  Hash hash = leaf;
  if (completed) completed(0, size_, hash);
  for (int level = 0; ((size_ >> level) & 1) != 0; ++level) {
    hash = node_hash(edge_.back(), hash);
    edge_.pop_back();
    if (completed) completed(level + 1, size_ >> (level + 1), hash);
  }
  edge_.push_back(hash);
  ++size_;
}

Hash Frontier::root() const {
  if (edge_.empty()) return empty_root();
  Hash hash = edge_.back();
  for (auto left = edge_.rbegin() + 1; left != edge_.rend(); ++left) hash = node_hash(*left, hash);
  return hash;
}

}  // namespace bonafide::provenance::log
