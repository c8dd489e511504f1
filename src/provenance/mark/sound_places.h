// Where a marked sound still is what was marked: once its id is known every chip is known, and each half second is
// asked whether its chips are there. The numbered chips tell where sound is missing, and how much.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "provenance/mark/key.h"
#include "provenance/mark/sound_map.h"

namespace bonafide::provenance::mark {

enum class SoundState : std::uint8_t {
  verified,
  unverifiable,  ///< silence, or too little of it between 0.4 and 8 kHz
  altered,       ///< there is sound for a second and more, and the mark is not in it
};

struct SoundSpan {
  double begin_s = 0, end_s = 0;
  SoundState state = SoundState::verified;
};

/// At `at_s` the work goes on at another place: `removed_s` later (something was cut out), or earlier when negative
/// (something was put in or repeated). Not known where the numbered chips were not read on both sides.
struct SoundJump {
  double at_s = 0;
  std::optional<double> removed_s;
};

struct SoundUnit {  ///< half a second
  double begin_s = 0;
  double z = 0;       ///< of all known chips under the best alignment near; deviation 1 where nothing was marked
  double active = 0;  ///< share of chips that say anything
  SoundState state = SoundState::verified;
};

struct SoundPlaces {
  std::vector<SoundSpan> spans;
  std::vector<SoundJump> jumps;
  std::vector<SoundUnit> units;
  std::optional<double> starts_at_s;  ///< of the work, where the file begins, if it was not cut there
};

/// `pace`: speed·tempo of what was read, for times in the file.
SoundPlaces locate_sound(const SoundMap& map, const MarkKey& key, std::uint64_t id, double pace = 1);

}  // namespace bonafide::provenance::mark
