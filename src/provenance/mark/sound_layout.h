// Where the sound mark's chips lie: a plane of time slots and frequency bands, the same every five seconds but for the
// parts that number the seconds. A chip raises a band in one half of its slot and lowers it in the other.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "media/dsp/convolutional_code.h"
#include "provenance/mark/key.h"

namespace bonafide::provenance::mark {

inline constexpr std::string_view kSoundProfile = "bonafide.sound.1";

inline constexpr int kSoundRate = 44100;                      ///< Hz; other rates are resampled
inline constexpr int kSoundFrame = 1024;                      ///< samples of one window
inline constexpr int kSoundHop = 512;                         ///< between the embedder's windows
inline constexpr int kSoundStep = 256;                        ///< between the reader's windows
inline constexpr int kSoundSlot = 2048;                       ///< samples of a slot: two halves of two hops each
inline constexpr int kSoundSlots = 108;                       ///< slots of a block
inline constexpr int kSoundQuarters = 4;                      ///< blocks until the full id repeats
inline constexpr int kSoundBlock = kSoundSlot * kSoundSlots;  ///< samples: 5.016 s
inline constexpr double kSoundBlockSeconds = static_cast<double>(kSoundBlock) / kSoundRate;
inline constexpr int kStepsInSlot = kSoundSlot / kSoundStep;
inline constexpr int kStepsInBlock = kSoundBlock / kSoundStep;

struct SoundBand {
  int first = 0;  ///< bins of the window's spectrum
  int count = 0;
};
std::span<const SoundBand> sound_bands();

/// What a chip is for. `brief`: the upper 32 bits of the id, whole in every block. `rest`: the lower 32, spread over
/// four blocks. `place`: which block since the beginning this is.
enum class SoundPart : std::uint8_t { sync, brief, rest, place };

struct SoundChip {
  SoundPart part = SoundPart::sync;
  std::uint16_t bit = 0;  ///< of the part's coded bits
  float sign = 1;
};

inline constexpr std::size_t kBriefBits = 32 + 16;  ///< with CRC-16
inline constexpr std::size_t kRestBits = 32 + 24;   ///< with CRC-24 over all 64
const media::ConvolutionalCode& sound_code();

class SoundLayout {
 public:
  explicit SoundLayout(const MarkKey& key);

  /// slot × band chips of one of the four blocks.
  std::span<const SoundChip> chips(int quarter) const { return chips_[static_cast<std::size_t>(quarter)]; }
  static std::size_t chips_in_block();
  /// Signs of all chips of a block, counted from the beginning of the work; used where the part is `place`.
  std::vector<float> place_signs(std::int64_t block) const;

  /// Signs of all chips of a work with this id in one of the four blocks; 0 where the part is `place`.
  std::vector<float> signs_of(std::uint64_t id, int quarter) const;

  /// Coded bits of an id: +1 for 0, -1 for 1.
  static std::vector<float> brief_code(std::uint32_t upper);
  static std::vector<float> rest_code(std::uint64_t id);

 private:
  MarkKey key_;
  std::vector<SoundChip> chips_[kSoundQuarters];
};

}  // namespace bonafide::provenance::mark
