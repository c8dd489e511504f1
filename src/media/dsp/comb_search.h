// Combs: weak lines at exact multiples of a few known spacings, locked to the sample clock. Neural vocoders that raise
// the rate by transposed convolutions leave them at rate/hop: after Pons et al. 2021 ("Upsampling artifacts in neural
// audio synthesis") and Afchar et al. 2025 ("A Fourier explanation of AI-music artifacts") the lines follow from the
// architecture, not the weights.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace bonafide::media {

/// A spacing that is searched.
struct Comb {
  double spacing_hz = 0;
  std::string origin;  ///< "22,050 Hz / 256"
};

/// How far one comb stands out in one passage. z values compare the comb with the same comb moved off its place.
struct CombScore {
  std::size_t comb = 0;  ///< index into combs()
  int harmonics = 0;   ///< lines looked at: above 300 Hz, in the occupied band, not near multiples of 50 or 60 Hz, not
                       ///< at every 4th place
  double line_z = 0;   ///< of the mean log spectrum over its running median
  double phase_z = 0;  ///< of the lines' phase lock to the sample clock
  double z() const;    ///< (line_z + phase_z)/√2
};

/// About 6 s of sound: where in time.
struct CombSegment {
  double begin_s = 0, end_s = 0;
  std::vector<CombScore> scores;  ///< one per comb that could be judged
};

/// Up to 60 s of sound judged together.
struct CombPassage {
  double begin_s = 0, end_s = 0;
  double sounding_s = 0;           ///< without silence
  std::vector<CombScore> scores;   ///< one per comb that could be judged
  std::vector<CombSegment> parts;  ///< its segments
  std::vector<double> residue;     ///< mean log power minus its running median, in nepers of power, bin k at k·bin_hz
  double bin_hz = 0;
  /// Share of the bins that hold steady tones (residue above 1 neper): at most 0.06 in the speech of media/train,
  /// genuine or not, 0.1 and more in synthesised music.
  double tonal = 0;
};

/// Streaming; memory is bounded by one passage (about 10 MB) plus its scores. Not thread-safe.
class CombSearch {
 public:
  explicit CombSearch(int rate);  ///< Hz; below 7,000 nothing can be judged
  CombSearch(CombSearch&&) noexcept;
  ~CombSearch();

  static std::span<const Comb> combs();

  /// Mono samples; `time_s` of the first one.
  void push(std::span<const float> samples, double time_s);
  /// What follows is not contiguous.
  void restart();
  /// Passages with at least 1.5 s of sound, in time order. Call once.
  std::vector<CombPassage> finish();
  double sounding_s() const;  ///< all sound heard so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bonafide::media
