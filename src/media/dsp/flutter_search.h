// Flutter: the loudness of narrow bands that rises and falls at exact multiples of a few known rates, locked to the
// sample clock. A vocoder that makes sound frame by frame repeats its kernel, and the ripple that the kernel leaves in
// the variance of its output, once a frame; cyclostationarity of second order (Gardner, Napolitano, Paura, Signal
// Processing 86(4), 2006). Unlike a comb (comb_search.h) it needs no line in the spectrum: a modulated noise has none.
#pragma once
#include <memory>
#include <span>
#include <vector>

namespace bonafide::media {

/// One frame rate in one passage. Both values are log10 of the probability that chance alone would do as well: each
/// multiple's height is ranked among the 24 Hz around it, and the ranks are put together (Fisher 1932).
struct FlutterScore {
  double rate_hz = 0;
  int multiples = 0;  ///< looked at: the first seven without every fourth, none near multiples of 50 or 60 Hz
  double log10_p = 0;
  /// The same halfway between the multiples. Codecs flutter too, at their own frame rate; AAC's is half of the
  /// commonest vocoders', so what shows here as well is a codec's.
  double log10_p_between = 0;
  double evidence() const;  ///< -log10_p less what stands between, at least 0
};

struct FlutterPassage {
  double begin_s = 0, end_s = 0;
  double sounding_s = 0;
  std::vector<FlutterScore> scores;  ///< one per searched rate that could be judged
  /// Of the rate that stands out most: height over the median of its surroundings, at offsets from the multiples in Hz,
  /// mean of the multiples. For showing, not for deciding.
  std::vector<double> offset_hz, height;
};

/// Streaming; memory is bounded by one passage of about 24 s (5 MB) plus its scores. Not thread-safe.
class FlutterSearch {
 public:
  explicit FlutterSearch(int rate);  ///< Hz; below 7,000 nothing can be judged
  FlutterSearch(FlutterSearch&&) noexcept;
  ~FlutterSearch();

  static std::size_t rates();  ///< how many frame rates are searched

  /// Mono samples; `time_s` of the first one.
  void push(std::span<const float> samples, double time_s);
  /// What follows is not contiguous.
  void restart();
  /// Passages with at least 1.5 s of sound, in time order. Call once.
  std::vector<FlutterPassage> finish();
  double sounding_s() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bonafide::media
