// Everything this room knows of a kind of file, in one row: how to tell it, where a store lies in it, how one is put
// into it, and its parts by name. Private to this room; one more container is one more row.
#pragma once
#include <span>

#include "provenance/c2pa/box_list.h"
#include "provenance/c2pa/embedders.h"
#include "provenance/c2pa/walkers.h"

namespace bonafide::provenance::c2pa {

using BoxLister = Result<std::vector<NamedBox>>(const media::ByteSource& source, const Located& located,
                                                const BoxListOptions& options, const Context& context);
BoxLister boxes_jpeg, boxes_png, boxes_gif, boxes_riff, boxes_jxl;

struct AssetMap {
  Container container = Container::other;
  bool (*is)(ByteView head) = nullptr;  ///< by the first bytes of the file (up to 4096)
  Walker* locate = nullptr;
  Embedder* plan = nullptr;    ///< none: a store can be read here, but not written
  Framer* frame = nullptr;     ///< with `plan`
  BoxLister* boxes = nullptr;  ///< none: this kind of file has no box hash
};

/// The row for a file that begins so; nothing when C2PA has no place in it, or none that is read here.
const AssetMap* asset_map(ByteView head);
/// The row for a kind of file; nothing for `other`.
const AssetMap* asset_map(Container container);
/// A kind of file for which C2PA 2.5 Annex A names a place that no walker here reads.
bool has_unread_place(ByteView head);

}  // namespace bonafide::provenance::c2pa
