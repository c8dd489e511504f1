#include "crypto/hash.h"

#include <gtest/gtest.h>

namespace bonafide::crypto {
namespace {

// FIPS 180-4 example "abc".
TEST(Hash, Abc) {
  EXPECT_EQ(to_hex(digest(HashAlgorithm::sha256, as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Hash, StreamingEqualsWhole) {
  Hasher hasher(HashAlgorithm::sha512);
  hasher.update(as_bytes("ab"));
  EXPECT_EQ(hasher.so_far(), digest(HashAlgorithm::sha512, as_bytes("ab")));
  hasher.update(as_bytes("c"));
  EXPECT_EQ(hasher.finish(), digest(HashAlgorithm::sha512, as_bytes("abc")));
}

}  // namespace
}  // namespace bonafide::crypto
