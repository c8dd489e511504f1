// The session of a test that looks at one still picture once and answers at once: the detector brings a function.
#pragma once
#include <memory>
#include <vector>

#include "forensics/cell_finding.h"
#include "forensics/detector.h"

namespace bonafide::forensics {

using ExamineStill = std::vector<Finding> (*)(const media::Frame& frame, const media::Media& media,
                                              const Context& context);

template <ExamineStill examine>
class StillSession final : public DetectorSession {
 public:
  explicit StillSession(const DetectorInput& input) : media_(input.media), context_(input.context) {}
  void on_still(const media::Frame& frame) override { findings_ = examine(frame, media_, context_); }
  std::vector<Finding> finish() override {
    if (findings_.empty()) findings_.push_back(not_looked("The picture was not decoded."));
    return std::move(findings_);
  }

 private:
  const media::Media& media_;
  const Context& context_;
  std::vector<Finding> findings_;
};

template <ExamineStill examine>
std::unique_ptr<DetectorSession> start_still(const DetectorInput& input) {
  return std::make_unique<StillSession<examine>>(input);
}

}  // namespace bonafide::forensics
