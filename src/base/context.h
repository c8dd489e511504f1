// Context: what every long call is given. Limits, a way to stop, a deadline, and somewhere to report progress.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include "base/result.h"

namespace bonafide {

/// Bounds that hostile input meets. Sizes in bytes.
struct Limits {
  std::uint64_t memory = std::uint64_t{2} << 30;           ///< for decoded pictures and buffers together
  std::uint64_t pixels = 500'000'000;                      ///< of one picture, before anything is allocated
  int depth = 32;                                          ///< nesting of boxes, IFDs, chunks
  int nodes = 100'000;                                     ///< boxes, chunks or tags of one file
  std::uint64_t metadata_bytes = std::uint64_t{64} << 20;  ///< of one metadata block
};

using Clock = std::chrono::steady_clock;

/// (phase, step, total): total 0 when unknown. The words a person sees come from the front door.
using Progress = std::function<void(std::string_view phase, std::uint64_t step, std::uint64_t total)>;

struct Context {
  Limits limits;
  std::stop_token stop;
  std::optional<Clock::time_point> deadline;
  Progress progress;

  bool stopped() const { return stop.stop_requested(); }
  bool out_of_time() const { return deadline && Clock::now() >= *deadline; }
  void report(std::string_view phase, std::uint64_t step, std::uint64_t total) const {
    if (progress) progress(phase, step, total);
  }
};

}  // namespace bonafide
