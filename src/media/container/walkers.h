// The walkers, one file each: they read a format's structure into Media and decode nothing. See README.md.
#pragma once
#include "media/container/walk.h"

namespace bonafide::media {

using Walker = Result<void> (*)(Walk&);

Result<void> walk_jpeg(Walk& walk);
Result<void> walk_png(Walk& walk);
Result<void> walk_tiff_file(Walk& walk);
Result<void> walk_gif(Walk& walk);
Result<void> walk_bmp(Walk& walk);
Result<void> walk_svg(Walk& walk);
Result<void> walk_jxl(Walk& walk);
Result<void> walk_pdf(Walk& walk);
Result<void> walk_riff(Walk& walk);
Result<void> walk_bmff(Walk& walk);
Result<void> walk_ebml(Walk& walk);
Result<void> walk_mpegts(Walk& walk);
Result<void> walk_mpegps(Walk& walk);
Result<void> walk_flv(Walk& walk);
Result<void> walk_asf(Walk& walk);
Result<void> walk_flac(Walk& walk);
Result<void> walk_flac_at(Walk& walk, std::uint64_t at);
Result<void> walk_mp3(Walk& walk);
Result<void> walk_adts(Walk& walk);
Result<void> walk_adts_at(Walk& walk, std::uint64_t at);
Result<void> walk_amr(Walk& walk);
Result<void> walk_ogg(Walk& walk);
Result<void> walk_aiff(Walk& walk);
Result<void> walk_caf(Walk& walk);

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
/// `region` begins with "ID3" and may be longer than the tag.
Result<void> walk_id3v2(Walk& walk, Region region, int depth);
/// Photoshop image resources, "8BIM" blocks.
Result<void> walk_photoshop(Walk& walk, Region region, int depth);
/// IPTC-IIM records.
void walk_iptc(Walk& walk, ByteView bytes);
/// Only the profile's description.
void walk_icc(Walk& walk, ByteView profile);

}  // namespace bonafide::media
