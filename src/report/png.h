// PNG (ISO/IEC 15948): just enough to put heat maps into JSON and HTML, and to read our own back.
#pragma once
#include "base/bytes.h"
#include "base/result.h"
#include "media/decode/plane.h"

namespace bonafide::report {

/// Grey (1 channel) or RGB (3 channels), 8 bits, not interlaced. Empty for an empty plane.
Bytes encode_png(const media::Plane& plane);
/// A grey plane as colours with transparency: 0 is clear, 255 is the strongest, by a scale that gets steadily darker
/// or lighter so that it still reads without colour.
Bytes encode_heat_png(const media::Plane& grey);
/// What encode_png writes for grey planes; at most 4096 x 4096. `corrupt` or `unsupported` for anything else.
Result<media::Plane> decode_grey_png(ByteView png);

}  // namespace bonafide::report
