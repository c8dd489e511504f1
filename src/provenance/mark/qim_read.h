// Reads the fragile layer of a picture whose mark was read: where it is still there, where it is not, and where nothing
// can be told because compression or clipping took it.
#pragma once
#include <vector>

#include "base/context.h"
#include "media/dsp/dct.h"
#include "provenance/mark/evidence.h"
#include "provenance/mark/map_compare.h"
#include "provenance/mark/tile_reader.h"

namespace bonafide::provenance::mark {

enum class QimState : std::uint8_t { unaltered, unverifiable, altered };
std::string_view to_string(QimState state);

/// Blocks that touch by their edges and do not carry the layer.
struct QimRegion {
  std::vector<std::uint32_t> blocks;
  PixelBox box;        ///< in the picture that was read
  int counted = 0;     ///< blocks that could say something
  int failed = 0;      ///< of them: likelier without the layer than with it
  double log10_p = 0;  ///< an unchanged picture shows such a region anywhere
};

/// How the marked picture lies in the one that was read: turned, then resized, then cut.
struct QimPlacement {
  int turn = 0;                     ///< as in tile_layout.h
  double scale_x = 1, scale_y = 1;  ///< pixels that were read for each that was marked
  int x = 0, y = 0;                 ///< of the turned and resized back picture: where its first whole block lies
  int column = 0, row = 0;          ///< which block of the marked picture that is
};

struct QimAnswer {
  bool found = false;  ///< the layer is there; without it nothing can be said of any place
  std::string reason;  ///< when it was not found: what was looked for
  Evidence evidence;   ///< of the layer being there at all
  double level = 0;    ///< how much of it is left: 1 as placed, 0 none
  double gain = 1;     ///< by which contrast was changed since
  QimPlacement placement;
  int columns = 0, rows = 0;
  std::vector<QimState> states;    ///< row by row
  std::vector<QimRegion> regions;  ///< the surest first
  double false_alarm = 0;          ///< rate at which unchanged blocks fail, as seen in this picture, at least 1 %

  double share(QimState state) const;
};

struct QimSearch {
  bool deep = false;      ///< crops and other sizes too
  double log10_bar = -9;  ///< for saying that the layer is there
};

/// `where`: what TileReader read in the same picture.
Result<QimAnswer> read_qim(media::GreyView luma, const MarkKey& key, const TileReading& where, const QimSearch& search,
                           const Context& context);

/// Row by row: 0 unaltered, 128 not to be told, 255 altered.
struct QimMap {
  int width = 0, height = 0;
  std::vector<std::uint8_t> values;
};
/// Of the picture that was read, which has `width` by `height` pixels, every `reduce`-th pixel. The border of a region
/// runs through the middle of its outer blocks, which are altered in part; their rest cannot be told.
QimMap qim_map(const QimAnswer& answer, int width, int height, int reduce);

}  // namespace bonafide::provenance::mark
