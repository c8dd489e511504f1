#include "provenance/log/key_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "crypto/hash.h"

namespace bonafide::provenance::log {
namespace {

struct KindRow {
  IndexKind kind;
  std::string_view name;
  std::size_t least, most;  ///< bytes of a value
};
constexpr std::array kKinds = {
    KindRow{IndexKind::asset, "asset", 32, 32},     KindRow{IndexKind::manifest, "manifest", 32, 32},
    KindRow{IndexKind::issuer, "issuer", 32, 32},   KindRow{IndexKind::mark, "mark", 8, 16},
    KindRow{IndexKind::key_add, "key-add", 32, 32}, KindRow{IndexKind::key_revoke, "key-revoke", 32, 32},
    KindRow{IndexKind::about, "about", 32, 32},
};

const KindRow& row_of(IndexKind kind) {
  return *std::ranges::find_if(kKinds, [&](const KindRow& row) { return row.kind == kind; });
}

Bytes bytes_of(const Hash& hash) { return {hash.begin(), hash.end()}; }

std::array<std::uint8_t, 8> eight_bytes(std::uint64_t number) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  return bytes;
}

}  // namespace

std::string to_string(const IndexKey& key) { return std::string(row_of(key.kind).name) + ":" + to_hex(key.value); }

Result<IndexKey> parse_index_key(std::string_view text) {
  const auto colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  const auto row = std::ranges::find_if(kKinds, [&](const KindRow& one) { return one.name == name; });
  if (colon == std::string_view::npos || row == kKinds.end())
    return make_error(Code::invalid_argument,
                      "a key is KIND:HEX; kinds: asset, manifest, issuer, mark, key-add, key-revoke, about");
  auto value = from_hex(text.substr(colon + 1));
  if (!value || to_hex(*value) != text.substr(colon + 1))
    return make_error(Code::invalid_argument, "a key's value is written in hex, with small letters");
  if (value->size() < row->least || value->size() > row->most)
    return make_error(Code::invalid_argument, fmt::format("a key of the kind {} has {} bytes", row->name,
                                                          row->least == row->most ? "32" : "8 to 16"));
  return IndexKey{row->kind, std::move(*value)};
}

Hash index_hash(const IndexKey& key) {
  crypto::Hasher hasher(crypto::HashAlgorithm::sha256);
  const std::string label = fmt::format("bonafide/index/v1/{}:", row_of(key.kind).name);
  hasher.update(as_bytes(label));
  hasher.update(key.value);
  return *to_hash(hasher.finish());
}

std::vector<IndexKey> index_keys(ByteView bytes) {
  std::vector<IndexKey> keys;
  const auto read = parse_signed_entry(bytes);
  if (!read) return keys;
  const Entry& entry = read->entry;
  if (entry.asset_hash) keys.push_back({IndexKind::asset, bytes_of(*entry.asset_hash)});
  if (entry.asset_commitment) keys.push_back({IndexKind::asset, bytes_of(*entry.asset_commitment)});
  if (entry.manifest_hash) keys.push_back({IndexKind::manifest, bytes_of(*entry.manifest_hash)});
  keys.push_back({IndexKind::issuer, bytes_of(read->issuer)});
  if (!entry.mark_id.empty()) keys.push_back({IndexKind::mark, entry.mark_id});
  if (entry.subject_key)
    keys.push_back({entry.type == EntryType::key_revoke ? IndexKind::key_revoke : IndexKind::key_add,
                    bytes_of(*entry.subject_key)});
  if (entry.earlier) keys.push_back({IndexKind::about, bytes_of(entry.earlier->leaf)});
  return keys;
}

bool bit_at(const Hash& key, int depth) {
  return ((key[static_cast<std::size_t>(depth / 8)] >> (7 - depth % 8)) & 1) != 0;
}

void append_number(Frontier& numbers, std::uint64_t number) { numbers.append(leaf_hash(eight_bytes(number))); }

Frontier frontier_of(std::span<const std::uint64_t> numbers) {
  Frontier frontier;
  for (const std::uint64_t number : numbers) append_number(frontier, number);
  return frontier;
}

Hash list_hash(const Frontier& numbers) {
  crypto::Hasher hasher(crypto::HashAlgorithm::sha256);
  const std::uint8_t prefix = 0x02;  // neither a leaf nor a node of RFC 9162
  hasher.update(ByteView(&prefix, 1));
  hasher.update(eight_bytes(numbers.size()));
  hasher.update(numbers.root());
  return *to_hash(hasher.finish());
}

MapNode leaf_node(const MapLeaf& leaf) {
  std::array<std::uint8_t, 64> both{};
  std::ranges::copy(leaf.key, both.begin());
  std::ranges::copy(leaf.list, both.begin() + 32);
  return {MapNode::Kind::leaf, leaf_hash(both)};
}

MapNode join(const MapNode& left, const MapNode& right) {
  if (left.kind == MapNode::Kind::empty && right.kind != MapNode::Kind::inner) return right;
  if (right.kind == MapNode::Kind::empty && left.kind != MapNode::Kind::inner) return left;
  return {MapNode::Kind::inner, node_hash(left.hash, right.hash)};
}

MapNode map_node(std::span<const MapLeaf> sorted, int depth) {
  if (sorted.empty()) return {};
  if (sorted.size() == 1) return leaf_node(sorted.front());
  const auto middle =
      std::ranges::partition_point(sorted, [&](const MapLeaf& leaf) { return !bit_at(leaf.key, depth); });
  const auto left = static_cast<std::size_t>(middle - sorted.begin());
  return join(map_node(sorted.first(left), depth + 1), map_node(sorted.subspan(left), depth + 1));
}

void IndexBuilder::add(std::uint64_t number, ByteView entry) {
  for (const IndexKey& key : index_keys(entry)) append_number(lists_[index_hash(key)], number);
}

Hash IndexBuilder::root() const {
  std::vector<MapLeaf> leaves;
  leaves.reserve(lists_.size());
  for (const auto& [key, numbers] : lists_) leaves.push_back({key, list_hash(numbers)});
  return map_node(leaves, 0).hash;
}

}  // namespace bonafide::provenance::log
