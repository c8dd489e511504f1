// Reading a sound mark: blocks of samples in, an id and its evidence out. Nothing needs to be known of the original.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "provenance/mark/evidence.h"
#include "provenance/mark/key.h"
#include "provenance/mark/sound_layout.h"
#include "provenance/mark/sound_map.h"

namespace bonafide::provenance::mark {

/// A claim needs this much: chance makes one in ten million unmarked sounds look so.
inline constexpr double kSoundClaimLog10P = -7;

struct SoundReading {
  /// The upper 32 bits, which five seconds hold; nothing where the evidence does not reach kSoundClaimLog10P.
  std::optional<std::uint32_t> upper;
  std::optional<std::uint64_t> id;  ///< all 64 bits, of about 15 s and more
  Evidence evidence;                ///< of what is claimed, or else of the highest peak among all places
  SoundWarp warp;                   ///< how the sound was changed since, where something was found
  double seconds = 0;               ///< of sound that was looked at
};

class SoundReader {
 public:
  static Result<SoundReader> create(const MarkKey& key, int rate, int channels);
  SoundReader(SoundReader&&) noexcept;
  SoundReader& operator=(SoundReader&&) noexcept;
  ~SoundReader();

  /// Samples (-1…1), equally many of every channel.
  Result<void> push(const std::vector<std::vector<float>>& samples);

  struct Options {
    /// When nothing is found as it is: look for speeds of 0.8 to 1.25 and tempos within 6 %, in the first two minutes.
    bool deep = false;
  };
  SoundReading finish(const Options& options);
  SoundReading finish() { return finish(Options{}); }

  /// What was seen, after finish(): for localisation (sound_places.h).
  const SoundMap& map() const;

 private:
  struct State;
  explicit SoundReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bonafide::provenance::mark
