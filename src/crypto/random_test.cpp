#include "crypto/random.h"

#include <gtest/gtest.h>

namespace bonafide::crypto {
namespace {

TEST(Random, NamesAreVersionFour) {
  Random random;
  const std::string one = random.uuid4().value(), two = random.uuid4().value();
  EXPECT_NE(one, two);
  ASSERT_EQ(one.size(), 36U);
  EXPECT_EQ(one[14], '4');
  EXPECT_NE(std::string("89ab").find(one[19]), std::string::npos);
  EXPECT_EQ(one[8], '-');
}

TEST(Random, ASeedRepeatsItself) {
  Random one(7), two(7), three(8);
  EXPECT_EQ(one.bytes(100).value(), two.bytes(100).value());
  EXPECT_NE(one.bytes(100).value(), three.bytes(100).value());
  EXPECT_EQ(one.bytes(0).value().size(), 0U);
}

}  // namespace
}  // namespace bonafide::crypto
