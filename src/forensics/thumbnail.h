// Whether the small picture kept in the metadata shows the same scene as the picture itself. Cameras write both at
// once; programs that change the picture and forget the thumbnail leave the old scene behind.
#pragma once
#include "media/container/media.h"
#include "media/decode/plane.h"

namespace bonafide::forensics {

struct ThumbnailMatch {
  bool comparable = false;  ///< false: one of the two is too flat or too small to say anything
  double correlation = 0;   ///< Pearson, -1…1, of the best alignment
  bool bars_removed = false;
  media::Orientation turned = 1;  ///< how the thumbnail had to be turned
  double picture_aspect = 0;      ///< width / height of the picture as stored
  double thumbnail_aspect = 0;    ///< of the thumbnail, turned as above and without its bars
};

/// Both brightness (1 channel), as stored. Compares on a grid of at most 48 cells: exposure, contrast, sharpening and
/// scaling hardly move the result. Tries the eight orientations, removes black bars, and tries the middle of the
/// picture cut to the thumbnail's shape; the best counts, in favour of the picture.
ThumbnailMatch compare_thumbnail(const media::Plane& picture, const media::Plane& thumbnail);

}  // namespace bonafide::forensics
