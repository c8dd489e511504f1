// What the first bytes say. Magic numbers are those of each format's specification, cited in its walker.
#include <array>

#include "media/container/media.h"
#include "media/container/walk.h"

namespace bonafide::media {

namespace {
struct Magic {
  Format format;
  std::size_t at;
  std::string_view bytes;
};
using namespace std::string_view_literals;
constexpr Magic kMagic[] = {
    {Format::jpeg, 0, "\xFF\xD8\xFF"sv},
    {Format::png, 0, "\x89PNG\r\n\x1A\n"sv},
    {Format::gif, 0, "GIF87a"sv},
    {Format::gif, 0, "GIF89a"sv},
    {Format::tiff, 0, "II*\0"sv},
    {Format::tiff, 0, "MM\0*"sv},
    {Format::tiff, 0, "II+\0"sv},  // BigTIFF
    {Format::tiff, 0, "MM\0+"sv},
    {Format::jxl, 0, "\xFF\x0A"sv},
    {Format::jxl, 0, "\0\0\0\x0CJXL \r\n\x87\n"sv},
    {Format::pdf, 0, "%PDF-"sv},
    {Format::matroska, 0, "\x1A\x45\xDF\xA3"sv},
    {Format::flv, 0, "FLV\x01"sv},
    {Format::asf, 0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C"sv},
    {Format::flac, 0, "fLaC"sv},
    {Format::ogg, 0, "OggS"sv},
    {Format::amr, 0, "#!AMR"sv},
    {Format::caf, 0, "caff\0\1"sv},
    {Format::mpegps, 0, "\0\0\1\xBA"sv},
    {Format::mpegps, 0, "\0\0\1\xB3"sv},  // a bare MPEG-1/2 picture stream
    {Format::mp3, 0, "ID3"sv},
};

Format sniff_riff(ByteView head) {
  if (!starts_with(head, "RIFF") && !starts_with(head, "RF64") && !starts_with(head, "BW64")) return Format::unknown;
  if (starts_with(head, "WAVE", 8)) return Format::wav;
  if (starts_with(head, "AVI ", 8)) return Format::avi;
  if (starts_with(head, "WEBP", 8)) return Format::webp;
  return Format::unknown;
}

bool brand_is_one_of(ByteView head, std::size_t at, std::initializer_list<std::string_view> brands) {
  for (const std::string_view brand : brands)
    if (starts_with(head, brand, at)) return true;
  return false;
}

// ISO/IEC 14496-12 4.3: the brands of ftyp; generic image brands ('mif1', 'msf1') are settled by a later one.
Format sniff_brand(ByteView head) {
  const std::size_t end = std::min<std::size_t>(head.size(), be32(head, 0));
  for (std::size_t at = 8; at + 4 <= end; at += at == 8 ? 8 : 4) {
    if (brand_is_one_of(head, at, {"avif", "avis"})) return Format::avif;
    if (brand_is_one_of(head, at, {"heic", "heix", "heim", "heis", "hevc", "hevx"})) return Format::heic;
    if (at == 8) {
      if (brand_is_one_of(head, at, {"jxl "})) return Format::jxl;
      if (brand_is_one_of(head, at, {"qt  "})) return Format::mov;
      if (brand_is_one_of(head, at, {"M4A ", "M4B ", "M4P "})) return Format::m4a;
      if (!brand_is_one_of(head, at, {"mif1", "msf1", "mif2", "miaf"})) return Format::mp4;
    }
  }
  return Format::heic;  // a generic HEIF picture
}

Format sniff_boxes(ByteView head) {
  if (head.size() < 8) return Format::unknown;
  if (starts_with(head, "ftyp", 4) || starts_with(head, "styp", 4)) return sniff_brand(head);
  // QuickTime before ftyp existed, and segments cut from a stream.
  if (brand_is_one_of(head, 4, {"moov", "mdat", "wide", "free", "skip", "pnot"}))
    return be32(head, 0) >= 8 || be32(head, 0) <= 1 ? Format::mov : Format::unknown;
  if (brand_is_one_of(head, 4, {"moof", "sidx"})) return Format::mp4;
  return Format::unknown;
}

Format sniff_frames(ByteView head) {
  if (head.size() >= 3 && head[0] == 0xFF && (head[1] & 0xF6U) == 0xF0U) return Format::aac;  // ADTS
  // MPEG audio: sync, version, layer I…III, a real bit rate and sampling rate (ISO/IEC 11172-3 2.4.1.3).
  if (head.size() >= 3 && head[0] == 0xFF && (head[1] & 0xE0U) == 0xE0U && (head[1] & 0x18U) != 0x08U &&
      (head[1] & 0x06U) != 0 && (head[2] & 0xF0U) != 0xF0U && (head[2] & 0x0CU) != 0x0CU)
    return Format::mp3;
  // 188-byte transport packets; the head is shorter than two packets, so a plausible header is all to go by.
  const auto packet = [&](std::size_t at) {
    return head.size() > at + 3 && head[at] == 0x47 && (head[at + 3] & 0x30U) != 0;
  };
  if (packet(0) && (head[1] & 0x80U) == 0) return Format::mpegts;
  if (packet(4) && (head[5] & 0x80U) == 0) return Format::mpegts;  // M2TS: a time stamp before each packet
  return Format::unknown;
}

Format sniff_text(ByteView head) {
  std::string_view text = as_text(head);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return Format::unknown;
  text.remove_prefix(begin);
  // "<?xml" alone says little, but SVG is the only XML we know; open() looks further before it believes this.
  if (text.starts_with("<svg") || text.starts_with("<?xml") || text.starts_with("<!DOCTYPE svg")) return Format::svg;
  return Format::unknown;
}
}  // namespace

Format sniff(ByteView head) {
  for (const Magic& magic : kMagic)
    if (starts_with(head, magic.bytes, magic.at)) return magic.format;
  if (starts_with(head, "BM") && head.size() >= 18 && le32(head, 6) == 0 && le32(head, 14) >= 12 &&
      le32(head, 14) <= 124)
    return Format::bmp;
  if (starts_with(head, "FORM") && (starts_with(head, "AIFF", 8) || starts_with(head, "AIFC", 8))) return Format::aiff;
  for (const auto& look : {sniff_riff, sniff_boxes, sniff_frames, sniff_text})
    if (const Format format = look(head); format != Format::unknown) return format;
  return Format::unknown;
}

}  // namespace bonafide::media
