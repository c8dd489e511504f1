// Places the fragile layer: it shows later where the picture was changed.
#pragma once
#include "base/context.h"
#include "provenance/mark/qim_layout.h"
#include "provenance/mark/tile_embed.h"

namespace bonafide::provenance::mark {

struct QimPlaced {
  double psnr = 0;     ///< dB over all colour samples, of this layer alone
  double covered = 0;  ///< share of blocks that carry it: not those at the ends of the scale
};

/// After the tile, whose id it hangs on. `unsupported` for pictures under 128 pixels on a side.
Result<QimPlaced> place_qim(PictureView picture, const MarkKey& key, std::uint64_t id, const Context& context);

}  // namespace bonafide::provenance::mark
