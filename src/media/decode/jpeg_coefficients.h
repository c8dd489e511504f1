// The quantised DCT coefficients of a JPEG file exactly as stored (libjpeg's coefficient reader, not re-computed).
#pragma once
#include <cstdint>
#include <vector>

#include "base/context.h"
#include "base/files.h"
#include "base/result.h"

namespace bonafide::media {

struct JpegComponent {
  int id = 0;                            ///< as in the frame header; 1 is usually Y
  int horizontal = 1, vertical = 1;      ///< sampling factors (T.81 A.1.1)
  int blocks_wide = 0, blocks_high = 0;  ///< 8×8 blocks that hold picture (no padding blocks)
  std::vector<std::uint16_t> quant;      ///< 64, natural order
  std::vector<std::int16_t> values;      ///< [block row][block column][64], natural order, quantised

  const std::int16_t* block(int bx, int by) const {
    return values.data() +
           (static_cast<std::size_t>(by) * static_cast<std::size_t>(blocks_wide) + static_cast<std::size_t>(bx)) * 64;
  }
};

struct JpegCoefficients {
  int width = 0, height = 0;  ///< pixels, as stored (before EXIF orientation)
  std::vector<JpegComponent> components;
};

/// Fails with `unsupported` for what libjpeg-turbo cannot read (lossless, arithmetic 12 bit), `corrupt` for damage,
/// `limit` before it would pass `context.limits.memory`.
Result<JpegCoefficients> read_jpeg_coefficients(const FileReader& file, const Context& context);

}  // namespace bonafide::media
