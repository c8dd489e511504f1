#include "media/dsp/jpeg_grid.h"

#include <gtest/gtest.h>

#include "media/dsp/acontrario.h"
#include "support/texture.h"

namespace bonafide::media {
namespace {

using testing::texture;

constexpr int kWidth = 320;
constexpr int kHeight = 240;

GreyView view(const std::vector<std::uint8_t>& picture) { return {picture.data(), kWidth, kHeight, kWidth}; }

GridVotes votes_of(const std::vector<std::uint8_t>& picture) { return *grid_votes(view(picture), Context{}); }

std::vector<std::uint8_t> saved(unsigned seed, int quality, int grid) {
  const auto picture = texture(kWidth, kHeight, seed);
  return resave(view(picture), ijg_luma_table(quality), grid & 7, grid >> 3);
}

void paste(std::vector<std::uint8_t>& host, const std::vector<std::uint8_t>& donor, int x0, int y0, int side) {
  for (int y = y0; y < y0 + side; ++y)
    for (int x = x0; x < x0 + side; ++x)
      host[static_cast<std::size_t>(y * kWidth + x)] = donor[static_cast<std::size_t>(y * kWidth + x)];
}

TEST(JpegGrid, FindsEveryGrid) {
  for (int grid = 0; grid < 64; ++grid) {
    const MainGrid main = main_grid(votes_of(saved(1, 80, grid)));
    EXPECT_EQ(main.grid, grid);
    EXPECT_GT(main.share, 0.5);
  }
}

TEST(JpegGrid, FindsNoneInAPictureNeverSaved) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    const auto votes = votes_of(texture(kWidth, kHeight, seed));
    EXPECT_EQ(main_grid(votes).grid, -1) << seed;
    EXPECT_TRUE(foreign_regions(votes, -1, -1, kLog10Epsilon).empty()) << seed;
  }
}

TEST(JpegGrid, FlatPicturesDoNotVote) {
  const std::vector<std::uint8_t> flat(kWidth * kHeight, 200);
  for (const auto vote : votes_of(flat).votes) ASSERT_EQ(vote, kNoVote);
  EXPECT_EQ(main_grid(votes_of(flat)).grid, -1);
}

TEST(JpegGrid, TinyPicturesAreSafe) {
  const std::vector<std::uint8_t> tiny(100, 7);
  for (int side = 1; side <= 10; ++side) {
    const auto votes = grid_votes({tiny.data(), side, side, 10}, Context{});
    ASSERT_TRUE(votes);
    EXPECT_EQ(main_grid(*votes).grid, -1);
  }
}

TEST(JpegGrid, FindsAPastedPartWithItsOwnGrid) {
  auto picture = saved(1, 80, 0);
  paste(picture, saved(2, 75, 3 + 8 * 2), 100, 60, 96);
  const auto votes = votes_of(picture);
  ASSERT_EQ(main_grid(votes).grid, 0);
  const auto regions = foreign_regions(votes, 0, -1, kLog10Epsilon);
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_EQ(regions[0].grid, 3 + 8 * 2);
  EXPECT_NEAR(regions[0].x, 100, 9);
  EXPECT_NEAR(regions[0].y, 60, 9);
  EXPECT_NEAR(regions[0].width, 96, 18);
  EXPECT_NEAR(regions[0].height, 96, 18);
  EXPECT_TRUE(foreign_regions(votes, 0, 3 + 8 * 2, kLog10Epsilon).empty()) << "a file's own grid is never foreign";
}

TEST(JpegGrid, FindsAPastedPartWithoutAGrid) {
  auto picture = saved(1, 80, 0);
  paste(picture, texture(kWidth, kHeight, 2, 0.5), 96, 56, 112);
  const auto votes = votes_of(picture);
  const auto gentle = resave(view(picture), ijg_luma_table(99), 0, 0);
  const auto regions = missing_regions(votes, votes_of(gentle), 0, kLog10Epsilon);
  ASSERT_EQ(regions.size(), 1U);
  EXPECT_NEAR(regions[0].x + regions[0].width / 2, 152, 24);
  EXPECT_NEAR(regions[0].y + regions[0].height / 2, 112, 24);
}

TEST(JpegGrid, SavingsOfOnePictureRaiseNoAlarm) {
  for (unsigned seed = 1; seed <= 5; ++seed)
    for (const int quality : {50, 75, 90, 95, 98}) {
      const auto picture = saved(seed, quality, 0);
      const auto votes = votes_of(picture);
      const int main = main_grid(votes).grid;
      EXPECT_TRUE(foreign_regions(votes, main, 0, kLog10Epsilon).empty()) << seed << " at " << quality;
      const auto gentle = resave(view(picture), ijg_luma_table(99), 0, 0);
      ASSERT_EQ(main, 0) << seed << " at " << quality;
      EXPECT_TRUE(missing_regions(votes, votes_of(gentle), 0, kLog10Epsilon).empty());
    }
}

TEST(JpegGrid, CropAndSaveAgainIsNotAPastedPart) {
  for (const int second : {75, 90, 95}) {
    const auto first = saved(3, 70, 3 + 8 * 5);
    const auto picture = resave(view(first), ijg_luma_table(second), 0, 0);
    const auto votes = votes_of(picture);
    EXPECT_TRUE(foreign_regions(votes, main_grid(votes).grid, 0, kLog10Epsilon).empty()) << second;
  }
}

TEST(JpegGrid, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  Context context;
  context.stop = source.get_token();
  const auto picture = texture(kWidth, kHeight, 1);
  const auto votes = grid_votes(view(picture), context);
  ASSERT_FALSE(votes);
}

}  // namespace
}  // namespace bonafide::media
