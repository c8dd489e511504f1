// Counters that a monitoring system reads (Prometheus's text format 0.0.4).
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace bonafide::app {

class Metrics {
 public:
  /// `route`: one of a few fixed words, never what a stranger wrote.
  void count(const std::string& route, int status, double seconds);
  void add(const std::string& name, double value);
  /// A value that goes up and down.
  void set(const std::string& name, double value);
  std::string text() const;

 private:
  static constexpr std::array<double, 8> kBounds{0.001, 0.005, 0.025, 0.1, 0.5, 2, 10, 30};
  struct Times {
    std::array<std::uint64_t, kBounds.size()> below{};
    std::uint64_t count = 0;
    double sum = 0;
  };
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, std::uint64_t> answers_;
  std::map<std::string, Times> times_;
  std::map<std::string, double> counters_, gauges_;
};

}  // namespace bonafide::app
