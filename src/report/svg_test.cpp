#include "report/svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace bonafide::report {
namespace {

using forensics::Curve;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

Curve curve_of(std::vector<double> y) {
  Curve curve;
  for (std::size_t i = 0; i < y.size(); ++i) curve.x.push_back(static_cast<double>(i));
  curve.y = std::move(y);
  return curve;
}

std::size_t count(const std::string& text, char c) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), c));
}

TEST(Svg, DrawsTheCurve) {
  const std::string svg = curve_svg(curve_of({0, 1, 0}), 0, 2);
  // Range 0…1.08: one at the top, the ends at the bottom.
  EXPECT_THAT(svg, HasSubstr("d=\"M0.0 100.0L500.0 7.4L1000.0 100.0\""));
}

TEST(Svg, GapsStayGaps) {
  const std::string svg = curve_svg(curve_of({1, 2, std::nan(""), 2, 1}), 0, 4);
  EXPECT_EQ(count(svg, 'M'), 2U);
}

TEST(Svg, NormalRangeAndTicks) {
  Curve curve = curve_of({1, 2, 3});
  curve.normal_low = 1.5;
  curve.normal_high = 2.5;
  curve.ticks = {1, std::nan("")};
  const std::string svg = curve_svg(curve, 0, 2);
  EXPECT_THAT(svg, HasSubstr("curve-band"));
  EXPECT_THAT(svg, HasSubstr("<line class=\"curve-tick\" x1=\"500.0\""));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(Svg, HostileNumbers) {
  const double inf = std::numeric_limits<double>::infinity();
  Curve curve = curve_of({inf, -inf, std::nan(""), 1e308, -1e308});
  curve.x = {0, inf, 1, 2, 3};
  curve.normal_low = inf;
  for (const std::string& svg : {curve_svg(curve, 0, 3), curve_svg(curve, 5, 5), curve_svg(Curve{}, 0, 1)}) {
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
    EXPECT_THAT(svg, Not(HasSubstr("inf")));
  }
  curve.y.pop_back();  // x and y of different length
  EXPECT_FALSE(curve_svg(curve, 0, 3).empty());
}

TEST(Svg, ThinningKeepsTheOutline) {
  std::vector<double> y(10'000, 0.3);
  y[1234] = 0.05;
  y[7777] = 0.9;
  y[5000] = std::nan("");
  const Curve thin = thinned(curve_of(y), 100);
  EXPECT_LE(thin.x.size(), 300U);
  EXPECT_THAT(thin.y, ::testing::Contains(0.05));
  EXPECT_THAT(thin.y, ::testing::Contains(0.9));
  EXPECT_TRUE(std::any_of(thin.y.begin(), thin.y.end(), [](double v) { return std::isnan(v); }));
  EXPECT_TRUE(std::is_sorted(thin.x.begin(), thin.x.end()));
}

TEST(Svg, ClockMarks) {
  EXPECT_THAT(clock_marks(42, 10), ElementsAre(0, 5, 10, 15, 20, 25, 30, 35, 40));
  EXPECT_THAT(clock_marks(3, 6), ElementsAre(0, 0.5, 1, 1.5, 2, 2.5, 3));
  EXPECT_THAT(clock_marks(7200, 4), ElementsAre(0, 1800, 3600, 5400, 7200));
  EXPECT_THAT(clock_marks(0, 4), ElementsAre(0));
  EXPECT_LE(clock_marks(1e9, 10).size(), 42U);
}

}  // namespace
}  // namespace bonafide::report
