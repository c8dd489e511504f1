#include "forensics/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/time.h"
#include "forensics/run_clip.h"
#include "forensics/run_still.h"

namespace bonafide::forensics {

namespace {

constexpr double kWholeUpTo_s = 600;  // what a viewer waits for; longer files are sampled
constexpr double kSpan_s = 60;        // long enough for a blink rate (20 s) and several lip-sync windows
constexpr int kSpans = 10;

bool matches(std::string_view id, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return id == pattern || (pattern.ends_with('.') && id.starts_with(pattern));
  });
}

std::vector<TimeSpan> choose_spans(const media::Media& media, bool whole, bool& sampled) {
  sampled = false;
  const double duration = media.duration_s;
  if (whole || (duration > 0 && duration <= kWholeUpTo_s)) {
    constexpr double kForever_s = 1e9;
    return {{0, kForever_s}};
  }
  sampled = true;
  if (duration <= 0) return {{0, kWholeUpTo_s}};  // length unknown: the beginning
  std::vector<TimeSpan> spans;
  const double step = (duration - kSpan_s) / (kSpans - 1);
  for (int i = 0; i < kSpans; ++i) spans.push_back({i * step, i * step + kSpan_s});
  return spans;
}

Finding skipped(const Detector& detector) {
  Finding finding;
  finding.outcome = Outcome::not_examined;
  finding.claim = std::string(detector.id) + ".skipped";
  finding.reason = "left out on request";
  return finding;
}

}  // namespace

Plan make_plan(const media::Media& media, const PipelineSettings& settings, std::span<const Detector* const> table) {
  Plan plan;
  for (const Detector* const detector : table) {
    PlannedDetector planned{detector, std::nullopt};
    const bool wanted = settings.only.empty() || matches(detector->id, settings.only);
    if (!wanted || matches(detector->id, settings.skip)) {
      planned.settled = skipped(*detector);
    } else if (detector->not_applicable != nullptr) {
      if (auto reason = detector->not_applicable(media)) planned.settled = not_applicable(std::move(*reason));
    }
    if (!planned.settled) plan.needs |= detector->needs;
    plan.detectors.push_back(std::move(planned));
  }
  const bool in_time = media.kind == media::Kind::video || media.kind == media::Kind::audio;
  if (in_time) plan.spans = choose_spans(media, settings.whole, plan.sampled);
  return plan;
}

Result<PipelineResult> run_pipeline(const media::Media& media, const Plan& plan, const PipelineSettings& settings,
                                    const Context& context) {
  std::vector<SessionSlot> slots = start_sessions(media, plan, context);
  PipelineResult result;
  if (media.kind == media::Kind::image) {
    TRY(run_still(media, plan, settings, context, slots, result));
  } else if (!plan.spans.empty()) {
    TRY(run_clip(media, plan, settings, context, slots, result));
  }
  for (SessionSlot& slot : slots) slot.finish(result.findings);
  return result;
}

}  // namespace bonafide::forensics
