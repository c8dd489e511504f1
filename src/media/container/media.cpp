#include "media/container/media.h"

#include <algorithm>
#include <array>

namespace bonafide::media {

namespace {
struct FormatRow {
  Format format;
  std::string_view name;
  Kind kind;
};
constexpr FormatRow kFormats[] = {
    {Format::unknown, "unknown", Kind::unknown}, {Format::jpeg, "JPEG", Kind::image},
    {Format::png, "PNG", Kind::image},           {Format::webp, "WebP", Kind::image},
    {Format::tiff, "TIFF", Kind::image},         {Format::gif, "GIF", Kind::image},
    {Format::bmp, "BMP", Kind::image},           {Format::avif, "AVIF", Kind::image},
    {Format::heic, "HEIC", Kind::image},         {Format::jxl, "JPEG XL", Kind::image},
    {Format::svg, "SVG", Kind::image},           {Format::pdf, "PDF", Kind::document},
    {Format::mp4, "MP4", Kind::video},           {Format::mov, "QuickTime", Kind::video},
    {Format::matroska, "Matroska", Kind::video}, {Format::avi, "AVI", Kind::video},
    {Format::mpegts, "MPEG-TS", Kind::video},    {Format::mpegps, "MPEG-PS", Kind::video},
    {Format::flv, "FLV", Kind::video},           {Format::asf, "ASF", Kind::video},
    {Format::wav, "WAV", Kind::audio},           {Format::flac, "FLAC", Kind::audio},
    {Format::mp3, "MP3", Kind::audio},           {Format::m4a, "M4A", Kind::audio},
    {Format::ogg, "Ogg", Kind::audio},           {Format::aac, "AAC", Kind::audio},
    {Format::aiff, "AIFF", Kind::audio},         {Format::amr, "AMR", Kind::audio},
    {Format::caf, "CAF", Kind::audio},
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
