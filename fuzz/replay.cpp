// Feeds a corpus folder to a fuzz target without a fuzzer: each file whole, cut short at 64 places, and with single
// bytes changed 256 times (fixed seed), so that crashes once found stay found. An empty corpus is a failure.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

// a copy of exactly this size, so that the address sanitiser sees one byte too far
void feed(const Input& input, std::size_t size) {
  const Input exact(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size));
  (void)LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::size_t feed_with_damage(const Input& input, std::mt19937& random) {
  constexpr std::size_t kCuts = 64;
  constexpr std::size_t kChanges = 256;
  constexpr std::size_t kMostWork = std::size_t{32} << 20;  // bytes per file: the suite stays quick
  feed(input, input.size());
  std::size_t runs = 1;
  const std::size_t most = std::max<std::size_t>(4, kMostWork / std::max<std::size_t>(1, input.size()));
  for (std::size_t i = 0; i < std::min(kCuts, most); ++i, ++runs) feed(input, input.size() * i / kCuts);
  if (input.empty()) return runs;
  for (std::size_t i = 0; i < std::min(kChanges, most); ++i, ++runs) {
    Input changed = input;
    changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
    feed(changed, changed.size());
  }
  return runs;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: replay CORPUS_FOLDER_OR_FILE\n");
    return 2;
  }
  std::vector<std::filesystem::path> files;
  if (std::filesystem::is_regular_file(argv[1])) {
    files.emplace_back(argv[1]);
  } else if (std::filesystem::is_directory(argv[1])) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[1]))
      if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::mt19937 random(20261123);
  std::size_t runs = 0;
  const auto started = std::chrono::steady_clock::now();
  for (const auto& path : files) {
    fmt::print("{}\n", path.filename().string());
    (void)std::fflush(stdout);  // the last name printed is the one that crashed
    std::ifstream stream(path, std::ios::binary);
    runs += feed_with_damage(Input((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>()), random);
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - started;
  fmt::print("{} files, {} inputs, {:.2f} s\n", files.size(), runs, taken.count());
  return files.empty() ? 1 : 0;
}
