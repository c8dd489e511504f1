#include "media/dsp/cfa_votes.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "media/dsp/acontrario.h"

namespace bonafide::media {

namespace {

constexpr int kLeastResidual = 2 * kCfaBlock * kCfaBlock;  // quarters of grey levels in a block: below, it is flat
constexpr double kMajority = 0.5;
constexpr double kLeastRate = 0.02;

// 0 or 1: the chequerboard whose values their four neighbours explain better; -1: no voice.
int vote(const SampleView& green, int bx, int by) {
  std::array<std::int64_t, 2> residual{};
  for (int y = by * kCfaBlock; y < (by + 1) * kCfaBlock; ++y) {
    if (y == 0 || y + 1 >= green.height) continue;
    const std::uint8_t* row = green.data + y * green.stride;
    for (int x = std::max(1, bx * kCfaBlock); x < std::min(green.width - 1, (bx + 1) * kCfaBlock); ++x) {
      const std::uint8_t* at = row + x * green.step;
      if (*at < 4 || *at > 251) continue;  // clipped
      residual[static_cast<std::size_t>((x + y) & 1)] +=
          std::abs(4 * *at - at[-green.step] - at[green.step] - at[-green.stride] - at[green.stride]);
    }
  }
  if (residual[0] + residual[1] < kLeastResidual || residual[0] == residual[1]) return -1;
  return residual[0] < residual[1] ? 0 : 1;
}

}  // namespace

Result<CfaSearch> find_cfa_places(SampleView green, const Context& context) {
  CfaSearch search;
  search.across = green.width / kCfaBlock;
  search.down = green.height / kCfaBlock;
  std::vector<std::int8_t> votes;
  std::array<std::int64_t, 2> counts{};
  for (int by = 0; by < search.down; ++by) {
    if (context.stopped()) return make_error(Code::cancelled, "stopped");
    if (context.out_of_time()) return make_error(Code::limit, "out of time");
    for (int bx = 0; bx < search.across; ++bx) {
      votes.push_back(static_cast<std::int8_t>(vote(green, bx, by)));
      if (votes.back() >= 0) ++counts[static_cast<std::size_t>(votes.back())];
    }
  }
  search.voices = counts[0] + counts[1];
  const int phase = counts[0] >= counts[1] ? 0 : 1;
  const std::int64_t agree = counts[static_cast<std::size_t>(phase)];
  search.share = search.voices == 0 ? 0 : static_cast<double>(agree) / static_cast<double>(search.voices);
  search.log10_nfa = log10_nfa(std::log10(2.0), agree, search.voices, 0.5);
  if (search.log10_nfa > kLog10Epsilon) return search;
  search.phase = phase;
  CellVotes other{search.across, search.down, std::vector<std::uint8_t>(votes.size(), kSilent)};
  for (std::size_t i = 0; i < votes.size(); ++i)
    if (votes[i] >= 0) other.voices[i] = votes[i] == phase ? kSaysNo : kSaysYes;
  search.places = crowded_places(other, mostly_yes(other, kMajority), kLeastRate).places;
  return search;
}

}  // namespace bonafide::media
