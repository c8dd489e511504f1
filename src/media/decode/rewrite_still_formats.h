// Inside this room only: one function per format that rewrite_still() writes.
#pragma once
#include "base/bytes.h"
#include "media/decode/av.h"
#include "media/decode/rewrite_still.h"

namespace bonafide::media {

using StillChange = std::function<Result<void>(const StillSamples&)>;

/// The new file's bytes; adds to `left_out` what could not be kept.
Result<Bytes> rewrite_jpeg(ByteView bytes, const StillChange& change, std::vector<std::string>& left_out,
                           const Context& context);
Result<Bytes> rewrite_png(ByteView bytes, const StillChange& change, std::vector<std::string>& left_out,
                          const Context& context);
Result<Bytes> rewrite_webp(ByteView bytes, const StillChange& change, std::vector<std::string>& left_out,
                           const Context& context);

/// The decoder's own picture of a format that FFmpeg decodes from one packet.
Result<av::Owned<AVFrame>> decode_plain(ByteView bytes, Format format, const Context& context);

}  // namespace bonafide::media
