// Writers that are killed at random moments, and primaries that are killed under them while a standby takes over:
// nothing that was acknowledged is lost, nothing is there twice, and every checkpoint that anybody could see belongs to
// one tree. BONAFIDE_CRASH_RUNS and BONAFIDE_CRASH_FAILOVERS set how often (bench/log_crash_pg.sh).
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "base/files.h"
#include "provenance/log/fsck.h"
#include "provenance/log_pg/cluster_test.h"
#include "provenance/log_pg/postgres_store.h"
#include "support/support.h"

namespace bonafide::provenance::log {
namespace {

constexpr int kWriters = 3, kMostMilliseconds = 400;
using Milliseconds = std::chrono::milliseconds;

struct World {
  bonafide::testing::TemporaryFolder folder;
  std::unique_ptr<bonafide::testing::Cluster> cluster;
  NoteSigner signer = *NoteSigner::generate("log.example/pg-crash", KeyKind::note);
  PostgresOptions options;
  int primary = 1, standby = 0;
  std::map<int, std::string> doubtful;  ///< by writer: what it tried last and got no answer for
  std::set<std::string> seen;           ///< checkpoints
  std::string said(int writer) const { return folder.file("said." + std::to_string(writer)); }
  void look() { seen.insert(read_file(options.folder + "/checkpoint", 10'000).value_or("")); }
};

void say(int descriptor, const std::string& line) {
  if (::write(descriptor, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(3);
}

/// Adds entries for ever, one to three at a time, and writes down what it tries and what it was told.
[[noreturn]] void write_until_killed(const World& world, int run, int writer) {
  auto store = PostgresStore::open(world.options, *NoteSigner::parse(world.signer.secret_text()));
  if (!store) {
    std::fprintf(stderr, "a writer: %s\n", store.error().message.c_str());
    ::_exit(2);
  }
  const int out = ::open(world.said(writer).c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const auto again = world.doubtful.find(writer);
  for (int i = 0;; ++i) {
    std::string words = std::to_string(writer) + "/" + std::to_string(run) + "/" + std::to_string(i);
    if (i == 0 && again != world.doubtful.end()) words = again->second;  // whoever got no answer asks again
    say(out, "try " + words + "\n");
    std::vector<Bytes> entries;
    for (int part = 0; part <= i % 3; ++part) {
      const std::string text = words + "#" + std::to_string(part);
      entries.emplace_back(text.begin(), text.end());
    }
    const auto numbers = (*store)->add(entries);
    if (!numbers) {
      std::fprintf(stderr, "a writer: %s\n", numbers.error().message.c_str());
      ::_exit(4);
    }
    std::string line;
    for (std::size_t part = 0; part < numbers->size(); ++part)
      line += "ack " + words + "#" + std::to_string(part) + " " + std::to_string((*numbers)[part]) + "\n";
    say(out, line);
  }
}

void watch(World& world, Milliseconds life) {
  const auto end = std::chrono::steady_clock::now() + life;
  do {
    world.look();
    std::this_thread::sleep_for(Milliseconds(2));
  } while (std::chrono::steady_clock::now() < end);
}

/// Starts the writers and kills them; in between, perhaps, the primary dies and the standby takes over.
void one_run(World& world, int run, bool failover, std::mt19937& random) {
  std::vector<pid_t> children;
  for (int writer = 0; writer < kWriters; ++writer) {
    const pid_t child = ::fork();
    if (child == 0) write_until_killed(world, run, writer);
    children.push_back(child);
  }
  watch(world, Milliseconds(random() % kMostMilliseconds));
  if (failover) {
    world.cluster->kill(world.primary);
    const auto promoted = world.cluster->promote(world.standby);
    EXPECT_TRUE(promoted) << promoted.error().message;
    EXPECT_TRUE(world.cluster->wait_for_standby(world.standby, false));  // it is alone for a while
    world.primary = world.standby;
    watch(world, Milliseconds(500 + random() % 1000));
  }
  for (const pid_t child : children) ::kill(child, SIGKILL);
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "a writer gave up with " << WEXITSTATUS(status);
  }
  world.look();
  if (!failover) return;
  const auto standby = world.cluster->add_standby(world.primary);
  ASSERT_TRUE(standby) << standby.error().message;
  ASSERT_TRUE(world.cluster->wait_for_standby(world.primary, true));
  world.standby = *standby;
  world.options.connection = world.cluster->connection({world.primary, world.standby});
}

/// What the writers were told, and what each of them still does not know.
std::map<std::string, std::uint64_t> told(World& world) {
  std::map<std::string, std::uint64_t> acknowledged;
  for (int writer = 0; writer < kWriters; ++writer) {
    std::ifstream file(world.said(writer));
    std::string tried;
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string kind, text;
      std::uint64_t number = 0;
      words >> kind >> text >> number;
      if (kind == "try") tried = text;
      if (kind == "ack") acknowledged[text] = number;
    }
    world.doubtful.erase(writer);
    if (!tried.empty() && !acknowledged.contains(tried + "#0")) world.doubtful[writer] = tried;
  }
  return acknowledged;
}

void judge(World& world, const std::map<std::string, std::uint64_t>& acknowledged) {
  auto store = PostgresStore::open(world.options, *NoteSigner::parse(world.signer.secret_text()));
  ASSERT_TRUE(store) << store.error().message;
  const Checkpoint last = (*store)->checkpoint()->checkpoint;
  world.look();
  const auto report = fsck(world.options.folder, world.signer.key(), *read_file(world.options.keep + "/guard", 10'000));
  for (const LogFault& fault : report->faults) ADD_FAILURE() << fault.path << ": " << fault.what;
  LogReader tree(files_in(world.options.folder), last.size);
  std::map<std::string, std::uint64_t> there;
  for (std::uint64_t number = 0; number < last.size; ++number) {
    const std::string text(as_text(*tree.entry(number)));
    EXPECT_TRUE(there.emplace(text, number).second) << text << " is there twice";
  }
  for (const auto& [text, number] : acknowledged) {
    const auto found = there.find(text);
    ASSERT_NE(found, there.end()) << text << " was acknowledged and is lost";
    EXPECT_EQ(found->second, number) << text;
  }
  for (const std::string& note : world.seen) {
    const auto opened = open_checkpoint(note, world.signer.key());
    ASSERT_TRUE(opened) << opened.error().message << "\n" << note;
    ASSERT_LE(opened->checkpoint.size, last.size);
    EXPECT_EQ(opened->checkpoint.root, *root_of(opened->checkpoint.size, tree.nodes())) << opened->checkpoint.size;
  }
  std::printf("%zu acknowledged, %llu in the log, %zu checkpoints seen\n", acknowledged.size(),
              static_cast<unsigned long long>(last.size), world.seen.size());
}

int wished(const char* name, int otherwise) {
  const char* const wish = std::getenv(name);
  return wish == nullptr ? otherwise : std::max(0, std::atoi(wish));
}

TEST(PostgresCrashSlow, KilledWritersAndKilledPrimariesLoseNothingDoubleNothingAndSignOneTree) {
  if (const std::string missing = bonafide::testing::postgres_missing(); !missing.empty()) GTEST_SKIP() << missing;
  const int runs = wished("BONAFIDE_CRASH_RUNS", 6), failovers = wished("BONAFIDE_CRASH_FAILOVERS", 2);
  World world;
  auto cluster = bonafide::testing::Cluster::create();
  ASSERT_TRUE(cluster) << cluster.error().message;
  world.cluster = std::move(*cluster);
  ASSERT_TRUE(world.cluster->start_first());
  world.options.connection = world.cluster->connection({1});
  world.options.folder = world.folder.file("log");
  world.options.keep = world.folder.file("keep");
  world.options.patience_s = 120;
  ASSERT_TRUE(PostgresStore::create(world.options, world.signer));
  const auto standby = world.cluster->add_standby(1);
  ASSERT_TRUE(standby) << standby.error().message;
  ASSERT_TRUE(world.cluster->wait_for_standby(1, true));
  world.standby = *standby;
  world.options.connection = world.cluster->connection({1, world.standby});
  std::mt19937 random(20261125);
  std::map<std::string, std::uint64_t> acknowledged;
  int failed_over = 0;
  std::size_t asked_again = 0;
  for (int run = 0; run < runs && !HasFatalFailure(); ++run) {
    const bool failover = failed_over * runs < failovers * (run + 1) && failed_over < failovers;
    one_run(world, run, failover, random);
    failed_over += failover ? 1 : 0;
    acknowledged = told(world);
    asked_again += world.doubtful.size();
  }
  judge(world, acknowledged);
  std::printf("%d runs, %d primaries killed and standbys promoted, %zu asked again\n", runs, failed_over, asked_again);
  EXPECT_GT(acknowledged.size(), 0U);
}

}  // namespace
}  // namespace bonafide::provenance::log
