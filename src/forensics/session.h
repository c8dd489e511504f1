// A detector's session as the pipeline holds it: its lock, its settled answer, and what happens when it throws.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "forensics/pipeline.h"

namespace bonafide::forensics {

class SessionSlot {
 public:
  SessionSlot(const PlannedDetector& planned, const DetectorInput& input);

  bool wants(unsigned need) const { return shared_->running && (detector_->needs & need) != 0; }
  /// Calls `feed(session)` under the slot's lock; a throw ends the session with Outcome::failed.
  template <typename Feed>
  void feed(Feed&& feed) {
    const std::lock_guard lock(shared_->mutex);
    guarded([&] {
      if (session_) feed(*session_);
    });
  }
  /// Ends the session with this answer instead of its own.
  void settle(Finding finding);
  /// Appends the session's findings, filled in with id, version and group, each claim and region checked.
  void finish(std::vector<Finding>& into);

 private:
  void guarded(const std::function<void()>& call);

  const Detector* detector_;
  /// What the picture's and the sound's thread both look at; on the heap, so that slots can move.
  struct Shared {
    std::mutex mutex;
    std::atomic<bool> running = false;  ///< `session_` is there; read without the lock
  };
  std::unique_ptr<Shared> shared_ = std::make_unique<Shared>();
  std::unique_ptr<DetectorSession> session_;
  std::optional<Finding> settled_;
};

/// "not examined: the time budget ended before this test".
Finding out_of_time();

std::vector<SessionSlot> start_sessions(const media::Media& media, const Plan& plan, const Context& context);

}  // namespace bonafide::forensics
