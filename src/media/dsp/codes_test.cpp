#include <gtest/gtest.h>

#include <random>
#include <set>

#include "media/dsp/convolutional_code.h"
#include "media/dsp/crc.h"

namespace bonafide::media {
namespace {

Bits of_text(std::string_view text) {
  Bits bits;
  for (const char letter : text) {
    const Bits eight = bits_of(static_cast<unsigned char>(letter), 8);
    bits.insert(bits.end(), eight.begin(), eight.end());
  }
  return bits;
}

Bits random_bits(std::mt19937& random, std::size_t count) {
  Bits bits(count);
  for (std::uint8_t& bit : bits) bit = static_cast<std::uint8_t>(random() & 1);
  return bits;
}

// The check values of "123456789" in the catalogue of parametrised CRC algorithms (Cook).
TEST(Crc, PublishedCheckValues) {
  EXPECT_EQ(crc_of(kCrc16, of_text("123456789")), 0x29B1U);    // CRC-16/IBM-3740
  EXPECT_EQ(crc_of(kCrc24, of_text("123456789")), 0x21CF02U);  // CRC-24/OPENPGP
}

TEST(Crc, HoldsAndBreaks) {
  std::mt19937 random(1);
  for (const CrcCode& code : {kCrc16, kCrc22, kCrc24}) {
    Bits word = with_crc(code, random_bits(random, 64));
    EXPECT_TRUE(crc_holds(code, word));
    for (std::uint8_t& bit : word) {
      bit ^= 1;
      EXPECT_FALSE(crc_holds(code, word));
      bit ^= 1;
    }
    EXPECT_FALSE(crc_holds(code, Bits(64 + static_cast<std::size_t>(code.width), 0)));  // zeros do not pass
  }
  EXPECT_FALSE(crc_holds(kCrc22, Bits(22, 0)));
}

// Distance 8 is even, so it is enough that no 6 columns sum to nothing: all sums of up to 3 differ, and weights are
// even.
TEST(Crc, Crc22KeepsMessagesEightBitsApart) {
  const std::size_t length = 86;
  CrcCode linear = kCrc22;
  linear.initial = 0;
  std::vector<std::uint32_t> columns;
  for (std::size_t i = 0; i < length - 22; ++i) {
    Bits message(length - 22, 0);
    message[i] = 1;
    columns.push_back(crc_of(linear, message));
  }
  for (int i = 0; i < 22; ++i) columns.push_back(std::uint32_t{1} << i);
  std::set<std::uint32_t> seen{0};
  std::size_t sums = 1;
  for (std::size_t a = 0; a < length; ++a) {
    seen.insert(columns[a]), ++sums;
    for (std::size_t b = a + 1; b < length; ++b) {
      seen.insert(columns[a] ^ columns[b]), ++sums;
      for (std::size_t c = b + 1; c < length; ++c) seen.insert(columns[a] ^ columns[b] ^ columns[c]), ++sums;
    }
  }
  EXPECT_EQ(seen.size(), sums);  // distance at least 7
  for (const std::uint32_t column :
       columns)  // and every code word has an even weight: each column is odd, as x+1 divides
    EXPECT_TRUE(__builtin_parity(column));
}

TEST(Bits, NumbersBothWays) {
  EXPECT_EQ(bits_of(5, 4), (Bits{0, 1, 0, 1}));
  EXPECT_EQ(number_of(bits_of(0x0123456789ABCDEFULL, 64)), 0x0123456789ABCDEFULL);
}

const ConvolutionalCode* const kCodes[] = {&code_k7_r2(),  &code_k9_r2(),  &code_k9_r4(),
                                           &code_k11_r8(), &code_k15_r4(), &code_k15_r6()};

TEST(ConvolutionalCode, FreeDistances) {
  for (const ConvolutionalCode* const code : kCodes)
    EXPECT_EQ(free_distance_of(*code), code->free_distance) << code->name;
}

// The first coded bits after a lone 1 are the generators' newest taps; all K·n of them weigh as much as the generators.
TEST(ConvolutionalCode, ImpulseIsTheGenerators) {
  const Bits coded = encode(code_k7_r2(), Bits{1});
  ASSERT_EQ(coded.size(), 14U);
  EXPECT_EQ(coded, (Bits{1, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1, 0, 1, 1}));  // taps of 171 and 133 octal, newest first
}

TEST(ConvolutionalCode, DecodesCleanAndScaled) {
  std::mt19937 random(2);
  for (const ConvolutionalCode* const code : kCodes) {
    const Bits message = random_bits(random, 86);
    std::vector<float> soft;
    for (const std::uint8_t bit : encode(*code, message)) soft.push_back(bit != 0 ? -0.25F : 0.25F);
    const SoftDecoded decoded = decode_soft(*code, soft, 86);
    EXPECT_EQ(decoded.message, message) << code->name;
    EXPECT_NEAR(decoded.metric, 0.25 * static_cast<double>(soft.size()), 1e-3);
  }
}

int exact_of(const ConvolutionalCode& code, double deviation, int tries) {
  std::mt19937 random(3);
  std::normal_distribution<float> noise(0.0F, static_cast<float>(deviation));
  int exact = 0;
  for (int i = 0; i < tries; ++i) {
    const Bits message = random_bits(random, 86);
    std::vector<float> soft;
    for (const std::uint8_t bit : encode(code, message)) soft.push_back((bit != 0 ? -1.0F : 1.0F) + noise(random));
    exact += decode_soft(code, soft, 86).message == message ? 1 : 0;
  }
  return exact;
}

// Eb/N0 = 1/(2·rate·σ²): at σ = 1.6 a rate of 1/8 has 1.56 (1.9 dB), where K=11 is known to be nearly free of errors;
// at σ = 3 it has 0.44, below Shannon's limit, and must fail.
TEST(ConvolutionalCode, DecodesThroughNoise) {
  EXPECT_GE(exact_of(code_k11_r8(), 1.6, 40), 36);
  EXPECT_LE(exact_of(code_k11_r8(), 3.0, 10), 1);
  EXPECT_GE(exact_of(code_k9_r4(), 1.0, 40), 36);
}

TEST(ConvolutionalCode, RefusesWhatDoesNotFit) {
  EXPECT_TRUE(decode_soft(code_k7_r2(), std::vector<float>(10), 86).message.empty());
  EXPECT_TRUE(decode_soft(code_k7_r2(), {}, 0).message.empty());
}

}  // namespace
}  // namespace bonafide::media
