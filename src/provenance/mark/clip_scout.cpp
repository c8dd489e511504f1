// When a suspect shows what, and where the picture lies in it.
#include <algorithm>
#include <cmath>

#include "provenance/mark/clip_compare.h"
#include "provenance/mark/map_align.h"
#include "provenance/mark/sound_bands.h"
#include "provenance/mark/sound_compare.h"
#include "provenance/mark/time_align.h"
#include "provenance/mark/time_means.h"

namespace bonafide::provenance::mark {

namespace {

constexpr double kFine = kClipSlot / 5;  // seconds: what a suspect's pictures are known in
constexpr int kThumb = 8;
constexpr std::size_t kThumbCells = std::size_t{kThumb} * kThumb;

// Neighbouring thumbnail cells move together: 64 of them count as 24, 16 bands as 8. Noise: a level of rounding a cell,
// 2 dB a band.
constexpr TimeScale kPictureScale{kClipSlot, 5, 24, 16};
constexpr TimeScale kSoundScale{kHeardSlot, 4, 8, 64};

TimeRows thumbs_of(const ClipMap& map) {
  TimeRows rows{kThumbCells, {}};
  std::vector<float> last(kThumbCells, 128);
  for (const auto& slot : map.slots) {
    if (!slot.empty()) {
      std::vector<float> sum(kThumbCells), count(kThumbCells);
      for (std::size_t i = 0; i < slot.size(); ++i) {
        const int x = static_cast<int>(i) % map.columns, y = static_cast<int>(i) / map.columns;
        const auto at = static_cast<std::size_t>(y * kThumb / map.rows * kThumb + x * kThumb / map.columns);
        sum[at] += static_cast<float>(slot[i].y * 4 + 2);
        count[at] += 1;
      }
      for (std::size_t i = 0; i < kThumbCells; ++i) last[i] = count[i] > 0 ? sum[i] / count[i] : last[i];
    }
    rows.values.insert(rows.values.end(), last.begin(), last.end());
  }
  return rows;
}

TimeRows levels_of(const std::vector<SoundCode>& codes) {
  TimeRows rows{kSoundBands, {}};
  for (const SoundCode& code : codes)
    for (const std::uint8_t level : code) rows.values.push_back(static_cast<float>(level) / 2 - 100);
  return rows;
}

TimeRows levels_of(const std::vector<SoundPower>& bins) {
  TimeRows rows{kSoundBands, {}};
  for (const SoundPower& bin : bins)
    for (const float sum : bin.sum)
      rows.values.push_back(static_cast<float>(sound_level(bin.count > 0 ? static_cast<double>(sum) / bin.count : 0)));
  return rows;
}

/// What lies under -60 dB below the loudest says nothing of when it was.
void lift(TimeRows& rows) {
  if (rows.values.empty()) return;
  constexpr float kDepth = 60;
  const float floor = *std::ranges::max_element(rows.values) - kDepth;
  for (float& value : rows.values) value = std::max(value, floor);
}

std::vector<ClipPiece> pieces_of(std::vector<TimePiece> found, const TimeScale& scale, std::size_t slots) {
  std::vector<ClipPiece> pieces;
  if (found.empty()) return pieces;
  found.front().first = 0;  // what matches there or not is the judge's to say
  found.back().last = slots;
  for (const TimePiece& piece : found)
    pieces.push_back({static_cast<double>(piece.first) * scale.slot_s,
                      static_cast<double>(piece.last - piece.first) * scale.slot_s, piece.offset_s, piece.gain});
  return pieces;
}

}  // namespace

struct ClipScout::State {
  explicit State(const ClipMap& of) : map(of), bands(kSoundFine) {}

  /// The last picture counts for as long as it is shown.
  void show_until(double seconds);

