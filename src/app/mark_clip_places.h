// Where a marked clip was changed, by its mark alone.
#pragma once
#include <optional>

#include "app/mark_clip.h"
#include "provenance/altered.h"
#include "provenance/mark/clip_places.h"

namespace bonafide::app {

struct LocatedClip {
  provenance::mark::ClipAnswer mark;
  std::optional<provenance::mark::ClipReading> reading;  ///< the surest
  provenance::mark::ClipPlaces places;                   ///< empty unless the mark was read
  int width = 0, height = 0;
};

/// Decodes twice: to read the mark, then to look for it everywhere. `not_found`: there are no moving pictures.
Result<LocatedClip> locate_clip_mark(const media::Media& media, const provenance::mark::MarkKey& key, bool deep,
                                     const Context& context);
/// The second half of it, of a mark that was read.
Result<provenance::mark::ClipPlaces> clip_places(const media::Media& media, const provenance::mark::MarkKey& key,
                                                 const provenance::mark::ClipReading& reading, const Context& context);

/// Holes for a report: "upper left: the mark is missing here".
std::vector<provenance::Altered> altered_places(const provenance::mark::ClipPlaces& places, int width, int height);

}  // namespace bonafide::app
