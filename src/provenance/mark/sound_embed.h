// Placing a sound mark in a stream: blocks of samples in, marked samples out, in constant memory.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "provenance/mark/key.h"

namespace bonafide::provenance::mark {

struct SoundMarkOptions {
  std::uint64_t id = 0;
  /// Signal over mark in every slot of 46 ms, at least; where the ear allows less mark than that there is less.
  double signal_to_mark_db = 27.2;
};

class SoundMarker {
 public:
  /// 8 to 768 kHz, 1 to 64 channels, which all get the same mark; `unsupported` otherwise.
  static Result<SoundMarker> create(const MarkKey& key, const SoundMarkOptions& options, int rate, int channels);
  SoundMarker(SoundMarker&&) noexcept;
  SoundMarker& operator=(SoundMarker&&) noexcept;
  ~SoundMarker();

  using Channels = std::vector<std::vector<float>>;  ///< [channel][sample], -1…1
  /// Takes samples (equally many of every channel; `invalid_argument` otherwise) and appends marked ones to `out`: as
  /// many in all, up to 0.1 s later.
  Result<void> push(const Channels& samples, Channels& out);
  /// The end: appends the rest.
  void finish(Channels& out);

 private:
  struct State;
  explicit SoundMarker(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bonafide::provenance::mark
