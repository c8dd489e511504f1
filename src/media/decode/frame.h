// Frame: one decoded picture. Views are made on first use, once, and shared by all detectors.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "media/decode/plane.h"

namespace bonafide::media {

struct FrameInfo {
  double time_s = 0;          ///< on the file's clock: 0 is the first sample of the earliest track
  std::int64_t index = 0;     ///< counts decoded frames from 0
  int width = 0, height = 0;  ///< pixels of the views below
  int bit_depth = 8;          ///< of the source; views are always 8 bits
  std::string colour;         ///< "bt709, tv range"; empty when not stated
  int orientation = 1;        ///< EXIF: stills are kept *as stored* (grids need it); video frames come upright
  bool key_frame = false;
  std::vector<std::string> damage;  ///< what could not be decoded as it should: "the file ends early"
};

class Frame {
 public:
  /// Where the samples come from. Each is called at most once, never both at the same time, possibly from another
  /// thread than the decoder's. `luma` gets one channel, `rgb` three; both info().width by info().height.
  class Source {
   public:
    virtual ~Source() = default;
    virtual Plane luma() = 0;
    virtual Plane rgb() = 0;
  };

  Frame() = default;
  Frame(FrameInfo info, std::unique_ptr<Source> source);
  /// For tests and generators: from RGB (3 channels) or grey (1 channel) samples.
  static Frame from_plane(Plane plane, FrameInfo info = {});

  const FrameInfo& info() const;
  int width() const { return info().width; }
  int height() const { return info().height; }
  double time_s() const { return info().time_s; }

  /// Full-size brightness (Y'). Video: the decoder's own Y plane, in its own range. JPEG: the stored Y, undithered.
  /// RGB sources, and HEIC and AVIF (libheif 1.15 hands out RGB only): BT.601 weights, rounded. Transparency is
  /// ignored: the samples under it are what was stored.
  const Plane& luma() const;
  const Plane& rgb() const;
  /// luma() reduced by area averaging to `width` pixels across (height follows); luma() itself when not larger.
  /// Each width asked for is made once and kept with the frame.
  const Plane& scaled(int width) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace bonafide::media
