#include "app/serve/rate.h"

#include <algorithm>

namespace bonafide::app {

double RateLimit::take(const std::string& who, double now, double cost) {
  if (rate_ <= 0) return 0;
  if (buckets_.size() >= most_ && !buckets_.contains(who)) forget(now);
  const auto [place, fresh] = buckets_.try_emplace(who, Bucket{burst_, now});
  Bucket& bucket = place->second;
  bucket.held = std::min(burst_, bucket.held + (now - bucket.at) * rate_);
  bucket.at = now;
  if (bucket.held >= std::min(cost, burst_)) {
    bucket.held -= cost;  // may go below nothing: a dear request is paid off later
    return 0;
  }
  return std::max((std::min(cost, burst_) - bucket.held) / rate_, 0.001);
}

/// Full buckets say nothing; when all are in use, who came from many addresses starts anew.
void RateLimit::forget(double now) {
  std::erase_if(buckets_, [&](const auto& one) { return one.second.held + (now - one.second.at) * rate_ >= burst_; });
  if (buckets_.size() >= most_) buckets_.clear();
}

}  // namespace bonafide::app
