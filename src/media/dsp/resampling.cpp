#include "media/dsp/resampling.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "media/dsp/acontrario.h"
#include "media/dsp/fft.h"
#include "media/dsp/statistics.h"

namespace bonafide::media {

namespace {

constexpr int kBins = kResampleTile / 2;  // 1 … 63 are looked at
constexpr int kFirstBin = 6;              // below, the picture's own content speaks
constexpr double kLeastMean = 1.0;        // grey levels of second derivative: below, the tile is flat
constexpr double kWholeShare = 0.3;       // of the tiles with texture
constexpr double kLeastRate = 0.01;
// Both directions must exceed this many times the local mean power: chance of one exponential value e^-9, of both
// e^-18, over 58 bins about 1e-6 a tile.
constexpr double kBar = 9;

using Line = std::array<float, kResampleTile>;

struct Tile {
  bool speaks = false;
  std::vector<int> bins;  // with a line in both directions
};

// JPEG's blocks leave lines at multiples of 1/8, and every encoder's sharpening some at the half.
bool of_jpeg(int bin) { return bin % (kResampleTile / 8) == 0 || bin >= kBins - 1; }

std::array<double, kBins + 1> strength(const Line& line) {
  std::vector<double> values(line.begin(), line.end());
  const auto trend = running_median(values, 9);
  std::vector<float> flat(kResampleTile);
  for (std::size_t i = 0; i < flat.size(); ++i) flat[i] = static_cast<float>(values[i] - trend[i]);
  const Spectrum spectrum = fft_real(flat);
  std::vector<double> power;
  for (const auto& value : spectrum) power.push_back(std::norm(value));
  const auto local = running_median(power, 21);
  std::array<double, kBins + 1> result{};
  // The median of an exponential law is ln 2 times its mean.
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = power[i] * 0.6931 / std::max(1e-9, local[i]);
  return result;
}

Tile examine(GreyView picture, int x0, int y0) {
  Line columns{}, rows{};
  for (int y = 0; y < kResampleTile; ++y) {
    const int py = std::clamp(y0 + y, 1, picture.height - 2);
    const std::uint8_t* at = picture.row(py) + x0;
    const std::uint8_t* above = picture.row(py - 1) + x0;
    const std::uint8_t* below = picture.row(py + 1) + x0;
    float across = 0;
    for (int x = 0; x < kResampleTile; ++x) {
      const int px =
          std::clamp(x, x0 == 0 ? 1 : 0, x0 + kResampleTile >= picture.width ? kResampleTile - 2 : kResampleTile - 1);
      columns[static_cast<std::size_t>(x)] += static_cast<float>(std::abs(2 * at[px] - at[px - 1] - at[px + 1]));
      across += static_cast<float>(std::abs(2 * at[px] - above[px] - below[px]));
    }
    rows[static_cast<std::size_t>(y)] = across / kResampleTile;
  }
  double mean = 0;
  for (float& value : columns) mean += value /= kResampleTile;
  Tile tile;
  tile.speaks = mean / kResampleTile >= kLeastMean;
  if (!tile.speaks) return tile;
  const auto u = strength(columns);
  const auto v = strength(rows);
  for (int bin = kFirstBin; bin <= kBins; ++bin) {
    if (of_jpeg(bin)) continue;
    const auto b = static_cast<std::size_t>(bin);
    const double other = std::max({v[b - 1], v[b], b + 1 < v.size() ? v[b + 1] : 0});
    const double mine = std::max({u[b - 1], u[b], b + 1 < u.size() ? u[b + 1] : 0});
    if ((u[b] >= kBar && other >= kBar) || (v[b] >= kBar && mine >= kBar)) tile.bins.push_back(bin);
  }
  return tile;
}

}  // namespace

Result<ResamplingSearch> find_resampling(GreyView picture, const Context& context) {
  ResamplingSearch search;
  if (std::min(picture.width, picture.height) < kResampleTile) return search;
  search.across = (picture.width - kResampleTile) / kResampleStep + 1;
  search.down = (picture.height - kResampleTile) / kResampleStep + 1;
  std::vector<Tile> tiles;
  for (int ty = 0; ty < search.down; ++ty) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
    if (context.out_of_time()) return make_error(Code::limit, "out of time");
    for (int tx = 0; tx < search.across; ++tx)
      tiles.push_back(examine(picture, tx * kResampleStep, ty * kResampleStep));
  }
  search.tiles = std::ranges::count_if(tiles, [](const Tile& tile) { return tile.speaks; });
  if (search.tiles == 0) return search;
  for (int bin = kFirstBin; bin <= kBins; ++bin) {
    CellVotes votes{search.across, search.down, {}};
    std::int64_t yes = 0;
    for (const Tile& tile : tiles) {
      const bool has = std::ranges::any_of(tile.bins, [&](int b) { return std::abs(b - bin) <= 1; });
      yes += has ? 1 : 0;
      votes.voices.push_back(!tile.speaks ? kSilent : has ? kSaysYes : kSaysNo);
    }
    if (yes == 0) continue;
    const double frequency = static_cast<double>(bin) / kResampleTile;
    const double share = static_cast<double>(yes) / static_cast<double>(search.tiles);
    // Tiles overlap by half each way: one in four counts. Chance of a line at three neighbouring bins: below 1e-4.
    const double nfa = log10_nfa(std::log10(kBins), yes / 4, (search.tiles + 3) / 4, kLeastRate);
    if (share >= kWholeShare) {
      if (nfa <= kLog10Epsilon || search.tiles < 4)
        search.whole.push_back({bin, frequency, 1 / (1 - frequency), share, nfa});
      continue;
    }
    for (CrowdedPlace& crowd : crowded_places(votes, mostly_yes(votes, 0.5), kLeastRate, std::log10(kBins), 4).places)
      search.places.push_back({std::move(crowd), bin, 1 / (1 - frequency)});
  }
  std::ranges::stable_sort(search.whole, [](const auto& a, const auto& b) { return a.share > b.share; });
  std::ranges::stable_sort(search.places,
                           [](const auto& a, const auto& b) { return a.crowd.log10_nfa < b.crowd.log10_nfa; });
  return search;
}

}  // namespace bonafide::media
