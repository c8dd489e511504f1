#include "base/cbor.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bonafide::cbor {
namespace {

// Examples of RFC 8949 appendix A: encoded, diagnostic notation.
struct Example {
  std::string_view hex, words;
};
const Example kExamples[] = {
    {"00", "0"},
    {"17", "23"},
    {"1818", "24"},
    {"1903e8", "1000"},
    {"1b000000e8d4a51000", "1000000000000"},
    {"1bffffffffffffffff", "18446744073709551615"},
    {"3bffffffffffffffff", "-18446744073709551616"},
    {"20", "-1"},
    {"3903e7", "-1000"},
    {"f93c00", "1"},
    {"f97bff", "65504"},
    {"fa47c35000", "100000"},
    {"fb3ff199999999999a", "1.1"},
    {"f90001", "5.960464477539063e-08"},
    {"f9c400", "-4"},
    {"f97c00", "Infinity"},
    {"f97e00", "NaN"},
    {"f4", "false"},
    {"f6", "null"},
    {"f7", "undefined"},
    {"f0", "simple(16)"},
    {"f8ff", "simple(255)"},
    {"c074323031332d30332d32315432303a30343a30305a", "0(\"2013-03-21T20:04:00Z\")"},
    {"4401020304", "h'01020304'"},
    {"6449455446", "\"IETF\""},
    {"62c3bc", "\"\xC3\xBC\""},
    {"83010203", "[1, 2, 3]"},
    {"8301820203820405", "[1, [2, 3], [4, 5]]"},
    {"a201020304", "{1: 2, 3: 4}"},
    {"a26161016162820203", "{\"a\": 1, \"b\": [2, 3]}"},
    {"5f42010243030405ff", "h'0102030405'"},
    {"9f018202039f0405ffff", "[1, [2, 3], [4, 5]]"},
    {"bf6346756ef563416d7421ff", "{\"Fun\": true, \"Amt\": -2}"},
};

TEST(Cbor, ExamplesOfTheRfc) {
  for (const auto& [hex, words] : kExamples) {
    const Bytes bytes = from_hex(hex).value();
    const auto value = parse(bytes);
    ASSERT_TRUE(value) << hex << ": " << value.error().message;
    EXPECT_EQ(diagnostic(*value), words) << hex;
    EXPECT_EQ(value->encoded.size(), bytes.size());
  }
}

TEST(Cbor, RefusesWhatIsNotWellFormed) {
  const std::string_view cases[] = {"",   "18",   "1c",        "a1",   "a10102ff", "61ff",        "5f4101",
                                    "ff", "9f01", "5f6161ff",  "f800", "8401",     "a2010201 03", "9bffffffffffffffff",
                                    "c0", "3f",   "7f41 00ff", "0000"};
  for (const std::string_view hex : cases) {
    std::string digits(hex);
    std::erase(digits, ' ');
    const Bytes bytes = from_hex(digits).value();
    EXPECT_FALSE(parse(bytes)) << hex;
  }
}

TEST(Cbor, DepthAndItemsAreBounded) {
  const Bytes deep(100, 0x81);
  EXPECT_EQ(parse(deep).error().code, Code::limit);
  Bytes wide{0x99, 0x03, 0xE8};
  wide.resize(1003, 0x00);
  EXPECT_EQ(parse(wide, {32, 500}).error().code, Code::limit);
  EXPECT_TRUE(parse(wide));
}

TEST(Cbor, WriterIsDeterministicAndReadsBack) {
  const auto text = [](std::string_view word) { return Writer().text(word).take(); };
  const auto number = [](std::int64_t n) { return Writer().integer(n).take(); };
  Writer writer;
  writer.sorted_map({{text("zz"), number(1)},
                     {text("a"), number(-500)},
                     {number(33), text("x5chain")},
                     {number(1), Writer().number(1.1).take()}});
  EXPECT_EQ(to_hex(writer.data()), "a401fb3ff199999999999a1821677835636861696e61613901f3627a7a01");
  const auto value = parse(writer.data()).value();
  EXPECT_EQ(value.find("a")->integer(), -500);
  EXPECT_EQ(value.find(33)->text(), "x5chain");
  EXPECT_EQ(value.find("b"), nullptr);
}

TEST(Cbor, FloatsTakeTheShortestExactForm) {
  EXPECT_EQ(to_hex(Writer().number(1.5).data()), "f93e00");
  EXPECT_EQ(to_hex(Writer().number(100000).data()), "fa47c35000");
  EXPECT_EQ(to_hex(Writer().number(1.1).data()), "fb3ff199999999999a");
  EXPECT_EQ(to_hex(Writer().number(-0.0).data()), "f98000");
}

TEST(Cbor, TheSameKeyInOtherWordsIsTheSameKey) {
  const std::vector<std::pair<const char*, const char*>> pairs{
      {"01", "1801"},                    // one, in one byte and in two
      {"01", "1b0000000000000001"},      //
      {"20", "3800"},                    // minus one
      {"6161", "780161"},                // "a"
      {"6161", "7f6161ff"},              // "a" in pieces
      {"4100", "5f4100ff"},              //
      {"8101", "9f01ff"},                // [1]
      {"a10102", "bf0102ff"},            // {1: 2}
      {"a201020304", "a203040102"},      // {1: 2, 3: 4} in another order
      {"f93c00", "fa3f800000"},          // 1.0
      {"f97e00", "fb7ff8000000000001"},  // not a number
      {"c001", "d80001"},                // a tag
  };
  for (const auto& [first, second] : pairs) {
    const auto map = [](const std::string& one, const std::string& other) {
      return parse(from_hex("a2" + one + "00" + other + "01").value());
    };
    EXPECT_FALSE(map(first, second)) << first << " " << second;
    EXPECT_TRUE(map(first, "02")) << first;
  }
  EXPECT_TRUE(parse(from_hex("a20100f93c0001").value()));  // 1 and 1.0 are two keys
}

TEST(Cbor, EveryHalfIsWrittenAsItself) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    if ((bits & 0x7C00) == 0x7C00 && (bits & 0x3FF) != 0) continue;  // not a number: one form for all
    const Bytes encoded{0xF9, static_cast<std::uint8_t>(bits >> 8), static_cast<std::uint8_t>(bits)};
    const double value = parse(encoded).value().number;
    ASSERT_EQ(Writer().number(value).data(), encoded) << bits;
    ASSERT_NE(Writer().number(std::nextafter(value, 1e9)).data().size(), 3U) << bits;
  }
}

}  // namespace
}  // namespace bonafide::cbor
