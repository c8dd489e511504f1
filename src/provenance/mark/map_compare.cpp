#include "provenance/mark/map_compare.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "media/dsp/acontrario.h"
#include "media/dsp/statistics.h"
#include "provenance/mark/map_align.h"
#include "provenance/mark/map_regions.h"
#include "provenance/mark/map_tone.h"

namespace bonafide::provenance::mark {

namespace {

using Partners = std::vector<std::vector<std::uint32_t>>;

// How often a comparison fails on an honest copy, at least (docs/evaluation/block_map.md: measured rates are lower).
// The rate that the picture itself shows outside its regions is used when it is higher.
constexpr double kLeastSignRate = 0.01, kLeastMeanRate = 0.005, kLeastDetailRate = 0.02;
constexpr double kLeastDetailTolerance = 6;  // dB: two steps of the map
constexpr double kSignMargin = 2.0;          // levels, see map_align.cpp

struct Counted {
  int tried = 0, failed = 0;
  void add(bool fails) {
    ++tried;
    if (fails) ++failed;
  }
};

/// What speaks of one block: signs against partners, means, detail.
struct Votes {
  Counted signs, means, detail;
  /// Of the one that is furthest off: how far beyond its tolerance, in scales of an exponential tail. (A normal one
  /// would say far more.)
  double mean_excess = 0, detail_excess = 0;
};

/// Blocks of which a good part met the end of the scale: what was brighter (or darker) is not known any more.
struct Clipped {
  std::vector<char> high, low;
};

Clipped clipped_blocks(const MapCells& cells, int side) {
  constexpr int kHigh = 250 * 16, kLow = 4 * 16;  // of a cell's mean, in its 1/16 levels
  const int columns = cells.columns / side, rows = cells.rows / side;
  std::vector<int> high(static_cast<std::size_t>(columns * rows)), low(high.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const int x = static_cast<int>(i) % cells.columns / side, y = static_cast<int>(i) / cells.columns / side;
    const auto block = static_cast<std::size_t>(y * columns + x);
    const int cb = cells.cb[i] - 2048, cr = cells.cr[i] - 2048;
    const std::array<int, 3> rgb{cells.y[i] + 359 * cr / 256, cells.y[i] - (88 * cb + 183 * cr) / 256,
                                 cells.y[i] + 454 * cb / 256};
    if (std::ranges::max(rgb) >= kHigh) ++high[block];
    if (std::ranges::min(rgb) <= kLow) ++low[block];
  }
  Clipped clipped;
  const int part = side * side / 10;
  for (const int count : high) clipped.high.push_back(count > part ? 1 : 0);
  for (const int count : low) clipped.low.push_back(count > part ? 1 : 0);
  return clipped;
}

class Comparer {
 public:
  Comparer(const BlockMap& map, const Partners& partners, const SuspectBlocks& suspect)
      : map_(map), partners_(partners), inside_(suspect.inside), pixels_(suspect.pixels), motion_(suspect.motion) {
    motion_.resize(map.size());
    facts_ = block_facts(suspect.cells, map.block / kMapCell);
    clipped_ = clipped_blocks(suspect.cells, map.block / kMapCell);
  }

  MapComparison run() {
    MapComparison answer;
    fit();
    std::vector<char> changed(map_.size(), 0);
    constexpr int kRounds = 3;  // partners in changed regions say nothing about a block: leave them out and look again
    for (int round = 0; round < kRounds; ++round) {
      count_votes(changed);
      answer.rates = honest_rates(changed);
      judge(answer);
      answer.regions = find_regions({map_.columns, map_.rows}, answer.log10_p);
      std::ranges::fill(changed, 0);
      for (const MapRegion& region : answer.regions) {
        for (const std::uint32_t block : region.blocks) changed[block] = 1;
      }
    }
    settle(changed, answer);
    answer.grey = grey_;
    return answer;
  }

