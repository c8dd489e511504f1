// Reads the mark of a video, whatever its frame rate and wherever it was cut: frames are summed up over an eighth of a
// second and more, and read over windows of 1, 2, 4 and 8 s.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "base/context.h"
#include "media/dsp/dct.h"
#include "provenance/mark/evidence.h"
#include "provenance/mark/key.h"

namespace bonafide::provenance::mark {

/// Where the tile lies in a frame's cells.
struct TilePlace {
  int turn = 0, layout = 0, shift_x = 0, shift_y = 0;  ///< shifts in half cells
};

struct ClipReading {
  std::uint64_t id = 0;
  Evidence evidence;
  double from = 0, to = 0;  ///< seconds; readings of one id that follow each other are one
  double cell_px = 0;       ///< of the frames' pixels
  double time_shift = 0;    ///< seconds by which the beginning was cut or moved, modulo kStretch·kStretches
  TilePlace place{};
};

struct ClipSearch {
  bool deep = false;  ///< other scales than that of an uncropped frame, and all turns; seconds a try
  int threads = 2;
  double log10_bar = -7;  ///< a claim needs a p-value at most this
};

struct ClipAnswer {
  std::vector<ClipReading> readings;  ///< in order of time; scenes with ids of their own give one each
  double best_z = 0;
  double hypotheses = 0;
};

class ClipReader {
 public:
  ClipReader(const MarkKey& key, const ClipSearch& search);
  ClipReader(ClipReader&&) noexcept;
  ~ClipReader();

  /// Frames in order of time; of another size than the last: a new beginning. Frames under 32 pixels are passed over.
  Result<void> add(media::GreyView luma, double seconds, const Context& context);
  /// Reads what is left. Once.
  Result<ClipAnswer> finish(const Context& context);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bonafide::provenance::mark
