// Writers that are killed at random moments, over and over on one log: nothing that was acknowledged is lost, nothing
// is there twice, and all checkpoints that anybody could see belong to one tree. BONAFIDE_CRASH_RUNS sets how often
// (bench/log_crash.sh: 200).
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
#include "provenance/log/directory_store.h"
#include "provenance/log/fsck.h"
#include "support/support.h"

namespace bonafide::provenance::log {
namespace {

constexpr int kProcesses = 3, kThreads = 2, kMostMilliseconds = 400;

struct World {
  bonafide::testing::TemporaryFolder folder;
  NoteSigner signer = *NoteSigner::generate("log.example/crash", KeyKind::note);
  StoreOptions options{.folder = folder.file("log"), .keep = folder.file("keep")};
  std::map<std::string, std::string> doubtful;  ///< by writer: what it tried last and got no answer for

  World() { EXPECT_TRUE(DirectoryStore::create(options, signer)); }
  std::string said(const std::string& writer) const { return folder.file("said." + writer); }
};

/// One line, in one write, so that a kill leaves it whole or not at all.
void say(int descriptor, const std::string& line) {
  if (::write(descriptor, line.data(), line.size()) != static_cast<ssize_t>(line.size())) ::_exit(3);
}

/// Adds entries for ever, one to three at a time, and writes down what it tries and what it was told.
[[noreturn]] void write_until_killed(const World& world, int run, int process) {
  const auto store = DirectoryStore::open(world.options, *NoteSigner::parse(world.signer.secret_text()));
  if (!store) ::_exit(2);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      const std::string name = std::to_string(process) + "." + std::to_string(thread);
      const int out = ::open(world.said(name).c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
      const auto again = world.doubtful.find(name);
      for (int i = 0;; ++i) {
        std::string words = name + "/" + std::to_string(run) + "/" + std::to_string(i);
        if (i == 0 && again != world.doubtful.end()) words = again->second;  // whoever got no answer asks again
        say(out, "try " + words + "\n");
        std::vector<Bytes> entries;
        for (int part = 0; part <= i % 3; ++part) {
          const std::string text = words + "#" + std::to_string(part);
          entries.emplace_back(text.begin(), text.end());
        }
        const auto numbers = (*store)->add(entries);
        if (!numbers) ::_exit(4);
        std::string line;
        for (std::size_t part = 0; part < numbers->size(); ++part)
          line += "ack " + words + "#" + std::to_string(part) + " " + std::to_string((*numbers)[part]) + "\n";
        say(out, line);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ::_exit(0);
}

/// Starts the writers, looks at the checkpoint as everybody could, and kills them all.
void one_run(World& world, int run, std::chrono::milliseconds life, std::set<std::string>& seen) {
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    const pid_t child = ::fork();
    if (child == 0) write_until_killed(world, run, process);
    children.push_back(child);
  }
  const auto look = [&] { seen.insert(read_file(world.options.folder + "/checkpoint", 10'000).value_or("")); };
  const auto end = std::chrono::steady_clock::now() + life;
  while (std::chrono::steady_clock::now() < end) {
    look();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  for (const pid_t child : children) ::kill(child, SIGKILL);
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << "a writer gave up with " << WEXITSTATUS(status);
  }
  look();
}

/// What the writers were told, and what each of them still does not know.
std::map<std::string, std::uint64_t> told(World& world) {
  std::map<std::string, std::uint64_t> acknowledged;
  for (int process = 0; process < kProcesses; ++process) {
    for (int thread = 0; thread < kThreads; ++thread) {
      const std::string name = std::to_string(process) + "." + std::to_string(thread);
      std::ifstream file(world.said(name));
      std::string tried;
      for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string kind, entry;
        std::uint64_t number = 0;
        words >> kind >> entry >> number;
        if (kind == "try") tried = entry;
        if (kind == "ack") acknowledged[entry] = number;
      }
      world.doubtful.erase(name);
      if (!tried.empty() && !acknowledged.contains(tried + "#0")) world.doubtful[name] = tried;
    }
  }
  return acknowledged;
}

TEST(LogCrashSlow, KilledWritersLoseNothingDoubleNothingAndSignOneTree) {
  const char* const wish = std::getenv("BONAFIDE_CRASH_RUNS");
  const int runs = wish == nullptr ? 8 : std::max(1, std::atoi(wish));
  std::mt19937 random(20261125);
  World world;
  std::set<std::string> seen;
  std::map<std::string, std::uint64_t> acknowledged;
  std::size_t asked_again = 0;
  for (int run = 0; run < runs; ++run) {
    one_run(world, run, std::chrono::milliseconds(random() % kMostMilliseconds), seen);
    acknowledged = told(world);
    asked_again += world.doubtful.size();
  }
  const auto store = DirectoryStore::open(world.options, *NoteSigner::parse(world.signer.secret_text()));
  ASSERT_TRUE(store) << store.error().message;
  const Checkpoint last = (*store)->checkpoint()->checkpoint;

  const FsckReport report =
      *fsck(world.options.folder, world.signer.key(), *read_file(world.options.keep + "/guard", 10'000));
  for (const LogFault& fault : report.faults) ADD_FAILURE() << fault.path << ": " << fault.what;

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
  std::size_t trees = 0;
  for (const std::string& note : seen) {
    const auto opened = open_checkpoint(note, world.signer.key());
    ASSERT_TRUE(opened) << opened.error().message << "\n" << note;
    ASSERT_LE(opened->checkpoint.size, last.size);
    EXPECT_EQ(opened->checkpoint.root, *root_of(opened->checkpoint.size, tree.nodes())) << opened->checkpoint.size;
    ++trees;
  }
  std::printf("%d runs, %zu acknowledged, %llu in the log, %zu asked again, %zu checkpoints seen\n", runs,
              acknowledged.size(), static_cast<unsigned long long>(last.size), asked_again, trees);
  EXPECT_GT(acknowledged.size(), 0U);
}

}  // namespace
}  // namespace bonafide::provenance::log
