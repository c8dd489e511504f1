// The verifiable index: which entries stand under a key (a work, an issuer, a mark), and that there are no others. A
// map from keys to lists of numbers that follows from the log's entries alone, as a hash tree whose root the log signs
// beside its checkpoint: presence and absence are proven by a path to that root (docs/decisions/0031).
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "provenance/log/entry.h"
#include "provenance/log/note.h"

namespace bonafide::provenance::log {

/// What entries can be asked for by; each as it stands in them, sealed where they are sealed.
enum class IndexKind : std::uint8_t {
  asset,       ///< hash of a public work, or commitment to another
  manifest,    ///< SHA-256 of a C2PA manifest store
  issuer,      ///< hash of the key that signed
  mark,        ///< a mark's id
  key_add,     ///< hash of a key that was added
  key_revoke,  ///< hash of a key that was revoked
  about,       ///< leaf hash of the earlier entry that it speaks of
};
struct IndexKey {
  IndexKind kind = IndexKind::asset;
  Bytes value;
  bool operator==(const IndexKey&) const = default;
};
/// "issuer:9f2c…"; the way back is strict. invalid_argument: another kind, or a value of another length.
std::string to_string(const IndexKey& key);
Result<IndexKey> parse_index_key(std::string_view text);
Hash index_hash(const IndexKey& key);
/// All keys of an entry; none for what is no entry of ours.
std::vector<IndexKey> index_keys(ByteView entry);

/// A subtree of the map. One without keys has no hash, one with a single key is that key's leaf: so the tree follows
/// from its keys, and is as high as they differ.
struct MapNode {
  enum class Kind : std::uint8_t { empty, leaf, inner };
  Kind kind = Kind::empty;
  Hash hash = {};  ///< zeros when empty
};
struct MapLeaf {
  Hash key = {}, list = {};
  bool operator==(const MapLeaf&) const = default;
};
inline constexpr int kMapHeight = 256;
/// SHA-256(2, how many, root of the RFC 9162 tree over the numbers, 8 bytes each).
Hash list_hash(const Frontier& numbers);
Frontier frontier_of(std::span<const std::uint64_t> numbers);
/// One more number behind the others.
void append_number(Frontier& numbers, std::uint64_t number);
MapNode leaf_node(const MapLeaf& leaf);
MapNode join(const MapNode& left, const MapNode& right);
/// The subtree over these keys, sorted, which all share their first `depth` bits.
MapNode map_node(std::span<const MapLeaf> sorted, int depth);
bool bit_at(const Hash& key, int depth);

/// The whole map in memory: for checking.
class IndexBuilder {
 public:
  void add(std::uint64_t number, ByteView entry);
  Hash root() const;

 private:
  std::map<Hash, Frontier> lists_;
};

/// What the log signs beside its checkpoint.
struct IndexHead {
  std::string origin;
  std::uint64_t size = 0;  ///< the entries that the map was made of
  Hash log_root = {};      ///< of the tree of that size
  Hash root = {};          ///< of the map
  std::string text() const;
};
Result<IndexHead> parse_index_head(std::string_view text);
struct SignedIndexHead {
  IndexHead head;
  Note note;
};
Result<SignedIndexHead> parse_signed_index(std::string_view bytes);
/// denied: not signed by this key, or of another log.
Result<SignedIndexHead> open_index(std::string_view bytes, const NoteKey& log);
Result<std::string> sign_index(const IndexHead& head, const NoteSigner& signer);
/// Where it lies in the folder that is handed out.
inline constexpr std::string_view kIndexPath = "index";

struct IndexProof {
  IndexKey key;
  std::vector<std::uint64_t> numbers;  ///< all entries under the key, rising; none: there is none
  std::optional<MapLeaf> other;        ///< no entry: the only key there is on this branch, if there is one
  std::vector<MapNode> path;           ///< siblings from the bottom up; the parts that are inner or leaf look the same
  std::string note;                    ///< a signed IndexHead, verbatim
};
inline constexpr std::size_t kMostIndexNumbers = std::size_t{1} << 20;
inline constexpr std::size_t kMostIndexProofBytes = std::size_t{24} << 20;
inline constexpr std::string_view kIndexProofLine = "bonafide-index-proof/v1";

std::string write_index_proof(const IndexProof& proof);
Result<IndexProof> parse_index_proof(std::string_view text);
/// `corrupt` unless the path leads from the key to the head's root.
Result<void> check_index_proof(const IndexProof& proof, const IndexHead& head);

}  // namespace bonafide::provenance::log
