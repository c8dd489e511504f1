// forge: labelled test forgeries of pictures and sounds, with masks and spans. Nobody's face or voice is given to
// anybody else: sounds are only changed within themselves, and a piece from another picture is never one where a face
// was found.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/context.h"
#include "lab/sound_file.h"
#include "media/decode/plane.h"

namespace bonafide::lab {

struct ForgeRequest {
  std::vector<std::string> inputs;   ///< pictures and sounds; their own files stay as they are
  std::string out;                   ///< a new or empty folder: manifest.csv, genuine/, forged/, mask/
  std::vector<std::string> methods;  ///< empty: all that fit
  std::uint64_t seed = 1;
  int quality = 90;     ///< of the JPEG that genuine and forged pictures are saved in alike
  std::string licence;  ///< of the material, for the manifest
};

struct ForgeResult {
  std::size_t genuine = 0, forged = 0;
  std::vector<std::string> left_out;  ///< "photo.jpg: why"
};

struct ForgeMethod {
  std::string_view name;
  bool sound = false;
  std::string_view what;
};
const std::vector<ForgeMethod>& forge_methods();

Result<ForgeResult> forge(const ForgeRequest& request, const Context& context);

/// What every forged file says in its metadata.
std::string forgery_note(std::string_view method, std::uint64_t seed);

struct ForgedPicture {
  media::Plane picture, mask;  ///< RGB; grey, 255 where changed
};
/// `donor`: for splice, a picture whose pieces may be used, and where in it faces are (never taken).
struct Donor {
  media::Plane picture;
  std::vector<std::array<int, 4>> faces;  ///< x, y, width, height
};
Result<ForgedPicture> forge_picture(const media::Plane& rgb, std::string_view method, const Donor* donor,
                                    std::uint64_t seed);

struct ForgedSound {
  Sound sound;
  double begin_s = 0, end_s = 0;  ///< what was changed, on the new file's clock
};
Result<ForgedSound> forge_sound(const Sound& sound, std::string_view method, std::uint64_t seed);

}  // namespace bonafide::lab
