#include "provenance/log/receipt.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/cbor.h"
#include "crypto/cose.h"
#include "crypto/hash.h"

namespace bonafide::provenance::log {
namespace {

/// Trees of one to thirty entries, and a log that signs them.
struct World {
  NoteSigner signer = *NoteSigner::generate("example.org/log", KeyKind::note);
  std::vector<Hash> leaves;
  World() {
    for (int i = 0; i < 30; ++i) leaves.push_back(leaf_hash(as_bytes("entry " + std::to_string(i))));
  }
  Nodes nodes() const {
    return [this](int level, std::uint64_t index) -> Result<Hash> {
      const Nodes self = nodes();
      if (level == 0) return leaves[index];
      return node_hash(*self(level - 1, 2 * index), *self(level - 1, 2 * index + 1));
    };
  }
  Hash root(std::uint64_t size) const { return *root_of(size, nodes()); }
  Bytes inclusion(std::uint64_t index, std::uint64_t size) const {
    return *inclusion_receipt(signer, {size, index, *make_inclusion(index, size, nodes())}, leaves[index], root(size));
  }
  Bytes consistency(std::uint64_t old, std::uint64_t size) const {
    return *consistency_receipt(signer, {old, size, *make_consistency(old, size, nodes())}, root(old), root(size));
  }
};

TEST(LogReceipt, EveryEntryOfEveryTree) {
  const World world;
  for (std::uint64_t size = 1; size <= 30; ++size) {
    for (std::uint64_t index = 0; index < size; ++index) {
      const auto receipt = parse_receipt(world.inclusion(index, size));
      ASSERT_TRUE(receipt) << receipt.error().message;
      EXPECT_EQ(receipt->issuer, "example.org/log");
      EXPECT_EQ(receipt->subject, to_hex(world.leaves[index]));
      EXPECT_FALSE(receipt->payload);
      const auto root = check_receipt(*receipt, world.leaves[index], world.signer.key());
      ASSERT_TRUE(root) << root.error().message;
      EXPECT_EQ(*root, world.root(size));
      EXPECT_EQ(check_receipt(*receipt, leaf_hash({}), world.signer.key()).error().code, Code::denied);
    }
    for (std::uint64_t old = 1; old <= size; ++old) {
      const auto receipt = parse_receipt(world.consistency(old, size));
      ASSERT_TRUE(receipt) << receipt.error().message;
      EXPECT_EQ(*check_receipt(*receipt, world.root(old), world.signer.key()), world.root(size));
      EXPECT_FALSE(check_receipt(*receipt, leaf_hash({}), world.signer.key()));
    }
  }
}

TEST(LogReceipt, IsTheCborThatTheStandardShows) {
  const World world;
  const Bytes bytes = world.inclusion(3, 7);
  const auto whole = cbor::parse(bytes);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->argument, 18U);
  const auto& parts = whole->children.front().children;
  ASSERT_EQ(parts.size(), 4U);
  const auto header = cbor::parse(*parts[0].bytes());
  EXPECT_EQ(header->find(1)->integer(), -8);
  EXPECT_EQ(header->find(395)->integer(), 1);
  EXPECT_EQ(header->find(4)->bytes()->size(), 32U);
  EXPECT_TRUE(parts[2].is(cbor::Type::null));
  const auto proof = cbor::parse(*parts[1].find(396)->find(-1)->children.front().bytes());
  EXPECT_EQ(proof->children[0].integer(), 7);
  EXPECT_EQ(proof->children[1].integer(), 3);
  EXPECT_EQ(proof->children[2].children.size(), 3U);
  // signed like any COSE_Sign1, over the root
  const Hash root = world.root(7);
  EXPECT_TRUE(*crypto::verify_ed25519(world.signer.key().key, crypto::signature_input(*parts[0].bytes(), root),
                                      *parts[3].bytes()));
}

TEST(LogReceipt, AnotherKeyAnotherTreeAnotherByte) {
  const World world;
  const NoteSigner other = *NoteSigner::generate("example.org/log", KeyKind::note);
  const Bytes bytes = world.inclusion(5, 21);
  EXPECT_EQ(check_receipt(*parse_receipt(bytes), world.leaves[5], other.key()).error().code, Code::denied);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    Bytes changed = bytes;
    changed[at] ^= 1;
    const auto receipt = parse_receipt(changed);
    if (!receipt || !check_receipt(*receipt, world.leaves[5], world.signer.key())) continue;
    // RFC 9162's paths look the same in trees of many sizes: of a receipt's numbers only the entry's place is proven
    EXPECT_EQ(std::get<InclusionProof>(receipt->proof).index, 5U) << at;
    EXPECT_NE(std::get<InclusionProof>(receipt->proof).size, 21U) << at;
  }
  const InclusionProof wrong{21, 4, *make_inclusion(5, 21, world.nodes())};
  EXPECT_EQ(inclusion_receipt(world.signer, wrong, world.leaves[5], world.root(21)).error().code,
            Code::invalid_argument);
}

