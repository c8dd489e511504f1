#include "media/dsp/jpeg_ghost.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "media/dsp/clones.h"

namespace bonafide::media {

namespace {

constexpr int kFirst = 34, kStep = 3;
constexpr std::size_t kQualities = 22;  // 34 … 97
constexpr std::size_t kModes = 20;      // low frequencies in zigzag order, without the mean
constexpr float kFloor = 2;             // rounding to whole grey levels alone leaves about 1/12 a mode
constexpr double kMajority = 0.5;
constexpr double kLeastRate = 0.02;
constexpr double kWholeShare = 0.5;     // of the voices: a ghost of the whole picture
constexpr double kLeastStructure = 60;  // summed squares of a block's modes: flat blocks have no dip to show

using Errors = std::array<float, kQualities>;
using Modes = std::array<float, kModes>;
struct Steps {
  std::array<Modes, kQualities> step, inverse;
};

Steps steps() {
  Steps steps{};
  for (std::size_t q = 0; q < kQualities; ++q) {
    const auto table = ijg_luma_table(kFirst + static_cast<int>(q) * kStep);
    for (std::size_t m = 0; m < kModes; ++m) {
      steps.step[q][m] = table[kZigzag[m + 1]];
      steps.inverse[q][m] = 1 / steps.step[q][m];
    }
  }
  return steps;
}

BONAFIDE_CLONES void quantise(const float* modes, const Steps& steps, float* errors) {
  constexpr float kRound = 12582912;  // 1.5 · 2^23: adding and taking it away rounds to whole numbers
  for (std::size_t q = 0; q < kQualities; ++q) {
    float sum = kFloor;
    for (std::size_t m = 0; m < kModes; ++m) {
      const float whole = (modes[m] * steps.inverse[q][m] + kRound) - kRound;
      const float error = modes[m] - whole * steps.step[q][m];
      sum += error * error;
    }
    errors[q] = sum;
  }
}

// How far the error at each quality lies below its neighbours': positive for a dip.
void dips(Errors& errors) {
  Errors logs;
  for (std::size_t q = 0; q < kQualities; ++q) logs[q] = std::log(errors[q]);
  errors.fill(0);
  for (std::size_t q = 2; q + 2 < kQualities; ++q)
    errors[q] = (logs[q - 2] + logs[q - 1] + logs[q + 1] + logs[q + 2]) / 4 - logs[q];
}

struct Blocks {
  std::vector<Errors> dips;
  std::vector<std::uint8_t> speaks;
};

Result<Blocks> measure(GreyView picture, int grid_x, int grid_y, int across, int down, const Context& context) {
  const Steps table = steps();
  Blocks blocks;
  blocks.dips.resize(static_cast<std::size_t>(across) * static_cast<std::size_t>(down));
  blocks.speaks.assign(blocks.dips.size(), 0);
  Block8 samples, coefficients;
  for (int by = 0; by < down; ++by) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
    if (context.out_of_time()) return make_error(Code::limit, "out of time");
    for (int bx = 0; bx < across; ++bx) {
      for (int y = 0; y < 8; ++y) {
        const std::uint8_t* row = picture.row(grid_y + by * 8 + y) + grid_x + bx * 8;
        for (int x = 0; x < 8; ++x) samples[static_cast<std::size_t>(y * 8 + x)] = row[x];
      }
      forward_dct8(samples, coefficients);
      Modes modes;
      double structure = 0;
      for (std::size_t m = 0; m < kModes; ++m) {
        modes[m] = coefficients[kZigzag[m + 1]];
        structure += static_cast<double>(modes[m]) * modes[m];
      }
      if (structure < kLeastStructure) continue;
      const auto index = static_cast<std::size_t>(by) * static_cast<std::size_t>(across) + static_cast<std::size_t>(bx);
      quantise(modes.data(), table, blocks.dips[index].data());
      dips(blocks.dips[index]);
      blocks.speaks[index] = 1;
    }
  }
  return blocks;
}

}  // namespace

Result<GhostSearch> find_ghosts(GreyView picture, int grid_x, int grid_y, const Context& context) {
  GhostSearch search;
  search.across = std::max(0, (picture.width - grid_x) / 8);
  search.down = std::max(0, (picture.height - grid_y) / 8);
  const Blocks blocks = TRY(measure(picture, grid_x, grid_y, search.across, search.down, context));
  search.voices = std::count(blocks.speaks.begin(), blocks.speaks.end(), 1);
  if (search.voices == 0) return search;
  for (std::size_t q = 2; q + 2 < kQualities; ++q) {
    CellVotes votes{search.across, search.down, std::vector<std::uint8_t>(blocks.speaks.size(), kSilent)};
    std::int64_t yes = 0;
    for (std::size_t i = 0; i < blocks.speaks.size(); ++i) {
      if (blocks.speaks[i] == 0) continue;
      const bool dip = blocks.dips[i][q] > kDeepDip;
      votes.voices[i] = dip ? kSaysYes : kSaysNo;
      yes += dip ? 1 : 0;
    }
    const bool whole = static_cast<double>(yes) > kWholeShare * static_cast<double>(search.voices);
    const int quality = kFirst + static_cast<int>(q) * kStep;
    if (whole) {
      search.whole.push_back(quality);
      for (std::uint8_t& voice : votes.voices)
        if (voice != kSilent) voice = voice == kSaysYes ? kSaysNo : kSaysYes;
    }
    Crowding crowding =
        crowded_places(votes, mostly_yes(votes, kMajority), kLeastRate, std::log10(static_cast<double>(kQualities)));
    for (CrowdedPlace& crowd : crowding.places) search.places.push_back({std::move(crowd), quality, whole});
  }
  std::stable_sort(search.places.begin(), search.places.end(),
                   [](const GhostPlace& a, const GhostPlace& b) { return a.crowd.log10_nfa < b.crowd.log10_nfa; });
  return search;
}

}  // namespace bonafide::media
