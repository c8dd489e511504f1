#include "app/log/log.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "app/log/opened.h"
#include "base/files.h"
#include "provenance/log/open_timestamps.h"
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

TEST(AppLog, ACheckpointIsAnchoredByAnAuthorityAndByACalendar) {
  const World world;
  LogAddRequest add = world.add();
  add.files = {world.work("a")};
  ASSERT_TRUE(log_add(add, world.context));
  bool mined = false;
  Bytes promised;
  LogAnchorRequest request{.place = world.place};
  request.calendars = {"https://calendar.example"};
  request.network = [&](const std::vector<std::string>&) -> Fetch {
    return [&](const HttpRequest& ask) -> Result<Bytes> {  // every promise is the first transaction of a block
      namespace tlog = provenance::log;
      if (ask.url.ends_with("/digest")) {
        promised = ask.body;
        return tlog::write_ots_tree(
            {.attestations = {tlog::pending_attestation("https://calendar.example")}, .branches = {}});
      }
      if (!mined || !ask.url.ends_with(to_hex(promised))) return make_error(Code::unavailable, "404");
      return tlog::write_ots_tree({.attestations = {tlog::bitcoin_attestation(7)}, .branches = {}});
    };
  };
  request.stamp.folder = world.folder.file("keys");
  const auto anchored = log_anchor(request);
  ASSERT_TRUE(anchored) << anchored.error().message;
  fits_the_schema(report::log_json(*anchored));
  EXPECT_EQ(anchored->files, (std::vector<std::string>{"anchor/1/checkpoint.tsr", "anchor/1/checkpoint.ots"}));
  EXPECT_EQ(log_anchor(request).error().code, Code::invalid_argument);  // the .ots is there
  EXPECT_TRUE(log_fsck(world.place, {})->faults.empty());

  const std::string place = world.place.folder + "/anchor/1/";
  LogVerifyRequest verify{.proof = place + "checkpoint.tsr", .file = place + "checkpoint", .policy = {}, .key = {}};
  const auto judged = [&] {
    const auto facts = log_verify_anchor(verify);
    EXPECT_TRUE(facts) << facts.error().message;
    fits_the_schema(report::log_json(*facts));
    return *facts;
  };
  EXPECT_EQ(judged().state, report::LogProofFacts::State::untrusted);
  ASSERT_TRUE(verify.trust.add_tsa_pem("ours", *read_file(world.folder.file("keys/tsa-root.pem"), 1 << 20)));
  EXPECT_EQ(judged().state, report::LogProofFacts::State::proven) << judged().reason;
  verify.file = world.work("a");
  EXPECT_EQ(judged().state, report::LogProofFacts::State::broken);

  verify.file = place + "checkpoint";
  verify.proof = place + "checkpoint.ots";
  EXPECT_NE(judged().reason.find("only the promise"), std::string::npos);
  request.stamp = {};
  request.upgrade = true;
  EXPECT_EQ(log_anchor(request)->waiting.size(), 1U);
  mined = true;
  EXPECT_EQ(log_anchor(request)->files, std::vector<std::string>{"anchor/1/checkpoint.ots"});
  EXPECT_NE(judged().reason.find("Bitcoin block 7"), std::string::npos);
  Bytes header(80, 0);
  std::ranges::copy(promised, header.begin() + 36);
  header[72] = 0xff;
  header[73] = 0xff;
  header[74] = 0x7f;
  header[75] = 0x20;  // the lightest work there is
  while (!provenance::log::parse_block_header(header)->work_holds) ++header[76];
  verify.headers = {to_hex(header)};
  EXPECT_EQ(judged().state, report::LogProofFacts::State::proven) << judged().reason;
  header[40] ^= 1;
  while (!provenance::log::parse_block_header(header)->work_holds) ++header[77];
  verify.headers = {to_hex(header)};
  EXPECT_EQ(judged().state, report::LogProofFacts::State::untrusted);
  verify.file = world.work("a");
  EXPECT_EQ(judged().state, report::LogProofFacts::State::broken);

  // faults that are planted are found
  const auto first_fault = [&] { return log_fsck(world.place, {})->faults.at(0); };
  std::filesystem::copy_file(place + "checkpoint.tsr", place + "checkpoint.2.tsr");
  ASSERT_TRUE(
      patch_file(place + "checkpoint.2.tsr", std::filesystem::file_size(place + "checkpoint.2.tsr") - 3, Bytes{1}));
  EXPECT_EQ(first_fault().path, "anchor/1/checkpoint.2.tsr");
  std::filesystem::remove(place + "checkpoint.2.tsr");
  ASSERT_TRUE(write_file(place + "checkpoint.ots", "nonsense", true));
  EXPECT_EQ(first_fault().path, "anchor/1/checkpoint.ots");
  std::filesystem::remove(place + "checkpoint.ots");
  std::filesystem::create_directories(world.place.folder + "/anchor/2");
  std::filesystem::copy_file(place + "checkpoint", world.place.folder + "/anchor/2/checkpoint");
  EXPECT_EQ(first_fault().what, "has 1 entries, its folder says 2");
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
  request.witnesses.places = {folders[0]};
  ASSERT_TRUE(log_add(request, world.context));
  const LogVerifyRequest verify{.proof = proof, .file = world.work("a"), .policy = path, .key = {}};
  EXPECT_EQ(log_verify(verify, world.context)->state, report::LogProofFacts::State::untrusted);
  const auto both =
      log_prove({.place = world.place, .file = world.work("a"), .entry = {}, .witnesses = {.places = folders}}, world.context);
  ASSERT_TRUE(both) << both.error().message;
  ASSERT_TRUE(write_file(proof, *both, true));
  const auto facts = log_verify(verify, world.context);
  EXPECT_EQ(facts->state, report::LogProofFacts::State::proven) << facts->reason;
  EXPECT_EQ(facts->witnesses.size(), 2U);
  EXPECT_TRUE(facts->witnesses_wanted);
}

}  // namespace
}  // namespace bonafide::app
