#include "media/decode/still.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>

#include "media/decode/decode.h"

namespace bonafide::media {

bool is_still(Format format) { return kind_of(format) == Kind::image; }

Result<void> check_size(std::uint64_t width, std::uint64_t height, std::uint64_t bytes_a_pixel,
                        const Context& context) {
  if (width == 0 || height == 0) return make_error(Code::corrupt, "the picture has no width or no height");
  // Every format here states at most 32 bits each way.
  std::uint64_t pixels = 0;
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(width, height, &pixels) || pixels > context.limits.pixels)
    return make_error(Code::limit, fmt::format("the picture of {} x {} pixels is over the limit of {} pixels", width,
                                               height, context.limits.pixels));
  if (__builtin_mul_overflow(pixels, bytes_a_pixel, &bytes) || bytes > context.limits.memory)
    return make_error(Code::limit, fmt::format("the picture of {} x {} pixels needs more than the limit of {} bytes",
                                               width, height, context.limits.memory));
  return {};
}

namespace {

/// The whole file: stills are decoded from memory.
Result<Bytes> whole_file(const std::string& path, const Context& context) {
  const FileReader file = TRY(FileReader::open(path));
  if (file.size() == 0) return make_error(Code::corrupt, "the file is empty");
  constexpr std::uint64_t kMost = std::uint64_t{256} << 20;  // FileReader's own bound
  if (file.size() > std::min(kMost, context.limits.memory))
    return make_error(Code::limit, fmt::format("a still of {} bytes is too large to read", file.size()));
  return file.read(0, static_cast<std::size_t>(file.size()));
}

Result<Frame> read_any(const Media& media, const Context& context) {
  switch (media.format) {
    case Format::avif:
    case Format::heic: return read_heif(media.path, context);
    case Format::jpeg: return read_jpeg(TRY(whole_file(media.path, context)), media.orientation, context);
    case Format::png:
    case Format::webp:
    case Format::tiff:
    case Format::gif:
    case Format::bmp:
    case Format::jxl: return read_plain(TRY(whole_file(media.path, context)), media.format, media.orientation, context);
    default:
      return make_error(Code::unsupported, fmt::format("{} is not a still we can read", to_string(media.format)));
  }
}

/// Damaged or hostile sizes may still end in a refused allocation; that is a limit, not a crash.
template <typename Function>
auto guarded(const std::string& path, Function&& function) -> decltype(function()) {
  try {
    auto result = function();
    if (!result) result.error().file = path;
    return result;
  } catch (const std::bad_alloc&) {
    Error error = make_error(Code::limit, "not enough memory for this picture");
    error.file = path;
    return error;
  }
}

Result<StillHeader> read_header(const Media& media, const Context& context) {
  if (media.format == Format::avif || media.format == Format::heic)
    return read_heif_header(media.path, media.format, context);
  const Bytes bytes = TRY(whole_file(media.path, context));
  if (media.format == Format::jpeg) return read_jpeg_header(bytes);
  return read_plain_header(bytes, media.format, context);
}

}  // namespace

Result<Frame> read_still(const Media& media, const Context& context) {
  return guarded(media.path, [&] { return read_any(media, context); });
}

Result<Frame> read_thumbnail(const Media& media, const Context& context) {
  if (!media.thumbnail) return make_error(Code::not_found, "the metadata hold no thumbnail");
  return guarded(media.path, [&]() -> Result<Frame> {
    const FileReader file = TRY(FileReader::open(media.path));
    const Thumbnail& thumbnail = *media.thumbnail;
    if (thumbnail.size > context.limits.metadata_bytes)
      return make_error(Code::limit, "the thumbnail is larger than metadata may be", thumbnail.offset);
    Bytes bytes = TRY(file.read(thumbnail.offset, static_cast<std::size_t>(thumbnail.size)));
    return read_jpeg(std::move(bytes), media.orientation, context);
  });
}

Result<void> probe_still(Media& media, const Context& context) {
  const Result<StillHeader> header = guarded(media.path, [&] { return read_header(media, context); });
  if (!header) return header.error();
  // HEIF's own turning (irot, imir) replaces the Exif field (ISO/IEC 23000-22, 7.3.6) and libheif has applied it.
  if (media.format == Format::heic || media.format == Format::avif) media.orientation = 1;
  const bool turned = media.orientation >= 5 && media.orientation <= 8;
  Track track;
  track.kind = Track::Kind::video;
  track.codec = header->codec;
  TRY(check_size(header->width, header->height, 1, context));
  track.width = static_cast<int>(turned ? header->height : header->width);
  track.height = static_cast<int>(turned ? header->width : header->height);
  track.frames = 1;
  track.pixel_format = header->pixel_format;
  track.bit_depth = header->bit_depth;
  media.width = track.width;
  media.height = track.height;
  media.kind = Kind::image;
  media.duration_s = 0;
  media.tracks = {track};
  return {};
}

}  // namespace bonafide::media
