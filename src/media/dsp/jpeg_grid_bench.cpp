// One megapixel of JPEG-like picture, one core. Read the time as milliseconds a megapixel.
#include "media/dsp/jpeg_grid.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <vector>

namespace bonafide::media {
namespace {

constexpr int kSide = 1000;

const std::vector<std::uint8_t>& picture() {
  static const std::vector<std::uint8_t> made = [] {
    std::vector<std::uint8_t> raw(std::size_t{kSide} * kSide);
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      state = state * 1664525 + 1013904223;  // Numerical Recipes' generator
      const auto x = static_cast<double>(i % kSide);
      const auto y = static_cast<double>(i / kSide);
      raw[i] = static_cast<std::uint8_t>(128 + 60 * std::sin(x / 37) * std::cos(y / 53) + (state >> 28U));
    }
    return resave({raw.data(), kSide, kSide, kSide}, ijg_luma_table(85), 0, 0);
  }();
  return made;
}

GreyView view() { return {picture().data(), kSide, kSide, kSide}; }

void GridVotesOfAMegapixel(benchmark::State& state) {
  picture();
  for (auto _ : state) benchmark::DoNotOptimize(grid_votes(view(), Context{}));
}
BENCHMARK(GridVotesOfAMegapixel)->Unit(benchmark::kMillisecond);

void GentleSavingOfAMegapixel(benchmark::State& state) {
  picture();
  for (auto _ : state) benchmark::DoNotOptimize(resave(view(), ijg_luma_table(99), 0, 0));
}
BENCHMARK(GentleSavingOfAMegapixel)->Unit(benchmark::kMillisecond);

void WholeGridTestOfAMegapixel(benchmark::State& state) {
  picture();
  for (auto _ : state) {
    const auto votes = *grid_votes(view(), Context{});
    const int main = main_grid(votes).grid;
    benchmark::DoNotOptimize(foreign_regions(votes, main, 0, -3));
    const auto gentle = resave(view(), ijg_luma_table(99), 0, 0);
    const auto resaved = *grid_votes({gentle.data(), kSide, kSide, kSide}, Context{});
    benchmark::DoNotOptimize(missing_regions(votes, resaved, main, -3));
  }
}
BENCHMARK(WholeGridTestOfAMegapixel)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bonafide::media
