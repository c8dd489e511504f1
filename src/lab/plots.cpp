#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "lab/page.h"

namespace bonafide::lab {

namespace {

constexpr double kSize = 200;

struct Point {
  double x = 0, y = 0;  // 0…1, y upwards
};

std::string frame(const std::string& inside) {
  return fmt::format(
      "<svg viewBox=\"0 0 {0} {0}\" role=\"img\"><rect width=\"{0}\" height=\"{0}\" class=\"field\"/>{1}</svg>", kSize,
      inside);
}

std::string line(const std::vector<Point>& points, const char* style) {
  std::string d;
  for (const Point& point : points) {
    d += fmt::format("{}{:.1f} {:.1f}", d.empty() ? "M" : "L", std::clamp(point.x, 0.0, 1.0) * kSize,
                     (1 - std::clamp(point.y, 0.0, 1.0)) * kSize);
  }
  return fmt::format("<path d=\"{}\" class=\"{}\"/>", d, style);
}

// The normal deviate of p, by bisection on erfc: plots need three digits.
double deviate(double p) {
  double low = -6, high = 6;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (std::erfc(-middle / std::numbers::sqrt2) / 2 < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

std::string det_svg(const Table& table) {
  // 0.1 % to 90 % on both axes.
  const double from = deviate(0.001), to = deviate(0.9);
  const auto place = [&](double rate) { return (deviate(std::clamp(rate, 1e-6, 1 - 1e-6)) - from) / (to - from); };
  std::string inside;
  for (const double rate : {0.01, 0.1, 0.5}) {
    inside += line({{place(rate), 0}, {place(rate), 1}}, "grid") + line({{0, place(rate)}, {1, place(rate)}}, "grid");
  }
  std::vector<Point> points;
  for (const ErrorRates& rates : error_curve(table.scores))
    points.push_back({place(rates.false_alarm), place(rates.miss)});
  return frame(inside + line(points, "fake"));
}

std::string tippett_svg(const Table& table) {
  constexpr double kReach = 4;  // decades to either side
  std::vector<double> fake, genuine;
  for (const Scored& ratio : table.log_ratios) (ratio.fake ? fake : genuine).push_back(ratio.score / std::log(10.0));
  std::string inside = line({{0.5, 0}, {0.5, 1}}, "grid");
  for (auto* list : {&genuine, &fake}) {
    std::sort(list->begin(), list->end());
    std::vector<Point> points;
    const auto n = static_cast<double>(list->size());
    for (std::size_t i = 0; i < list->size(); ++i) {
      const double x = (*list)[i] / (2 * kReach) + 0.5;
      points.push_back({x, 1 - static_cast<double>(i) / n});
      points.push_back({x, 1 - static_cast<double>(i + 1) / n});
    }
    inside += line(points, list == &fake ? "fake" : "genuine");
  }
  return frame(inside);
}

std::string reliability_svg(const Table& table) {
  // Odds 1:1 before: the share of fakes among files of a stated probability, the classes weighed alike.
  double fakes = 0, genuine = 0;
  for (const Scored& ratio : table.log_ratios) (ratio.fake ? fakes : genuine) += 1;
  std::string inside = line({{0, 0}, {1, 1}}, "grid");
  constexpr int kParts = 10;
  std::vector<Point> points;
  for (int part = 0; part < kParts; ++part) {
    double stated = 0, fake = 0, all = 0;
    for (const Scored& ratio : table.log_ratios) {
      const double p = 1 / (1 + std::exp(-ratio.score));
      if (std::min(kParts - 1, static_cast<int>(p * kParts)) != part) continue;
      const double weight = 1 / (ratio.fake ? fakes : genuine);
      stated += weight * p;
      fake += ratio.fake ? weight : 0;
      all += weight;
    }
    if (all > 0) points.push_back({stated / all, fake / all});
  }
  for (const Point& point : points) {
    inside += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" class=\"dot\"/>", point.x * kSize,
                          (1 - point.y) * kSize);
  }
  return frame(inside + line(points, "fake"));
}

}  // namespace bonafide::lab
