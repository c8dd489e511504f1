// Marks of still pictures in files: placing one, reading one.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/context.h"
#include "media/decode/rewrite_still.h"
#include "provenance/mark/tile_embed.h"
#include "provenance/mark/tile_reader.h"

namespace bonafide::app {

struct MarkStillRequest {
  provenance::mark::MarkKey key;
  std::uint64_t id = 0;
  double psnr = 42.5;      ///< dB aimed at: see TileStrength
  std::string out;         ///< of the same format
  bool overwrite = false;  ///< of the file
  bool over = false;       ///< of a mark: without it, a picture that carries one already is refused (`denied`)
};

struct MarkedStill {
  provenance::mark::TilePlaced placed;
  media::RewrittenStill written;
  std::optional<provenance::mark::TileReading> earlier;  ///< the mark that was there, with `over`
};

/// The file as open_media() opens it.
Result<MarkedStill> mark_still(const media::Media& media, const MarkStillRequest& request, const Context& context);

/// `deep`: crops, other scales, turns and changed aspects too.
Result<provenance::mark::TileAnswer> read_still_mark(const media::Media& media, const provenance::mark::MarkKey& key,
                                                     bool deep, const Context& context);

/// What was seen of how the picture was changed since: "cells of 2.81 × 2.81 pixels, mirrored, turned by 90°".
std::string way_of(const provenance::mark::TileReading& reading);

}  // namespace bonafide::app