 private:
  /// Pairs of what the map keeps (the middle of its step) and what is measured.
  std::vector<TonePair> pairs(std::uint8_t BlockCode::*kept, std::int32_t BlockFacts::*measured) const {
    std::vector<TonePair> pairs;
    for (std::size_t i = 0; i < map_.size(); ++i) {
      pairs.push_back({map_.codes[i].*kept * 4.0 + 2, facts_[i].*measured / 16.0, inside_[i] != 0 && !clipped(i)});
    }
    return pairs;
  }

  void fit() {
    y_ = pairs(&BlockCode::y, &BlockFacts::y);
    cb_ = pairs(&BlockCode::cb, &BlockFacts::cb);
    cr_ = pairs(&BlockCode::cr, &BlockFacts::cr);
    tone_ = fit_tone(y_, true);
    grey_ = spread(cb_) && spread(cr_);
    cb_tone_ = fit_tone(cb_, false);
    cr_tone_ = fit_tone(cr_, false);
    fit_detail(&BlockCode::coarse, &BlockFacts::coarse, coarse_);
    fit_detail(&BlockCode::fine, &BlockFacts::fine, fine_);
  }

  /// Whether colours that the map knows are nowhere in the suspect.
  static bool spread(const std::vector<TonePair>& pairs) {
    std::vector<double> measured, kept;
    for (const TonePair& pair : pairs) {
      if (!pair.usable) continue;
      measured.push_back(std::abs(pair.measured - 128));
      kept.push_back(std::abs(pair.kept - 128));
    }
    return media::quantile(measured, 0.9) < 1.5 && media::quantile(kept, 0.9) > 1.5;
  }

  struct Detail {
    std::vector<double> change;        ///< dB; by block
    std::vector<DetailTrend> by_code;  ///< what became of blocks with this much detail
  };
  static double middle_of(int code) { return 64 * std::exp2(code - 0.5); }  // of the step from 64·2^(k-1) to 64·2^k
  /// In dB; the 16 keeps what lies far below the first step from mattering.
  static double change_of(double now, int code) { return 10 * std::log10((now + 16) / (middle_of(code) + 16)); }

  void fit_detail(std::uint8_t BlockCode::*kept, std::int64_t BlockFacts::*measured, Detail& detail) const {
    std::vector<int> codes;
    std::vector<double> change;
    for (std::size_t i = 0; i < map_.size(); ++i) {
      detail.change.push_back(change_of(static_cast<double>(facts_[i].*measured), map_.codes[i].*kept));
      if (inside_[i] == 0) continue;
      codes.push_back(map_.codes[i].*kept);
      change.push_back(detail.change.back());
    }
    detail.by_code = detail_trends(codes, change);
  }

  void count_votes(const std::vector<char>& changed) {
    votes_.assign(map_.size(), {});
    for (std::size_t i = 0; i < map_.size(); ++i) {
      if (inside_[i] == 0) continue;
      count_signs(i, changed);
      count_means(i);
      // Below so many pixels of the suspect for a canonical one, the band does not exist in it.
      count_detail(i, &BlockCode::coarse, coarse_, 0.25, motion_[i].coarse);
      count_detail(i, &BlockCode::fine, fine_, 0.45, motion_[i].fine);
    }
  }

  void count_signs(std::size_t i, const std::vector<char>& changed) {
    const double slope = std::clamp(tone_.slope(), 0.3, 3.0);  // contrast was taken away or added
    const auto margin = static_cast<std::int32_t>(kSignMargin * 256 / std::max(slope, 0.5));
    for (std::size_t k = 0; k < kMapSigns; ++k) {
      const std::size_t partner = partners_[k][i];
      const std::int32_t difference = facts_[i].waves[k] - facts_[partner].waves[k];
      if (inside_[partner] == 0 || std::abs(difference) < margin || (motion_[i].signs >> k & 1) != 0) continue;
      const bool fails = (difference > 0) != ((map_.codes[i].signs >> k & 1) != 0);
      if (changed[partner] == 0) votes_[i].signs.add(fails);
      if (changed[i] == 0) votes_[partner].signs.add(fails);
    }
  }

