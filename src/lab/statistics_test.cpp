#include "lab/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

namespace bonafide::lab {
namespace {

std::vector<Scored> trials(std::vector<double> genuine, std::vector<double> fake) {
  std::vector<Scored> all;
  for (const double score : genuine) all.push_back({score, false});
  for (const double score : fake) all.push_back({score, true});
  return all;
}

// Counted by hand: of 3 × 2 pairs the fake is above in 4, equal in 1.
TEST(Statistics, AucCountsPairs) {
  EXPECT_DOUBLE_EQ(auc(trials({1, 2, 3}, {2, 4})), (4 + 0.5) / 6.0);
  EXPECT_DOUBLE_EQ(auc(trials({0, 0}, {0, 0, 0})), 0.5);
  EXPECT_DOUBLE_EQ(auc(trials({1}, {2})), 1);
  EXPECT_DOUBLE_EQ(auc(trials({2}, {1})), 0);
  EXPECT_TRUE(std::isnan(auc(trials({1, 2}, {}))));
}

TEST(Statistics, EqualErrorRate) {
  EXPECT_DOUBLE_EQ(equal_error_rate(trials({1, 2}, {3, 4})), 0);
  EXPECT_NEAR(equal_error_rate(trials({1, 2, 3, 5}, {2.5, 4, 6, 7})), 0.25, 1e-12);
  EXPECT_NEAR(equal_error_rate(trials({1, 1}, {1, 1})), 0.5, 1e-12);
  EXPECT_TRUE(std::isnan(equal_error_rate(trials({}, {1}))));
}

TEST(Statistics, DetectionAtARate) {
  // 1 of 4 genuine may be above: the threshold lies at 3, three of four fakes are above it.
  EXPECT_DOUBLE_EQ(detection_at(trials({1, 2, 3, 9}, {2.5, 4, 5, 6}), 0.25), 0.75);
  EXPECT_DOUBLE_EQ(detection_at(trials({1, 2, 3, 9}, {2.5, 4, 5, 6}), 0.01), 0);
  EXPECT_DOUBLE_EQ(detection_at(trials({1, 2, 3, 4}, {5, 6}), 0.01), 1);
}

// ln LR = 0 says nothing: cost 1 whatever the files. LR 9 for a fake and 1/9 for a genuine: log2(1 + 1/9).
TEST(Statistics, CllrOfKnownRatios) {
  EXPECT_NEAR(cllr(trials({0, 0, 0}, {0})), 1, 1e-12);
  EXPECT_NEAR(cllr(trials({-std::log(9.0)}, {std::log(9.0)})), std::log2(10.0 / 9), 1e-12);
  EXPECT_GT(cllr(trials({3}, {-3})), 1);
  EXPECT_TRUE(std::isnan(cllr(trials({0}, {}))));
}

TEST(Statistics, CllrMinIsTheBestMonotoneFit) {
  EXPECT_NEAR(cllr_min(trials({1, 2}, {3, 4})), 0, 1e-12);
  EXPECT_NEAR(cllr_min(trials({1, 2}, {1, 2})), 1, 1e-12);
  const auto mixed = trials({1, 2, 4}, {3, 5, 6});
  EXPECT_GT(cllr_min(mixed), 0);
  EXPECT_LT(cllr_min(mixed), 1);
  // Blocks by hand: {1, 2} genuine only, {3 fake, 4 genuine} pooled at 1:1, {5, 6} fake only.
  const auto ratios = pav_log_ratios(mixed);
  EXPECT_TRUE(std::isinf(ratios[0]) && ratios[0] < 0);
  EXPECT_NEAR(ratios[2], 0, 1e-12);
  EXPECT_NEAR(ratios[3], 0, 1e-12);
  EXPECT_TRUE(std::isinf(ratios[5]) && ratios[5] > 0);
}

TEST(Statistics, IntervalsHoldTheValueAndRepeat) {
  std::vector<double> genuine, fake;
  for (int i = 0; i < 60; ++i) {
    genuine.push_back(i % 10);
    fake.push_back(i % 10 + 2);
  }
  const auto all = trials(genuine, fake);
  const Range range = auc_interval(all), again = auc_interval(all);
  EXPECT_LT(range.low, auc(all));
  EXPECT_GT(range.high, auc(all));
  EXPECT_EQ(range.low, again.low);
  EXPECT_LT(range.high - range.low, 0.3);
}

// Two points a class at ±1: without a ridge the slope grows without end; with it the fit is symmetric.
TEST(Statistics, LogisticIsBalancedAndSymmetric) {
  const Logistic model = fit_logistic({{-1}, {-1}, {-1}, {1}}, {false, false, false, true}, 1);
  ASSERT_EQ(model.weights.size(), 2U);
  EXPECT_NEAR(model.weights[0], 0, 1e-4);
  EXPECT_GT(model.weights[1], 0.3);
  EXPECT_NEAR(model(std::vector<double>{0.0}), 0, 1e-4);
  // Features that say nothing leave odds of 1:1 however many files a class has.
  const Logistic nothing = fit_logistic({{1}, {1}, {1}, {1}}, {true, false, false, false}, 1);
  EXPECT_NEAR(nothing(std::vector<double>{1.0}), 0, 1e-4);
  EXPECT_TRUE(fit_logistic({{1}}, {true}, 1).weights.empty());
}

}  // namespace
}  // namespace bonafide::lab
