#include "media/dsp/dct.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <set>

#include "support/texture.h"

namespace bonafide::media {
namespace {

using testing::texture;

TEST(Dct, ForwardFollowsTheFormulaOfT81) {
  Block8 samples;
  for (std::size_t i = 0; i < 64; ++i) samples[i] = static_cast<float>((i * 37 + i * i * 11) % 256) - 128;
  Block8 coefficients;
  forward_dct8(samples, coefficients);
  for (std::size_t v = 0; v < 8; ++v)
    for (std::size_t u = 0; u < 8; ++u) {
      double sum = 0;
      for (std::size_t y = 0; y < 8; ++y)
        for (std::size_t x = 0; x < 8; ++x)
          sum += samples[y * 8 + x] *
                 std::cos((2 * static_cast<double>(x) + 1) * static_cast<double>(u) * std::numbers::pi / 16) *
                 std::cos((2 * static_cast<double>(y) + 1) * static_cast<double>(v) * std::numbers::pi / 16);
      sum *= 0.25 * (u == 0 ? std::numbers::sqrt2 / 2 : 1) * (v == 0 ? std::numbers::sqrt2 / 2 : 1);
      EXPECT_NEAR(coefficients[v * 8 + u], sum, 1e-3);
    }
  Block8 back;
  inverse_dct8(coefficients, back);
  for (std::size_t i = 0; i < 64; ++i) EXPECT_NEAR(back[i], samples[i], 1e-3);
}

TEST(Dct, ZigzagVisitsEverythingOnceInOrder) {
  EXPECT_EQ(std::set<int>(kZigzag.begin(), kZigzag.end()).size(), 64U);
  for (std::size_t i = 1; i < 64; ++i) {  // neighbours on a diagonal, or one step along an edge
    const int dx = std::abs(kZigzag[i] % 8 - kZigzag[i - 1] % 8);
    const int dy = std::abs(kZigzag[i] / 8 - kZigzag[i - 1] / 8);
    EXPECT_LE(std::max(dx, dy), 1) << i;
  }
  EXPECT_EQ(kZigzag[1], 1);
  EXPECT_EQ(kZigzag[2], 8);
}

TEST(Dct, LumaTablesAreLibjpegs) {
  const auto fifty = ijg_luma_table(50);  // T.81 table K.1 itself
  EXPECT_EQ(fifty[0], 16);
  EXPECT_EQ(fifty[8 * 5 + 5], 104);
  EXPECT_EQ(fifty[63], 99);
  EXPECT_EQ(ijg_luma_table(75)[0], 8);
  EXPECT_EQ(ijg_luma_table(99)[53], 2);
  EXPECT_EQ(ijg_luma_table(100)[63], 1);
  EXPECT_EQ(ijg_luma_table(1)[0], 255);
}

TEST(Dct, NearestQualityFindsItsOwnTables) {
  for (const int quality : {20, 50, 75, 90, 95}) {
    EXPECT_EQ(nearest_ijg_quality(ijg_luma_table(quality)).quality, quality);
    EXPECT_EQ(nearest_ijg_quality(ijg_luma_table(quality)).distance, 0);
  }
  EXPECT_EQ(nearest_ijg_quality({}).quality, 0);
}

TEST(Dct, SavingTwiceAlikeChangesLittle) {
  const auto picture = texture(64, 48, 1);
  const auto table = ijg_luma_table(80);
  const auto once = resave({picture.data(), 64, 48, 64}, table, 0, 0);
  const auto twice = resave({once.data(), 64, 48, 64}, table, 0, 0);
  int changed = 0;
  for (std::size_t i = 0; i < once.size(); ++i) changed += once[i] != twice[i];
  EXPECT_NE(picture, once);
  EXPECT_LT(changed, 64 * 48 / 20);
}

TEST(Dct, SavingLeavesWhatIsOutsideWholeBlocks) {
  const auto picture = texture(64, 48, 1);
  const auto saved = resave({picture.data(), 64, 48, 64}, ijg_luma_table(30), 3, 5);
  for (int x = 0; x < 64; ++x) {
    EXPECT_EQ(saved[static_cast<std::size_t>(4 * 64 + x)], picture[static_cast<std::size_t>(4 * 64 + x)]);
    EXPECT_EQ(saved[static_cast<std::size_t>(45 * 64 + x)], picture[static_cast<std::size_t>(45 * 64 + x)]);
  }
}

// The fast transform must decide as the plain one does; coefficients within 1e-3 of the boundary may go either way.
TEST(Dct, ZeroCounterAgreesWithThePlainTransform) {
  const int width = 61;
  const int height = 40;
  const auto picture = texture(width, height, 3);
  ZeroCounter counter({picture.data(), width, height, width});
  ASSERT_EQ(counter.columns(), width - 7);
  ASSERT_EQ(counter.rows(), height - 7);
  std::vector<std::uint8_t> counts(static_cast<std::size_t>(counter.columns()));
  for (int y = 0; y < counter.rows(); ++y) {
    counter.count(y, counts.data());
    for (int x = 0; x < counter.columns(); ++x) {
      Block8 samples;
      Block8 c;
      for (int i = 0; i < 64; ++i)
        samples[static_cast<std::size_t>(i)] = picture[static_cast<std::size_t>((y + i / 8) * width + x + i % 8)];
      forward_dct8(samples, c);
      int low = 0;
      int high = 0;
      for (std::size_t i = 1; i < 64; ++i) {
        low += std::fabs(c[i]) < 0.5F - 1e-3F;
        high += std::fabs(c[i]) < 0.5F + 1e-3F;
      }
      ASSERT_GE(counts[static_cast<std::size_t>(x)], low) << x << "," << y;
      ASSERT_LE(counts[static_cast<std::size_t>(x)], high) << x << "," << y;
    }
  }
}

TEST(Dct, ZeroCounterGivesTheSameRowInAnyOrder) {
  const auto picture = texture(40, 40, 4);
  ZeroCounter forward({picture.data(), 40, 40, 40});
  std::vector<std::vector<std::uint8_t>> rows;
  for (int y = 0; y < forward.rows(); ++y) {
    rows.emplace_back(33);
    forward.count(y, rows.back().data());
  }
  ZeroCounter backward({picture.data(), 40, 40, 40});
  std::vector<std::uint8_t> row(33);
  for (int y = backward.rows() - 1; y >= 0; --y) {
    backward.count(y, row.data());
    EXPECT_EQ(row, rows[static_cast<std::size_t>(y)]) << y;
  }
}

TEST(Dct, ZeroCounterIgnoresFlatBlocksAndTinyPictures) {
  std::vector<std::uint8_t> stripes(32 * 32);
  for (std::size_t i = 0; i < stripes.size(); ++i) stripes[i] = static_cast<std::uint8_t>((i % 32) * 7);
  ZeroCounter counter({stripes.data(), 32, 32, 32});
  std::vector<std::uint8_t> row(25);
  counter.count(0, row.data());
  for (const auto count : row) EXPECT_EQ(count, 0);
  EXPECT_LE(ZeroCounter({stripes.data(), 5, 5, 32}).rows(), 0);
}

}  // namespace
}  // namespace bonafide::media
