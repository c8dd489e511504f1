// The second pass over a suspect clip: slot by slot against the map, each as a still is.
#include <algorithm>
#include <cmath>

#include "media/dsp/acontrario.h"
#include "media/dsp/statistics.h"
#include "provenance/mark/clip_compare.h"
#include "provenance/mark/clip_tracks.h"
#include "provenance/mark/map_align.h"
#include "provenance/mark/map_regions.h"
#include "provenance/mark/time_means.h"

namespace bonafide::provenance::mark {

namespace {

constexpr double kLeastAgreement = 0.72;  // of the signs, as map_align.cpp asks for
constexpr int kLeastSigns = 60;

/// A placement so near to the whole picture that reading it anew would only blur it.
bool exact(const MapPlacement& placement) {
  constexpr double kEdge = 0.001;  // half a canonical pixel
  return placement.whole() && std::abs(placement.x0) < kEdge && std::abs(placement.y0) < kEdge &&
         std::abs(placement.x1 - 1) < kEdge && std::abs(placement.y1 - 1) < kEdge;
}

struct Planned {
  std::size_t number = 0;
  TimeWindow window;
};

/// The slots of all pieces as the suspect shows them; what would overlap the one before is left out.
std::vector<Planned> planned(const ClipMap& map, const std::vector<ClipPiece>& pieces) {
  std::vector<Planned> plan;
  for (const ClipPiece& piece : pieces) {
    const auto first = static_cast<std::size_t>(std::lround(piece.original_s / kClipSlot));
    const auto last = first + static_cast<std::size_t>(std::lround(piece.length_s / kClipSlot));
    for (std::size_t number = first; number < std::min(last, map.slots.size()); ++number) {
      const double begin = static_cast<double>(number) * kClipSlot + piece.offset_s;
      const TimeWindow window{microseconds(begin), microseconds(begin + kClipSlot)};
      constexpr std::int64_t kOverlap = 50'000;
      if (map.slots[number].empty() || window.end_us <= 0) continue;
      if (!plan.empty() && window.begin_us + kOverlap < plan.back().window.end_us) continue;
      plan.push_back({number, window});
    }
  }
  return plan;
}

/// What changes from slot to slot around one: a tenth of a second off is a fifth of that.
std::vector<BlockMotion> motion_at(const ClipMap& map, std::size_t number) {
  constexpr double kPart = 0.2;
  const auto& now = map.slots[number];
  std::vector<BlockMotion> motion(now.size());
  for (const std::size_t near : {number - 1, number + 1}) {  // number - 1 wraps round for 0 and is left out by the test
    if (near >= map.slots.size() || map.slots[near].empty()) continue;
    const auto& other = map.slots[near];
    for (std::size_t i = 0; i < now.size(); ++i) {
      const auto apart = [&](std::uint8_t BlockCode::*field) { return std::abs(now[i].*field - other[i].*field); };
      motion[i].mean = std::max(motion[i].mean, kPart * 4 * apart(&BlockCode::y));
      motion[i].mean = std::max(motion[i].mean, kPart * 4 * 2 * apart(&BlockCode::cb));
      motion[i].mean = std::max(motion[i].mean, kPart * 4 * 2 * apart(&BlockCode::cr));
      motion[i].coarse = std::max(motion[i].coarse, 1.5 * apart(&BlockCode::coarse));
      motion[i].fine = std::max(motion[i].fine, 1.5 * apart(&BlockCode::fine));
      motion[i].signs = static_cast<std::uint8_t>(motion[i].signs | (now[i].signs ^ other[i].signs));
    }
  }
  return motion;
}

}  // namespace

struct ClipJudge::State {
  State(const ClipMap& of, const std::vector<ClipPiece>& pieces, const MapPlacement& at)
      : map(of),
        placement(at),
        plan(planned(of, pieces)),
        partners(map_partners(static_cast<std::size_t>(of.columns) * static_cast<std::size_t>(of.rows))),
        means(
            [this](std::size_t number) -> std::optional<TimeWindow> {
              if (number >= plan.size()) return {};
              return plan[number].window;
            },
            [this](std::size_t number, const MapCells& mean) { judge(number, mean); }) {}

  void judge(std::size_t number, const MapCells& mean);
  void name_others();

