#include "media/dsp/block_noise.h"

#include <algorithm>
#include <cmath>

#include "media/dsp/statistics.h"

namespace bonafide::media {

namespace {

constexpr std::size_t kLevels = 12;   // of brightness, equally many blocks each
constexpr double kSmoothShare = 0.3;  // of each level: those with the least coarse structure
constexpr int kCoarse = 3;            // u + v up to here is structure
constexpr int kFine = 6;              // u + v from here on is noise
constexpr float kLeastNoise = 0.2F;   // squared grey levels a coefficient; rounding to whole levels alone leaves 1/12
constexpr double kMajority = 0.5;

struct Block {
  std::uint32_t index = 0;
  float mean = 0, coarse = 0, fine = 0;
};

std::vector<Block> measure(GreyView picture, int across, int down) {
  std::vector<Block> blocks;
  Block8 samples, coefficients;
  for (int by = 0; by < down; ++by)
    for (int bx = 0; bx < across; ++bx) {
      int least = 255, most = 0;
      for (int y = 0; y < 8; ++y) {
        const std::uint8_t* row = picture.row(by * 8 + y) + bx * 8;
        for (int x = 0; x < 8; ++x) {
          least = std::min<int>(least, row[x]);
          most = std::max<int>(most, row[x]);
          samples[static_cast<std::size_t>(y * 8 + x)] = row[x];
        }
      }
      if (least < 4 || most > 251) continue;  // clipped: its noise is cut off
      forward_dct8(samples, coefficients);
      Block block;
      block.index = static_cast<std::uint32_t>(by * across + bx);
      block.mean = coefficients[0] / 8;
      int fine = 0;
      for (int v = 0; v < 8; ++v)
        for (int u = 0; u < 8; ++u) {
          const float c = coefficients[static_cast<std::size_t>(v * 8 + u)];
          if (u + v >= 1 && u + v <= kCoarse) block.coarse += c * c;
          if (u + v >= kFine) block.fine += c * c, ++fine;
        }
      block.fine /= static_cast<float>(fine);
      blocks.push_back(block);
    }
  return blocks;
}

// The smooth blocks, level by level of brightness.
std::vector<std::vector<Block>> smooth_levels(std::vector<Block> blocks) {
  std::vector<std::vector<Block>> levels;
  std::sort(blocks.begin(), blocks.end(),
            [](const Block& a, const Block& b) { return a.mean != b.mean ? a.mean < b.mean : a.index < b.index; });
  for (std::size_t i = 0; i < kLevels; ++i) {
    const auto from = blocks.begin() + static_cast<std::ptrdiff_t>(blocks.size() * i / kLevels);
    const auto to = blocks.begin() + static_cast<std::ptrdiff_t>(blocks.size() * (i + 1) / kLevels);
    std::vector<Block> level(from, to);
    std::sort(level.begin(), level.end(), [](const Block& a, const Block& b) {
      return a.coarse != b.coarse ? a.coarse < b.coarse : a.index < b.index;
    });
    level.resize(static_cast<std::size_t>(static_cast<double>(level.size()) * kSmoothShare));
    std::sort(level.begin(), level.end(),
              [](const Block& a, const Block& b) { return a.fine != b.fine ? a.fine < b.fine : a.index < b.index; });
    levels.push_back(std::move(level));
  }
  return levels;
}

// Median of each block's noise over the median of its level.
double ratio_of(const CellPlace& place, int across, const std::vector<float>& relative) {
  std::vector<double> values;
  for (const auto& [x, y] : place.cells) {
    const float value =
        relative[static_cast<std::size_t>(y) * static_cast<std::size_t>(across) + static_cast<std::size_t>(x)];
    if (value >= 0) values.push_back(value);
  }
  return values.empty() ? 1 : median(std::move(values));
}

}  // namespace

Result<NoiseSearch> find_noise_places(GreyView picture, const Context& context) {
  NoiseSearch search;
  search.across = picture.width / 8;
  search.down = picture.height / 8;
  if (context.stopped()) return make_error(Code::cancelled, "stopped");
  if (context.out_of_time()) return make_error(Code::limit, "out of time");
  const auto levels = smooth_levels(measure(picture, search.across, search.down));
  const auto count = static_cast<std::size_t>(search.across) * static_cast<std::size_t>(search.down);
  CellVotes quiet{search.across, search.down, std::vector<std::uint8_t>(count, kSilent)};
  CellVotes loud = quiet;
  std::vector<float> relative(count, -1);
  std::int64_t wiped = 0;
  for (const auto& level : levels) {
    const auto tenth = static_cast<std::size_t>(static_cast<double>(level.size()) * kNoisyShare);
    const float middle = level.empty() ? 1 : std::max(kLeastNoise, level[level.size() / 2].fine);
    for (std::size_t i = 0; i < level.size(); ++i) {
      ++search.smooth;
      if (level[i].fine < kLeastNoise) ++wiped;
      if (level[i].fine < kLeastNoise) continue;  // compression or the camera left nothing to compare: silent
      quiet.voices[level[i].index] = i < tenth ? kSaysYes : kSaysNo;
      loud.voices[level[i].index] = i + tenth >= level.size() ? kSaysYes : kSaysNo;
      relative[level[i].index] = level[i].fine / middle;
    }
  }
  search.silent_share = search.smooth == 0 ? 1 : static_cast<double>(wiped) / static_cast<double>(search.smooth);
  if (search.smooth < kLeastSmooth || search.silent_share > kMostSilentShare) return search;
  for (const bool is_quiet : {true, false}) {
    const CellVotes& votes = is_quiet ? quiet : loud;
    Crowding crowding = crowded_places(votes, mostly_yes(votes, kMajority), kNoisyShare, std::log10(2.0));
    for (CrowdedPlace& crowd : crowding.places) {
      const double ratio = ratio_of(crowd.place, search.across, relative);
      search.places.push_back({std::move(crowd), is_quiet, ratio});
    }
  }
  std::stable_sort(search.places.begin(), search.places.end(),
                   [](const NoisePlace& a, const NoisePlace& b) { return a.crowd.log10_nfa < b.crowd.log10_nfa; });
  return search;
}

}  // namespace bonafide::media
