// Means of pictures over stretches of time, each picture counting for as long as it is shown: another frame rate changes
// little. Private to this room.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "provenance/mark/map_cells.h"

namespace bonafide::provenance::mark {

struct TimeWindow {
  std::int64_t begin_us = 0, end_us = 0;
};
inline std::int64_t microseconds(double seconds) {
  constexpr double kMost = 1e9;
  return static_cast<std::int64_t>((seconds < kMost ? seconds : kMost) * 1e6 + (seconds < 0 ? -0.5 : 0.5));
}

class TimeMeans {
 public:
  /// The windows by number, in order, none overlapping the one before; nothing: there are no more.
  using Windows = std::function<std::optional<TimeWindow>(std::size_t number)>;
  /// Called for each window of which at least half was seen.
  using Done = std::function<void(std::size_t number, const MapCells& mean)>;
  TimeMeans(Windows windows, Done done) : windows_(std::move(windows)), done_(std::move(done)) {}

  /// In order of time; cells of one size.
  void add(MapCells cells, std::int64_t time_us);
  /// The last picture is shown as long as the one before it.
  void finish();
  /// Whether a picture at this time would be passed over: it comes within 25 ms of the one before.
  bool too_soon(std::int64_t time_us) const { return last_ && time_us - last_time_ < 25'000; }

 private:
  void show_until(std::int64_t time_us);
  void weigh(std::int64_t for_us);
  void close();

  Windows windows_;
  Done done_;
  std::size_t number_ = 0;
  std::optional<MapCells> last_;
  std::int64_t last_time_ = 0, shown_us_ = 40'000;
  std::vector<std::int64_t> sums_;
  std::int64_t weight_ = 0;
};

}  // namespace bonafide::provenance::mark
