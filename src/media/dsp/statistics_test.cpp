#include "media/dsp/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace bonafide::media {
namespace {

TEST(Statistics, Quantiles) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
  EXPECT_EQ(quantile({10, 0}, 0.25), 2.5);
  EXPECT_EQ(quantile({1, 2, 3}, 1), 3);
  EXPECT_EQ(quantile({1, 2, 3}, 0), 1);
  EXPECT_TRUE(std::isnan(median({})));
}

TEST(Statistics, RobustDeviationIgnoresOutliers) {
  std::mt19937 random(5);
  std::normal_distribution<double> normal(10, 2);
  std::vector<double> values(20000);
  for (double& v : values) v = normal(random);
  for (std::size_t i = 0; i < 1000; ++i) values[i] = 1e6;
  EXPECT_NEAR(robust_deviation(values), 2, 0.2);
  EXPECT_EQ(robust_deviation({5}), 0);
}

TEST(Statistics, RunningMedianEqualsTheSlowWay) {
  std::mt19937 random(6);
  std::vector<double> values(200);
  for (double& v : values) v = static_cast<double>(random() % 17);
  for (const std::size_t width : {1U, 5U, 41U, 999U}) {
    const std::vector<double> fast = running_median(values, width);
    ASSERT_EQ(fast.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t reach = std::min({static_cast<std::size_t>(width / 2), i, values.size() - 1 - i});
      const auto at = values.begin() + static_cast<std::ptrdiff_t>(i);
      const auto d = static_cast<std::ptrdiff_t>(reach);
      EXPECT_EQ(fast[i], median(std::vector<double>(at - d, at + d + 1))) << width << " at " << i;
    }
  }
  EXPECT_TRUE(running_median({}, 5).empty());
}

TEST(Statistics, Correlation) {
  const std::vector<double> a{1, 2, 3, 4};
  const std::vector<double> b{2, 4, 6, 8};
  const std::vector<double> c{4, 3, 2, 1};
  const std::vector<double> flat{1, 1, 1, 1};
  EXPECT_NEAR(correlation(a, b), 1, 1e-12);
  EXPECT_NEAR(correlation(a, c), -1, 1e-12);
  EXPECT_EQ(correlation(a, flat), 0);
  EXPECT_EQ(correlation(a, std::vector<double>{1, 2}), 0);
}

TEST(Statistics, NormalTail) {
  EXPECT_NEAR(normal_tail(0), 0.5, 1e-12);
  EXPECT_NEAR(normal_tail(1.959963985), 0.025, 1e-9);
  EXPECT_NEAR(log10_normal_tail(6), std::log10(9.865876450e-10), 1e-6);  // Abramowitz and Stegun, table 26.2
  EXPECT_NEAR(log10_normal_tail(8.0001), std::log10(normal_tail(8.0001)), 1e-4);
  EXPECT_LT(log10_normal_tail(60), -780);
}

}  // namespace
}  // namespace bonafide::media
