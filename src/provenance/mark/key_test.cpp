#include "provenance/mark/key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "provenance/mark/evidence.h"

namespace bonafide::provenance::mark {
namespace {

// Marks in the world are read with these values: they never change. Computed apart, with Python's hmac and `openssl
// enc`.
TEST(MarkKey, PublishedStreamIsFixed) {
  KeyStream stream = MarkKey::published("bonafide.tile.1").stream("sync");
  EXPECT_EQ(stream.word(), 3173900985U);
  EXPECT_EQ(stream.word(), 544829869U);
}

TEST(MarkKey, StreamsDifferByEverything) {
  const MarkKey key = MarkKey::published("bonafide.tile.1");
  const Bytes secret(16, 1), other_secret(16, 2), asset{1, 2, 3};
  const auto first = [](const MarkKey& k, std::string_view purpose, std::uint64_t number) {
    return k.stream(purpose, number).word();
  };
  const std::vector<std::uint32_t> words{first(key, "sync", 0),
                                         first(key, "sync", 1),
                                         first(key, "data", 0),
                                         first(MarkKey::published("bonafide.sound.1"), "sync", 0),
                                         first(MarkKey::secret("bonafide.tile.1", secret).value(), "sync", 0),
                                         first(MarkKey::secret("bonafide.tile.1", other_secret).value(), "sync", 0),
                                         first(key.for_asset(asset), "sync", 0)};
  for (std::size_t i = 0; i < words.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(words[i], words[j]) << i << " " << j;
  EXPECT_EQ(first(key, "sync", 0), first(MarkKey::published("bonafide.tile.1"), "sync", 0));
}

TEST(MarkKey, ShortSecretIsRefused) {
  EXPECT_FALSE(MarkKey::secret("bonafide.tile.1", Bytes(15, 1)));
  const MarkKey key = MarkKey::secret("bonafide.tile.1", Bytes(16, 1)).value();
  EXPECT_TRUE(key.is_secret());
  EXPECT_EQ(key.fingerprint().size(), 12U);
}

TEST(KeyStream, IsFair) {
  KeyStream stream = MarkKey::published("test").stream("fair");
  std::vector<int> counts(3, 0);
  for (int i = 0; i < 30000; ++i) ++counts[stream.below(3)];
  for (const int count : counts) EXPECT_NEAR(count, 10000, 330);  // 4 deviations of 82
  int ones = 0;
  for (const std::uint8_t bit : stream.bits(10000)) ones += bit;
  EXPECT_NEAR(ones, 5000, 200);
  auto order = stream.permutation(1024);
  EXPECT_NE(order[0] * 1024 + order[1], 1U);
  std::sort(order.begin(), order.end());
  for (std::uint32_t i = 0; i < 1024; ++i) EXPECT_EQ(order[i], i);
  double mean = 0;
  for (int i = 0; i < 10000; ++i) mean += static_cast<double>(stream.unit()) / 10000;
  EXPECT_NEAR(mean, 0.5, 0.012);
}

TEST(Evidence, PeaksAmongMany) {
  EXPECT_NEAR(log10_p_of_peak(0, 1), std::log10(0.5), 1e-9);
  EXPECT_NEAR(log10_p_of_peak(1.959964, 1), std::log10(0.025), 1e-5);
  EXPECT_NEAR(log10_p_of_peak(1.959964, 100), std::log10(1 - std::pow(0.975, 100)), 1e-5);
  EXPECT_NEAR(log10_p_of_peak(8, 1e6), log10_p_of_peak(8, 1) + 6, 1e-3);
  EXPECT_DOUBLE_EQ(log10_p_of_peak(-9, 1e9), 0);
}

TEST(Evidence, ChecksumCountsItsAttempts) {
  const Evidence one = weigh(7, 32768, 1, 22), many = weigh(7, 32768, 1 << 23, 22);
  EXPECT_NEAR(one.log10_p, one.log10_p_peak - 22 * std::log10(2.0), 1e-9);
  EXPECT_NEAR(many.log10_p, many.log10_p_peak, 1e-9);
  EXPECT_EQ(to_string(weigh(7, 32768, 1, 22)).substr(0, 4), "p = ");
  EXPECT_NE(to_string(one).find("among 32,768 places, checksum of 22 bits"), std::string::npos);
}

}  // namespace
}  // namespace bonafide::provenance::mark
