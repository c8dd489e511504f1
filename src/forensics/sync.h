// Lips and sound: how well a mouth's movement follows a voice at every delay, with the odds that chance did it.
// Pure arithmetic on curves; detectors feed it. Speech is where a moving jaw and the formants F1-F3 swell together,
// 2 to 7 times a second (Chandrasekaran et al., "The natural statistics of audiovisual speech", PLoS Comput. Biol.
// 5(7), 2009); hissing sounds come through spread lips with the jaw raised.
#pragma once
#include <array>
#include <span>
#include <vector>

#include "forensics/face/face.h"
#include "forensics/voice/voice.h"

namespace bonafide::forensics::sync {

using media::TimeSpan;

inline constexpr double kRate = 50;  ///< points per second of all curves here
inline constexpr int kMaxLag = 50;   ///< points: delays from -1 s (sound early) to +1 s (sound late)
inline constexpr int kLags = 2 * kMaxLag + 1;

/// Inner-lip gap, outer-lip height, chin to nose bridge, mouth width; each over the outer eye distance. All 0 when the
/// eyes coincide.
using MouthShape = std::array<double, 4>;
MouthShape mouth_shape(const face::Landmarks& points);

/// Band powers in dB; NaN where nothing was heard.
using SoundBands = std::array<double, voice::kBands>;

/// A mouth seen without a gap, and the sound around it.
struct Stretch {
  double begin_s = 0;
  std::vector<MouthShape> mouth;  ///< at begin_s + i / kRate
  std::vector<SoundBands> sound;  ///< mouth.size() + 2·kMaxLag; value i belongs to begin_s + (i - kMaxLag) / kRate
  double end_s() const { return begin_s + static_cast<double>(mouth.size()) / kRate; }
};

/// Keeps 1 to 8 Hz, slowly rising with the square root of frequency (speech curves fall about so fast: flattening
/// them sharpens the peak). 101-tap linear-phase FIR, mirrored at the ends; same length as `values`.
std::vector<double> syllable_band(std::span<const double> values);

/// Agreement at every delay. `z` is in standard deviations of what unrelated curves of the same smoothness give
/// (Bartlett's formula for the variance of a cross-correlation), so 0 is chance and 5 is beyond it.
struct Agreement {
  std::array<double, kLags> z{};  ///< value kMaxLag + k: sound k / kRate seconds late
  std::array<double, kLags> r{};  ///< correlation of the leading pair of curves (jaw and formants), -1…1
  double seconds = 0;             ///< of picture with sound, compared
  double movement = 0;            ///< mean square of the opening curve there; comparable within one Comparison
};

struct Peak {
  double lag_s = 0;  ///< positive: the sound comes after the lips
  double z = 0;
  double r = 0;
  double low_s = 0, high_s = 0;  ///< 95 % interval of the lag
};

/// The highest agreement with a delay in [low_s, high_s].
Peak find_peak(const Agreement& agreement, double low_s = -1, double high_s = 1);

/// log10 of the chance that unrelated curves reach `z` anywhere within a range of delays `range_s` seconds wide.
double log10_chance(double z, double range_s);

/// Compares one mouth (all its stretches) with the sound. Curves are filtered and brought to one scale once; then any
/// part of the time can be asked for.
class Comparison {
 public:
  explicit Comparison(const std::vector<Stretch>& stretches);

  /// Over the points inside `parts`, all together.
  Agreement over(std::span<const TimeSpan> parts) const;
  /// How strongly the mouth opens and closes: robust standard deviation of the 1-8 Hz part of the outer-lip height,
  /// in eye distances.
  double mouth_activity() const { return activity_; }

 private:
  static constexpr std::size_t kPairs = 2;  // jaw and formants, lip spreading and hiss
  struct Curves {
    double begin_s = 0;
    std::array<std::vector<double>, kPairs> mouth, sound;
    std::vector<char> heard;  // as long as sound
  };
  struct Sums;
  void add(const Curves& curves, std::size_t from, std::size_t to, Sums& sums) const;

  std::vector<Curves> curves_;
  double activity_ = 0;
};

}  // namespace bonafide::forensics::sync
