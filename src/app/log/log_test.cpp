#include "app/log/log.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "app/log/opened.h"
#include "base/files.h"
#include "provenance/log/registry.h"
#include "report/log/render.h"
#include "support/schema.h"
#include "support/support.h"

namespace bonafide::app {
namespace {

/// Two works, an issuer's keys and a log, in a folder of their own.
struct World {
  bonafide::testing::TemporaryFolder folder;
  LogPlace place{.folder = folder.file("log"), .keep = folder.file("kept")};
  report::LogFacts facts;
  Context context;

  World() {
    EXPECT_TRUE(write_file(work("a"), "a picture", false));
    EXPECT_TRUE(write_file(work("b"), "another", false));
    EXPECT_TRUE(new_keys({.folder = folder.file("keys"), .name = "Ada", .organization = "Example", .passphrase = {}}));
    const auto made = log_init(place, "example.org/log");
    EXPECT_TRUE(made) << made.error().message;
    if (made) facts = *made;
  }
  std::string work(const std::string& name) const { return folder.file(name + ".jpg"); }
  LogAddRequest add() const {
    LogAddRequest request;
    request.place = place;
    request.key.folder = folder.file("keys");
    return request;
  }
  report::LogProofFacts verify(const std::string& proof, const std::string& file) const {
    const auto facts_of_proof = log_verify({.proof = proof, .file = file, .policy = facts.policy, .key = {}}, context);
    EXPECT_TRUE(facts_of_proof) << facts_of_proof.error().message;
    return *facts_of_proof;
  }
};

void fits_the_schema(const Json& json) {
  const auto text = read_file(std::string(BONAFIDE_SOURCE_DIR) + "/docs/schema/bonafide.log-1.json", 1 << 20);
  EXPECT_EQ(bonafide::testing::schema_errors(*parse_json(*text), json, false), std::vector<std::string>{})
      << dump_json(json, 2);
}

TEST(AppLog, FromAWorkToItsProofAndBack) {
  const World world;
  LogAddRequest request = world.add();
  request.files = {world.work("a"), world.work("b")};
  request.proofs = true;
  const auto added = log_add(request, world.context);
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->size, 2U);
  const auto good = world.verify(world.work("b") + ".tlog-proof", world.work("b"));
  EXPECT_EQ(good.state, report::LogProofFacts::State::proven) << good.reason;
  EXPECT_EQ(good.work, report::LogProofFacts::Work::fits);
  EXPECT_NE(good.issuer_name.find("Ada"), std::string::npos);
  const auto other = world.verify(world.work("b") + ".tlog-proof", world.work("a"));
  EXPECT_EQ(other.state, report::LogProofFacts::State::broken);
  EXPECT_EQ(other.work, report::LogProofFacts::Work::differs);
  fits_the_schema(report::log_json(world.facts));
  fits_the_schema(report::log_json(*added));
  fits_the_schema(report::log_json(good));
  fits_the_schema(report::log_json(other));
  fits_the_schema(report::log_json(*log_tail(world.place, {}, 10, {})));
  fits_the_schema(report::log_json(*log_fsck(world.place, {})));
}

TEST(AppLog, TheSchemaRefusesWhatItDoesNotDescribe) {
  const World world;
  const auto text = read_file(std::string(BONAFIDE_SOURCE_DIR) + "/docs/schema/bonafide.log-1.json", 1 << 20);
  Json json = report::log_json(*log_fsck(world.place, {}));
  json.erase("faults");
  EXPECT_FALSE(bonafide::testing::schema_errors(*parse_json(*text), json, false).empty());
}

TEST(AppLog, EveryStatementCanBeMade) {
  const World world;
  LogAddRequest request = world.add();
  request.files = {world.work("a")};
  request.mark_id = "0011223344556677";
  request.manifest = world.work("b");
  ASSERT_TRUE(log_add(request, world.context));
  for (const char* type : {"revoke", "dispute", "consent-withdraw"}) {
    LogAddRequest more = world.add();
    more.type = type;
    more.about = 0;
    EXPECT_TRUE(log_add(more, world.context)) << type;
  }
  LogAddRequest consent = world.add();
  consent.type = "consent-grant";
  consent.record = world.work("b");
  EXPECT_TRUE(log_add(consent, world.context));
  LogAddRequest takedown = consent;
  takedown.type = "takedown";
  takedown.files = {world.work("a")};
  EXPECT_TRUE(log_add(takedown, world.context));
  LogAddRequest supersede = world.add();
  supersede.type = "supersede";
  supersede.files = {world.work("b")};
  supersede.about = 0;
  EXPECT_TRUE(log_add(supersede, world.context));
  LogAddRequest key = world.add();
  key.type = "key-revoke";
  key.subject = world.folder.file("keys/signer.pem");
  key.distrust_from = 3;
  EXPECT_TRUE(log_add(key, world.context));
  key.type = "key-add";
  key.distrust_from = {};
  EXPECT_TRUE(log_add(key, world.context));
  const auto tail = log_tail(world.place, {}, 100, {});
  ASSERT_TRUE(tail);
  ASSERT_EQ(tail->entries.size(), 9U);
  for (const auto& entry : tail->entries) EXPECT_TRUE(entry.entry) << entry.problem;
  fits_the_schema(report::log_json(*tail));
  EXPECT_TRUE(log_fsck(world.place, {})->faults.empty());
  LogAddRequest unknown = world.add();
  unknown.type = "rumour";
  EXPECT_EQ(log_add(unknown, world.context).error().code, Code::invalid_argument);
}

TEST(AppLog, TheSameIsNotSaidTwice) {
  const World world;
  LogAddRequest request = world.add();
  request.files = {world.work("a"), world.work("b"), world.work("a")};
  const auto first = log_add(request, world.context);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->size, 2U);
  EXPECT_EQ(first->entries[2].number, 0U);
  const auto again = log_add(request, world.context);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->size, 2U);
  EXPECT_TRUE(again->entries[1].known);
  fits_the_schema(report::log_json(*again));
  request.plain = true;  // another statement about the same works
  EXPECT_EQ(log_add(request, world.context)->size, 4U);
  ASSERT_TRUE(new_keys({.folder = world.folder.file("others"), .name = "Eve", .organization = "X", .passphrase = {}}));
  request.plain = false;
  request.key.folder = world.folder.file("others");
  EXPECT_EQ(log_add(request, world.context)->size, 6U);  // by somebody else
}

