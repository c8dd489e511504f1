// A made-up picture with a photograph's statistics: value noise in octaves (about 1/f) with a little grain.
// Deterministic in the seed; carries no compression history.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace bonafide::testing {

/// Grey samples, row by row. `grain` is the standard deviation of the finest noise, in grey levels.
inline std::vector<std::uint8_t> texture(int width, int height, unsigned seed, double grain = 1.5) {
  std::mt19937 random(seed);
  std::vector<double> sum(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 128);
  for (int cell = 128; cell >= 2; cell /= 2) {
    const int across = width / cell + 2;
    const int down = height / cell + 2;
    const double strength = 30 * std::sqrt(cell / 128.0) + 2;
    std::vector<double> knots(static_cast<std::size_t>(across) * static_cast<std::size_t>(down));
    // mt19937's output is fixed by the standard; the distributions' is not.
    for (double& knot : knots) knot = strength * (static_cast<double>(random() >> 8U) / (1 << 23) - 1);
    const auto at = [&](int x, int y) {
      return knots[static_cast<std::size_t>(y) * static_cast<std::size_t>(across) + static_cast<std::size_t>(x)];
    };
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        const double fx = static_cast<double>(x % cell) / cell;
        const double fy = static_cast<double>(y % cell) / cell;
        const int kx = x / cell;
        const int ky = y / cell;
        sum[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)] +=
            (1 - fy) * ((1 - fx) * at(kx, ky) + fx * at(kx + 1, ky)) +
            fy * ((1 - fx) * at(kx, ky + 1) + fx * at(kx + 1, ky + 1));
      }
  }
  std::vector<std::uint8_t> out(sum.size());
  for (std::size_t i = 0; i < sum.size(); ++i) {
    double noise = 0;  // twelve uniform numbers: close to a normal one
    for (int k = 0; k < 12; ++k) noise += static_cast<double>(random() >> 8U) / (1 << 24) - 0.5;
    out[i] = static_cast<std::uint8_t>(std::clamp(std::lround(sum[i] + grain * noise), 0L, 255L));
  }
  return out;
}

}  // namespace bonafide::testing
