#include "provenance/c2pa/hashing.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>

#include "support/support.h"

namespace bonafide::provenance::c2pa {
namespace {

Bytes noise(std::size_t size) {
  Bytes bytes(size);
  std::uint64_t random = 7;
  for (std::uint8_t& byte : bytes) {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    byte = static_cast<std::uint8_t>(random >> 56);
  }
  return bytes;
}

Bytes one_by_one(const Bytes& bytes, const std::vector<Range>& stretches, crypto::HashAlgorithm algorithm) {
  Bytes all;
  for (const Range& range : stretches) {
    const auto part =
        ByteView(bytes).subspan(static_cast<std::size_t>(range.start), static_cast<std::size_t>(range.length));
    const Bytes digest = crypto::digest(algorithm, part);
    all.insert(all.end(), digest.begin(), digest.end());
  }
  return all;
}

TEST(Hashing, TheAnswerDoesNotDependOnTheNumberOfThreads) {
  const Bytes bytes = noise(3'000'000);
  const media::MemorySource source(bytes);
  // Tiny neighbours, neighbours that fill a buffer exactly, long ones, one apart from the others, and empty ones.
  std::vector<Range> stretches{{0, 0}, {0, 1}, {1, 0}, {1, 262'143}, {262'144, 262'144}, {524'288, 1}};
  for (std::uint64_t at = 524'289; at < 900'000; at += 4096) stretches.push_back({at, 4096});
  stretches.push_back({1'000'000, 1'700'000});
  stretches.push_back({5, 100});
  stretches.push_back({3'000'000, 0});
  for (const auto algorithm : {crypto::HashAlgorithm::sha256, crypto::HashAlgorithm::sha512}) {
    const Bytes wanted = one_by_one(bytes, stretches, algorithm);
    for (const unsigned threads : {1U, 2U, 3U, 16U, 1000U, 0U}) {
      EXPECT_EQ(hash_all(source, stretches, algorithm, Context(), threads).value(), wanted) << threads;
    }
  }
  EXPECT_EQ(hash_all(source, {}, crypto::HashAlgorithm::sha256, Context()).value(), Bytes());
}

TEST(Hashing, ALongRangeIsReadAheadAndComesOutTheSame) {
  const Bytes bytes = noise(9'000'003);
  const media::MemorySource source(bytes);
  crypto::Hasher hasher(crypto::HashAlgorithm::sha256);
  ASSERT_TRUE(feed(hasher, source, {1, bytes.size() - 1}, Context()));
  EXPECT_EQ(hasher.finish(), crypto::digest(crypto::HashAlgorithm::sha256, ByteView(bytes).subspan(1)));
}

TEST(Hashing, WhatIsMissingOrStoppedIsAnError) {
  const Bytes bytes = noise(1000);
  const media::MemorySource source(bytes);
  crypto::Hasher hasher(crypto::HashAlgorithm::sha256);
  EXPECT_EQ(feed(hasher, source, {0, 1001}, Context()).error().code, Code::corrupt);
  EXPECT_EQ(feed(hasher, source, {0, 20'000'000}, Context()).error().code, Code::corrupt);  // read ahead
  const std::vector<Range> beyond{{0, 10}, {990, 20}, {0, 10}};
  EXPECT_EQ(hash_all(source, beyond, crypto::HashAlgorithm::sha256, Context(), 2).error().code, Code::corrupt);
  std::stop_source stop;
  stop.request_stop();
  Context context;
  context.stop = stop.get_token();
  const std::vector<Range> some{{0, 10}};
  EXPECT_EQ(hash_all(source, some, crypto::HashAlgorithm::sha256, context).error().code, Code::cancelled);
  EXPECT_EQ(feed(hasher, source, {0, 10}, context).error().code, Code::cancelled);
}

TEST(Hashing, EveryPieceOfWorkIsDoneOnceAndOnlyTheCallersThreadReports) {
  std::vector<std::atomic<int>> done(1000);
  std::atomic<int> owners{0};
  const auto worker = [&](bool own) {
    owners += own ? 1 : 0;
    return [&](std::size_t i) {
      ++done[i];
      return Result<void>();
    };
  };
  ASSERT_TRUE(side_by_side(4, done.size(), worker));
  EXPECT_EQ(owners, 1);
  EXPECT_TRUE(std::ranges::all_of(done, [](const auto& count) { return count == 1; }));
}

TEST(Hashing, HolesAreZerosThatNobodyReads) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.file("sparse");
  {
    std::ofstream out(path, std::ios::binary);
    out << "head";
  }
  constexpr std::uint64_t kSize = 40'000'000;
  ASSERT_EQ(::truncate(path.c_str(), kSize), 0);
  {
    std::ofstream out(path, std::ios::binary | std::ios::in);
    out.seekp(20'000'000);
    out << "middle";
  }
  const media::FileSource source(FileReader::open(path).value());
  Bytes bytes(kSize, 0);
  std::ranges::copy(as_bytes("head"), bytes.begin());
  std::ranges::copy(as_bytes("middle"), bytes.begin() + 20'000'000);
  crypto::Hasher hasher(crypto::HashAlgorithm::sha256);
  ASSERT_TRUE(feed(hasher, source, {0, kSize}, Context()));
  EXPECT_EQ(hasher.finish(), crypto::digest(crypto::HashAlgorithm::sha256, bytes));
  std::vector<Range> leaves;
  for (std::uint64_t at = 0; at < kSize; at += 1 << 20)
    leaves.push_back({at, std::min<std::uint64_t>(1 << 20, kSize - at)});
  EXPECT_EQ(hash_all(source, leaves, crypto::HashAlgorithm::sha256, Context()).value(),
            one_by_one(bytes, leaves, crypto::HashAlgorithm::sha256));
  if (source.data_from(4096 * 16) == 4096 * 16) GTEST_SKIP() << "skipped: this file system tells no holes";
  EXPECT_GT(source.data_from(4096 * 16), 10'000'000U);
  EXPECT_EQ(source.data_from(30'000'000), kSize);
  EXPECT_EQ(source.data_from(2), 2U);
}

}  // namespace
}  // namespace bonafide::provenance::c2pa
