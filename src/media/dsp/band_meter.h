// What a sound really holds, whatever its container says: band, steps of its samples, exact silence, clipping, offset.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace bonafide::media {

struct BandEdge {
  double hz = 0;
  double drop_db = 0;  ///< level from 150…600 Hz below to 150…600 Hz above
};

struct SampleRun {
  double begin_s = 0, end_s = 0;
};

/// A change of the occupied band: before and after `time_s` for at least 4 s each.
struct BandChange {
  double time_s = 0;
  double before_hz = 0, after_hz = 0;
};

struct BandReport {
  int rate = 0;
  double examined_s = 0;
  double sounding_s = 0;         ///< in windows above -70 dB re full scale
  std::vector<double> level_db;  ///< mean power per bin, dB (white noise of full-scale variance: 0), bin k at k·bin_hz
  double bin_hz = 0;
  double top_hz = 0;             ///< highest frequency with anything above the rounding noise of 16 bits
  std::optional<BandEdge> edge;  ///< lowest brick wall with nothing but floor above it, below 0.9 of half the rate
  std::vector<BandChange> changes;
  double peak = 0;                   ///< largest magnitude
  double dc = 0;                     ///< of the channel with the largest offset
  std::int64_t clipped_runs = 0;     ///< 3 or more samples in a row at the same extreme value near full scale
  double zero_s = 0;                 ///< exact zeros in all channels, in runs of 0.1 s and more
  std::vector<SampleRun> zero_runs;  ///< the first 100 of them
  /// Bits of the smallest step that all samples are multiples of (1…24); nothing when they are not fixed-point.
  std::optional<int> bits;
};

/// Streaming; memory grows by about 200 bytes for each 2 s. Not thread-safe.
class BandMeter {
 public:
  explicit BandMeter(int rate);
  BandMeter(BandMeter&&) noexcept;
  ~BandMeter();
  /// One block: channels of equal length (shorter ones end the block); `time_s` of the first sample.
  void push(const std::vector<std::vector<float>>& channels, double time_s);
  void restart();  ///< what follows is not contiguous
  BandReport finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bonafide::media
