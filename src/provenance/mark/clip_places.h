// Where and when a marked clip no longer carries its mark: once its id is known every chip is known, and each part of
// the picture is asked, second by second, whether its chips are there. Needs no original, and sees less than a map
// does.
#pragma once
#include <memory>
#include <vector>

#include "base/context.h"
#include "media/dsp/dct.h"
#include "provenance/mark/clip_reader.h"
#include "provenance/mark/map_compare.h"

namespace bonafide::provenance::mark {

/// A part of the picture in which the mark is missing for some time.
struct ClipHole {
  double begin_s = 0, end_s = 0;
  PixelBox box;         ///< of the frame
  double z = 0;         ///< of the chips there; about 0 where there is no mark
  double expected = 0;  ///< of a part of this clip that looks like it
  double log10_p = 0;   ///< an untouched clip shows such a hole anywhere
};

struct ClipPlaces {
  std::vector<ClipHole> holes;  ///< the surest first
  double verifiable = 0;        ///< share of the picture and its time in which a hole would have shown
  double unverifiable = 0;      ///< the rest: flat, too dark, or worn down by the codec
  double seconds = 0;
  int columns = 0, rows = 0;  ///< parts of eight by eight cells
};

class ClipLocator {
 public:
  ClipLocator(const MarkKey& key, const ClipReading& reading);
  ClipLocator(ClipLocator&&) noexcept;
  ~ClipLocator();

  /// The frames that the reading is of, in order of time.
  void add(media::GreyView luma, double seconds);
  ClipPlaces finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bonafide::provenance::mark
