// Writing a small picture as JPEG, for reports. (OpenCV's imgcodecs would do it, and bring 45 Debian packages along.)
#pragma once
#include "base/bytes.h"
#include "base/result.h"
#include "media/decode/plane.h"

namespace bonafide::media {

/// Baseline JPEG (4:2:0 for colour), quality 1…100 as libjpeg counts it. Takes 1 or 3 (RGB) channels, at most 65,500
/// pixels a side.
Result<Bytes> encode_jpeg(const Plane& plane, int quality);

}  // namespace bonafide::media
