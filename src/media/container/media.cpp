#include "media/container/media.h"

#include <algorithm>
#include <array>

namespace bonafide::media {

namespace {
struct FormatRow {
  Format format;
  std::string_view name;
  Kind kind;
  std::string_view media_type;
};
constexpr FormatRow kFormats[] = {
    {Format::unknown, "unknown", Kind::unknown, "application/octet-stream"},
    {Format::jpeg, "JPEG", Kind::image, "image/jpeg"},
    {Format::png, "PNG", Kind::image, "image/png"},
    {Format::webp, "WebP", Kind::image, "image/webp"},
    {Format::tiff, "TIFF", Kind::image, "image/tiff"},
    {Format::gif, "GIF", Kind::image, "image/gif"},
    {Format::bmp, "BMP", Kind::image, "image/bmp"},
    {Format::avif, "AVIF", Kind::image, "image/avif"},
    {Format::heic, "HEIC", Kind::image, "image/heic"},
    {Format::jxl, "JPEG XL", Kind::image, "image/jxl"},
    {Format::svg, "SVG", Kind::image, "image/svg+xml"},
    {Format::pdf, "PDF", Kind::document, "application/pdf"},
    {Format::mp4, "MP4", Kind::video, "video/mp4"},
    {Format::mov, "QuickTime", Kind::video, "video/quicktime"},
    {Format::matroska, "Matroska", Kind::video, "video/x-matroska"},
    {Format::avi, "AVI", Kind::video, "video/avi"},
    {Format::mpegts, "MPEG-TS", Kind::video, "video/mp2t"},
    {Format::mpegps, "MPEG-PS", Kind::video, "video/mpeg"},
    {Format::flv, "FLV", Kind::video, "video/x-flv"},
    {Format::asf, "ASF", Kind::video, "video/x-ms-asf"},
    {Format::wav, "WAV", Kind::audio, "audio/wav"},
    {Format::flac, "FLAC", Kind::audio, "audio/flac"},
    {Format::mp3, "MP3", Kind::audio, "audio/mpeg"},
    {Format::m4a, "M4A", Kind::audio, "audio/mp4"},
    {Format::ogg, "Ogg", Kind::audio, "audio/ogg"},
    {Format::aac, "AAC", Kind::audio, "audio/aac"},
    {Format::aiff, "AIFF", Kind::audio, "audio/aiff"},
    {Format::amr, "AMR", Kind::audio, "audio/amr"},
    {Format::caf, "CAF", Kind::audio, "audio/x-caf"},
};

const FormatRow& row(Format format) {
  const auto* const found =
      std::find_if(std::begin(kFormats), std::end(kFormats), [&](const FormatRow& r) { return r.format == format; });
  return found == std::end(kFormats) ? kFormats[0] : *found;
}
}  // namespace

std::string_view to_string(Format format) { return row(format).name; }

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::unknown: return "unknown";
    case Kind::image: return "image";
    case Kind::video: return "video";
    case Kind::audio: return "audio";
    case Kind::document: return "document";
  }
  return "unknown";
}

Kind kind_of(Format format) { return row(format).kind; }

std::string_view media_type(Format format) { return row(format).media_type; }

const Track* Media::first(Track::Kind wanted) const {
  const auto found = std::find_if(tracks.begin(), tracks.end(), [&](const Track& t) { return t.kind == wanted; });
  return found == tracks.end() ? nullptr : &*found;
}

const std::string* Media::fact(std::string_view group, std::string_view name) const {
  const auto found =
      std::find_if(facts.begin(), facts.end(), [&](const Fact& f) { return f.group == group && f.name == name; });
  return found == facts.end() ? nullptr : &found->value;
}

}  // namespace bonafide::media
