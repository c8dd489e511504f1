// Marks the frames of a video, one after the other: the tile of tile_layout.h on luma, in the signs of clip_layout.h,
// as strong as the place hides. No frame is looked at twice.
#pragma once
#include <cstdint>
#include <memory>

#include "base/result.h"
#include "provenance/mark/key.h"

namespace bonafide::provenance::mark {

/// Luma of one frame, 8 bits, owned by the caller.
struct LumaView {
  std::uint8_t* data = nullptr;
  int width = 0, height = 0;
  std::ptrdiff_t stride = 0;
};

class ClipMarker {
 public:
  /// `psnr` of luma, in dB; every frame has about the same. invalid_argument outside 30…60.
  static Result<ClipMarker> create(const MarkKey& key, std::uint64_t id, double psnr = 44);
  ClipMarker(ClipMarker&&) noexcept;
  ~ClipMarker();

  /// `seconds`: the time at which the frame is shown. Frames of one size belong together: another size begins a new
  /// pattern. `unsupported` under 128 pixels on a side.
  Result<void> mark(LumaView frame, double seconds);
  /// Of all frames so far, measured.
  double psnr() const;

 private:
  struct State;
  explicit ClipMarker(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bonafide::provenance::mark
