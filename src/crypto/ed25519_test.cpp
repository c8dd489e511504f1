#include "crypto/ed25519.h"

#include <gtest/gtest.h>

namespace bonafide::crypto {
namespace {

// RFC 8032 section 7.1, TEST 2.
constexpr auto kSeed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
constexpr auto kPublic = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
constexpr auto kSignature =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb0"
    "0d"
    "291612bb0c00";

TEST(Ed25519, ASignatureOfTheStandardComesOutTheSame) {
  const auto key = Ed25519Key::from_seed(*from_hex(kSeed));
  ASSERT_TRUE(key);
  EXPECT_EQ(to_hex(key->public_key()), kPublic);
  const Bytes message{0x72};
  EXPECT_EQ(to_hex(*key->sign(message)), kSignature);
  EXPECT_TRUE(*verify_ed25519(*from_hex(kPublic), message, *from_hex(kSignature)));
}

TEST(Ed25519, AnotherMessageKeyOrSignatureDoesNotFit) {
  const auto key = Ed25519Key::generate(), other = Ed25519Key::generate();
  ASSERT_TRUE(key && other);
  EXPECT_NE(key->seed(), other->seed());
  const Bytes message{1, 2, 3};
  Bytes signature = *key->sign(message);
  EXPECT_TRUE(*verify_ed25519(key->public_key(), message, signature));
  EXPECT_FALSE(*verify_ed25519(other->public_key(), message, signature));
  EXPECT_FALSE(*verify_ed25519(key->public_key(), Bytes{1, 2}, signature));
  signature[5] ^= 1;
  EXPECT_FALSE(*verify_ed25519(key->public_key(), message, signature));
  EXPECT_FALSE(*verify_ed25519(key->public_key(), message, Bytes(63)));
}

TEST(Ed25519, KeysOfAnotherLengthAreRefused) {
  EXPECT_EQ(Ed25519Key::from_seed(Bytes(31)).error().code, Code::corrupt);
  EXPECT_EQ(verify_ed25519(Bytes(33), {}, Bytes(64)).error().code, Code::corrupt);
}

}  // namespace
}  // namespace bonafide::crypto