  using Thumb = std::array<float, kThumbCells>;
  const ClipMap& map;
  SoundBands bands;
  std::vector<Thumb> sums;
  std::vector<float> weights;
  Thumb last{};
  double last_s = -1, shown_s = 0.04, sound_s = 0;
};

void ClipScout::State::show_until(double seconds) {
  double from = last_s;
  while (from < seconds - 1e-9) {
    const auto bin = static_cast<std::size_t>(from / kFine + 1e-6);
    const double to = std::min(seconds, static_cast<double>(bin + 1) * kFine);
    if (bin >= weights.size()) {
      weights.resize(bin + 1);
      sums.resize(bin + 1);
    }
    const auto weight = static_cast<float>(to - from);
    for (std::size_t i = 0; i < kThumbCells; ++i) sums[bin][i] += weight * last[i];
    weights[bin] += weight;
    from = to;
  }
}

ClipScout::ClipScout(const ClipMap& map) : state_(std::make_unique<State>(map)) {}
ClipScout::ClipScout(ClipScout&&) noexcept = default;
ClipScout::~ClipScout() = default;

bool ClipScout::wants(double seconds) const {
  constexpr double kNear = 0.025, kMost = 2e6;
  return state_->map.pictures() && seconds >= 0 && seconds < kMost &&
         (state_->last_s < 0 || seconds - state_->last_s >= kNear);
}

void ClipScout::picture(media::GreyView luma, double seconds) {
  if (!wants(seconds) || luma.width < kThumb || luma.height < kThumb) return;
  State& state = *state_;
  if (state.last_s >= 0) {
    state.show_until(seconds);
    state.shown_s = std::min(seconds - state.last_s, 1.0);
  }
  state.last_s = seconds;
  constexpr int kLooked = 192;  // pixels across that are looked at
  const int step = std::max(1, std::min(luma.width, luma.height) / kLooked);
  std::array<float, kThumbCells> sum{}, count{};
  for (int y = 0; y < luma.height; y += step) {
    const std::uint8_t* const row = luma.data + y * luma.stride;
    const int cell_row = y * kThumb / luma.height * kThumb;
    for (int x = 0; x < luma.width; x += step) {
      const auto at = static_cast<std::size_t>(cell_row + x * kThumb / luma.width);
      sum[at] += static_cast<float>(row[x]);
      count[at] += 1;
    }
  }
  for (std::size_t i = 0; i < kThumbCells; ++i) state.last[i] = sum[i] / std::max(count[i], 1.0F);
}

void ClipScout::sound(std::span<const float> samples, double seconds) {
  if (state_->map.sound.empty()) return;
  state_->bands.push(samples, seconds);
  state_->sound_s = std::max(state_->sound_s, seconds + static_cast<double>(samples.size()) / kMapSoundRate);
}

ClipTimes ClipScout::times() {
  State& state = *state_;
  ClipTimes times;
  if (state.last_s >= 0) {
    times.pictures_s = state.last_s + state.shown_s;
    state.show_until(times.pictures_s);
  }
  times.sound_s = state.sound_s;
  TimeRows shown{kThumbCells, {}};
  std::array<float, kThumbCells> last{};
  for (std::size_t i = 0; i < state.weights.size(); ++i) {
    if (state.weights[i] > 0) {
      last = state.sums[i];
      for (float& value : last) value /= state.weights[i];
    }
    shown.values.insert(shown.values.end(), last.begin(), last.end());
  }
  if (state.map.pictures() && shown.rows() > 0)
    times.pictures =
        pieces_of(align_times(thumbs_of(state.map), shown, kPictureScale), kPictureScale, state.map.slots.size());
  TimeRows original = levels_of(state.map.sound), heard = levels_of(state.bands.bins());
  lift(original);
  lift(heard);
  if (original.rows() > 0 && heard.rows() > 0)
    times.sound = pieces_of(align_times(original, heard, kSoundScale), kSoundScale, state.map.sound.size());
  return times;
}

void ClipScout::judge_sound(const ClipTimes& times, ClipComparison& answer) const {
  answer.sound = !state_->map.sound.empty() && state_->sound_s > 0;
  answer.sound_found = !times.sound.empty();
  if (!answer.sound_found) return;
  compare_sound(state_->map.sound, state_->bands.bins(), times.sound, answer);
  const double length = static_cast<double>(state_->map.sound.size()) * kHeardSlot;
  add_jumps(clip_jumps(times.sound, length, state_->sound_s, true), answer);
}

std::vector<ClipProbe> clip_probes(const ClipMap& map, const std::vector<ClipPiece>& pieces) {
  constexpr std::size_t kProbes = 5;
  struct Slot {
    ClipProbe probe;
    int detail;
  };
  std::vector<Slot> all;
  for (const ClipPiece& piece : pieces) {
    const auto first = static_cast<std::size_t>(std::lround(piece.original_s / kClipSlot));
    const auto last = first + static_cast<std::size_t>(std::lround(piece.length_s / kClipSlot));
    for (std::size_t slot = first; slot < std::min(last, map.slots.size()); ++slot) {
      const double begin = static_cast<double>(slot) * kClipSlot + piece.offset_s;
      if (map.slots[slot].empty() || begin < 0) continue;
      int detail = 0;
      for (const BlockCode& code : map.slots[slot]) detail += code.coarse;
      all.push_back({{slot, begin}, detail});
    }
  }
  std::vector<ClipProbe> probes;
  for (std::size_t part = 0; part < kProbes; ++part) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(all.size() * part / kProbes);
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(all.size() * (part + 1) / kProbes);
    if (begin != end)
      probes.push_back(
          std::max_element(begin, end, [](const Slot& a, const Slot& b) { return a.detail < b.detail; })->probe);
  }
  return probes;
}

struct ClipPlacer::State {
  State(const ClipMap& of, const ClipProbe& at)
      : map(of.at(at.slot)),
        means(
            [at](std::size_t number) -> std::optional<TimeWindow> {
              if (number > 0) return {};
              return TimeWindow{microseconds(at.begin_s), microseconds(at.begin_s + kClipSlot)};
            },
            [this](std::size_t, const MapCells& cells) { mean = cells; }) {}

  BlockMap map;
  MapCells mean;
  TimeMeans means;
};

ClipPlacer::ClipPlacer(const ClipMap& map, const ClipProbe& probe) : state_(std::make_unique<State>(map, probe)) {}
ClipPlacer::ClipPlacer(ClipPlacer&&) noexcept = default;
ClipPlacer::~ClipPlacer() = default;

void ClipPlacer::picture(RgbView picture, double seconds) {
  if (!state_->means.too_soon(microseconds(seconds))) state_->means.add(base_cells(picture), microseconds(seconds));
}

Result<MapPlacement> ClipPlacer::place(const Context& context) {
  state_->means.finish();
  if (state_->mean.size() == 0) return MapPlacement{};
  return align(state_->map, map_partners(state_->map.size()), state_->mean, context);
}

std::string_view to_string(SpanKind kind) {
  switch (kind) {
    case SpanKind::removed: return "removed";
    case SpanKind::inserted: return "inserted";
    case SpanKind::other: return "other";
  }
  return "other";
}

}  // namespace bonafide::provenance::mark
