// Reads the tile: quickly as the picture is, or deeply over scales, turns and small rotations.
#pragma once
#include <memory>
#include <optional>

#include "base/context.h"
#include "media/dsp/dct.h"
#include "provenance/mark/evidence.h"
#include "provenance/mark/key.h"

namespace bonafide::provenance::mark {

struct TileReading {
  std::uint64_t id = 0;
  Evidence evidence;
  double cell_px = 0;   ///< width of a cell in pixels of the picture that was read
  double cell_py = 0;   ///< its height
  double angle = 0;     ///< degrees by which the picture was turned, counter-clockwise
  int turn = 0;         ///< right angles and mirror images: see tile_layout.h
  int layout = 0;       ///< which of the sign patterns
  double origin_x = 0;  ///< where a tile's corner lies, in pixels (modulo the tile)
  double origin_y = 0;
};

struct TileSearch {
  bool deep = false;
  double most_angle = 15;  ///< degrees, deep only
  bool aspect = false;     ///< also x against y by up to 5 %; deep only, slow
  int threads = 2;
  double log10_bar = -7;  ///< a claim needs a p-value at most this: one in 10^7 unmarked pictures
};

/// What a read says when nothing is claimed, too: how high the best peak stood.
struct TileAnswer {
  std::optional<TileReading> reading;
  double best_z = 0;
  double hypotheses = 0;
};

class TileReader {
 public:
  explicit TileReader(const MarkKey& key);
  TileReader(TileReader&&) noexcept;
  ~TileReader();

  /// `luma` at least 32 pixels on a side, else nothing is found. `cancelled` when stopped.
  Result<TileAnswer> read(media::GreyView luma, const TileSearch& search, const Context& context) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bonafide::provenance::mark