TEST(LogReceipt, AnAttachedRootMustBeTheOneThatTheProofLeadsTo) {
  const World world;
  Receipt receipt = *parse_receipt(world.inclusion(5, 21));
  const Hash right = world.root(21), wrong = world.root(20);
  receipt.payload = Bytes(right.begin(), right.end());
  EXPECT_TRUE(check_receipt(receipt, world.leaves[5], world.signer.key()));
  receipt.payload = Bytes(wrong.begin(), wrong.end());
  EXPECT_EQ(check_receipt(receipt, world.leaves[5], world.signer.key()).error().code, Code::corrupt);
}

TEST(LogReceipt, AStatementGivesBackTheEntryAsItWasLogged) {
  const World world;
  cbor::Writer entry;
  entry.tag(18).array(4).bytes(Bytes{0xA1, 0x01, 0x27}).map(0).bytes(as_bytes("payload")).bytes(Bytes(64, 1));
  const Bytes receipt = world.inclusion(1, 2);
  const auto written = write_statement({entry.data(), {receipt}});
  ASSERT_TRUE(written) << written.error().message;
  const auto read = parse_statement(*written);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->entry, entry.data());
  EXPECT_EQ(read->receipts, std::vector<Bytes>{receipt});
  EXPECT_FALSE(parse_statement(entry.data()));
  EXPECT_FALSE(parse_statement(receipt));
  EXPECT_EQ(write_statement({*written, {receipt}}).error().code, Code::invalid_argument);
  EXPECT_FALSE(parse_receipt(*written));
}

TEST(LogReceipt, TheKeysNameIsTheHashOfItsThreeParts) {  // RFC 9679 section 4, computed by hand here
  const NoteKey key = make_note_key("a", KeyKind::note, Bytes(32, 0x11));
  Bytes parts{0xA3, 0x01, 0x01, 0x20, 0x06, 0x21, 0x58, 0x20};
  parts.insert(parts.end(), 32, 0x11);
  EXPECT_EQ(cose_key_id(key), crypto::digest(crypto::HashAlgorithm::sha256, parts));
  const Bytes encoded = cose_key(key);
  const auto map = cbor::parse(encoded);
  EXPECT_EQ(map->find(1)->integer(), 1);
  EXPECT_EQ(map->find(3)->integer(), -8);
  EXPECT_EQ(map->find(-1)->integer(), 6);
  EXPECT_EQ(map->find(-2)->bytes()->size(), 32U);
  EXPECT_TRUE(std::ranges::equal(*map->find(2)->bytes(), cose_key_id(key)));
}

TEST(LogReceipt, BoundsAndKindsThatWeDoNotKnow) {
  EXPECT_EQ(parse_receipt(Bytes(kMostReceiptBytes + 1)).error().code, Code::limit);
  EXPECT_FALSE(parse_receipt({}));
  EXPECT_FALSE(parse_statement(Bytes{0xD2, 0x80}));
  cbor::Writer header, proofs, receipt;
  header.map(2).integer(1).integer(-8).integer(395).integer(2);
  proofs.map(1).integer(396).map(0);
  receipt.tag(18).array(4).bytes(header.data()).raw(proofs.data()).null().bytes(Bytes(64));
  EXPECT_EQ(parse_receipt(receipt.data()).error().code, Code::unsupported);
}

}  // namespace
}  // namespace bonafide::provenance::log
