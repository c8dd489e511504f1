// Inside this room only: one file per way of reading a still.
#pragma once
#include "base/bytes.h"
#include "base/context.h"
#include "base/files.h"
#include "media/container/media.h"
#include "media/decode/frame.h"

namespace bonafide::media {

bool is_still(Format format);
/// Media::tracks (one), width, height and kind from the picture's header, nothing decoded.
Result<void> probe_still(Media& media, const Context& context);

/// `limit` when the picture would pass limits.pixels, or `bytes_a_pixel` of it limits.memory.
Result<void> check_size(std::uint64_t width, std::uint64_t height, std::uint64_t bytes_a_pixel, const Context& context);

/// Size and sample layout as the header states them.
struct StillHeader {
  std::uint64_t width = 0, height = 0;
  int bit_depth = 8;
  std::string codec, pixel_format;
};

Result<StillHeader> read_jpeg_header(ByteView bytes);
Result<Frame> read_jpeg(Bytes bytes, int orientation, const Context& context);

Result<StillHeader> read_heif_header(const std::string& path, Format format, const Context& context);
Result<Frame> read_heif(const std::string& path, const Context& context);

/// PNG, WebP, TIFF, GIF, BMP and JPEG XL, by FFmpeg's decoder of that very format.
Result<StillHeader> read_plain_header(ByteView bytes, Format format, const Context& context);
Result<Frame> read_plain(ByteView bytes, Format format, int orientation, const Context& context);

}  // namespace bonafide::media
