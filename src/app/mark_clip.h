// Marks in moving pictures: placing one in pictures and sound in one pass, reading one from the pictures.
#pragma once
#include <cstdint>
#include <string>

#include "base/context.h"
#include "media/decode/rewrite.h"
#include "provenance/mark/clip_reader.h"
#include "provenance/mark/key.h"

namespace bonafide::app {

struct MarkClipRequest {
  provenance::mark::MarkKey picture_key;
  provenance::mark::MarkKey sound_key;
  std::uint64_t id = 0;
  double psnr = 44;        ///< of luma, before the encoder's own loss
  bool sound = true;       ///< its first sound track gets the same id; otherwise it is copied
  std::string out;         ///< its extension chooses the container
  bool overwrite = false;  ///< of the file
  int quality = 18;        ///< as media::RewriteRequest
  std::string preset = "medium";
  bool to_8_bits = false;  ///< pictures of more bits a sample become 8; else they are refused (`unsupported`)
};

struct MarkedClip {
  media::Rewritten written;
  double psnr = 0;  ///< of luma, measured before encoding
};

/// The file as open_media() opens it. `unsupported`: pictures under 128 pixels on a side.
Result<MarkedClip> mark_clip(const media::Media& media, const MarkClipRequest& request, const Context& context);

/// Reads the pictures of the first `most_seconds`. `not_found`: there are none that move.
Result<provenance::mark::ClipAnswer> read_clip_mark(const media::Media& media, const provenance::mark::MarkKey& key,
                                                    const provenance::mark::ClipSearch& search, const Context& context,
                                                    double most_seconds = 1e9);

}  // namespace bonafide::app
