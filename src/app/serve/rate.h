// How often somebody may ask: a bucket each, which fills at a steady rate and is emptied by asking.
#pragma once
#include <cstddef>
#include <string>
#include <unordered_map>

namespace bonafide::app {

class RateLimit {
 public:
  /// `rate`: requests a second in the long run, 0: no limit; `burst`: at once.
  RateLimit(double rate, double burst, std::size_t most = 65'536) : rate_(rate), burst_(burst), most_(most) {}
  /// Seconds to wait, 0 when it may be asked now. `now`: seconds of a clock that never goes back.
  double take(const std::string& who, double now, double cost = 1);
  std::size_t size() const { return buckets_.size(); }

 private:
  struct Bucket {
    double held = 0, at = 0;
  };
  void forget(double now);
  double rate_, burst_;
  std::size_t most_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace bonafide::app
