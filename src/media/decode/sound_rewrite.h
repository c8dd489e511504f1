// A file again with other sound: decoded, put through a filter and encoded in one pass; every other track is copied as
// it is.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/context.h"
#include "media/container/media.h"

namespace bonafide::media {

/// What happens to the sound. Samples are -1…1, [channel][sample]; as many must come out as went in, later if need be.
struct SoundFilter {
  using Channels = std::vector<std::vector<float>>;
  std::function<Result<void>(int rate, int channels)> start;
  std::function<Result<void>(const Channels& in, Channels& out)> push;
  std::function<void(Channels& out)> finish;
};

struct RewriteRequest {
  std::string path;        ///< the container is chosen by its extension
  bool overwrite = false;  ///< false: `invalid_argument` when it exists
};

struct Rewritten {
  std::string codec;   ///< of the new sound
  double seconds = 0;  ///< of sound
  int copied = 0;      ///< tracks
};

/// The codec is the old one where the new container holds it and FFmpeg writes it, else the container's usual one;
/// lossy codecs get the old bit rate, at least 96 kbit/s a channel pair. `not_found` when there is no sound track,
/// `unsupported` when the container is not known. Nothing shows under the final name until all is written.
Result<Rewritten> rewrite_sound(const Media& media, const RewriteRequest& request, const SoundFilter& filter,
                                const Context& context);

}  // namespace bonafide::media
