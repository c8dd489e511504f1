#include "app/serve/metrics.h"

#include <fmt/format.h>

namespace bonafide::app {

void Metrics::count(const std::string& route, int status, double seconds) {
  const std::scoped_lock lock(mutex_);
  ++answers_[{route, status}];
  Times& times = times_[route];
  for (std::size_t i = 0; i < kBounds.size(); ++i)
    if (seconds <= kBounds[i]) ++times.below[i];
  ++times.count;
  times.sum += seconds;
}

void Metrics::add(const std::string& name, double value) {
  const std::scoped_lock lock(mutex_);
  counters_[name] += value;
}

void Metrics::set(const std::string& name, double value) {
  const std::scoped_lock lock(mutex_);
  gauges_[name] = value;
}

std::string Metrics::text() const {
  const std::scoped_lock lock(mutex_);
  std::string text = "# TYPE bonafide_http_answers_total counter\n";
  for (const auto& [key, value] : answers_)
    text += fmt::format("bonafide_http_answers_total{{route=\"{}\",status=\"{}\"}} {}\n", key.first, key.second, value);
  text += "# TYPE bonafide_http_seconds histogram\n";
  for (const auto& [route, times] : times_) {
    for (std::size_t i = 0; i < kBounds.size(); ++i)
      text +=
          fmt::format("bonafide_http_seconds_bucket{{route=\"{}\",le=\"{}\"}} {}\n", route, kBounds[i], times.below[i]);
    text += fmt::format("bonafide_http_seconds_bucket{{route=\"{}\",le=\"+Inf\"}} {}\n", route, times.count);
    text += fmt::format("bonafide_http_seconds_sum{{route=\"{}\"}} {}\n", route, times.sum);
    text += fmt::format("bonafide_http_seconds_count{{route=\"{}\"}} {}\n", route, times.count);
  }
  for (const auto& [name, value] : counters_) text += fmt::format("# TYPE {} counter\n{} {}\n", name, name, value);
  for (const auto& [name, value] : gauges_) text += fmt::format("# TYPE {} gauge\n{} {}\n", name, name, value);
  return text;
}

}  // namespace bonafide::app
