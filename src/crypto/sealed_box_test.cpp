#include "crypto/sealed_box.h"

#include <gtest/gtest.h>

namespace bonafide::crypto {
namespace {

constexpr ScryptCost kQuick{.log2_n = 4, .r = 8, .p = 1};

// RFC 7914 section 12, the vectors that need no more than 16 MiB.
TEST(SealedBox, ScryptIsThatOfTheRfc) {
  EXPECT_EQ(to_hex(*scrypt({}, {}, {4, 1, 1}, 64)),
            "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
            "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
  EXPECT_EQ(to_hex(*scrypt(as_bytes("pleaseletmein"), as_bytes("SodiumChloride"), {14, 8, 1}, 64)),
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
            "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887");
}

TEST(SealedBox, WhatIsSealedOpensAgainWithItsPassphraseAlone) {
  const Bytes secret{1, 2, 3, 4, 5};
  const auto box = seal(secret, "correct horse", as_bytes("name"), kQuick).value();
  EXPECT_EQ(box.sealed.size(), secret.size() + 16);
  EXPECT_EQ(open_sealed(box, "correct horse", as_bytes("name")).value(), secret);
  EXPECT_EQ(open_sealed(box, "battery staple", as_bytes("name")).error().code, Code::denied);
  EXPECT_EQ(open_sealed(box, "correct horse", as_bytes("other")).error().code, Code::denied);
}

TEST(SealedBox, AnyChangedBitIsSeen) {
  const auto box = seal(Bytes{1, 2, 3}, "p", {}, kQuick).value();
  for (std::size_t i = 0; i < box.sealed.size() * 8; ++i) {
    SealedBox changed = box;
    changed.sealed[i / 8] ^= static_cast<std::uint8_t>(1U << i % 8);
    ASSERT_EQ(open_sealed(changed, "p", {}).error().code, Code::denied) << i;
  }
  SealedBox brief = box;
  brief.sealed.resize(15);
  EXPECT_EQ(open_sealed(brief, "p", {}).error().code, Code::corrupt);
}

TEST(SealedBox, TwoBoxesOfOneSecretShareNothing) {
  const Bytes secret(32, 7);
  const auto one = seal(secret, "p", {}, kQuick).value(), two = seal(secret, "p", {}, kQuick).value();
  EXPECT_NE(one.salt, two.salt);
  EXPECT_NE(one.sealed, two.sealed);
}

TEST(SealedBox, CostsThatWouldTakeTheMachineAreRefused) {
  EXPECT_TRUE(bearable({}));
  EXPECT_TRUE(bearable({.log2_n = 18, .r = 8, .p = 1}));
  EXPECT_FALSE(bearable({.log2_n = 19, .r = 8, .p = 1}));  // 512 MiB
  EXPECT_FALSE(bearable({.log2_n = 63, .r = 8, .p = 1}));
  EXPECT_FALSE(bearable({.log2_n = 4, .r = 8, .p = 1000}));
  EXPECT_FALSE(bearable({.log2_n = 0, .r = 8, .p = 1}));
  EXPECT_EQ(scrypt({}, {}, {.log2_n = 30, .r = 8, .p = 1}, 32).error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace bonafide::crypto
