// A file again with other sound or other pictures: decoded, changed and encoded in one pass; every other track is
// copied as it is. Times, rotation, colours and texts about the work stay.
#pragma once
#include <cstdint>
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

/// Luma of one frame as it is stored (not turned), 8 bits, to be changed in place; `seconds`: when it is shown, on the
/// clock of decode_pass().
struct PictureFilter {
  std::function<Result<void>(std::uint8_t* luma, int width, int height, std::ptrdiff_t stride, double seconds)> change;
};

struct RewriteRequest {
  std::string path;        ///< the container is chosen by its extension
  bool overwrite = false;  ///< false: `invalid_argument` when it exists
  const SoundFilter* sound = nullptr;
  const PictureFilter* picture = nullptr;
  int quality = 18;  ///< constant rate factor of x264 and its kin: 0…51, 18 cannot be told from the original
  std::string preset = "medium";  ///< of x264 and x265
  bool to_8_bits = true;          ///< pictures of more bits a sample become 8; false: they are refused (`unsupported`)
};

struct Rewritten {
  std::string codec;        ///< of the new sound, or empty
  double seconds = 0;       ///< of sound
  std::string video_codec;  ///< of the new pictures, or empty
  int frames = 0;
  int copied = 0;  ///< tracks
};

/// The codec is the old one where the new container holds it and FFmpeg writes it, else the container's usual one;
/// lossy sound gets the old bit rate within 48 to 128 kbit/s a channel.
/// `not_found` when there is no track to change, `unsupported` when the container is not known. Without a filter for it
/// a track is copied; when there is one for pictures, sound without a filter is copied too. Nothing shows under the
/// final name until all is written.
Result<Rewritten> rewrite(const Media& media, const RewriteRequest& request, const Context& context);

}  // namespace bonafide::media
