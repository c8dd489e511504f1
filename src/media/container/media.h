// Media: what is known of a file without decoding a single sample. Opening reads structure; it never decodes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/context.h"
#include "base/files.h"
#include "base/result.h"

namespace bonafide::media {

/// What the bytes say the file is (never its name).
enum class Format {
  unknown,
  jpeg,
  png,
  webp,
  tiff,
  gif,
  bmp,
  avif,
  heic,
  jxl,
  svg,
  pdf,  // stills and documents
  mp4,
  mov,
  matroska,
  avi,
  mpegts,
  mpegps,
  flv,
  asf,  // containers that carry pictures in time
  wav,
  flac,
  mp3,
  m4a,
  ogg,
  aac,
  aiff,
  amr,
  caf,  // sound
};
enum class Kind { unknown, image, video, audio, document };

std::string_view to_string(Format format);  ///< "JPEG", "MP4", …
std::string_view to_string(Kind kind);
std::string_view media_type(Format format);  ///< IANA: "image/jpeg"; "application/octet-stream" when unknown
Kind kind_of(Format format);                 ///< what the format usually holds; Media::kind says what this file holds

/// Looks at the first bytes only (64 are enough).
Format sniff(ByteView head);

/// One box, chunk, segment or IFD, in file order; `depth` makes the tree.
struct Node {
  std::string type;          ///< "APP1 Exif", "moov", "IHDR"
  std::uint64_t offset = 0;  ///< of its first byte, header included
  std::uint64_t size = 0;    ///< header included
  int depth = 0;
  std::string note;  ///< what it says, in a few words; may be empty
};

/// One statement the file makes about itself, kept in the file's own words.
struct Fact {
  std::string group;  ///< "EXIF", "XMP", "JPEG", "PNG", "MP4", "ID3", …
  std::string name;   ///< the field's standard name: "Software", "DateTimeOriginal"
  std::string value;  ///< UTF-8, control characters removed, at most 4096 bytes
};

/// A quantisation table in natural (row by row) order, as the file stores it (ITU-T T.81 B.2.4.1).
struct QuantTable {
  int id = 0;                         ///< Tq, 0…3
  int precision = 8;                  ///< bits: 8 or 16
  std::vector<std::uint16_t> values;  ///< 64
};

/// EXIF 2.32 orientation, 1…8: how the stored picture is turned to be shown. Always 1 for HEIC, AVIF and JPEG XL: their
/// decoders turn the picture themselves (what the file asks for is the fact "Orientation").
using Orientation = int;

/// Only for JPEG files.
struct JpegInfo {
  std::vector<QuantTable> tables;
  bool progressive = false;
  int components = 0;
  std::string subsampling;        ///< "4:2:0", "4:4:4", "grey", …
  bool standard_huffman = false;  ///< the tables of T.81 annex K, not optimised ones
  int scans = 0;
  std::optional<double> ijg_quality;  ///< 1…100 when the luma table is one of libjpeg's
};

/// The small picture kept inside the metadata.
struct Thumbnail {
  std::uint64_t offset = 0;  ///< in the file
  std::uint64_t size = 0;    ///< bytes; JPEG
};

/// One stream, in the container's order. Filled by decode::probe, since only a demuxer knows every format.
struct Track {
  enum class Kind { video, audio, other };
  Kind kind = Kind::other;
  int index = 0;
  std::string codec;  ///< "h264", "aac"
  std::string profile;
  double start_s = 0;
  double duration_s = 0;      ///< 0 when unknown
  std::int64_t bitrate = 0;   ///< bit/s, 0 when unknown
  int width = 0, height = 0;  ///< as shown, rotation applied
  int rotation = 0;           ///< degrees clockwise the stored picture is turned to be shown: 0, 90, 180, 270
  double frame_rate = 0;      ///< average, frames/s
  bool variable_frame_rate = false;
  std::int64_t frames = 0;   ///< as the container says; 0 when unknown
  std::string pixel_format;  ///< "yuv420p"
  int bit_depth = 0;         ///< per sample, picture or sound
  std::string colour;        ///< "bt709, tv range"; empty when not stated
  int sample_rate = 0;       ///< Hz
  int channels = 0;
  std::string encoder;  ///< "Lavc59.37.100 libx264" when the stream says
};

struct Media {
  std::string path;
  std::uint64_t size = 0;
  std::string sha256;  ///< 64 hex digits
  Format format = Format::unknown;
  Kind kind = Kind::unknown;
  std::string extension_mismatch;  ///< empty, or e.g. "named .png but is JPEG"
  std::vector<Node> tree;
  std::vector<Fact> facts;
  Orientation orientation = 1;
  int width = 0, height = 0;  ///< of the picture as shown; 0 for sound
  std::optional<JpegInfo> jpeg;
  std::optional<Thumbnail> thumbnail;
  std::vector<Track> tracks;        ///< empty until decode::probe
  double duration_s = 0;            ///< of the longest track; 0 for stills
  std::vector<std::string> damage;  ///< "the file ends inside box mdat (expected 812 more bytes)"

  const Track* first(Track::Kind kind) const;
  /// The first fact of that name, or nothing.
  const std::string* fact(std::string_view group, std::string_view name) const;
};

/// Reads structure and metadata; hashes the file. Fails on a missing, empty or unknown file; damage that leaves
/// something to look at is listed in Media::damage instead.
Result<Media> open(const FileReader& file, const Context& context);

}  // namespace bonafide::media
