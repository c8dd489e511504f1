#include "provenance/mark/clip_places.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <opencv2/imgproc.hpp>

#include "provenance/mark/clip_holes.h"
#include "provenance/mark/clip_layout.h"
#include "provenance/mark/tile_layout.h"
#include "provenance/mark/tile_plane.h"

namespace bonafide::provenance::mark {

namespace {

constexpr double kBin = kStretch / 2;  // as the reader's
constexpr int kReach = 16;             // bins to either side whose mean is taken away: a whole row of signs, half each
constexpr int kPartPixels = kPartCells * kCellPixels;

/// What the tile should be at each pixel of a fold: the chip's sign at the first pixel of each cell, else 0.
std::vector<float> pattern_of(const MarkKey& key, const ClipReading& reading) {
  const std::vector<float> chips = TileLayout(key).chips(reading.id, reading.place.layout);
  std::vector<float> pattern(static_cast<std::size_t>(kFold) * kFold, 0.0F);
  for (int i = 0; i < kTileCells * kTileCells; ++i) {
    const Chip chip =
        turned({i % kTileCells, i / kTileCells, chips[static_cast<std::size_t>(i)]}, reading.place.turn, kTileCells);
    const int y = (chip.y * kCellPixels + reading.place.shift_y) % kFold;
    const int x = (chip.x * kCellPixels + reading.place.shift_x) % kFold;
    pattern[static_cast<std::size_t>(y * kFold + x)] = chip.sign;
  }
  return pattern;
}

}  // namespace

struct ClipLocator::State {
  State(const MarkKey& key, const ClipReading& of)
      : pattern(pattern_of(key, of)), signs(time_signs(key)), cell_px(of.cell_px) {}

  void close_bin();
  /// Bin `at` of the planes, less the mean of those around it.
  void measure(std::size_t at);

  std::vector<float> pattern;
  std::array<float, kStretches> signs;
  double cell_px;

  cv::Size size;
  cv::Mat1f sum;
  int frames = 0;
  std::int64_t number = 0;
  struct Plane {
    std::int64_t number;
    cv::Mat1f values;
  };
  std::deque<Plane> planes;
  std::size_t measured = 0;  ///< of `planes`, from the front
  cv::Mat1f running;         ///< sum of `planes`
  PartTable table;
};

void ClipLocator::State::close_bin() {
  if (frames == 0) return;
  sum *= 1.0 / frames;
  cv::Mat1f plane = whitened(working_picture(sum, cell_px));
  frames = 0;
  if (running.empty()) running = cv::Mat1f(plane.size(), 0.0F);
  if (plane.size() != running.size()) return;
  running += plane;
  planes.push_back({number, plane});
  if (planes.size() > 2 * kReach + 1) {
    running -= planes.front().values;
    planes.pop_front();
    --measured;
  }
  for (; measured + kReach < planes.size(); ++measured) measure(measured);
}

void ClipLocator::State::measure(std::size_t at) {
  const Plane& plane = planes[at];
  const float share = 1 / static_cast<float>(planes.size());
  table.columns = plane.values.cols / kPartPixels, table.rows = plane.values.rows / kPartPixels;
  PartTable::Bin measured_bin;
  measured_bin.number = plane.number;
  measured_bin.begin_s = static_cast<double>(plane.number) * kBin;
  measured_bin.parts.resize(static_cast<std::size_t>(table.columns) * static_cast<std::size_t>(table.rows));
  for (int y = 0; y < table.rows * kPartPixels; ++y) {
    const float* const values = plane.values[y];
    const float* const around = running[y];
    const float* const chips = pattern.data() + static_cast<std::ptrdiff_t>(y % kFold) * kFold;
    for (int x = 0; x < table.columns * kPartPixels; ++x) {
      const float chip = chips[x % kFold];
      if (chip == 0) continue;
      const float value = values[x] - share * around[x];
      Part& part = measured_bin.parts[static_cast<std::size_t>(y / kPartPixels * table.columns + x / kPartPixels)];
      part.sum += chip * value;
      part.energy += value * value;
    }
  }
  table.bins.push_back(std::move(measured_bin));
}

ClipLocator::ClipLocator(const MarkKey& key, const ClipReading& reading)
    : state_(std::make_unique<State>(key, reading)) {
  state_->table.bin_s = kBin;
}
ClipLocator::ClipLocator(ClipLocator&&) noexcept = default;
ClipLocator::~ClipLocator() = default;

void ClipLocator::add(media::GreyView luma, double seconds) {
  State& state = *state_;
  const cv::Size size(luma.width, luma.height);
  if (state.size.area() == 0) state.size = size;
  if (size != state.size || !std::isfinite(seconds)) return;
  const auto number = static_cast<std::int64_t>(std::floor(seconds / kBin));
  if (state.frames > 0 && number != state.number) state.close_bin();
  const cv::Mat1b whole(luma.height, luma.width, const_cast<std::uint8_t*>(luma.data),  // only read
                        static_cast<std::size_t>(luma.stride));
  if (state.frames == 0) {
    state.number = number;
    state.sum = cv::Mat1f(size, 0.0F);
  }
  cv::add(state.sum, whole, state.sum, cv::noArray(), CV_32F);
  ++state.frames;
}

ClipPlaces ClipLocator::finish() {
  State& state = *state_;
  state.close_bin();
  for (; state.measured < state.planes.size(); ++state.measured) state.measure(state.measured);
  ClipPlaces places = find_holes(std::move(state.table), state.signs);
  const double part = kPartCells * state.cell_px;  // pixels of the frame
  for (ClipHole& hole : places.holes) {
    PixelBox& box = hole.box;
    const auto pixels = [&](int parts, int most) {
      return std::min(static_cast<int>(std::lround(parts * part)), most);
    };
    const int right = pixels(box.x + box.width, state.size.width),
              bottom = pixels(box.y + box.height, state.size.height);
    box.x = pixels(box.x, state.size.width), box.y = pixels(box.y, state.size.height);
    box.width = right - box.x, box.height = bottom - box.y;
  }
  return places;
}

}  // namespace bonafide::provenance::mark