  bool clipped(std::size_t i) const { return clipped_.high[i] != 0 || clipped_.low[i] != 0; }

  /// The mean of a curved tone is not the tone of the mean: by half the curvature times the variance inside the block.
  double bend(std::size_t i, const Tone& tone) const {
    constexpr double kStep = 24;  // levels
    const BlockFacts& f = facts_[i];
    double variance = static_cast<double>(f.coarse + f.fine) / 256;
    for (const std::int32_t wave : f.waves) variance += wave / 256.0 * (wave / 256.0) / 2;
    const double at = std::clamp(f.y / 16.0, kStep, 255 - kStep);
    return std::abs(tone(at + kStep) - 2 * tone(at) + tone(at - kStep)) / (kStep * kStep) / 2 * variance;
  }

  void count_mean(std::size_t i, double off, const Tone& tone, double more) {
    constexpr double kLeastTolerance = 6, kLeastTail = 3;  // levels: one and a half steps of the map
    const double beyond = std::abs(off) - std::max(kLeastTolerance, 4 * tone.deviation) - more;
    votes_[i].means.add(beyond > 0);
    votes_[i].mean_excess = std::max(votes_[i].mean_excess, beyond / std::max(kLeastTail, 2 * tone.deviation));
  }

  void count_means(std::size_t i) {
    const double off = y_[i].kept - tone_(y_[i].measured);
    // What met the end of the scale may have been anything beyond it.
    const bool explained = (clipped_.high[i] != 0 && off > 0) || (clipped_.low[i] != 0 && off < 0);
    const double moves = motion_[i].mean;
    if (!explained) count_mean(i, off, tone_, bend(i, tone_) + moves);
    if (grey_ || clipped(i)) return;
    count_mean(i, cb_[i].kept - cb_tone_(cb_[i].measured), cb_tone_, moves / 2);
    count_mean(i, cr_[i].kept - cr_tone_(cr_[i].measured), cr_tone_, moves / 2);
  }

  /// Detail that went or came. Where so little was kept that all of it could go without showing, nothing is asked.
  void count_detail(std::size_t i, std::uint8_t BlockCode::*kept, const Detail& detail, double least_pixels,
                    double moves) {
    if (pixels_ < least_pixels || clipped(i)) return;
    const std::uint8_t code = map_.codes[i].*kept;
    const DetailTrend& usual = detail.by_code[code];
    const double tolerance = std::max(kLeastDetailTolerance, 4 * usual.deviation) + moves;
    const double off = detail.change[i] - usual.median;
    if (off <= tolerance && change_of(0, code) > usual.median - tolerance - 3) return;
    votes_[i].detail.add(std::abs(off) > tolerance);
    constexpr double kLeastTail = 3;  // dB
    votes_[i].detail_excess =
        std::max(votes_[i].detail_excess, (std::abs(off) - tolerance) / std::max(kLeastTail, usual.deviation));
  }

  HonestRates honest_rates(const std::vector<char>& changed) const {
    Counted signs, means, detail;
    const auto sum = [](Counted& all, const Counted& one) {
      all.tried += one.tried;
      all.failed += one.failed;
    };
    for (std::size_t i = 0; i < votes_.size(); ++i) {
      if (changed[i] != 0) continue;
      sum(signs, votes_[i].signs);
      sum(means, votes_[i].means);
      sum(detail, votes_[i].detail);
    }
    const auto rate = [](const Counted& all) { return (all.failed + 1.0) / (all.tried + 2.0); };
    return {rate(signs), rate(means), rate(detail)};
  }

