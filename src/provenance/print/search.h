// Which works of an index a file resembles: still by still, clip by its pictures in step, sound by its items in step.
#pragma once
#include <optional>
#include <vector>

#include "provenance/print/index.h"

namespace bonafide::provenance::print {

/// What is asked about: a still in all its eight ways, or a clip.
struct Query {
  WorkPrints prints = {};
  std::optional<EightPrints> turned = {};
};

/// Pictures of one clip found in the same order and distance in another.
struct ClipMatch {
  int pictures = 0;             ///< found in step, each counted once however long it stands
  int asked = 0;                ///< that could have been found
  double offset_s = 0;          ///< time in the registered work minus time in the file
  double from_s = 0, to_s = 0;  ///< in the file
  double mean_distance = 0;
};

struct SoundMatch {
  double seconds = 0;           ///< that agree
  double asked_s = 0;           ///< of the file's sound
  double offset_s = 0;          ///< time in the registered work minus time in the file
  double from_s = 0, to_s = 0;  ///< in the file
  double errors = 0;            ///< share of bits that differ, in what agrees
};

struct WorkMatch {
  std::uint32_t work = 0;
  std::optional<int> distance = {};    ///< of the nearest picture, 0 to 256
  int turn = 0;                        ///< the file is this work turned like that (see EightPrints)
  std::optional<double> at_s = {};     ///< the still stands there in the registered clip
  std::optional<ClipMatch> clip = {};  ///< when both are clips
  std::optional<SoundMatch> sound = {};
};

/// The `count` works whose picture is nearest to the file's in any of its eight ways, whatever the distance: cuts move
/// the print far away, and only what comes after a print (a map) can tell whether they show the same.
std::vector<WorkMatch> nearest(const PrintIndex& index, const EightPrints& turned, std::size_t count);

/// The works within kNear, the best first.
std::vector<WorkMatch> search(const PrintIndex& index, const Query& query);

}  // namespace bonafide::provenance::print
