#include "provenance/log/directory_store.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "base/files.h"
#include "provenance/log/fsck.h"
#include "support/support.h"

namespace bonafide::provenance::log {
namespace {

namespace fs = std::filesystem;

Bytes entry(const std::string& text) { return {text.begin(), text.end()}; }
std::vector<Bytes> entries(std::size_t first, std::size_t count) {
  std::vector<Bytes> made;
  for (std::size_t i = 0; i < count; ++i) made.push_back(entry("entry " + std::to_string(first + i)));
  return made;
}

struct Place {
  bonafide::testing::TemporaryFolder folder;
  NoteSigner signer = *NoteSigner::generate("log.example/a", KeyKind::note);
  StoreOptions options{.folder = folder.file("log"), .keep = folder.file("keep")};

  Place() { EXPECT_TRUE(DirectoryStore::create(options, signer)); }
  Result<std::unique_ptr<DirectoryStore>> open() const {
    return DirectoryStore::open(options, *NoteSigner::parse(signer.secret_text()));
  }
  void add(std::size_t first, std::size_t count) const {
    const auto store = open();
    ASSERT_TRUE(store) << store.error().message;
    const auto numbers = (*store)->add(entries(first, count));
    ASSERT_TRUE(numbers) << numbers.error().message;
  }
  std::string guard() const { return *read_file(options.keep + "/guard", 10'000); }
  std::string path(const std::string& name) const { return options.folder + "/" + name; }
  FsckReport check() const { return *fsck(options.folder, signer.key(), guard()); }
  Checkpoint published() const {
    return open_checkpoint(*read_file(path("checkpoint"), 10'000), signer.key())->checkpoint;
  }
};

std::string said(const FsckReport& report) {
  std::string text;
  for (const LogFault& fault : report.faults) text += fault.path + ": " + fault.what + "\n";
  return text;
}

void spoil(const std::string& path, std::size_t at = 0) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  ASSERT_TRUE(file) << path;
  file.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(file.get() ^ 1);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

TEST(DirectoryStoreSlow, EntriesAreProvenFromTheFilesAlone) {
  const Place place;
  const std::unique_ptr<DirectoryStore> store = *place.open();
  std::size_t size = 0;
  std::vector<Checkpoint> seen{place.published()};
  for (const std::size_t count : {1U, 1U, 2U, 250U, 3U, 300U, 1U}) {
    const auto numbers = store->add(entries(size, count));
    ASSERT_TRUE(numbers) << numbers.error().message;
    EXPECT_EQ(numbers->front(), size);
    size += count;
    seen.push_back(place.published());
  }
  const Checkpoint last = seen.back();
  EXPECT_EQ(last.size, 558U);
  LogReader tree(files_in(place.options.folder), last.size);
  for (std::uint64_t i = 0; i < last.size; ++i) {
    const auto found = tree.entry(i);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(*found, entry("entry " + std::to_string(i)));
    const auto proof = make_inclusion(i, last.size, tree.nodes());
    ASSERT_TRUE(proof) << proof.error().message;
    EXPECT_TRUE(check_inclusion(i, last.size, leaf_hash(*found), *proof, last.root));
  }
  for (const Checkpoint& old : seen) {
    const auto proof = make_consistency(old.size, last.size, tree.nodes());
    EXPECT_TRUE(check_consistency(old.size, last.size, old.root, last.root, *proof)) << old.size;
  }
  EXPECT_FALSE(tree.entry(last.size));
  EXPECT_EQ(said(place.check()), "");
  EXPECT_EQ(place.check().entries, 558U);
  EXPECT_FALSE(fs::exists(place.path("tile/0/000.p")));  // the full tile took its place
  EXPECT_TRUE(fs::exists(place.path("tile/0/002.p/46")));
}

TEST(DirectoryStore, AnOlderSizeIsReadFromTheFullTile) {
  const Place place;
  place.add(0, 5);
  const Checkpoint old = place.published();
  place.add(5, 300);
  LogReader tree(files_in(place.options.folder), old.size);
  EXPECT_EQ(*root_of(old.size, tree.nodes()), old.root);
  EXPECT_EQ(*tree.entry(4), entry("entry 4"));
}

TEST(DirectoryStoreSlow, ThreadsAndProcessesShareTheLog) {
  const Place place;
  constexpr std::size_t kThreads = 6, kEach = 15;
  const std::unique_ptr<DirectoryStore> one = *place.open(), two = *place.open();
  std::vector<std::thread> threads;
  std::vector<std::vector<std::uint64_t>> numbers(kThreads);
  for (std::size_t t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < kEach; ++i) {
        const auto added = (t % 2 == 0 ? one : two)->add(entries(t * kEach + i, 1));
        if (added) numbers[t].push_back(added->front());
      }
    });
  for (std::thread& thread : threads) thread.join();
  std::set<std::uint64_t> all;
  for (const auto& some : numbers) all.insert(some.begin(), some.end());
  EXPECT_EQ(all.size(), kThreads * kEach);
  EXPECT_EQ(place.published().size, kThreads * kEach);
  EXPECT_EQ(said(place.check()), "");
  LogReader tree(files_in(place.options.folder), place.published().size);
  for (std::size_t t = 0; t < kThreads; ++t)
    for (std::size_t i = 0; i < kEach; ++i)
      EXPECT_EQ(*tree.entry(numbers[t].at(i)), entry("entry " + std::to_string(t * kEach + i)));
}

TEST(DirectoryStore, NothingIsAddedTwice) {
  const Place place;
  place.add(0, 10);
  const std::unique_ptr<DirectoryStore> store = *place.open();
  EXPECT_EQ(*store->add(entries(3, 2)), (std::vector<std::uint64_t>{3, 4}));
  EXPECT_EQ(*store->add({entry("new"), entry("entry 1"), entry("new")}), (std::vector<std::uint64_t>{10, 1, 10}));
  EXPECT_EQ(place.published().size, 11U);
  fs::remove(place.options.keep + "/leaves.db");  // can be built anew
  EXPECT_EQ(*(*place.open())->add({entry("entry 7")}), std::vector<std::uint64_t>{7});
}

TEST(DirectoryStore, SizesAreBounded) {
  Place place;
  const std::unique_ptr<DirectoryStore> store = *place.open();
  EXPECT_EQ(store->add({Bytes(8193)}).error().code, Code::limit);
  EXPECT_TRUE(store->add({Bytes(8192, 1)}));
  EXPECT_EQ(store->add({Bytes()}).error().code, Code::invalid_argument);
  EXPECT_EQ(store->add({}).error().code, Code::invalid_argument);
  EXPECT_EQ(DirectoryStore::create(place.options, place.signer).error().code, Code::invalid_argument);
}

TEST(DirectoryStore, AnOlderTreeIsNeverSignedAgain) {
  const Place place;
  place.add(0, 10);
  fs::copy(place.options.folder, place.folder.file("backup"), fs::copy_options::recursive);
  place.add(10, 10);
  fs::remove_all(place.options.folder);
  fs::rename(place.folder.file("backup"), place.options.folder);
  const auto store = place.open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, Code::denied);
  EXPECT_EQ(
      store.error().message,
      "the log holds 10 entries, but 20 were signed before: it was put back to an older state (a rollback); nothing "
      "is signed");
  EXPECT_NE(said(place.check()).find("the guard: 20 entries were signed, the log shows 10"), std::string::npos);
}

TEST(DirectoryStore, ARollbackUnderARunningProcessIsSeen) {
  const Place place;
  place.add(0, 10);
  fs::copy(place.options.folder, place.folder.file("backup"), fs::copy_options::recursive);
  const std::unique_ptr<DirectoryStore> store = *place.open();
  ASSERT_TRUE(store->add(entries(10, 10)));
  fs::remove_all(place.options.folder);
  fs::rename(place.folder.file("backup"), place.options.folder);
  const auto again = store->add(entries(20, 1));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::denied);
  EXPECT_EQ(place.published().size, 10U);  // nothing was shown that the files do not hold
}

TEST(DirectoryStore, AnOlderCheckpointAloneIsPutRight) {
  const Place place;
  place.add(0, 10);
  const std::string old = *read_file(place.path("checkpoint"), 10'000);
  place.add(10, 10);
  ASSERT_TRUE(write_file(place.path("checkpoint"), old, true));  // as a crash between signing and publishing leaves it
  ASSERT_TRUE(place.open());
  EXPECT_EQ(place.published().size, 20U);
}

TEST(DirectoryStore, AnOlderOrMissingGuardStopsEverything) {
  const Place place;
  place.add(0, 10);
  const std::string old = place.guard();
  place.add(10, 1);
  ASSERT_TRUE(write_file(place.options.keep + "/guard", old, true));
  EXPECT_EQ(place.open().error().message,
            "the log has 11 signed entries, but its guard knows of 10 only: the guard was put back to an older state; "
            "nothing is signed");
  fs::remove(place.options.keep + "/guard");
  EXPECT_EQ(place.open().error().code, Code::denied);
}

TEST(DirectoryStore, AnotherTreeOfTheSameSizeIsASplitView) {
  const Place place;
  place.add(0, 10);
  Place other;
  other.signer = *NoteSigner::parse(place.signer.secret_text());
  other.options.folder += "2";
  other.options.keep += "2";
  ASSERT_TRUE(DirectoryStore::create(other.options, other.signer));
  other.add(100, 10);
  fs::remove_all(place.options.folder);
  fs::rename(other.options.folder, place.options.folder);
  const auto store = place.open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().message,
            "the log shows another tree of 10 entries than was signed before: a split view; nothing is signed");
  EXPECT_NE(said(place.check()).find("another tree of the same size was signed before: a split view"),
            std::string::npos);
}

TEST(DirectoryStore, ACrashWhileTheLogWasMadeIsMended) {
  const Place place;
  fs::remove(place.path("checkpoint"));
  place.add(0, 1);
  EXPECT_EQ(place.published().size, 1U);
  fs::remove(place.path("checkpoint"));  // but never once there was an entry
  EXPECT_EQ(place.open().error().code, Code::not_found);
}

TEST(DirectoryStore, AnotherKeyIsRefused) {
  const Place place;
  place.add(0, 3);
  const auto opened = DirectoryStore::open(place.options, *NoteSigner::generate("log.example/a", KeyKind::note));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().message, "the checkpoint is not signed by the key of log.example/a");
}

TEST(DirectoryStore, DamageAtTheEdgeStopsSigning) {
  const Place place;
  place.add(0, 300);
  for (const char* path : {"tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"}) {
    spoil(place.path(path), 10);
    const auto store = place.open();
    ASSERT_FALSE(store) << path;
    EXPECT_EQ(store.error().code, Code::corrupt);
    EXPECT_NE(store.error().message.find("`log fsck` names"), std::string::npos);
    spoil(place.path(path), 10);
  }
  EXPECT_TRUE(place.open());
}

/// Adds entries [3, 6) in a child process that dies without a word at step `n`; answers whether it came to the end.
bool dies_at(const Place& place, int n) {
  const pid_t child = ::fork();
  if (child == 0) {
    StoreOptions options = place.options;
    int steps = 0;
    options.hook = [&](std::string_view, const std::string&) -> Result<void> {
      if (steps++ == n) ::_exit(9);
      return {};
    };
    const auto store = DirectoryStore::open(options, *NoteSigner::parse(place.signer.secret_text()));
    ::_exit(store && (*store)->add(entries(253, 6)) ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 9));
  return WEXITSTATUS(status) == 0;
}

TEST(DirectoryStoreSlow, ACrashAtAnyStepLosesNothingAndDoublesNothing) {
  bool finished = false;
  int step = 0;
  for (; !finished; ++step) {
    ASSERT_LT(step, 200);
    const Place place;
    place.add(0, 253);
    const Checkpoint before = place.published();
    finished = dies_at(place, step);
    const Checkpoint shown = place.published();  // what others may have seen
    const std::unique_ptr<DirectoryStore> store = *place.open();
    ASSERT_TRUE(store);
    EXPECT_EQ(said(place.check()), "") << "opened after step " << step;  // nothing half-written is left
    const auto numbers = store->add(entries(253, 6));                    // whoever got no answer asks again
    ASSERT_TRUE(numbers) << numbers.error().message;
    EXPECT_EQ(numbers->front(), 253U);
    EXPECT_EQ(place.published().size, 259U);
    EXPECT_EQ(said(place.check()), "") << "step " << step;
    ASSERT_TRUE(store->add(entries(400, 2)));
    EXPECT_EQ(said(place.check()), "") << "step " << step;
    const Checkpoint last = place.published();
    LogReader tree(files_in(place.options.folder), last.size);
    for (const Checkpoint& old : {before, shown})
      EXPECT_TRUE(check_consistency(old.size, last.size, old.root, last.root,
                                    *make_consistency(old.size, last.size, tree.nodes())));
  }
  EXPECT_GT(step, 15);  // there are that many moments to die in
}

TEST(DirectoryStoreSlow, AFullDiskIsSaidAndSpoilsNothing) {
  for (int full_at = 0; full_at < 60; ++full_at) {
    Place place;
    place.add(0, 253);
    int steps = 0;
    bool hit = false;
    StoreOptions options = place.options;
    options.hook = [&](std::string_view step, const std::string&) -> Result<void> {
      if (step == "remove" || steps++ != full_at) return {};
      hit = true;
      return make_error(Code::io, "cannot write: No space left on device");
    };
    const auto store = DirectoryStore::open(options, *NoteSigner::parse(place.signer.secret_text()));
    ASSERT_TRUE(store);
    const auto refused = (*store)->add(entries(253, 6));
    if (!hit) break;
    ASSERT_FALSE(refused) << full_at;
    EXPECT_EQ(refused.error().message, "cannot write: No space left on device");
    const auto numbers = (*store)->add(entries(253, 6));  // there is room again
    ASSERT_TRUE(numbers) << numbers.error().message;
    EXPECT_EQ(numbers->back(), 258U);
    EXPECT_EQ(place.published().size, 259U);
    EXPECT_EQ(said(place.check()), "") << full_at;
    ASSERT_LT(full_at, 59);
  }
}

TEST(LogFsckSlow, FindsEveryPlantedFault) {
  struct Fault {
    const char* path;
    std::string what;
    std::function<void(const Place&)> plant;
  };
  const auto spoiled = [](const char* path, std::size_t at) {
    return [path, at](const Place& place) { spoil(place.path(path), at); };
  };
  const auto removed = [](const char* path) { return [path](const Place& place) { fs::remove(place.path(path)); }; };
  const auto written = [](const char* path, std::string text) {
    return [path, text](const Place& place) {
      fs::create_directories(fs::path(place.path(path)).parent_path());
      std::ofstream(place.path(path)) << text;
    };
  };
  const std::vector<Fault> faults = {
      {"tile/0/000", "the hash of entry 3 does not fit the entry", spoiled("tile/0/000", 3 * 32 + 5)},
      {"tile/1/000.p/2", "hash 1 does not follow from the level below", spoiled("tile/1/000.p/2", 40)},
      {"tile/0/000", "the hash of entry 0 does not fit the entry", spoiled("tile/entries/000", 4)},
      {"checkpoint", "the entries lead to another root than the one that was signed", spoiled("tile/entries/001", 4)},
      {"tile/entries/002.p/8", "data ends too early",
       [](const Place& place) { fs::resize_file(place.path("tile/entries/002.p/8"), 30); }},
      {"tile/0/001", "is missing", removed("tile/0/001")},
      {"tile/entries/000", "is missing", removed("tile/entries/000")},
      {"tile/1/000.p/2", "is missing", removed("tile/1/000.p/2")},
      {"checkpoint", "is missing", removed("checkpoint")},
      {"checkpoint", "the signature of log.example/a does not fit the text", spoiled("checkpoint", 20)},
      {"tile/0/001", "has 8191 bytes instead of 8192",
       [](const Place& place) { fs::resize_file(place.path("tile/0/001"), 8191); }},
      {"tile/0/002.p/5", "is not the front part of the tile as it is now", spoiled("tile/0/002.p/5", 7)},
      {"tile/entries/002.p/5", "is not the front part of the tile as it is now", spoiled("tile/entries/002.p/5", 9)},
      {"tile/0/002.p/200", "belongs to a tree that was never published", written("tile/0/002.p/200", "x")},
      {"tile/0/007", "belongs to a tree that was never published", written("tile/0/007", "x")},
      {"tile/0/000.tmp", "does not belong into a log", written("tile/0/000.tmp", "x")},
      {"secret.key", "does not belong into a log", written("secret.key", "x")},
      {"the guard", "the signature of log.example/a does not fit the text",
       [](const Place& place) { spoil(place.options.keep + "/guard", 20); }},
  };
  const Place whole;
  whole.add(0, 517);
  whole.add(517, 3);
  ASSERT_EQ(said(whole.check()), "");
  for (const Fault& fault : faults) {
    Place place;
    fs::remove_all(place.options.folder);
    fs::remove_all(place.options.keep);
    fs::copy(whole.options.folder, place.options.folder, fs::copy_options::recursive);
    fs::copy(whole.options.keep, place.options.keep, fs::copy_options::recursive);
    fault.plant(place);
    const FsckReport report = *fsck(place.options.folder, whole.signer.key(), place.guard());
    EXPECT_NE(said(report).find(std::string(fault.path) + ": " + fault.what), std::string::npos)
        << fault.path << ": " << fault.what << "; but it said\n"
        << said(report);
  }
}

TEST(LogFsck, AReplayedEntryIsNamed) {
  const Place place;
  // a log that somebody else wrote: the same entry twice, everything else in order
  Bytes bundle, hashes;
  Frontier tree;
  for (const char* text : {"a", "b", "a"}) {
    append_to_bundle(bundle, entry(text));
    const Hash leaf = leaf_hash(entry(text));
    hashes.insert(hashes.end(), leaf.begin(), leaf.end());
    tree.append(leaf);
  }
  DurableWriter writer(place.options.folder);
  ASSERT_TRUE(writer.put("tile/entries/000.p/3", bundle));
  ASSERT_TRUE(writer.put("tile/0/000.p/3", hashes));
  const std::string note = *sign_checkpoint({.origin = "log.example/a", .size = 3, .root = tree.root()}, place.signer);
  ASSERT_TRUE(writer.put("checkpoint", as_bytes(note)));
  ASSERT_TRUE(writer.finish());
  EXPECT_EQ(said(*fsck(place.options.folder, place.signer.key(), {})),
            "tile/entries/000.p/3: entry 2 is entry 0 once more: a replay\n");
}

}  // namespace
}  // namespace bonafide::provenance::log
