#include "provenance/print/pdq.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "media/dsp/resize.h"

namespace bonafide::provenance::print {

namespace {

constexpr int kMostSide = 512, kGrid = 64, kLow = 16;

using Grid = std::array<float, std::size_t{kGrid} * kGrid>;
using Low = std::array<float, std::size_t{kLow} * kLow>;

/// Means over `window` neighbours; at the ends over those there are. `step` is the distance from sample to sample.
void box_filter(const float* in, float* out, int count, int step, int window) {
  const int behind = (window - 1) / 2, ahead = window - 1 - behind;
  double sum = 0;
  int first = 0, last = -1;  // the samples in the sum
  for (int i = 0; i < count; ++i) {
    while (last < std::min(count - 1, i + ahead)) sum += static_cast<double>(in[std::ptrdiff_t{++last} * step]);
    while (first < i - behind) sum -= static_cast<double>(in[std::ptrdiff_t{first++} * step]);
    out[std::ptrdiff_t{i} * step] = static_cast<float>(sum / (last - first + 1));
  }
}

/// Two passes of a box of a 128th of the side: a tent, as Jarosz proposed for quick blurring.
void blur(std::vector<float>& picture, int width, int height) {
  std::vector<float> other(picture.size());
  for (int pass = 0; pass < 2; ++pass) {
    for (int y = 0; y < height; ++y) {
      const std::size_t at = static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
      box_filter(&picture[at], &other[at], width, 1, (width + 127) / 128);
    }
    for (int x = 0; x < width; ++x)
      box_filter(&other[static_cast<std::size_t>(x)], &picture[static_cast<std::size_t>(x)], height, width,
                 (height + 127) / 128);
  }
}

Result<Grid> grid_of(media::GreyView luma) {
  if (luma.width < kLeastSide || luma.height < kLeastSide)
    return make_error(Code::unsupported, "too small for a print: a side is shorter than 16 pixels");
  const int longest = std::max(luma.width, luma.height);
  const double scale = std::min(1.0, static_cast<double>(kMostSide) / longest);
  const auto side = [&](int from) { return std::max(1, static_cast<int>(std::lround(from * scale))); };
  const int width = side(luma.width), height = side(luma.height);
  std::vector<std::uint8_t> tight;
  const auto row_bytes = static_cast<std::size_t>(luma.width);
  tight.reserve(row_bytes * static_cast<std::size_t>(luma.height));
  for (int y = 0; y < luma.height; ++y) tight.insert(tight.end(), luma.row(y), luma.row(y) + row_bytes);
  if (scale < 1) tight = media::reduce_area(tight, luma.width, luma.height, 1, width, height);
  std::vector<float> picture(tight.begin(), tight.end());
  blur(picture, width, height);
  Grid grid{};
  const auto place = [](int i, int size) { return static_cast<std::size_t>((i + 0.5) * size / kGrid); };
  for (int y = 0; y < kGrid; ++y) {
    const std::size_t row = place(y, height) * static_cast<std::size_t>(width);
    for (int x = 0; x < kGrid; ++x) grid[static_cast<std::size_t>(y * kGrid + x)] = picture[row + place(x, width)];
  }
  return grid;
}

int quality_of(const Grid& grid) {
  int sum = 0;
  const auto add = [&](float a, float b) { sum += std::abs(static_cast<int>((a - b) * 100 / 255)); };
  for (int y = 0; y < kGrid; ++y) {
    for (int x = 0; x < kGrid; ++x) {
      const auto at = static_cast<std::size_t>(y * kGrid + x);
      if (x + 1 < kGrid) add(grid[at], grid[at + 1]);
      if (y + 1 < kGrid) add(grid[at], grid[at + kGrid]);
    }
  }
  return std::min(100, sum / 90);
}

/// The DCT's rows 1 to 16 in both directions: the mean is left out.
Low low_frequencies(const Grid& grid) {
  static const auto kRows = [] {
    std::array<float, std::size_t{kLow} * kGrid> rows{};
    for (int i = 0; i < kLow; ++i)
      for (int j = 0; j < kGrid; ++j)
        rows[static_cast<std::size_t>(i * kGrid + j)] =
            static_cast<float>(std::sqrt(2.0 / kGrid) * std::cos(3.14159265358979323846 / 128 * (i + 1) * (2 * j + 1)));
    return rows;
  }();
  std::array<float, std::size_t{kLow} * kGrid> half{};
  for (std::size_t i = 0; i < kLow; ++i)
    for (std::size_t y = 0; y < kGrid; ++y)
      for (std::size_t x = 0; x < kGrid; ++x) half[i * kGrid + x] += kRows[i * kGrid + y] * grid[y * kGrid + x];
  Low low{};
  for (std::size_t i = 0; i < kLow; ++i)
    for (std::size_t j = 0; j < kLow; ++j)
      for (std::size_t x = 0; x < kGrid; ++x) low[i * kLow + j] += half[i * kGrid + x] * kRows[j * kGrid + x];
  return low;
}

Bits bits_of(const Low& low) {
  Low sorted = low;
  std::nth_element(sorted.begin(), sorted.begin() + 127, sorted.end());
  const float median = sorted[127];  // the lower one of the two in the middle: 128 bits are set
  Bits bits{};
  for (std::size_t k = 0; k < low.size(); ++k)
    if (low[k] > median) bits[k / 64] |= std::uint64_t{1} << (k % 64);
  return bits;
}

/// Turned clockwise by a quarter: rows become columns, and those of odd order change their sign.
Low turned(const Low& low) {
  Low out{};
  for (std::size_t i = 0; i < kLow; ++i)
    for (std::size_t j = 0; j < kLow; ++j)
      out[i * kLow + j] = (j + 1) % 2 == 1 ? -low[j * kLow + i] : low[j * kLow + i];
  return out;
}

Low mirrored(const Low& low) {
  Low out = low;
  for (std::size_t i = 0; i < kLow; ++i)
    for (std::size_t j = 0; j < kLow; j += 2) out[i * kLow + j] = -out[i * kLow + j];  // orders 1, 3, …
  return out;
}

}  // namespace

Result<PicturePrint> picture_print(media::GreyView luma) {
  const Grid grid = TRY(grid_of(luma));
  return PicturePrint{bits_of(low_frequencies(grid)), quality_of(grid)};
}

Result<EightPrints> eight_prints(media::GreyView luma) {
  const Grid grid = TRY(grid_of(luma));
  const int quality = quality_of(grid);
  const Low straight = low_frequencies(grid);
  EightPrints prints;
  for (std::size_t mirror = 0; mirror < 2; ++mirror) {
    Low low = mirror == 0 ? straight : mirrored(straight);
    for (std::size_t turn = 0; turn < 4; ++turn) {
      prints[4 * mirror + turn] = {bits_of(low), quality};
      low = turned(low);
    }
  }
  return prints;
}

int distance(const Bits& a, const Bits& b) {
  int sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::popcount(a[i] ^ b[i]);
  return sum;
}

std::string to_hex(const Bits& bits) {
  return fmt::format("{:016x}{:016x}{:016x}{:016x}", bits[3], bits[2], bits[1], bits[0]);
}

Result<Bits> parse_bits(std::string_view hex) {
  const auto wrong = make_error(Code::invalid_argument, "a picture's print is 64 hexadecimal digits");
  if (hex.size() != 64) return wrong;
  Bits bits{};
  for (std::size_t i = 0; i < hex.size(); ++i) {
    const char c = hex[i];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0) return wrong;
    std::uint64_t& word = bits[3 - i / 16];
    word = word << 4 | static_cast<std::uint64_t>(digit);
  }
  return bits;
}

std::string turn_words(int turn) {
  std::string words;
  if ((turn & 4) != 0) words = "mirrored";
  if ((turn & 3) != 0) words += fmt::format("{}turned by {}°", words.empty() ? "" : ", ", 90 * (turn & 3));
  return words;
}

}  // namespace bonafide::provenance::print
