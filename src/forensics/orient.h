// From the picture as stored (where compression grids live) to the picture as shown (what a person points at):
// EXIF 2.32 orientation, tag 0x0112, values 1…8. Any other value is taken as 1.
#pragma once
#include "forensics/finding.h"
#include "media/container/media.h"
#include "media/decode/plane.h"

namespace bonafide::forensics {

struct Extent {
  int width = 0, height = 0;
};

/// Orientations 5…8 swap width and height.
Extent shown_extent(Extent stored, media::Orientation orientation);

/// A rectangle of the stored picture of that extent, moved to where it is shown.
Region to_shown(const Region& stored, Extent extent, media::Orientation orientation);

/// All samples moved; any number of channels.
media::Plane to_shown(const media::Plane& stored, media::Orientation orientation);

}  // namespace bonafide::forensics
