// The one pass over a clip or sound: decoded once, face-tracked once, every session fed.
#pragma once
#include "forensics/session.h"

namespace bonafide::forensics {

/// Fails only when nothing can be decoded, or on `cancelled`.
Result<void> run_clip(const media::Media& media, const Plan& plan, const PipelineSettings& settings,
                      const Context& context, std::vector<SessionSlot>& slots, PipelineResult& result);

}  // namespace bonafide::forensics
