// Frames of the seconds in which a clip was altered, side by side, with what differs outlined.
#pragma once
#include "base/context.h"
#include "media/decode/plane.h"
#include "report/clip_comparison.h"

namespace bonafide::app {

/// At most 12 frames, RGB. not_found: no part of the pictures was altered for it to show.
Result<media::Plane> contact_strip(const report::ClipComparison& comparison, const Context& context);

/// A frame to be shown at a time, with boxes in its pixels.
struct StripFrame {
  double time_s = 0;
  std::vector<provenance::mark::PixelBox> boxes{};
};
Result<media::Plane> contact_strip(const std::string& path, std::vector<StripFrame> frames, const Context& context);

}  // namespace bonafide::app
