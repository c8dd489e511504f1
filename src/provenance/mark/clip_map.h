// ClipMap: what a clip showed every half second, and how loud sixteen bands of its sound were every quarter of one. The
// map of map.h in time: a signer puts it into the credential, later it says where and when a copy differs.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "provenance/mark/map.h"

namespace bonafide::provenance::mark {

inline constexpr double kClipSlot = 0.5;     ///< seconds of pictures that are told as one: their mean
inline constexpr double kHeardSlot = 0.25;   ///< seconds of sound that are told as one
inline constexpr int kSoundBands = 16;       ///< 200 to 6,400 Hz, equal in pitch
inline constexpr int kMapSoundRate = 16000;  ///< Hz; all channels as one

/// Mean power of each band, in steps of 0.5 dB from -100 dB on (a full sine: about +12 dB).
using SoundCode = std::array<std::uint8_t, kSoundBands>;

struct ClipMap {
  int width = 0, height = 0;                  ///< upright; 0: no pictures
  int block = 16, columns = 0, rows = 0;      ///< as BlockMap
  std::vector<std::vector<BlockCode>> slots;  ///< from 0 on; an empty one: nothing was shown then
  std::vector<SoundCode> sound;               ///< from 0 on; none: no sound

  bool pictures() const { return width > 0 && !slots.empty(); }
  /// One slot as the map of a still.
  BlockMap at(std::size_t slot) const;
  bool operator==(const ClipMap&) const = default;
};

/// Blocks of 16 up to half an hour, of 32 beyond: an hour in 16 takes about 13 MB.
int clip_block(double seconds);

/// Makes a map of what is shown and heard, in memory for half a second besides the map itself.
class ClipMapper {
 public:
  explicit ClipMapper(int block = 16);
  ClipMapper(ClipMapper&&) noexcept;
  ~ClipMapper();

  /// Whether the picture at this time is wanted: more than 40 a second are not.
  bool wants(double seconds) const;
  /// In order of time, from 0 on. unsupported: a size that has no map. A picture of another size is passed over.
  Result<void> picture(RgbView picture, double seconds);
  /// Mono at kMapSoundRate; `seconds`: of the first sample.
  void sound(std::span<const float> samples, double seconds);
  /// unsupported: neither pictures nor sound came.
  Result<ClipMap> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// CBOR, deterministic: {"v": 1, "alg": "bonafide.clip-map.1", sizes, "slots", "codes", "sound"}. The codes of a slot
/// are told as differences from the slot before, and deflated (RFC 1950).
Bytes encode_clip_map(const ClipMap& map);
/// corrupt: not of that form; unsupported: another version; limit: more than a day.
Result<ClipMap> parse_clip_map(ByteView cbor);
/// Whether the CBOR says that it is a map of a clip (rather than of a still).
bool is_clip_map(ByteView cbor);

}  // namespace bonafide::provenance::mark
