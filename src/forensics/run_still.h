// The run over one still picture: coefficients and pixels read once, every session fed in turn.
#pragma once
#include "forensics/session.h"

namespace bonafide::forensics {

/// Fails only when the picture cannot be decoded, or on `cancelled`.
Result<void> run_still(const media::Media& media, const Plan& plan, const PipelineSettings& settings,
                       const Context& context, std::vector<SessionSlot>& slots, PipelineResult& result);

}  // namespace bonafide::forensics
