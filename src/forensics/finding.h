// Finding: what one test says about one thing. "Not applicable, because …" is a Finding too.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "media/decode/decode.h"
#include "media/decode/plane.h"

namespace bonafide::forensics {

using media::TimeSpan;

/// How a test ended.
enum class Outcome {
  sign,            ///< it found a sign of manipulation or synthesis
  nothing_found,   ///< it looked and found none: this never means genuine
  fact,            ///< it states a fact that is neither for nor against (e.g. "saved by an editor")
  not_applicable,  ///< the trace it looks for cannot exist or be seen here; see `reason`
  not_examined,    ///< it could have looked but did not (budget, skip, sampling); see `reason`
  failed,          ///< it broke; see `reason`
};
std::string_view to_string(Outcome outcome);

/// The one scale of words (ENFSI evaluative reporting): see verdict/strength.h for the rule behind each.
enum class Strength { none, weak, moderate, strong, very_strong };
std::string_view to_string(Strength strength);

/// Tests that look at the same cause share a group: within one the strongest counts, across groups they add up.
enum class Group { file, compression, noise, synthesis, content, face, sync };
std::string_view to_string(Group group);

/// A rectangle in pixels of the picture as shown (EXIF orientation applied).
struct Region {
  int x = 0, y = 0, width = 0, height = 0;
};

/// A curve over time (or frequency) with its normal range, for timelines.
struct Curve {
  std::string name;  ///< "eye opening, face 1"
  std::string x_unit = "s";
  std::string y_unit;
  std::vector<double> x, y;  ///< same length; y may hold NaN for "no value"
  std::optional<double> normal_low, normal_high;
  std::vector<double> ticks;  ///< x of single events, e.g. blinks
};

/// A map over the picture as shown, 0 = nothing, 255 = strongest; it covers the whole picture.
struct HeatMap {
  std::string name;     ///< "foreign grid"
  std::string reading;  ///< how to read it, one sentence
  media::Plane values;  ///< grey, at most 512 px on the long side
};

struct Finding {
  std::string detector;  ///< "image.jpeg_grid"
  int version = 1;
  Group group = Group::file;
  std::string title;     ///< of the test, "JPEG grid"; filled in by the pipeline
  std::string question;  ///< what the test asks, one sentence; filled in by the pipeline
  std::string claim;     ///< stable message key: "image.jpeg_grid.foreign"
  Outcome outcome = Outcome::nothing_found;
  std::string sentence;  ///< one plain sentence for a layperson
  std::string reason;    ///< for not_applicable, not_examined, failed
  /// log10 of the likelihood ratio, only from a calibration table. Without one, `grade` speaks, at most moderate.
  std::optional<double> log10_lr;
  Strength grade = Strength::none;  ///< the detector's own uncalibrated grade of a sign
  std::string score_name;           ///< "log10 NFA", "z", "p"; empty when there is none
  std::optional<double> score;
  std::vector<TimeSpan> spans;                               ///< where in time
  std::vector<Region> regions;                               ///< where in the picture
  std::optional<int> face;                                   ///< face track number, from 1
  std::vector<std::string> limits;                           ///< what this test cannot see, plain sentences
  std::vector<std::pair<std::string, std::string>> details;  ///< measured values: name, value with unit
  std::vector<Curve> curves;
  std::vector<HeatMap> maps;
};

}  // namespace bonafide::forensics
