// Places the tile: as weak as it may be and still be read after what platforms do.
#pragma once
#include <cstdint>

#include "base/context.h"
#include "provenance/mark/key.h"

namespace bonafide::provenance::mark {

/// Interleaved 8-bit samples owned by the caller: grey (1), RGB (3), RGB and transparency (4, left alone).
struct PictureView {
  std::uint8_t* data = nullptr;
  int width = 0, height = 0, channels = 3;
  std::ptrdiff_t stride = 0;
  bool bgr = false;  ///< order of the colours
};

struct TileStrength {
  double psnr = 42.5;   ///< dB that pictures come to on average; the loop starts weaker and ends stronger
  double weaker = 2;    ///< dB above psnr: what is tried first
  double stronger = 4;  ///< dB below psnr: the strongest that is tried when weak ones would not survive
  int rounds = 5;       ///< of looking at what the reader would see and helping weak cells
  int not_layout =
      -1;  ///< the sign pattern of a mark that is there already: another one is taken, so that both are seen
};

struct TilePlaced {
  double psnr = 0;        ///< dB over all colour samples, measured on the result
  bool survives = false;  ///< the reader still read it after JPEG 30, strong noise and a crop, tried on a small copy
  int layout = 0;
};

/// `unsupported` for pictures under 128 pixels on a side: a cell would be smaller than a pixel.
Result<TilePlaced> place_tile(PictureView picture, const MarkKey& key, std::uint64_t id, const TileStrength& strength,
                              const Context& context);

}  // namespace bonafide::provenance::mark
