// Marks of still pictures in files: placing one, reading one.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/json.h"
#include "media/decode/frame.h"
#include "media/decode/rewrite_still.h"
#include "provenance/altered.h"
#include "provenance/mark/qim_embed.h"
#include "provenance/mark/qim_read.h"
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
  std::optional<provenance::mark::MarkKey> fragile{};  ///< the fragile layer is placed too, with this key
};

struct MarkedStill {
  provenance::mark::TilePlaced placed;
  media::RewrittenStill written;
  bool small = false;                                      ///< under kSmallSide pixels on a side
  std::optional<provenance::mark::TileReading> earlier{};  ///< the mark that was there, with `over`
  std::optional<provenance::mark::QimPlaced> fragile{};
  bool reads = false;  ///< the id was read back from the written file; stronger marks were tried until it was
  double holds = 0;    ///< share of the written picture on which the fragile layer shows, read back from the file

  double psnr() const;  ///< of all layers, taken as independent
};

/// The file as open_media() opens it.
Result<MarkedStill> mark_still(const media::Media& media, const MarkStillRequest& request, const Context& context);

/// `deep`: crops, other scales, turns and changed aspects too.
Result<provenance::mark::TileAnswer> read_still_mark(const media::Media& media, const provenance::mark::MarkKey& key,
                                                     bool deep, const Context& context);

/// A picture's mark, and where its fragile layer is left.
struct LocatedStill {
  provenance::mark::TileAnswer mark;
  provenance::mark::QimAnswer layer;  ///< not found unless the mark was read
  media::Plane luma;                  ///< as stored
  media::Orientation orientation = 1;
};
/// `deep`: crops, mirrored crops and other sizes too.
Result<LocatedStill> locate_still_mark(const media::Frame& frame, const provenance::mark::MarkKey& key,
                                       const provenance::mark::MarkKey& fragile, bool deep, const Context& context);

/// Places and map of a fragile layer, in the picture as shown, for a report.
std::vector<provenance::Altered> altered_places(const LocatedStill& located);
provenance::AlteredMap altered_map(const LocatedStill& located);
/// "altered", "unaltered", "unverifiable" (of most of it nothing can be told), "no_layer", "no_mark".
std::string_view answer_of(const LocatedStill& located);
/// Schema bonafide.mark_places/1.
Json still_places_json(const std::string& file, const LocatedStill& located);
/// The picture as shown in grey, what is altered in red, what cannot be told in blue.
media::Plane altered_picture(const LocatedStill& located);

/// What was seen of how the picture was changed since: "cells of 2.81 × 2.81 pixels, mirrored, turned by 90°".
std::string way_of(const provenance::mark::TileReading& reading);

}  // namespace bonafide::app
