#include "provenance/log/witness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "base/files.h"
#include "provenance/log/directory_store.h"
#include "provenance/log/proof.h"
#include "support/support.h"

namespace bonafide::provenance::log {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kNow = 1'800'000'000;

struct Log {
  bonafide::testing::TemporaryFolder folder;
  NoteSigner key = *NoteSigner::generate("log.example/a", KeyKind::note);
  StoreOptions options{.folder = folder.file("log"), .keep = folder.file("keep")};
  int next = 0;

  explicit Log(const std::string& secret = {}) {
    if (!secret.empty()) key = *NoteSigner::parse(secret);
    EXPECT_TRUE(DirectoryStore::create(options, key));
  }
  void add(int count, const std::string& word = "entry ") {
    const auto store = *DirectoryStore::open(options, *NoteSigner::parse(key.secret_text()));
    std::vector<Bytes> entries;
    for (int i = 0; i < count; ++i) {
      const std::string text = word + std::to_string(next++);
      entries.emplace_back(text.begin(), text.end());
    }
    EXPECT_TRUE(store->add(entries));
  }
  std::string checkpoint() const { return *read_file(options.folder + "/checkpoint", 10'000); }
  LogReader tree() const { return {files_in(options.folder), parse_signed_checkpoint(checkpoint())->checkpoint.size}; }
};

struct OwnWitness {
  bonafide::testing::TemporaryFolder folder;
  OwnWitness() { EXPECT_TRUE(Witness::create(folder.file("w"), "witness.example/w1")); }
  Witness open() const { return *Witness::open(folder.file("w")); }
  AskWitness ask() const {
    return [this](const std::string& body) -> Result<WitnessAnswer> { return open().add_checkpoint(body, kNow); };
  }
};

TEST(LogWitness, CosignsWhatContinues) {
  Log log;
  const OwnWitness witness;
  ASSERT_TRUE(witness.open().trust(log.key.key()));
  const Policy policy =
      *parse_policy("log " + log.key.key().text() + "\nwitness w " + witness.open().key().text() + "\nquorum w\n");
  for (const int count : {0, 3, 5, 0}) {
    if (count > 0) log.add(count);
    LogReader tree = log.tree();
    const auto line = ask_to_cosign(witness.ask(), witness.open().key(), log.checkpoint(), tree);
    ASSERT_TRUE(line) << line.error().message;
    const auto check = check_checkpoint(*parse_signed_checkpoint(log.checkpoint() + *line), policy);
    EXPECT_EQ(check.trust, CheckpointTrust::trusted) << check.reason;
    ASSERT_EQ(check.witnesses.size(), 1U);
    EXPECT_EQ(check.witnesses[0].time, kNow);
  }
  EXPECT_EQ(parse_signed_checkpoint(**witness.open().latest("log.example/a"))->checkpoint.size, 8U);
  EXPECT_FALSE(witness.open().latest("other.example")->has_value());
}

TEST(LogWitness, ASplitViewIsRefused) {
  Log honest;
  Log forked(honest.key.secret_text());  // the same key, other entries
  const OwnWitness witness;
  ASSERT_TRUE(witness.open().trust(honest.key.key()));
  honest.add(4);
  LogReader tree = honest.tree();
  ASSERT_TRUE(ask_to_cosign(witness.ask(), witness.open().key(), honest.checkpoint(), tree));
  forked.add(4, "other ");
  LogReader same_size = forked.tree();
  EXPECT_EQ(ask_to_cosign(witness.ask(), witness.open().key(), forked.checkpoint(), same_size).error().message,
            "the witness witness.example/w1 refused (422): two different trees of the same size: a split view");
  forked.add(2, "other ");
  LogReader larger = forked.tree();
  const auto refused = ask_to_cosign(witness.ask(), witness.open().key(), forked.checkpoint(), larger);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("(422): the new tree does not contain the old one"), std::string::npos);
}

TEST(LogWitness, ARollbackIsToldToTheLog) {
  Log log;
  const OwnWitness witness;
  ASSERT_TRUE(witness.open().trust(log.key.key()));
  log.add(4);
  const std::string old = log.checkpoint();
  log.add(3);
  LogReader tree = log.tree();
  ASSERT_TRUE(ask_to_cosign(witness.ask(), witness.open().key(), log.checkpoint(), tree));
  LogReader before(files_in(log.options.folder), 4);
  const auto refused = ask_to_cosign(witness.ask(), witness.open().key(), old, before);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::denied);
  EXPECT_EQ(
      refused.error().message,
      "the witness witness.example/w1 has seen 7 entries of this log, which now shows 4: it was put back to an older "
      "state (a rollback)");
}

TEST(LogWitness, StatusesOfTheSpecification) {
  Log log;
  const OwnWitness own;
  Witness witness = own.open();
  log.add(4);
  const std::string checkpoint = log.checkpoint();
  const auto status = [&](const std::string& body) { return witness.add_checkpoint(body, kNow).status; };
  EXPECT_EQ(status("old 0\n\n" + checkpoint), 404);  // nobody told it of this log
  ASSERT_TRUE(witness.trust(log.key.key()));
  EXPECT_EQ(status(""), 400);
  EXPECT_EQ(status("old 00\n\n" + checkpoint), 400);
  EXPECT_EQ(status("old 0\nnot base64\n\n" + checkpoint), 400);
  EXPECT_EQ(status("old 5\n\n" + checkpoint), 400);
  EXPECT_EQ(status("old 0\n" + to_base64(Bytes(32)) + "\n\n" + checkpoint), 422);
  const NoteSigner mallory = *NoteSigner::generate("log.example/a", KeyKind::note);
  const Checkpoint forged{.origin = "log.example/a", .size = 9, .root = leaf_hash({})};
  EXPECT_EQ(status("old 0\n\n" + *sign_checkpoint(forged, mallory)), 403);
  std::string changed = checkpoint;
  changed[changed.find("\n4\n") + 1] = '5';
  EXPECT_EQ(status("old 0\n\n" + changed), 403);
  EXPECT_EQ(status("old 0\n\n" + checkpoint), 200);
  EXPECT_EQ(status("old 4\n\n" + checkpoint), 200);  // again: the same
  const WitnessAnswer conflict = witness.add_checkpoint("old 0\n\n" + checkpoint, kNow);
  EXPECT_EQ(conflict.status, 409);
  EXPECT_EQ(conflict.type, "text/x.tlog.size");
  EXPECT_EQ(conflict.body, "4\n");
}

TEST(LogWitness, ALogsKeyIsNeverReplaced) {
  const OwnWitness own;
  Witness witness = own.open();
  const NoteSigner one = *NoteSigner::generate("log.example/a", KeyKind::note);
  const NoteSigner two = *NoteSigner::generate("log.example/a", KeyKind::note);
  EXPECT_TRUE(witness.trust(one.key()));
  EXPECT_TRUE(witness.trust(one.key()));
  EXPECT_EQ(witness.trust(two.key()).error().code, Code::denied);
  EXPECT_EQ(Witness::create(own.folder.file("w"), "w").error().code, Code::invalid_argument);
}

TEST(LogWitness, WhatCannotBeKeptIsNotSigned) {
  Log log;
  const OwnWitness own;
  ASSERT_TRUE(own.open().trust(log.key.key()));
  log.add(4);
  Witness full = *Witness::open(own.folder.file("w"), [](std::string_view, const std::string&) -> Result<void> {
    return make_error(Code::io, "cannot write: No space left on device");
  });
  const WitnessAnswer answer = full.add_checkpoint("old 0\n\n" + log.checkpoint(), kNow);
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body, "cannot write: No space left on device\n");
  EXPECT_FALSE(own.open().latest("log.example/a")->has_value());
}

TEST(LogWitness, OfTwoContinuationsAtOnceOneIsRefused) {
  Log one;
  Log two(one.key.secret_text());
  const OwnWitness own;
  ASSERT_TRUE(own.open().trust(one.key.key()));
  one.add(3, "left ");
  two.add(3, "right ");
  std::vector<std::string> bodies = {"old 0\n\n" + one.checkpoint(), "old 0\n\n" + two.checkpoint()};
  for (int round = 0; round < 5; ++round) {
    fs::remove_all(own.folder.file("w/seen"));
    std::vector<int> statuses(2);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 2; ++i)
      threads.emplace_back([&, i] { statuses[i] = own.open().add_checkpoint(bodies[i], kNow).status; });
    for (std::thread& thread : threads) thread.join();
    std::ranges::sort(statuses);
    EXPECT_EQ(statuses, (std::vector<int>{200, 409}));
  }
}

}  // namespace
}  // namespace bonafide::provenance::log
