#include "provenance/log_pg/postgres_store.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "base/files.h"
#include "provenance/log/fsck.h"
#include "provenance/log_pg/cluster_test.h"
#include "support/support.h"

namespace bonafide::provenance::log {
namespace {

Bytes entry(const std::string& text) { return {text.begin(), text.end()}; }

/// One server for all tests of this file, a database table set anew for each.
class PostgresStoreSlow : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string missing = bonafide::testing::postgres_missing(); !missing.empty()) GTEST_SKIP() << missing;
    auto made = bonafide::testing::Cluster::create();
    ASSERT_TRUE(made) << made.error().message;
    cluster = std::move(*made);
    const auto started = cluster->start_first();
    ASSERT_TRUE(started) << started.error().message;
    options.connection = cluster->connection({1});
    options.folder = folder.file("log");
    options.keep = folder.file("keep");
    options.patience_s = 2;
    const auto log = PostgresStore::create(options, signer);
    ASSERT_TRUE(log) << log.error().message;
  }
  std::unique_ptr<PostgresStore> open() const { return std::move(*PostgresStore::open(options, again())); }
  NoteSigner again() const { return *NoteSigner::parse(signer.secret_text()); }
  void whole() const {
    const auto report = fsck(options.folder, signer.key(), *read_file(options.keep + "/guard", 10'000));
    for (const LogFault& fault : report->faults) ADD_FAILURE() << fault.path << ": " << fault.what;
  }

  bonafide::testing::TemporaryFolder folder;
  std::unique_ptr<bonafide::testing::Cluster> cluster;
  NoteSigner signer = *NoteSigner::generate("log.example/pg", KeyKind::note);
  PostgresOptions options;
};

TEST_F(PostgresStoreSlow, WritesTheSameFilesAsAFolderStore) {
  EXPECT_EQ(PostgresStore::create(options, signer).error().code, Code::invalid_argument);
  const auto store = open();
  std::vector<Bytes> entries;
  for (int i = 0; i < 600; ++i) entries.push_back(entry("entry " + std::to_string(i)));
  for (std::size_t at = 0; at < entries.size(); at += 150) {
    const std::vector<Bytes> some(entries.begin() + static_cast<std::ptrdiff_t>(at),
                                  entries.begin() + static_cast<std::ptrdiff_t>(at + 150));
    const auto numbers = store->add(some);
    ASSERT_TRUE(numbers) << numbers.error().message;
    EXPECT_EQ(numbers->front(), at);
  }
  EXPECT_EQ((*store->add({entry("entry 7"), entry("new"), entry("new")})), (std::vector<std::uint64_t>{7, 600, 600}));
  Frontier frontier;
  entries.push_back(entry("new"));
  for (const Bytes& one : entries) frontier.append(leaf_hash(one));
  const Checkpoint last = store->checkpoint()->checkpoint;
  EXPECT_EQ(last.size, 601U);
  EXPECT_EQ(last.root, frontier.root());
  whole();
  // what does not fit is refused before it gets to the database
  EXPECT_EQ(store->add({}).error().code, Code::invalid_argument);
  EXPECT_EQ(store->add({Bytes(9000)}).error().code, Code::limit);
}

TEST_F(PostgresStoreSlow, SeveralWritersAtOnceAndAPublisherOfItsOwn) {
  std::vector<std::thread> threads;
  std::vector<std::set<std::uint64_t>> numbers(4);
  for (std::size_t writer = 0; writer < 4; ++writer)
    threads.emplace_back([&, writer] {
      const auto store = open();
      for (int i = 0; i < 20; ++i) {
        const auto added = store->add({entry(std::to_string(writer) + "/" + std::to_string(i))});
        ASSERT_TRUE(added) << added.error().message;
        numbers[writer].insert(added->front());
      }
    });
  for (std::thread& thread : threads) thread.join();
  std::set<std::uint64_t> all;
  for (const auto& some : numbers) all.insert(some.begin(), some.end());
  EXPECT_EQ(all.size(), 80U);
  EXPECT_EQ(*all.rbegin(), 79U);
  whole();
  PostgresOptions elsewhere = options;  // another machine publishes the same
  elsewhere.folder = folder.file("copy");
  elsewhere.keep = folder.file("copy.keep");
  ASSERT_TRUE(PostgresStore::open(elsewhere, again()));
  EXPECT_EQ(*read_file(elsewhere.folder + "/checkpoint", 10'000), *read_file(options.folder + "/checkpoint", 10'000));
}

TEST_F(PostgresStoreSlow, ADatabaseThatWasPutBackIsNotPublishedAndNothingIsSigned) {
  ASSERT_TRUE(open()->add({entry("a"), entry("b")}));
  const std::string state = "SELECT size || ' ' || encode(edge, 'hex') FROM bonafide_log_state";
  const std::string note =
      cluster->one(1, "SELECT encode(convert_to(note, 'UTF8'), 'base64') IS NOT NULL FROM bonafide_log_state");
  EXPECT_EQ(note, "t");
  cluster->one(1, "CREATE TABLE old AS SELECT * FROM bonafide_log_state");
  ASSERT_TRUE(open()->add({entry("c")}));
  cluster->one(1, "UPDATE bonafide_log_state SET size = old.size, edge = old.edge, note = old.note FROM old");
  EXPECT_EQ(cluster->one(1, state).substr(0, 2), "2 ");
  EXPECT_EQ(PostgresStore::open(options, again()).error().code, Code::denied);
}

TEST_F(PostgresStoreSlow, AnotherKeyAndADatabaseThatDoesNotAnswer) {
  const NoteSigner stranger = *NoteSigner::generate("log.example/pg", KeyKind::note);
  EXPECT_EQ(PostgresStore::open(options, *NoteSigner::parse(stranger.secret_text())).error().code, Code::denied);
  PostgresOptions nowhere = options;
  nowhere.connection = cluster->connection({9});
  nowhere.patience_s = 0;
  EXPECT_EQ(PostgresStore::open(nowhere, again()).error().code, Code::unavailable);
  const auto store = open();
  cluster->kill(1);
  EXPECT_EQ(store->add({entry("a")}).error().code, Code::unavailable);
}

TEST_F(PostgresStoreSlow, ThePrimaryDiesAndTheStandbyGoesOn) {
  const auto standby = cluster->add_standby(1);
  ASSERT_TRUE(standby) << standby.error().message;
  ASSERT_TRUE(cluster->wait_for_standby(1, true));
  options.connection = cluster->connection({1, *standby});
  options.patience_s = 60;
  const auto store = open();
  ASSERT_TRUE(store->add({entry("before")}));
  cluster->kill(1);
  ASSERT_TRUE(cluster->promote(*standby));
  ASSERT_TRUE(cluster->wait_for_standby(*standby, false));
  EXPECT_EQ(*store->add({entry("before"), entry("after")}), (std::vector<std::uint64_t>{0, 1}));
  whole();
}

}  // namespace
}  // namespace bonafide::provenance::log
