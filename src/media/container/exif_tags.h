// The commonest TIFF, Exif, GPS and Interoperability tags and how their values read (TIFF 6.0; CIPA DC-008 /
// Exif 2.32).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace bonafide::media {

enum class IfdKind { main, exif, gps, interop };

/// How a tag's value is put into words.
enum class TagForm {
  plain,
  hidden,    ///< structure, or bytes that mean nothing to a reader
  words,     ///< a number with a meaning: see tag_word
  exposure,  ///< "1/125 s"
  aperture,  ///< "f/5.6"
  length,    ///< "35 mm"
  degrees,   ///< three rationals: 48° 51' 29.00"
  clock,     ///< three rationals: 12:30:05
  comment,   ///< eight bytes name the character set
  utf16,     ///< Windows' XP… tags
  version,   ///< four digits
};

struct Tag {
  IfdKind ifd;
  std::uint16_t number;
  std::string_view name;
  TagForm form = TagForm::plain;
};

/// Nothing for tags the table does not know.
const Tag* find_tag(IfdKind ifd, std::uint16_t number);
/// "0x9999".
std::string tag_name(IfdKind ifd, std::uint16_t number);
/// What a number means for a tag of form `words`; empty when unknown.
std::string_view tag_word(std::uint16_t number, std::uint32_t value);

}  // namespace bonafide::media