  const ClipMap& map;
  MapPlacement placement;
  std::vector<Planned> plan;
  std::vector<std::vector<std::uint32_t>> partners;
  TimeMeans means;
  int width = 0, height = 0;
  std::vector<JudgedSlot> slots;
  std::vector<ClipSpan> others;
};

void ClipJudge::State::judge(std::size_t number, const MapCells& mean) {
  const BlockMap block_map = map.at(plan[number].number);
  const MapCells cells = exact(placement) ? mean : cells_under(block_map, placement, mean);
  const SuspectBlocks suspect{cells, blocks_inside(block_map, placement),
                              pixels_under(block_map, placement, width, height), motion_at(map, plan[number].number)};
  const SignScore score =
      score_signs(block_map, partners, block_facts(cells, block_map.block / kMapCell), suspect.inside);
  JudgedSlot slot;
  slot.number = plan[number].number;
  slot.suspect_s = static_cast<double>(plan[number].window.begin_us) / 1e6;
  slot.agree = score.agree, slot.total = score.total;
  if (score.total >= kLeastSigns && score.agree >= kLeastAgreement * score.total) {
    MapComparison compared = judge_blocks(block_map, partners, suspect);
    slot.log10_p.assign(compared.log10_p.begin(), compared.log10_p.end());
    slot.same = compared.count(BlockState::same);
    slot.unknown = compared.count(BlockState::unknown);
    slot.regions = std::move(compared.regions);
    for (MapRegion& region : slot.regions) std::ranges::sort(region.blocks);
  } else {
    slot.unknown = map.slots[slot.number].size();
  }
  slots.push_back(std::move(slot));
}

/// Slots whose signs agree so badly that they show something else, as spans.
void ClipJudge::State::name_others() {
  constexpr double kLeastRate = 0.15, kBar = -4;
  constexpr int kDependent = 8;  // signs that are counted as one
  std::vector<double> failing;
  for (const JudgedSlot& slot : slots)
    if (slot.total >= kLeastSigns) failing.push_back(1 - static_cast<double>(slot.agree) / slot.total);
  if (failing.empty()) return;
  const double rate = std::min(0.5, std::max(kLeastRate, 3 * media::median(failing)));
  const double among = std::log10(static_cast<double>(slots.size()));
  for (JudgedSlot& slot : slots) {
    const double log10_p =
        media::log10_binomial_tail((slot.total - slot.agree) / kDependent, slot.total / kDependent, rate) + among;
    slot.other = slot.total >= kLeastSigns && slot.agree < kLeastAgreement * slot.total && log10_p <= kBar;
    if (!slot.other) continue;
    const bool goes_on = !others.empty() && slot.suspect_s - others.back().end_s < kClipSlot + 0.01;
    if (!goes_on) {
      ClipSpan span;
      span.begin_s = slot.suspect_s;
      span.original_begin_s = static_cast<double>(slot.number) * kClipSlot;
      others.push_back(span);
    }
    others.back().end_s = slot.suspect_s + kClipSlot;
    others.back().original_end_s = static_cast<double>(slot.number + 1) * kClipSlot;
    others.back().log10_p = std::min(others.back().log10_p, std::min(0.0, log10_p));
  }
}

ClipJudge::ClipJudge(const ClipMap& map, std::vector<ClipPiece> pieces, const MapPlacement& placement)
    : state_(std::make_unique<State>(map, std::move(pieces), placement)) {}
ClipJudge::ClipJudge(ClipJudge&&) noexcept = default;
ClipJudge::~ClipJudge() = default;

bool ClipJudge::wants(double seconds) const { return !state_->means.too_soon(microseconds(seconds)); }

void ClipJudge::picture(RgbView picture, double seconds) {
  State& state = *state_;
  if (!wants(seconds)) return;
  if (state.width == 0) state.width = picture.width, state.height = picture.height;
  if (picture.width != state.width || picture.height != state.height) return;
  const int side = state.map.block / kMapCell;
  state.means.add(exact(state.placement) ? make_cells(picture, state.map.columns * side, state.map.rows * side)
                                         : base_cells(picture),
                  microseconds(seconds));
}

void ClipJudge::finish(ClipComparison& answer) {
  State& state = *state_;
  state.means.finish();
  state.name_others();
  std::vector<double> agreements;
  double blocks = 0, same = 0, unknown = 0;
  for (const JudgedSlot& slot : state.slots) {
    if (slot.total >= kLeastSigns) agreements.push_back(static_cast<double>(slot.agree) / slot.total);
    if (slot.other) continue;
    blocks += static_cast<double>(state.map.slots[slot.number].size());
    same += static_cast<double>(slot.same), unknown += static_cast<double>(slot.unknown);
  }
  answer.slots = state.slots.size();
  answer.agreement = agreements.empty() ? 0 : media::median(agreements);
  if (blocks > 0) answer.same = same / blocks, answer.unknown = unknown / blocks;
  if (blocks > 0) answer.altered = std::max(0.0, 1 - answer.same - answer.unknown);
  answer.regions = track_regions({state.map.columns, state.map.rows}, state.slots);
  const RgbView suspect{nullptr, state.width, state.height};
  const BlockMap frame{state.map.width, state.map.height, state.map.block, state.map.columns, state.map.rows, {}};
  for (ClipRegion& region : answer.regions) {
    MapRegion around;
    std::vector<std::size_t> count(static_cast<std::size_t>(frame.columns) * static_cast<std::size_t>(frame.rows));
    for (const auto& [begin, shape] : region.shapes)
      for (const std::uint32_t block : shape) ++count[block];
    for (std::uint32_t block = 0; block < count.size(); ++block)
      if (count[block] > 0 && 4 * count[block] >= region.shapes.size()) around.blocks.push_back(block);
    if (around.blocks.empty()) around.blocks = region.blocks;
    place_region(frame, state.placement, suspect, around);
    region.box = around.box, region.suspect_box = around.suspect_box;
  }
  answer.spans.insert(answer.spans.end(), state.others.begin(), state.others.end());
}

}  // namespace bonafide::provenance::mark
