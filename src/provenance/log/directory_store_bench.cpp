// What a durable entry costs, by how many arrive together, beside the raw cost of a synced write on the same disk; and
// what proofs cost.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "provenance/log/directory_store.h"
#include "provenance/log/key_index.h"
#include "provenance/log/proof.h"

namespace bonafide::provenance::log {
namespace {

constexpr std::size_t kEntryBytes = 400;

/// A folder on the disk that is measured: $BONAFIDE_BENCH_FOLDER, else the working folder.
struct Folder {
  std::string path;
  Folder() {
    const char* const wish = std::getenv("BONAFIDE_BENCH_FOLDER");
    path = (wish == nullptr ? std::string(".") : std::string(wish)) + "/log_bench." + std::to_string(::getpid());
    std::filesystem::create_directories(path);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }
};

std::vector<Bytes> entries(std::uint64_t first, std::size_t count) {
  std::vector<Bytes> made(count, Bytes(kEntryBytes));
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t byte = 0; byte < 8; ++byte) made[i][byte] = static_cast<std::uint8_t>((first + i) >> (8 * byte));
  return made;
}

/// Entries a second: items_per_second.
void add_durably(benchmark::State& state) {
  const Folder folder;
  const NoteSigner signer = *NoteSigner::generate("log.example/bench", KeyKind::note);
  const StoreOptions options{.folder = folder.path + "/log", .keep = folder.path + "/keep"};
  if (!DirectoryStore::create(options, signer)) return state.SkipWithError("no log");
  const auto store = DirectoryStore::open(options, *NoteSigner::parse(signer.secret_text()));
  if (!store) return state.SkipWithError("no store");
  const auto count = static_cast<std::size_t>(state.range(0));
  std::uint64_t done = 0;
  for (auto _ : state) {
    state.PauseTiming();
    auto batch = entries(done, count);
    state.ResumeTiming();
    if (!(*store)->add(std::move(batch))) return state.SkipWithError("not added");
    done += count;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(done));
}
BENCHMARK(add_durably)->Arg(1)->Arg(64)->Arg(256)->Arg(4096)->UseRealTime()->Unit(benchmark::kMillisecond);

/// The disk's own limit: append as much as one such batch has bytes, and sync.
void append_and_sync(benchmark::State& state) {
  const Folder folder;
  const int file = ::open((folder.path + "/raw").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const Bytes bytes(static_cast<std::size_t>(state.range(0)) * kEntryBytes);
  for (auto _ : state) {
    if (::write(file, bytes.data(), bytes.size()) < 0 || ::fsync(file) != 0) return state.SkipWithError("not written");
  }
  ::close(file);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(append_and_sync)->Arg(1)->Arg(64)->Arg(256)->Arg(4096)->UseRealTime()->Unit(benchmark::kMillisecond);

/// A tree of 2^20 leaves in memory, by level.
const std::vector<std::vector<Hash>>& tree() {
  static const std::vector<std::vector<Hash>> levels = [] {
    std::vector<std::vector<Hash>> made(21);
    for (std::uint64_t i = 0; i < (1U << 20); ++i) made[0].push_back(leaf_hash(as_bytes(std::to_string(i))));
    for (std::size_t level = 1; level < made.size(); ++level)
      for (std::size_t i = 0; i + 1 < made[level - 1].size(); i += 2)
        made[level].push_back(node_hash(made[level - 1][i], made[level - 1][i + 1]));
    return made;
  }();
  return levels;
}
Nodes nodes() {
  return [](int level, std::uint64_t index) -> Result<Hash> { return tree()[static_cast<std::size_t>(level)][index]; };
}

constexpr std::uint64_t kSize = (1U << 20) - 7;

void make_a_proof(benchmark::State& state) {
  static_cast<void>(tree());
  std::uint64_t index = 0;
  for (auto _ : state) benchmark::DoNotOptimize(make_inclusion((index += 7919) % kSize, kSize, nodes()));
}
BENCHMARK(make_a_proof)->Unit(benchmark::kMicrosecond);

void check_a_bundle(benchmark::State& state) {  // path and signature
  const NoteSigner signer = *NoteSigner::generate("log.example/bench", KeyKind::note);
  const Checkpoint checkpoint{.origin = signer.key().name, .size = kSize, .root = *root_of(kSize, nodes())};
  const std::string text = write_proof_bundle({.extra = {},
                                               .index = 7919,
                                               .hashes = *make_inclusion(7919, kSize, nodes()),
                                               .checkpoint = *sign_checkpoint(checkpoint, signer)});
  const Policy policy = policy_of(signer.key());
  for (auto _ : state) {
    const auto check = check_proof_bundle(*parse_proof_bundle(text), tree()[0][7919], policy);
    if (!check || !check->holds()) return state.SkipWithError("it does not hold");
  }
}
BENCHMARK(check_a_bundle)->Unit(benchmark::kMicrosecond);

/// A map of 2^20 keys of one entry each.
const std::vector<MapLeaf>& map_of_a_million() {
  static const std::vector<MapLeaf> leaves = [] {
    std::vector<MapLeaf> made;
    for (std::uint64_t i = 0; i < (1U << 20); ++i) {
      const std::vector<std::uint64_t> number{i};
      made.push_back({leaf_hash(as_bytes(std::to_string(i))), list_hash(frontier_of(number))});
    }
    std::ranges::sort(made, {}, &MapLeaf::key);
    return made;
  }();
  return leaves;
}

void root_of_the_whole_index(benchmark::State& state) {
  const auto& leaves = map_of_a_million();
  for (auto _ : state) benchmark::DoNotOptimize(map_node(leaves, 0));
}
BENCHMARK(root_of_the_whole_index)->Unit(benchmark::kMillisecond);

void check_an_index_proof(benchmark::State& state) {  // of absence, at a million keys
  const auto& leaves = map_of_a_million();
  const IndexHead head{.origin = "log", .size = 1U << 20, .log_root = {}, .root = map_node(leaves, 0).hash};
  IndexProof proof{.key = {IndexKind::mark, Bytes(8, 7)}, .numbers = {}, .other = {}, .path = {}, .note = {}};
  const Hash key = index_hash(proof.key);
  std::span<const MapLeaf> left(leaves);
  for (int depth = 0; left.size() > 1; ++depth) {
    const auto middle =
        std::ranges::partition_point(left, [&](const MapLeaf& leaf) { return !bit_at(leaf.key, depth); });
    const auto count = static_cast<std::size_t>(middle - left.begin());
    const bool right = bit_at(key, depth);
    proof.path.push_back(map_node(right ? left.first(count) : left.subspan(count), depth + 1));
    left = right ? left.subspan(count) : left.first(count);
  }
  if (!left.empty()) proof.other = left.front();
  std::ranges::reverse(proof.path);
  const std::string text = write_index_proof(proof);
  for (auto _ : state)
    if (!check_index_proof(*parse_index_proof(text), head)) return state.SkipWithError("it does not hold");
  state.counters["bytes"] = static_cast<double>(text.size());
}
BENCHMARK(check_an_index_proof)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace bonafide::provenance::log
