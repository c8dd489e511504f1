// One megapixel, saved twice, one core. Read the time as milliseconds a megapixel.
#include "media/dsp/double_jpeg.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "media/dsp/dct.h"

namespace bonafide::media {
namespace {

constexpr int kSide = 1000;

void DoubleJpegOfAMegapixel(benchmark::State& state) {
  std::vector<std::uint8_t> raw(std::size_t{kSide} * kSide);
  std::uint32_t seed = 1;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    seed = seed * 1664525 + 1013904223;
    raw[i] = static_cast<std::uint8_t>(100 + 60 * std::sin(static_cast<double>(i % kSide) / 37) + (seed >> 27U));
  }
  const auto once = resave({raw.data(), kSide, kSide, kSide}, ijg_luma_table(75), 0, 0);
  const auto quant = ijg_luma_table(92);
  std::vector<std::int16_t> values;
  Block8 samples;
  Block8 coefficients;
  for (int y = 0; y < kSide; y += 8)
    for (int x = 0; x < kSide; x += 8) {
      for (int i = 0; i < 64; ++i)
        samples[static_cast<std::size_t>(i)] =
            static_cast<float>(once[static_cast<std::size_t>((y + i / 8) * kSide + x + i % 8)]) - 128;
      forward_dct8(samples, coefficients);
      for (std::size_t i = 0; i < 64; ++i)
        values.push_back(static_cast<std::int16_t>(std::lround(coefficients[i] / static_cast<float>(quant[i]))));
    }
  const CoefficientView view{values.data(), kSide / 8, kSide / 8, quant.data()};
  for (auto _ : state) {
    const auto found = *find_double_jpeg(view, {}, Context{});
    benchmark::DoNotOptimize(single_regions(found, -3));
  }
}
BENCHMARK(DoubleJpegOfAMegapixel)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace bonafide::media
