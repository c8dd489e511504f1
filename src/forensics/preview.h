// Small pictures for the report.
#pragma once
#include <optional>

#include "forensics/pipeline.h"

namespace bonafide::forensics {

/// `frame` as shown, at most `longest` pixels on its longer side, as JPEG. Nothing when it cannot be encoded.
std::optional<Preview> make_preview(const media::Frame& frame, int longest);

}  // namespace bonafide::forensics