  /// The p-value of each block: the best of three families and of all together (Fisher), times four.
  void judge(MapComparison& answer) const {
    const HonestRates rates{std::max(answer.rates.signs, kLeastSignRate), std::max(answer.rates.means, kLeastMeanRate),
                            std::max(answer.rates.detail, kLeastDetailRate)};
    answer.log10_p.assign(map_.size(), 0);
    for (std::size_t i = 0; i < votes_.size(); ++i) {
      const Votes& v = votes_[i];
      const auto tail = [](const Counted& c, double rate) {
        return media::log10_binomial_tail(c.failed, c.tried, rate);
      };
      const auto more = [](double excess) { return std::min(6.0, excess / std::log(10.0)); };  // powers of ten
      const std::array<double, 3> log10{tail(v.signs, rates.signs), tail(v.means, rates.means) - more(v.mean_excess),
                                        tail(v.detail, rates.detail) - more(v.detail_excess)};
      const double best = std::min(*std::ranges::min_element(log10), log10_fisher(log10[0] + log10[1] + log10[2], 3));
      answer.log10_p[i] = std::min(0.0, best + std::log10(4.0));
    }
  }

  void settle(const std::vector<char>& changed, MapComparison& answer) const {
    constexpr int kLeastVotes = 5;
    answer.states.assign(map_.size(), BlockState::unknown);
    for (std::size_t i = 0; i < map_.size(); ++i) {
      const Votes& v = votes_[i];
      const int tried = v.signs.tried + v.means.tried + v.detail.tried;
      if (changed[i] != 0) {
        answer.states[i] = BlockState::altered;
      } else if (inside_[i] != 0 && tried >= kLeastVotes && answer.log10_p[i] > -2) {
        answer.states[i] = BlockState::same;
      }
    }
    for (MapRegion& region : answer.regions) name(region);
  }

  void name(MapRegion& region) const {
    Counted signs, means, detail;
    for (const std::uint32_t block : region.blocks) {
      signs.tried += votes_[block].signs.tried, signs.failed += votes_[block].signs.failed;
      means.tried += votes_[block].means.tried, means.failed += votes_[block].means.failed;
      detail.tried += votes_[block].detail.tried, detail.failed += votes_[block].detail.failed;
    }
    const auto share = [](const Counted& counted) { return counted.failed / std::max(1.0, double(counted.tried)); };
    if (share(signs) > 0.2)
      region.change = Change::content;
    else
      region.change = share(detail) >= share(means) ? Change::detail : Change::colour;
  }

  const BlockMap& map_;
  const Partners& partners_;
  const std::vector<char>& inside_;
  double pixels_;  ///< of the suspect for a canonical pixel
  std::vector<BlockMotion> motion_;
  std::vector<BlockFacts> facts_;
  Clipped clipped_;
  std::vector<TonePair> y_, cb_, cr_;
  Tone tone_, cb_tone_, cr_tone_;
  Detail coarse_, fine_;
  bool grey_ = false;
  std::vector<Votes> votes_;
};

}  // namespace

std::string_view to_string(BlockState state) {
  switch (state) {
    case BlockState::unknown: return "unknown";
    case BlockState::same: return "same";
    case BlockState::altered: return "altered";
  }
  return "unknown";
}

std::string_view to_string(Change change) {
  switch (change) {
    case Change::content: return "content";
    case Change::detail: return "detail";
    case Change::colour: return "colour";
  }
  return "content";
}

std::size_t MapComparison::count(BlockState state) const {
  return static_cast<std::size_t>(std::ranges::count(states, state));
}

MapComparison judge_blocks(const BlockMap& map, const std::vector<std::vector<std::uint32_t>>& partners,
                           const SuspectBlocks& suspect) {
  return Comparer(map, partners, suspect).run();
}

Result<MapComparison> compare_block_map(const BlockMap& original, RgbView suspect, const Context& context) {
  if (suspect.width < 1 || suspect.height < 1) return make_error(Code::invalid_argument, "the picture is empty");
  const Partners partners = map_partners(original.size());
  const MapPlacement placement = TRY(align(original, partners, base_cells(suspect), context));
  MapComparison answer;
  if (placement.found) {
    answer = judge_blocks(original, partners,
                          {cells_under(original, placement, base_cells(suspect)), blocks_inside(original, placement),
                           pixels_under(original, placement, suspect.width, suspect.height)});
    for (MapRegion& region : answer.regions) place_region(original, placement, suspect, region);
  }
  answer.placement = placement;
  return answer;
}

}  // namespace bonafide::provenance::mark