TEST(AppLog, WhoeverGotNoAnswerAsksAgainWithTheSameSalt) {
  const World world;
  LogAddRequest request = world.add();
  request.files = {world.work("a")};
  request.proofs = true;
  ASSERT_TRUE(write_file(world.place.folder + "/tile", "in the way", false));
  const auto refused = log_add(request, world.context);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::io);
  std::filesystem::remove(world.place.folder + "/tile");
  const auto added = log_add(request, world.context);
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_FALSE(added->entries[0].known);
  EXPECT_EQ(world.verify(added->entries[0].proof, world.work("a")).state, report::LogProofFacts::State::proven);
  const auto registry = provenance::log::Registry::open(world.place.keep + "/registry.db");
  const auto record = (*registry)->find(0);
  ASSERT_TRUE(record && *record);
  EXPECT_EQ((*registry)->find_asset(*(*record)->asset)->size(), 1U);
}

TEST(AppLog, AnEntryWhoseNumberWasNotWrittenDownIsFoundAgain) {
  const World world;
  LogAddRequest request = world.add();
  request.files = {world.work("b"), world.work("a")};
  ASSERT_TRUE(log_add(request, world.context));
  {  // as a crash between log and registry leaves it
    auto database =
        provenance::log::Database::open(world.place.keep + "/registry.db", provenance::log::Database::Safety::full);
    ASSERT_TRUE(database && database->run("UPDATE work SET number = NULL"));
  }
  const auto proof = log_prove({.place = world.place, .file = world.work("a")}, world.context);
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_NE(proof->find("\nindex 1\n"), std::string::npos);
}

TEST(AppLog, MakingALogGoesOnWhereACrashStoppedIt) {
  const World world;
  std::filesystem::remove(world.place.keep + "/guard");
  std::filesystem::remove(world.place.folder + "/checkpoint");
  EXPECT_EQ(log_init(world.place, "example.org/another").error().code, Code::invalid_argument);
  const auto again = log_init(world.place, "example.org/log");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->key, world.facts.key);
  EXPECT_EQ(log_init(world.place, "example.org/log").error().code, Code::invalid_argument);
}

