#include "provenance/log/proof.h"

#include <gtest/gtest.h>

namespace bonafide::provenance::log {
namespace {

/// A log of five entries, with three witnesses.
struct World {
  NoteSigner log = *NoteSigner::generate("log.example/a", KeyKind::note);
  std::vector<NoteSigner> witnesses;
  std::vector<Hash> leaves;
  Frontier tree;

  World() {
    for (int i = 0; i < 3; ++i)
      witnesses.push_back(*NoteSigner::generate("w" + std::to_string(i) + ".example", KeyKind::cosignature));
    for (int i = 0; i < 2; ++i) {
      leaves.push_back(leaf_hash(as_bytes(std::to_string(i))));
      tree.append(leaves.back());
    }
  }
  ProofBundle bundle(std::size_t cosigned) const {
    const Checkpoint checkpoint{.origin = log.key().name, .size = 2, .root = tree.root()};
    ProofBundle made{.extra = {}, .index = 1, .hashes = {leaves[0]}, .checkpoint = *sign_checkpoint(checkpoint, log)};
    for (std::size_t i = 0; i < cosigned; ++i)
      made.checkpoint += *witnesses[i].sign(checkpoint.text(), 1'800'000'000 + i);
    return made;
  }
  std::string policy(const std::string& quorum) const {
    std::string text = "# ours\nlog " + log.key().text() + " https://log.example/a\n";
    for (std::size_t i = 0; i < witnesses.size(); ++i)
      text += "witness w" + std::to_string(i) + "\t" + witnesses[i].key().text() + "\n";
    return text + "group two 2 w0 w1\n  group both all two w2\n\nquorum " + quorum + "\n";
  }
};

TEST(LogProof, ABundleHoldsOffline) {
  const World world;
  ProofBundle bundle = world.bundle(2);
  bundle.extra = Bytes{1, 2, 3};
  const std::string text = write_proof_bundle(bundle);
  EXPECT_TRUE(text.starts_with("c2sp.org/tlog-proof@v1\nextra AQID\nindex 1\n"));
  const auto read = parse_proof_bundle(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(write_proof_bundle(*read), text);
  const auto check = check_proof_bundle(*read, world.leaves[1], *parse_policy(world.policy("two")));
  ASSERT_TRUE(check);
  EXPECT_TRUE(check->holds()) << check->reason;
  ASSERT_EQ(check->checkpoint.witnesses.size(), 2U);
  EXPECT_EQ(check->checkpoint.witnesses[1].witness, "w1");
  EXPECT_EQ(check->checkpoint.witnesses[1].time, 1'800'000'001U);
}

TEST(LogProof, TheQuorumDecides) {
  const World world;
  struct Case {
    std::string quorum;
    std::size_t cosigned;
    CheckpointTrust trust;
  };
  const auto trusted = CheckpointTrust::trusted, few = CheckpointTrust::few_witnesses;
  for (const Case& one : {Case{"none", 0, trusted}, Case{"w0", 0, few}, Case{"w0", 1, trusted}, Case{"two", 1, few},
                          Case{"two", 2, trusted}, Case{"both", 2, few}, Case{"both", 3, trusted}}) {
    const auto check =
        check_proof_bundle(world.bundle(one.cosigned), world.leaves[1], *parse_policy(world.policy(one.quorum)));
    EXPECT_EQ(check->checkpoint.trust, one.trust) << one.quorum << " " << one.cosigned;
    EXPECT_EQ(check->holds(), one.trust == trusted);
    EXPECT_EQ(check->reason.empty(), one.trust == trusted);
  }
}

TEST(LogProof, AnotherEntryKeyOrLogDoesNotHold) {
  const World world, other;
  const Policy policy = *parse_policy(world.policy("none"));
  const auto entry = check_proof_bundle(world.bundle(0), leaf_hash(as_bytes("never logged")), policy);
  EXPECT_FALSE(entry->holds());
  EXPECT_EQ(entry->reason, "the inclusion proof leads to another root: this entry is not in this tree");
  const auto key = check_proof_bundle(other.bundle(0), world.leaves[1], policy);
  EXPECT_EQ(key->checkpoint.trust, CheckpointTrust::wrong_key);
  Policy nobody;
  EXPECT_EQ(check_proof_bundle(world.bundle(0), world.leaves[1], nobody)->checkpoint.trust,
            CheckpointTrust::unknown_log);
  ProofBundle broken = world.bundle(0);
  broken.checkpoint.replace(broken.checkpoint.find("\n2\n"), 3, "\n3\n");
  EXPECT_EQ(check_proof_bundle(broken, world.leaves[1], policy)->checkpoint.trust, CheckpointTrust::broken);
}

// The cases of transparency-dev/formats proof/tlog_proof_test.go.
TEST(LogProof, BrokenBundlesAreRefused) {
  const std::string head = "c2sp.org/tlog-proof@v1\n", hash = to_base64(Bytes(32)) + "\n", end = "\ncheckpoint\n";
  ASSERT_TRUE(parse_proof_bundle(head + "index 0\n" + hash + end));
  for (const std::string& bad :
       std::vector<std::string>{"wrong-header\nindex 0\n" + end, head + "extra !!notbase64!!\nindex 0\n" + end,
                                head + "\n" + end, head + "index notanumber\n" + end, head + "index -5\n" + end,
                                head + "index 00\n" + end, head + "index 0\n!!notbase64!!\n" + end,
                                head + "index 0\n" + to_base64(Bytes(64)) + "\n" + end, head + "index 0\n" + hash, head,
                                std::string(), head + "index 0\n" + std::string(65 * 1024, 'a') + "\n" + end})
    EXPECT_FALSE(parse_proof_bundle(bad)) << bad.substr(0, 100);
  std::string long_path = head + "index 0\n";
  for (int i = 0; i < 64; ++i) long_path += hash;
  EXPECT_FALSE(parse_proof_bundle(long_path + end));
  EXPECT_EQ(parse_proof_bundle(std::string(kMostBundleBytes + 1, 'x')).error().code, Code::limit);
}

TEST(LogPolicy, BrokenPoliciesNameTheLine) {
  const World world;
  const std::string log = "log " + world.log.key().text() + "\n";
  const std::string w0 = "witness w0 " + world.witnesses[0].key().text() + "\n";
  const std::string w1 = "witness w1 " + world.witnesses[1].key().text() + "\n";
  EXPECT_TRUE(parse_policy("quorum none\n"));
  EXPECT_TRUE(parse_policy("quorum none"));
  EXPECT_EQ(parse_policy(log).error().message, "there is no quorum line");
  EXPECT_EQ(parse_policy(log + "quorum w0\n").error().message,
            "line 2 of the policy: the quorum must be none, or a witness or group defined before");
  for (const std::string& bad : std::vector<std::string>{
           log + log + "quorum none\n", w0 + w0 + "quorum none\n", "quorum none\nquorum none\n", "frob\nquorum none\n",
           "group g 1 w0\n" + w0 + "quorum g\n", w0 + "group g 2 w0\nquorum g\n", w0 + "group g 0 w0\nquorum g\n",
           w0 + "group g 01 w0\nquorum g\n", w0 + "group g any\nquorum none\n", w0 + "group g any none\nquorum g\n",
           w0 + "group w0 any w0\nquorum w0\n", w0 + w1 + "group g any w0\ngroup h any w0 w1\nquorum h\n",
           w0 + "group none any w0\nquorum none\n", "witness w0 " + world.log.key().text() + "\nquorum w0\n",
           "log " + world.witnesses[0].key().text() + "\nquorum none\n", "quorum none\r\n", "log x\nquorum none\n",
           w0 + "witness w2 " + world.witnesses[0].key().text() + "\nquorum none\n"})
    EXPECT_FALSE(parse_policy(bad)) << bad;
}

}  // namespace
}  // namespace bonafide::provenance::log
