// A still again with other brightness: decoded, changed and encoded in its own format; texts, Exif, XMP and colour
// profile stay byte for byte. A Content Credential does not: it would be broken, and is named in `left_out`.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/context.h"
#include "media/container/media.h"

namespace bonafide::media {

/// Samples to change in place, full range: brightness (1), RGB (3) or RGB and transparency (4).
struct StillSamples {
  std::uint8_t* data = nullptr;
  int width = 0, height = 0, channels = 1;
  std::ptrdiff_t stride = 0;
};

struct RewriteStillRequest {
  std::string path;        ///< its extension must be of the format that the file has
  bool overwrite = false;  ///< false: `invalid_argument` when it exists
  std::function<Result<void>(const StillSamples&)> change;
};

struct RewrittenStill {
  std::string format;                 ///< "JPEG"
  std::vector<std::string> left_out;  ///< "Content Credential", in a few words each
};

/// JPEG (same tables, sampling and scans kind; the colours are not touched), PNG (8 bits; a palette becomes RGB), WebP
/// (lossless, or lossy at quality 95). Anything else, 16 bits and animations: `unsupported`. Nothing shows under the
/// final name until all is written.
Result<RewrittenStill> rewrite_still(const Media& media, const RewriteStillRequest& request, const Context& context);

}  // namespace bonafide::media
