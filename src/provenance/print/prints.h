// All prints of one work, as the registry keeps them: of a picture, or of a clip's pictures twice a second and of its
// sound. They never stand in the log itself (only a salted commitment does): prints are treated as personal data.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "provenance/print/pdq.h"

namespace bonafide::provenance::print {

struct FramePrint {
  std::uint32_t tenths = 0;  ///< of a second, from the beginning
  PicturePrint print = {};
  bool operator==(const FramePrint&) const = default;
};

struct WorkPrints {
  std::optional<PicturePrint> picture = {};
  std::vector<FramePrint> frames = {};
  std::vector<std::uint32_t> sound = {};  ///< Chromaprint's items, kSoundItem seconds each
  Bytes map = {};                         ///< the work block by block, to say what differs in a copy; may be empty
  bool empty() const { return !picture && frames.empty() && sound.empty(); }
  bool operator==(const WorkPrints&) const = default;
};

inline constexpr double kSoundItem = 1365.0 / 11025;  ///< seconds: a third of Chromaprint's frame of 4096 samples
inline constexpr std::size_t kMostFrames = 86'400;    ///< twelve hours
inline constexpr std::size_t kMostSound = 348'000;    ///< twelve hours
inline constexpr std::size_t kMostMap = std::size_t{16} << 20;

/// CBOR, deterministic. parse: corrupt for everything that encode does not write.
Bytes encode_prints(const WorkPrints& prints);
Result<WorkPrints> parse_prints(ByteView cbor);

/// Takes one picture every half second and lets the others go.
class FramePrinter {
 public:
  Result<void> add(media::GreyView luma, double seconds);
  bool wants(double seconds) const;
  std::vector<FramePrint> finish() { return std::move(frames_); }

 private:
  std::vector<FramePrint> frames_;
  std::int64_t next_ = 0;  ///< half seconds
};

/// Chromaprint (its default algorithm), fed bit by bit.
class SoundPrinter {
 public:
  SoundPrinter();
  ~SoundPrinter();
  SoundPrinter(const SoundPrinter&) = delete;
  SoundPrinter& operator=(const SoundPrinter&) = delete;
  /// Mono, -1 to 1, at this rate, which stays.
  Result<void> add(std::span<const float> samples, int rate);
  Result<std::vector<std::uint32_t>> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bonafide::provenance::print
