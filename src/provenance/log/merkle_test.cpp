#include "provenance/log/merkle.h"

#include <gtest/gtest.h>

#include <map>

namespace bonafide::provenance::log {
namespace {

// transparency-dev/merkle testonly/constants.go (from RFC 6962's own test data): eight leaves, and the roots of the
// trees of 0 to 8 of them.
const std::vector<std::string> kLeaves = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> kRoots = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                         "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

Hash hash(const std::string& hex) { return *to_hash(*from_hex(hex)); }
Proof proof(const std::vector<std::string>& lines) {
  Proof hashes;
  for (const std::string& line : lines) hashes.push_back(hash(line));
  return hashes;
}

/// A tree in memory that knows all its complete subtrees.
struct Tree {
  Frontier frontier;
  std::map<std::pair<int, std::uint64_t>, Hash> nodes;
  std::vector<Hash> roots{empty_root()};

  void append(ByteView entry) {
    frontier.append(leaf_hash(entry), [&](int level, std::uint64_t index, const Hash& node) {
      nodes[{level, index}] = node;
    });
    roots.push_back(frontier.root());
  }
  Nodes lookup() const {
    return [this](int level, std::uint64_t index) -> Result<Hash> {
      const auto found = nodes.find({level, index});
      if (found == nodes.end()) return make_error(Code::not_found, "no such node");
      return found->second;
    };
  }
};
Tree published() {
  Tree tree;
  for (const std::string& leaf : kLeaves) tree.append(*from_hex(leaf));
  return tree;
}
Tree tree_of(std::size_t size) {
  Tree tree;
  for (std::size_t i = 0; i < size; ++i) tree.append(as_bytes("entry " + std::to_string(i)));
  return tree;
}

TEST(Merkle, RootsOfThePublishedTree) {
  const Tree tree = published();
  for (std::size_t size = 0; size < kRoots.size(); ++size) {
    EXPECT_EQ(to_hex(tree.roots[size]), kRoots[size]) << size;
    EXPECT_EQ(to_hex(*root_of(size, tree.lookup())), kRoots[size]) << size;
    EXPECT_EQ(to_hex(Frontier::load(size, tree.lookup())->root()), kRoots[size]) << size;
  }
}

// transparency-dev/merkle proof/verify_test.go, inclusionProofs (leaves counted from 1 there).
TEST(Merkle, PublishedInclusionProofs) {
  struct Case {
    std::uint64_t index, size;
    std::vector<std::string> path;
  };
  const std::vector<Case> cases = {{0, 1, {}},
                                   {0,
                                    8,
                                    {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                                     "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                     "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
                                   {5,
                                    8,
                                    {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                                     "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                                     "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
                                   {2, 3, {"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}},
                                   {1,
                                    5,
                                    {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                     "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                     "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}}};
  const Tree tree = published();
  for (const Case& one : cases) {
    const Hash leaf = leaf_hash(*from_hex(kLeaves[one.index]));
    EXPECT_TRUE(check_inclusion(one.index, one.size, leaf, proof(one.path), hash(kRoots[one.size])));
    EXPECT_EQ(*make_inclusion(one.index, one.size, tree.lookup()), proof(one.path));
  }
}

// The same file, consistencyProofs.
TEST(Merkle, PublishedConsistencyProofs) {
  struct Case {
    std::uint64_t old, size;
    std::vector<std::string> path;
  };
  const std::vector<Case> cases = {{1, 1, {}},
                                   {1,
                                    8,
                                    {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                                     "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                     "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
                                   {6,
                                    8,
                                    {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                                     "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                                     "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
                                   {2,
                                    5,
                                    {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                                     "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
                                   {6,
                                    7,
                                    {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                                     "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
                                     "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}}};
  const Tree tree = published();
  for (const Case& one : cases) {
    const Hash before = hash(kRoots[one.old]), after = hash(kRoots[one.size]);
    EXPECT_TRUE(check_consistency(one.old, one.size, before, after, proof(one.path)));
    EXPECT_EQ(*make_consistency(one.old, one.size, tree.lookup()), proof(one.path));
  }
}

TEST(Merkle, EveryProofOfSmallTreesHoldsAndNoneOfAnother) {
  constexpr std::uint64_t kMost = 70;
  const Tree tree = tree_of(kMost);
  const Nodes nodes = tree.lookup();
  for (std::uint64_t size = 1; size <= kMost; ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      const Hash leaf = *nodes(0, index);
      const Proof path = *make_inclusion(index, size, nodes);
      ASSERT_TRUE(check_inclusion(index, size, leaf, path, tree.roots[size])) << index << " of " << size;
      ASSERT_FALSE(check_inclusion(index, size, leaf_hash(as_bytes("another")), path, tree.roots[size]));
      if (size > 1) {
        ASSERT_FALSE(check_inclusion(index ^ 1, size, leaf, path, tree.roots[size]));
      }
      ASSERT_FALSE(check_inclusion(index, size, leaf, path, tree.roots[size - 1]));
    }
    for (std::uint64_t old = 0; old <= size; ++old) {
      const Proof path = *make_consistency(old, size, nodes);
      ASSERT_TRUE(check_consistency(old, size, tree.roots[old], tree.roots[size], path)) << old << " of " << size;
      if (old > 0) {
        ASSERT_FALSE(check_consistency(old, size, leaf_hash({}), tree.roots[size], path));
      }
      if (old > 0) {
        ASSERT_FALSE(check_consistency(old, size, tree.roots[old], leaf_hash({}), path));
      }
    }
  }
}

TEST(Merkle, EveryChangeOfAProofIsSeen) {
  const Tree tree = tree_of(13);
  const Nodes nodes = tree.lookup();
  const Hash leaf = *nodes(0, 6);
  const Proof path = *make_inclusion(6, 13, nodes), both = *make_consistency(6, 13, nodes);
  ASSERT_GE(both.size(), 2U);
  const auto changed = [](const Proof& from, std::size_t kind, std::size_t at) {
    Proof proof = from;
    if (kind == 0) proof[at][31] ^= 1;
    if (kind == 1) proof.erase(proof.begin() + static_cast<std::ptrdiff_t>(at));
    if (kind == 2) proof.insert(proof.begin() + static_cast<std::ptrdiff_t>(at), empty_root());
    return proof;
  };
  for (std::size_t kind = 0; kind < 3; ++kind) {
    for (std::size_t at = 0; at < path.size(); ++at)
      EXPECT_FALSE(check_inclusion(6, 13, leaf, changed(path, kind, at), tree.roots[13]));
    for (std::size_t at = 0; at < both.size(); ++at)
      EXPECT_FALSE(check_consistency(6, 13, tree.roots[6], tree.roots[13], changed(both, kind, at)));
  }
  EXPECT_FALSE(check_inclusion(6, 13, leaf, {}, tree.roots[13]));
  EXPECT_FALSE(check_inclusion(13, 13, leaf, path, tree.roots[13]));
  EXPECT_FALSE(check_inclusion(0, 0, leaf, {}, leaf));
}

TEST(Merkle, ReorderedAndReplayedEntriesAreNoContinuation) {
  Tree honest = tree_of(5), reordered, replayed;
  for (const int i : {0, 1, 3, 2, 4}) reordered.append(as_bytes("entry " + std::to_string(i)));
  for (const int i : {0, 1, 2, 2, 4}) replayed.append(as_bytes("entry " + std::to_string(i)));
  for (const Tree* other : {&reordered, &replayed}) {
    const auto proof = make_consistency(4, 5, other->lookup());
    const auto checked = check_consistency(4, 5, honest.roots[4], other->roots[5], *proof);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().message,
              "the new tree does not contain the old one: entries were changed, reordered or taken out");
  }
}

TEST(Merkle, RollbackAndSplitViewAreNamed) {
  const Tree tree = tree_of(5);
  EXPECT_EQ(check_consistency(5, 4, tree.roots[5], tree.roots[4], {}).error().message,
            "the tree became smaller: a rollback");
  EXPECT_EQ(check_consistency(5, 5, tree.roots[5], tree.roots[4], {}).error().message,
            "two different trees of the same size: a split view");
  EXPECT_FALSE(check_consistency(0, 5, empty_root(), tree.roots[5], {tree.roots[1]}));
}

}  // namespace
}  // namespace bonafide::provenance::log
