// Small exact operations on planes that the decoders share: grey from colour, colour from grey, turning upright.
#pragma once
#include "media/decode/plane.h"

namespace bonafide::media {

/// Y' = 0.299 R + 0.587 G + 0.114 B (BT.601), rounded.
Plane luma_of(const Plane& rgb);
Plane rgb_of(const Plane& grey);
/// The picture turned as EXIF `orientation` 1…8 says it is to be shown. 1 shares the samples.
Plane upright(const Plane& plane, int orientation);

}  // namespace bonafide::media
