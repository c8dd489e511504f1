#include "provenance/log/key_index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "crypto/development_pki.h"
#include "crypto/hash.h"
#include "provenance/log/index_store.h"

namespace bonafide::provenance::log {
namespace {

Bytes some(std::mt19937& random, std::size_t count) {
  Bytes bytes(count);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

/// Entries of all kinds by two issuers, among them words that are no entries of ours.
struct World {
  std::vector<Bytes> entries;
  std::map<std::string, std::vector<std::uint64_t>> wanted;  ///< by key, found by looking at every entry
  explicit World(std::size_t count) {
    std::mt19937 random(7);
    const auto pki = *crypto::make_development_pki({.name = "A", .organization = "B", .now = 1'700'000'000});
    const auto other = *crypto::make_development_pki({.name = "C", .organization = "D", .now = 1'700'000'000});
    const auto signer = *crypto::pem_signer(pki.signer_key_pem, pki.signer_pem, {}, {});
    const auto second = *crypto::pem_signer(other.signer_key_pem, other.signer_pem, {}, {});
    std::vector<Bytes> marks;
    for (int i = 0; i < 5; ++i) marks.push_back(some(random, 8));
    for (std::size_t i = 0; i < count; ++i) {
      if (i % 11 == 10) {
        entries.push_back(some(random, 20));
        continue;
      }
      Entry entry;
      entry.asset_commitment = *to_hash(some(random, 32));
      if (i % 3 == 0) entry.mark_id = marks[random() % marks.size()];
      if (i % 4 == 0) entry.manifest_hash = *to_hash(some(random, 32));
      if (i % 7 == 6) {
        entry = {};
        entry.type = i % 2 == 0 ? EntryType::key_revoke : EntryType::revoke;
        if (i % 2 == 0) entry.subject_key = *to_hash(some(random, 32));
        if (i % 2 == 1) entry.earlier = EarlierEntry{0, leaf_hash(entries[0])};
      }
      entries.push_back(*sign_entry(entry, i % 5 == 0 ? *second : *signer));
      for (const IndexKey& key : index_keys(entries.back())) wanted[to_string(key)].push_back(i);
    }
  }
  FetchFile files(std::uint64_t size) const {
    return [this, size](const std::string& path) -> Result<Bytes> {
      const TileId id = *parse_tile_path(path);
      Bytes bytes;
      for (std::uint64_t at = 0; at < id.width; ++at) {
        const std::uint64_t place = id.index * kTileWidth + at;
        if (id.level == TileId::kEntries) append_to_bundle(bytes, entries[place]);
        if (id.level == 0) {
          const Hash leaf = leaf_hash(entries[place]);
          bytes.insert(bytes.end(), leaf.begin(), leaf.end());
        }
        if (id.level == 1) {
          const Hash hash = root(256 * place, 256 * (place + 1));
          bytes.insert(bytes.end(), hash.begin(), hash.end());
        }
      }
      static_cast<void>(size);
      return bytes;
    };
  }
  Hash root(std::uint64_t from, std::uint64_t to) const {
    Frontier frontier;
    for (std::uint64_t i = from; i < to; ++i) frontier.append(leaf_hash(entries[i]));
    return frontier.root();
  }
  Hash map_root(std::uint64_t size) const {
    IndexBuilder builder;
    for (std::uint64_t i = 0; i < size; ++i) builder.add(i, entries[i]);
    return builder.root();
  }
};

TEST(LogKeyIndex, KeysAreReadAsTheyAreWritten) {
  const IndexKey mark{IndexKind::mark, Bytes(8, 0xAB)};
  EXPECT_EQ(to_string(mark), "mark:abababababababab");
  EXPECT_EQ(*parse_index_key("mark:abababababababab"), mark);
  for (const char* bad : {"mark:ABABABABABABABAB", "mark:ab", "mark", "print:abababababababab",
                          "asset:abababababababab", "mark:abababababababag", "", ":", "mark:"})
    EXPECT_EQ(parse_index_key(bad).error().code, Code::invalid_argument) << bad;
  const std::string label = "bonafide/index/v1/mark:" + std::string(8, '\xAB');
  EXPECT_EQ(index_hash(mark), *to_hash(crypto::digest(crypto::HashAlgorithm::sha256, as_bytes(label))));
}

TEST(LogKeyIndex, ASmallMapByHand) {
  EXPECT_EQ(map_node({}, 0).hash, Hash{});
  MapLeaf left{}, right{};
  left.key[0] = 0x00;
  right.key[0] = 0x20;  // they part at the third bit
  const std::vector<MapLeaf> both{left, right};
  const Hash pair = node_hash(leaf_node(left).hash, leaf_node(right).hash);
  const Hash wanted = node_hash(node_hash(pair, Hash{}), Hash{});
  EXPECT_EQ(map_node(both, 0).hash, wanted);
  EXPECT_EQ(map_node({&left, 1}, 0).hash, leaf_node(left).hash);
}

TEST(LogKeyIndex, TheStoreGrowsToTheRootThatFollowsFromTheEntries) {
  const World world(700);
  const auto store = *IndexStore::open(":memory:");
  for (const std::uint64_t size : {0U, 1U, 2U, 3U, 100U, 255U, 256U, 257U, 699U, 700U, 500U, 700U}) {  // 500: put back
    LogReader tree(world.files(size), size);
    const auto followed = store->follow(tree, world.root(0, size));
    ASSERT_TRUE(followed) << followed.error().message;
    EXPECT_EQ(*store->size(), size);
    EXPECT_EQ(*store->root(), world.map_root(size)) << size;
  }
}

TEST(LogKeyIndex, EveryKeyIsProvenAndEveryOtherIsProvenAbsent) {
  const World world(300);
  const auto store = *IndexStore::open(":memory:");
  LogReader tree(world.files(300), 300);
  ASSERT_TRUE(store->follow(tree, world.root(0, 300)));
  const IndexHead head{.origin = "log", .size = 300, .log_root = world.root(0, 300), .root = world.map_root(300)};
  for (const auto& [text, numbers] : world.wanted) {
    const auto proof = store->prove(*parse_index_key(text));
    ASSERT_TRUE(proof);
    EXPECT_EQ(proof->numbers, numbers) << text;
    const auto read = parse_index_proof(write_index_proof(*proof));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(check_index_proof(*read, head)) << text;
    IndexProof less = *read;
    less.numbers.pop_back();
    EXPECT_FALSE(check_index_proof(less, head)) << text;
    IndexProof more = *read;
    more.numbers.push_back(numbers.back() + 1);
    EXPECT_FALSE(check_index_proof(more, head)) << text;
  }
  std::mt19937 random(8);
  std::size_t beside_another = 0, empty = 0;
  for (int i = 0; i < 2000; ++i) {
    const IndexKey key{IndexKind::issuer, some(random, 32)};
    const auto proof = store->prove(key);
    ASSERT_TRUE(proof && proof->numbers.empty());
    (proof->other ? beside_another : empty) += 1;
    const auto read = parse_index_proof(write_index_proof(*proof));
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_TRUE(check_index_proof(*read, head));
    IndexProof claimed = *read;
    claimed.other.reset();
    claimed.numbers = {1};
    EXPECT_FALSE(check_index_proof(claimed, head));
  }
  EXPECT_GT(beside_another, 100U);
  EXPECT_GT(empty, 100U);
}

TEST(LogKeyIndex, AKeyThatIsThereCannotBeDenied) {
  const World world(60);
  const auto store = *IndexStore::open(":memory:");
  LogReader tree(world.files(60), 60);
  ASSERT_TRUE(store->follow(tree, world.root(0, 60)));
  const IndexHead head{.origin = "log", .size = 60, .log_root = {}, .root = world.map_root(60)};
  std::vector<IndexProof> all;
  for (const auto& [text, numbers] : world.wanted) all.push_back(*store->prove(*parse_index_key(text)));
  for (const IndexProof& mine : all) {
    for (const IndexProof& theirs : all) {  // somebody else's leaf in my place, and the same path with nothing there
      if (theirs.key == mine.key) continue;
      IndexProof lie{.key = mine.key, .numbers = {}, .other = {}, .path = theirs.path, .note = {}};
      EXPECT_FALSE(check_index_proof(lie, head));
      lie.other = MapLeaf{index_hash(theirs.key), list_hash(frontier_of(theirs.numbers))};
      EXPECT_FALSE(check_index_proof(lie, head)) << to_string(mine.key);
    }
    IndexProof self{.key = mine.key, .numbers = {}, .other = {}, .path = mine.path, .note = {}};
    self.other = MapLeaf{index_hash(mine.key), list_hash(frontier_of(mine.numbers))};
    EXPECT_FALSE(check_index_proof(self, head));
  }
}

TEST(LogKeyIndex, EntriesThatDoNotLeadToTheSignedRootAreNotTakenIn) {
  World world(100);
  const auto store = *IndexStore::open(":memory:");
  LogReader tree(world.files(100), 100);
  EXPECT_EQ(store->follow(tree, leaf_hash({})).error().code, Code::corrupt);
  EXPECT_EQ(*store->size(), 0U);
  EXPECT_EQ(*store->root(), Hash{});
}

TEST(LogKeyIndex, HeadsAreSignedAndAreNoCheckpoints) {
  const NoteSigner signer = *NoteSigner::generate("example.org/log", KeyKind::note);
  const IndexHead head{.origin = "example.org/log", .size = 5, .log_root = leaf_hash({}), .root = Hash{}};
  const std::string note = *sign_index(head, signer);
  const auto opened = open_index(note, signer.key());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->head.size, 5U);
  EXPECT_FALSE(parse_signed_checkpoint(note));
  const Checkpoint checkpoint{.origin = "example.org/log", .size = 5, .root = leaf_hash({})};
  EXPECT_FALSE(parse_signed_index(*sign_checkpoint(checkpoint, signer)));
  const NoteSigner other = *NoteSigner::generate("example.org/log", KeyKind::note);
  EXPECT_EQ(open_index(note, other.key()).error().code, Code::denied);
  for (const char* bad : {"", "bonafide-log-index/v1\n", "bonafide-log-index/v1\na\n01\n"})
    EXPECT_EQ(parse_index_head(bad).error().code, Code::corrupt) << bad;
}

TEST(LogKeyIndex, BrokenProofsAreNamed) {
  const std::string head(kIndexProofLine), key = "\nkey mark:abababababababab\n";
  const std::string hash = to_base64(Hash{});
  for (const std::string& bad :
       {std::string(), head, head + "\n", head + key, head + key + "absent\n", head + key + "numbers\n\n",
        head + key + "numbers 1 1\n\n", head + key + "numbers 2 1\n\n", head + key + "numbers 1  2\n\n",
        head + key + "other x\n\n", head + key + "absent\nx\n\n", head + "\nkey mark:ab\nabsent\n\n"})
    EXPECT_EQ(parse_index_proof(bad).error().code, Code::corrupt) << bad;
  std::string high = head + key + "absent\n";
  for (int i = 0; i < 257; ++i) high += hash + "\n";
  EXPECT_EQ(parse_index_proof(high + "\n").error().code, Code::corrupt);
  EXPECT_EQ(parse_index_proof(std::string(kMostIndexProofBytes + 1, 'x')).error().code, Code::limit);
}

}  // namespace
}  // namespace bonafide::provenance::log