TEST(AppLog, APublicWorkNeedsNoSaltAndTheIssuerMayStayAPseudonym) {
  const World world;
  LogAddRequest request = world.add();
  request.files = {world.work("a")};
  request.plain = true;
  request.proofs = true;
  request.anonymous = true;
  ASSERT_TRUE(log_add(request, world.context));
  const auto facts = world.verify(world.work("a") + ".tlog-proof", world.work("a"));
  EXPECT_EQ(facts.state, report::LogProofFacts::State::proven) << facts.reason;
  EXPECT_EQ(facts.issuer_name, "");
  EXPECT_EQ(read_file(world.work("a") + ".tlog-proof", 100'000)->find("Ada"), std::string::npos);
  // the registered work is found again, and by its number, too
  EXPECT_TRUE(log_prove({.place = world.place, .file = world.work("a"), .entry = {}}, world.context));
  EXPECT_TRUE(log_prove({.place = world.place, .file = {}, .entry = 0}, world.context));
  EXPECT_EQ(log_prove({.place = world.place, .file = {}, .entry = 1}, world.context).error().code, Code::not_found);
  EXPECT_EQ(log_prove({.place = world.place, .file = {}, .entry = {}}, world.context).error().code,
            Code::invalid_argument);
}

TEST(AppLog, TheIndexAnswersAndAWrongOneIsFound) {
  namespace tlog = provenance::log;
  const World world;
  LogAddRequest request = world.add();
  request.files = {world.work("a")};
  request.mark_id = "0011223344556677";
  ASSERT_TRUE(log_add(request, world.context));
  const auto index = log_index(world.place);
  ASSERT_TRUE(index) << index.error().message;
  EXPECT_EQ(index->head.size, 1U);
  fits_the_schema(report::log_json(*index));
  const std::string path = world.folder.file("proof");
  const auto asked = [&](const std::string& key) {
    EXPECT_TRUE(write_file(path, *log_prove_key(world.place, key, {}), true));
    EXPECT_EQ(*proof_kind(path), ProofKind::index);
    auto facts = *log_verify_index({.proof = path, .file = {}, .policy = world.facts.policy, .key = {}});
    fits_the_schema(report::log_json(facts));
    return facts;
  };
  EXPECT_EQ(asked("mark:0011223344556677").numbers, std::vector<std::uint64_t>{0});
  const auto none = asked("mark:0011223344556678");
  EXPECT_EQ(none.state, report::LogProofFacts::State::proven) << none.reason;
  EXPECT_TRUE(none.numbers.empty());
  EXPECT_EQ(log_verify_index({.proof = path, .file = {}, .policy = {}, .key = {}})->state,
            report::LogProofFacts::State::untrusted);
  EXPECT_EQ(log_prove_key(world.place, "mark:00", {}).error().code, Code::invalid_argument);

  const tlog::NoteSigner signer = *log_signer(world.place);
  const auto fault_of = [&](const tlog::IndexHead& head) {
    EXPECT_TRUE(write_file(world.place.folder + "/index", *tlog::sign_index(head, signer), true));
    const auto faults = log_fsck(world.place, world.facts.key)->faults;
    return faults.empty() ? std::string() : faults.front().path + ": " + faults.front().what;
  };
  EXPECT_EQ(fault_of(index->head), "");
  tlog::IndexHead wrong = index->head;
  wrong.root[5] ^= 1;  // as a log that hides an entry would sign it
  EXPECT_EQ(fault_of(wrong), "index: its root does not follow from the entries: it leaves out, adds or moves some");
  wrong = index->head;
  wrong.size = 2;
  EXPECT_EQ(fault_of(wrong), "index: was made of 2 entries, the log shows 1");
  wrong = index->head;
  wrong.log_root[0] ^= 1;
  EXPECT_EQ(fault_of(wrong), "index: was made of another tree of 1 entries than the log's");
}

TEST(AppLog, TwoWitnessesAndAQuorum) {
  const World world;
  std::string policy = "log " + world.facts.key + "\n";
  std::vector<std::string> folders;
  for (const char* name : {"w1", "w2"}) {
    folders.push_back(world.folder.file(name));
    const auto key = log_witness(folders.back(), std::string(name) + ".example", {world.facts.key});
    ASSERT_TRUE(key);
    policy += "witness " + std::string(name) + " " + *key + "\n";
  }
  policy += "group both all w1 w2\nquorum both\n";
  const std::string path = world.folder.file("policy"), proof = world.work("a") + ".tlog-proof";
  ASSERT_TRUE(write_file(path, policy, true));
  LogAddRequest request = world.add();
  request.files = {world.work("a")};
  request.proofs = true;
  request.witnesses = {folders[0]};
  ASSERT_TRUE(log_add(request, world.context));
  const LogVerifyRequest verify{.proof = proof, .file = world.work("a"), .policy = path, .key = {}};
  EXPECT_EQ(log_verify(verify, world.context)->state, report::LogProofFacts::State::untrusted);
  const auto both =
      log_prove({.place = world.place, .file = world.work("a"), .entry = {}, .witnesses = folders}, world.context);
  ASSERT_TRUE(both) << both.error().message;
  ASSERT_TRUE(write_file(proof, *both, true));
  const auto facts = log_verify(verify, world.context);
  EXPECT_EQ(facts->state, report::LogProofFacts::State::proven) << facts->reason;
  EXPECT_EQ(facts->witnesses.size(), 2U);
  EXPECT_TRUE(facts->witnesses_wanted);
}

}  // namespace
}  // namespace bonafide::app
