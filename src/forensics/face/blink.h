// Blinks in a curve of eye openings: pure arithmetic on numbers, no pictures.
#pragma once
#include <span>
#include <vector>

#include "media/decode/decode.h"

namespace bonafide::forensics::face {

/// One frame of one face.
struct EyeSample {
  double time_s = 0;
  float right = 0, left = 0;  ///< eye_opening() of the person's right and left eye
  bool usable = true;         ///< large, sharp and frontal enough
};

struct Blink {
  double closest_s = 0;                ///< when the eyes are least open
  double onset_s = 0, recovery_s = 0;  ///< where the curve crosses half of the drop, between frames
  double depth = 0;      ///< drop over the open level, 0…1; landmarks of a shut eye still give about 0.5
  double lag_s = 0;      ///< left eye minus right eye, centres of mass of the two dips
  bool partial = false;  ///< shallower than kFullDepth
  bool one_eye = false;  ///< one eye dips less than kOneEye of the other
  double length_s() const { return recovery_s - onset_s; }
};

struct BlinkCurve {
  std::vector<Blink> blinks;
  std::vector<media::TimeSpan> long_closures;  ///< shut or looking down for longer than a blink
  std::vector<media::TimeSpan> runs;           ///< stretches of usable samples that were examined
  std::vector<double> time_s, opening;         ///< usable samples: mean of both eyes over its running open level
  double usable_s = 0;                         ///< total of the runs
  double noise = 0;                            ///< frame to frame, robust, in units of the open level
  double open_level = 0;                       ///< median of the running open level, as an eye aspect ratio
};

/// Samples in time order. A gap of more than 0.15 s or an unusable sample ends a run; runs below 1 s are left out.
/// Dips of less than kLeastDepth, shorter than 50 ms or longer than 500 ms at half depth are no blinks.
BlinkCurve find_blinks(std::span<const EyeSample> samples);

/// On franck.mp4 (FGNet talking face, 200 s) every drop is below 0.19 or above 0.26; 0.2 sits in that gap and lets
/// shallower blinks of faces with narrow eyes through. Measured on ../shared/data/media/dev, see docs/methods.
inline constexpr double kLeastDepth = 0.2;
inline constexpr double kFullDepth = 0.3;
inline constexpr double kOneEye = 0.35;

/// Chance of at most `count` blinks in `seconds`, and of at least that many, for a normal adult of unknown occupation.
/// Blinks of one person come as a Poisson process whose rate differs between people and tasks as a gamma variable of
/// shape 2 and mean 11.7 a minute: its middle 95 % runs from 1.4 a minute (lower limit when reading) to 32.5 (upper
/// limit in conversation), the limits of Doughty 2001 (Optom Vis Sci 78:712). So the count is negative binomial.
struct BlinkTails {
  double few = 1, many = 1;
};
BlinkTails blink_tails(int count, double seconds);

}  // namespace bonafide::forensics::face
