// The walkers, one file each: they read a format's structure into Media and decode nothing. See README.md.
#pragma once
#include "media/container/walk.h"

namespace bonafide::media {

using Walker = Result<void> (*)(Walk&);

Result<void> walk_jpeg(Walk& walk);
Result<void> walk_png(Walk& walk);
Result<void> walk_tiff_file(Walk& walk);

// Blocks that several formats carry.

/// Which of Media's fields an Exif or TIFF structure may set.
enum class TiffRole {
  picture,  ///< a TIFF file: size and orientation are the picture's own
  exif,     ///< metadata of another format: orientation and thumbnail count, size does not
};
/// `region` begins with the byte order mark; offsets inside count from there.
Result<void> walk_tiff(Walk& walk, Region region, int depth, TiffRole role);
/// An XMP packet: every property as a fact "XMP" / "prefix:name".
void walk_xmp(Walk& walk, std::string_view packet);
/// Photoshop image resources, "8BIM" blocks.
Result<void> walk_photoshop(Walk& walk, Region region, int depth);
/// IPTC-IIM records.
void walk_iptc(Walk& walk, ByteView bytes);
/// Only the profile's description.
void walk_icc(Walk& walk, ByteView profile);

}  // namespace bonafide::media
