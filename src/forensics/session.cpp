#include "forensics/session.h"

#include <exception>

namespace bonafide::forensics {

namespace {
Finding failed(std::string reason) {
  Finding finding;
  finding.outcome = Outcome::failed;
  finding.reason = std::move(reason);
  return finding;
}
// Reasons stand on lines of their own in the report: "the file has no sound" becomes "The file has no sound."
std::string as_sentence(std::string text) {
  if (text.empty()) return text;
  if (text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 'a' + 'A');
  if (text.back() != '.' && text.back() != '!' && text.back() != '?') text += '.';
  return text;
}

}  // namespace

SessionSlot::SessionSlot(const PlannedDetector& planned, const DetectorInput& input)
    : detector_(planned.detector), settled_(planned.settled) {
  if (settled_) return;
  guarded([&] { session_ = detector_->start(input); });
  shared_->running = session_ != nullptr;
}

// Detectors call OpenCV and dlib, which throw: this is where their exceptions stop.
void SessionSlot::guarded(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::exception& error) {
    settle(failed(error.what()));
  }
}

void SessionSlot::settle(Finding finding) {
  shared_->running = false;
  session_.reset();
  if (!settled_) settled_ = std::move(finding);
}

void SessionSlot::finish(std::vector<Finding>& into) {
  std::vector<Finding> findings;
  guarded([&] {
    if (session_) findings = session_->finish();
  });
  if (settled_) {
    findings.clear();
    findings.push_back(std::move(*settled_));
  }
  if (findings.empty()) findings.push_back(failed("the test gave no answer"));
  for (Finding& finding : findings) {
    finding.detector = detector_->id;
    finding.version = detector_->version;
    finding.group = detector_->group;
    finding.title = detector_->title;
    finding.question = detector_->question;
    if (finding.claim.empty()) finding.claim = finding.detector + "." + std::string(to_string(finding.outcome));
    finding.reason = as_sentence(std::move(finding.reason));
    // Without a calibration table nobody says more than "moderate" (manners: strength words).
    if (!finding.log10_lr) finding.grade = std::min(finding.grade, Strength::moderate);
    into.push_back(std::move(finding));
  }
}

Finding out_of_time() {
  Finding finding;
  finding.outcome = Outcome::not_examined;
  finding.reason = "the time budget ended before this test";
  return finding;
}

std::vector<SessionSlot> start_sessions(const media::Media& media, const Plan& plan, const Context& context) {
  std::vector<SessionSlot> slots;
  slots.reserve(plan.detectors.size());
  const DetectorInput input{media, context, plan.spans};
  for (const PlannedDetector& planned : plan.detectors) slots.emplace_back(planned, input);
  return slots;
}

}  // namespace bonafide::forensics
