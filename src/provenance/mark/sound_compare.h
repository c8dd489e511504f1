// A sound against the bands that a ClipMap keeps. Private to this room.
#pragma once
#include <vector>

#include "provenance/mark/clip_compare.h"
#include "provenance/mark/sound_bands.h"

namespace bonafide::provenance::mark {

/// Adds the spans in which something else is heard. `suspect` in bins of kSoundFine.
void compare_sound(const std::vector<SoundCode>& original, const std::vector<SoundPower>& suspect,
                   const std::vector<ClipPiece>& pieces, ClipComparison& answer);

}  // namespace bonafide::provenance::mark
