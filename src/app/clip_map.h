// Maps of clips and sounds: making one of a file, and comparing a file with one.
#pragma once
#include "base/context.h"
#include "media/container/media.h"
#include "provenance/mark/clip_map.h"
#include "report/clip_comparison.h"

namespace bonafide::app {

/// The file as open_media() opens it, decoded once. unsupported: neither moving pictures nor sound.
Result<provenance::mark::ClipMap> clip_map_of(const media::Media& media, const Context& context);

/// Decodes the suspect twice, and a few of its half seconds in between. `original` and `basis` are the caller's to
/// fill.
Result<report::ClipComparison> compare_clip(const provenance::mark::ClipMap& map, const media::Media& suspect,
                                            const Context& context);

}  // namespace bonafide::app
