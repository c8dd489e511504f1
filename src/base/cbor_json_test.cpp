#include "base/cbor_json.h"

#include <gtest/gtest.h>

#include <chrono>

namespace bonafide::cbor {
namespace {

std::string shown(std::string_view hex, ByteForm form = ByteForm::crjson) {
  const Bytes bytes = from_hex(hex).value();
  const auto value = parse(bytes);
  return value ? dump_json(to_json(*value, form)) : "not CBOR";
}

TEST(CborJson, EveryKindOfItemHasItsForm) {
  EXPECT_EQ(shown("1bffffffffffffffff"), "18446744073709551615");
  EXPECT_EQ(shown("3903e7"), "-1000");
  EXPECT_EQ(shown("3bffffffffffffffff"), "\"-18446744073709551616\"");
  EXPECT_EQ(shown("43000102"), "\"b64'AAEC'\"");
  EXPECT_EQ(shown("43000102", ByteForm::base64), "\"AAEC\"");
  EXPECT_EQ(shown("40"), "\"b64''\"");
  EXPECT_EQ(shown("6161"), "\"a\"");
  EXPECT_EQ(shown("83f5f6f7"), "[true,null,null]");
  EXPECT_EQ(shown("fb3ff199999999999a"), "1.1");
  EXPECT_EQ(shown("fa3dcccccd"), "0.1");  // single precision
  EXPECT_EQ(shown("f97c00"), "null");     // infinity
  EXPECT_EQ(shown("c074323032362d31312d32345430303a30303a30305a"), "\"2026-11-24T00:00:00Z\"");
  EXPECT_EQ(shown("a2616201616102"), "{\"b\":1,\"a\":2}");  // in the order of the file
}

TEST(CborJson, KeysThatAreNoTextHideNothing) {
  EXPECT_EQ(shown("a2010261310a"), "{\"1\":2,\"1'\":10}");  // 1 and "1"
  EXPECT_EQ(shown("a141ff00"), "{\"h'ff'\":0}");
}

// A credential may bring a map of a hundred thousand keys; looking each one up again would take minutes.
TEST(CborJson, AWideMapTakesNoLongerThanItsSize) {
  constexpr std::size_t kKeys = 90'000;
  Writer writer;
  writer.map(kKeys);
  for (std::size_t i = 0; i < kKeys; ++i) writer.text(std::to_string(1'000'000 + i)).boolean(true);
  const auto value = parse(writer.data());
  ASSERT_TRUE(value);
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(to_json(*value, ByteForm::crjson).size(), kKeys);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

}  // namespace
}  // namespace bonafide::cbor
