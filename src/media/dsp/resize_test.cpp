#include "media/dsp/resize.h"

#include <gtest/gtest.h>

namespace bonafide::media {

TEST(ReduceArea, AveragesTheCoveredArea) {
  const std::vector<std::uint8_t> samples = {0, 100, 10, 20, 200, 100, 30, 40};
  EXPECT_EQ(reduce_area(samples, 4, 2, 1, 2, 1), (std::vector<std::uint8_t>{100, 25}));
}

TEST(ReduceArea, KeepsChannelsApart) {
  const std::vector<std::uint8_t> samples = {10, 20, 30, 30, 40, 50};
  EXPECT_EQ(reduce_area(samples, 2, 1, 3, 1, 1), (std::vector<std::uint8_t>{20, 30, 40}));
}

TEST(ReduceArea, RefusesNonsense) {
  const std::vector<std::uint8_t> samples(8);
  EXPECT_TRUE(reduce_area(samples, 4, 2, 1, 8, 2).empty());
  EXPECT_TRUE(reduce_area(samples, 4, 2, 1, 0, 1).empty());
  EXPECT_TRUE(reduce_area(samples, 4, 4, 1, 2, 2).empty());
}

}  // namespace bonafide::media
