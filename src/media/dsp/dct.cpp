#include "media/dsp/dct.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <numbers>

#include "media/dsp/clones.h"

namespace bonafide::media {

namespace {

struct Basis {
  std::array<float, 64> value{};  // [frequency][sample]
  Basis() {
    for (std::size_t k = 0; k < 8; ++k)
      for (std::size_t n = 0; n < 8; ++n)
        value[k * 8 + n] = static_cast<float>(
            (k == 0 ? std::sqrt(0.125) : 0.5) *
            std::cos((2 * static_cast<double>(n) + 1) * static_cast<double>(k) * std::numbers::pi / 16));
  }
};

const Basis& basis() {
  static const Basis made;
  return made;
}

// 8-point DCT by Arai, Agui and Nakajima (Trans. IEICE E71, 1988): 5 multiplications; output k carries the factor
// sqrt(8) * scale(k) over the orthonormal one.
constexpr float kHalfRoot = 0.70710678F;    // cos(4 pi/16)
constexpr float kSin2 = 0.38268343F;        // cos(6 pi/16)
constexpr float kDifference = 0.54119610F;  // cos(2 pi/16) - cos(6 pi/16)
constexpr float kSum = 1.30656296F;         // cos(2 pi/16) + cos(6 pi/16)

struct Eight {
  float v[8];
};

inline __attribute__((always_inline)) Eight fast_dct(const Eight& in) {
  const float s07 = in.v[0] + in.v[7];
  const float s16 = in.v[1] + in.v[6];
  const float s25 = in.v[2] + in.v[5];
  const float s34 = in.v[3] + in.v[4];
  const float d07 = in.v[0] - in.v[7];
  const float d16 = in.v[1] - in.v[6];
  const float d25 = in.v[2] - in.v[5];
  const float d34 = in.v[3] - in.v[4];

  const float outer = s07 + s34;
  const float inner = s16 + s25;
  const float outer_gap = s07 - s34;
  const float turned = (s16 - s25 + outer_gap) * kHalfRoot;

  const float a = d34 + d25;
  const float b = (d25 + d16) * kHalfRoot;
  const float c = d16 + d07;
  const float shared = (a - c) * kSin2;
  const float low = a * kDifference + shared;
  const float high = c * kSum + shared;
  const float plus = d07 + b;
  const float minus = d07 - b;
  return {{outer + inner, plus + high, outer_gap + turned, minus - low, outer - inner, minus + low, outer_gap - turned,
           plus - high}};
}

double fast_scale(std::size_t k) {
  return std::sqrt(8.0) *
         (k == 0 ? 1.0 : std::numbers::sqrt2 * std::cos(static_cast<double>(k) * std::numbers::pi / 16));
}

// A coefficient rounds to zero when its orthonormal value is below 0.5.
struct Thresholds {
  float value[64];  // [vertical][horizontal]
  Thresholds() {
    for (std::size_t v = 0; v < 8; ++v)
      for (std::size_t u = 0; u < 8; ++u) value[v * 8 + u] = static_cast<float>(0.5 * fast_scale(u) * fast_scale(v));
  }
};

const Thresholds& thresholds() {
  static const Thresholds made;
  return made;
}

BONAFIDE_CLONES void transform_row(const std::uint8_t* in, int columns, float* out) {
  const auto step = static_cast<std::ptrdiff_t>(columns);
  for (int x = 0; x < columns; ++x) {
    Eight samples;
    for (int i = 0; i < 8; ++i) samples.v[i] = static_cast<float>(in[x + i]);
    const Eight result = fast_dct(samples);
    for (int k = 0; k < 8; ++k) out[k * step + x] = result.v[k];
  }
}

// One horizontal frequency of one row of positions: `rows` are the eight picture rows of the blocks.
BONAFIDE_CLONES void add_zeros(const float* const rows[8], const float* limits, int columns, std::int32_t* counts) {
  const float* __restrict r0 = rows[0];
  const float* __restrict r1 = rows[1];
  const float* __restrict r2 = rows[2];
  const float* __restrict r3 = rows[3];
  const float* __restrict r4 = rows[4];
  const float* __restrict r5 = rows[5];
  const float* __restrict r6 = rows[6];
  const float* __restrict r7 = rows[7];
  std::int32_t* __restrict out = counts;
  const float l0 = limits[0], l1 = limits[8], l2 = limits[16], l3 = limits[24];
  const float l4 = limits[32], l5 = limits[40], l6 = limits[48], l7 = limits[56];
  for (int x = 0; x < columns; ++x) {
    const Eight c = fast_dct({{r0[x], r1[x], r2[x], r3[x], r4[x], r5[x], r6[x], r7[x]}});
    std::int32_t zeros = std::fabs(c.v[0]) < l0;
    zeros += std::fabs(c.v[1]) < l1;
    zeros += std::fabs(c.v[2]) < l2;
    zeros += std::fabs(c.v[3]) < l3;
    zeros += std::fabs(c.v[4]) < l4;
    zeros += std::fabs(c.v[5]) < l5;
    zeros += std::fabs(c.v[6]) < l6;
    zeros += std::fabs(c.v[7]) < l7;
    out[x] += zeros;
  }
}

BONAFIDE_CLONES void find_flat(const std::uint8_t* in, const std::uint8_t* above, int columns, std::uint8_t* flat,
                               std::uint8_t* same) {
  for (int x = 0; x < columns; ++x) {
    unsigned differs = 0;
    for (int i = 1; i < 8; ++i) differs |= static_cast<unsigned>(in[x] ^ in[x + i]);
    flat[x] = differs == 0;
  }
  for (int x = 0; x < columns; ++x) {
    unsigned differs = 0;
    for (int i = 0; i < 8; ++i) differs |= static_cast<unsigned>(in[x + i] ^ above[x + i]);
    same[x] = differs == 0;
  }
}

}  // namespace

void forward_dct8(const Block8& samples, Block8& coefficients) {
  const auto& c = basis().value;
  Block8 half;
  for (std::size_t y = 0; y < 8; ++y)
    for (std::size_t u = 0; u < 8; ++u) {
      float sum = 0;
      for (std::size_t x = 0; x < 8; ++x) sum += c[u * 8 + x] * samples[y * 8 + x];
      half[y * 8 + u] = sum;
    }
  for (std::size_t v = 0; v < 8; ++v)
    for (std::size_t u = 0; u < 8; ++u) {
      float sum = 0;
      for (std::size_t y = 0; y < 8; ++y) sum += c[v * 8 + y] * half[y * 8 + u];
      coefficients[v * 8 + u] = sum;
    }
}

void inverse_dct8(const Block8& coefficients, Block8& samples) {
  const auto& c = basis().value;
  Block8 half;
  for (std::size_t v = 0; v < 8; ++v)
    for (std::size_t x = 0; x < 8; ++x) {
      float sum = 0;
      for (std::size_t u = 0; u < 8; ++u) sum += c[u * 8 + x] * coefficients[v * 8 + u];
      half[v * 8 + x] = sum;
    }
  for (std::size_t y = 0; y < 8; ++y)
    for (std::size_t x = 0; x < 8; ++x) {
      float sum = 0;
      for (std::size_t v = 0; v < 8; ++v) sum += c[v * 8 + y] * half[v * 8 + x];
      samples[y * 8 + x] = sum;
    }
}

std::array<std::uint16_t, 64> ijg_luma_table(int quality) { return ijg_table(quality, false); }

NearestQuality nearest_ijg_quality(const std::array<std::uint16_t, 64>& table) {
  NearestQuality nearest;
  for (int quality = 1; quality <= 100; ++quality) {
    const auto candidate = ijg_luma_table(quality);
    double sum = 0;
    int known = 0;
    for (std::size_t i = 0; i < 64; ++i) {
      if (table[i] == 0) continue;
      sum += std::abs(static_cast<int>(table[i]) - static_cast<int>(candidate[i]));
      ++known;
    }
    if (known == 0) return nearest;
    // Several qualities can fit a few modes equally: the highest is the most careful statement.
    if (nearest.quality == 0 || sum / known <= nearest.distance) nearest = {quality, sum / known};
  }
  return nearest;
}

std::vector<std::uint8_t> resave(GreyView picture, const std::array<std::uint16_t, 64>& table, int grid_x, int grid_y) {
  const auto width = static_cast<std::size_t>(picture.width);
  std::vector<std::uint8_t> out(width * static_cast<std::size_t>(picture.height));
  for (int y = 0; y < picture.height; ++y)
    std::memcpy(out.data() + static_cast<std::size_t>(y) * width, picture.row(y), width);
  Block8 samples;
  Block8 coefficients;
  for (int by = ((grid_y % 8) + 8) % 8; by + 8 <= picture.height; by += 8) {
    for (int bx = ((grid_x % 8) + 8) % 8; bx + 8 <= picture.width; bx += 8) {
      for (std::size_t i = 0; i < 64; ++i)
        samples[i] = static_cast<float>(picture.row(by + static_cast<int>(i / 8))[bx + static_cast<int>(i % 8)]) - 128;
      forward_dct8(samples, coefficients);
      for (std::size_t i = 0; i < 64; ++i) {
        const auto step = static_cast<float>(table[i]);
        coefficients[i] = std::nearbyint(coefficients[i] / step) * step;
      }
      inverse_dct8(coefficients, samples);
      for (std::size_t i = 0; i < 64; ++i) {
        const float value = std::clamp(std::nearbyint(samples[i] + 128), 0.0F, 255.0F);
        out[(static_cast<std::size_t>(by) + i / 8) * width + static_cast<std::size_t>(bx) + i % 8] =
            static_cast<std::uint8_t>(value);
      }
    }
  }
  return out;
}

ZeroCounter::ZeroCounter(GreyView picture) : picture_(picture) {
  if (columns() <= 0 || rows() <= 0) return;
  const auto width = static_cast<std::size_t>(columns());
  ring_.resize(64 * width);
  flat_rows_.resize(8 * width);
  same_columns_.resize(8 * width);
}

void ZeroCounter::transform(int y) {
  const auto width = static_cast<std::size_t>(columns());
  const auto slot = static_cast<std::size_t>(y & 7);
  transform_row(picture_.row(y), columns(), ring_.data() + slot * 8 * width);
  find_flat(picture_.row(y), picture_.row(std::max(y - 1, 0)), columns(), flat_rows_.data() + slot * width,
            same_columns_.data() + slot * width);
}

void ZeroCounter::count(int y, std::uint8_t* out) {
  const auto width = static_cast<std::size_t>(columns());
  for (int row = next_ == y + 7 ? y + 7 : y; row <= y + 7; ++row) transform(row);
  next_ = y + 8;
  std::vector<std::int32_t> counts(width, 0);
  for (std::size_t k = 0; k < 8; ++k) {
    const float* rows[8];
    for (int j = 0; j < 8; ++j) rows[j] = ring_.data() + (static_cast<std::size_t>((y + j) & 7) * 8 + k) * width;
    float limits[64];
    std::copy_n(thresholds().value, 64, limits);
    if (k == 0) limits[0] = -1;  // the DC coefficient says nothing about texture
    add_zeros(rows, limits + k, columns(), counts.data());
  }
  for (std::size_t x = 0; x < width; ++x) {
    unsigned flat = 1;
    unsigned same = 1;
    for (int j = 0; j < 8; ++j) flat &= flat_rows_[static_cast<std::size_t>((y + j) & 7) * width + x];
    for (int j = 1; j < 8; ++j) same &= same_columns_[static_cast<std::size_t>((y + j) & 7) * width + x];
    out[x] = (flat | same) != 0 ? std::uint8_t{0} : static_cast<std::uint8_t>(counts[x]);
  }
}

}  // namespace bonafide::media
