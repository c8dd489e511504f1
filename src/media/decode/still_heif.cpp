// HEIC and AVIF through libheif, which turns the picture upright itself (irot, imir): orientation is 1 afterwards.
#include <fmt/format.h>
#include <libheif/heif.h>

#include <algorithm>
#include <memory>

#include "media/decode/still.h"

namespace bonafide::media {

namespace {

struct FreeHeif {
  void operator()(heif_context* object) const { heif_context_free(object); }
  void operator()(heif_image_handle* object) const { heif_image_handle_release(object); }
  void operator()(heif_image* object) const { heif_image_release(object); }
  void operator()(heif_decoding_options* object) const { heif_decoding_options_free(object); }
};
template <typename T>
using Owned = std::unique_ptr<T, FreeHeif>;

Error failure(const heif_error& error, std::string_view doing) {
  Code code = Code::corrupt;
  if (error.code == heif_error_Unsupported_feature || error.code == heif_error_Unsupported_filetype ||
      error.subcode == heif_suberror_Unsupported_codec)
    code = Code::unsupported;
  if (error.code == heif_error_Memory_allocation_error) code = Code::limit;
  return make_error(code, fmt::format("{}: {}", doing, error.message != nullptr ? error.message : "unknown"));
}

struct Opened {
  Bytes bytes;  ///< libheif reads from here
  Owned<heif_context> context;
  Owned<heif_image_handle> handle;
};

// Decoded planes (up to 16 bits × 3) and an RGB copy, then our views.
constexpr std::uint64_t kBytesAPixel = 13;

Result<Opened> open_heif(const std::string& path, const Context& context) {
  Opened opened;
  const FileReader file = TRY(FileReader::open(path));
  if (file.size() == 0) return make_error(Code::corrupt, "the file is empty");
  opened.bytes = TRY(file.read(0, static_cast<std::size_t>(file.size())));
  opened.context.reset(heif_context_alloc());
  if (!opened.context) throw std::bad_alloc();
  heif_error error = heif_context_read_from_memory_without_copy(opened.context.get(), opened.bytes.data(),
                                                                opened.bytes.size(), nullptr);
  if (error.code != heif_error_Ok) return failure(error, "cannot read the HEIF structure");
  heif_image_handle* handle = nullptr;
  error = heif_context_get_primary_image_handle(opened.context.get(), &handle);
  if (error.code != heif_error_Ok) return failure(error, "cannot find the main picture");
  opened.handle.reset(handle);
  const int width = heif_image_handle_get_width(handle);
  const int height = heif_image_handle_get_height(handle);
  if (width <= 0 || height <= 0) return make_error(Code::corrupt, "the main picture has no size");
  TRY(check_size(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height), kBytesAPixel, context));
  return opened;
}

Result<Owned<heif_image>> decode(const heif_image_handle& handle) {
  const Owned<heif_decoding_options> options(heif_decoding_options_alloc());
  if (!options) throw std::bad_alloc();
  options->convert_hdr_to_8bit = 1;
  heif_image* image = nullptr;
  const heif_error error =
      heif_decode_image(&handle, &image, heif_colorspace_RGB, heif_chroma_interleaved_RGB, options.get());
  Owned<heif_image> owned(image);
  if (error.code != heif_error_Ok) return failure(error, "cannot decode the main picture");
  return owned;
}

Plane plane_of(const heif_image& image) {
  int stride = 0;
  const std::uint8_t* from = heif_image_get_plane_readonly(&image, heif_channel_interleaved, &stride);
  const int width = heif_image_get_width(&image, heif_channel_interleaved);
  const int height = heif_image_get_height(&image, heif_channel_interleaved);
  if (from == nullptr || width <= 0 || height <= 0) return {};
  const std::size_t line = static_cast<std::size_t>(width) * 3;
  std::vector<std::uint8_t> samples;
  samples.reserve(line * static_cast<std::size_t>(height));
  for (int y = 0; y < height; ++y, from += stride) samples.insert(samples.end(), from, from + line);
  return {width, height, 3, std::move(samples)};
}

}  // namespace

Result<StillHeader> read_heif_header(const std::string& path, Format format, const Context& context) {
  const Opened opened = TRY(open_heif(path, context));
  StillHeader header;
  header.width = static_cast<std::uint64_t>(heif_image_handle_get_width(opened.handle.get()));
  header.height = static_cast<std::uint64_t>(heif_image_handle_get_height(opened.handle.get()));
  header.bit_depth = std::max(8, heif_image_handle_get_luma_bits_per_pixel(opened.handle.get()));
  header.codec = format == Format::avif ? "av1" : "hevc";
  return header;
}

// libheif 1.15 answers in RGB or in something made from RGB even when asked for "as stored" (measured: a limited-range
// 4:2:0 AVIF comes back as 4:4:4 RGB, and as full-range Y'CbCr when that is asked for). So brightness is computed from
// RGB, within ±1 of the stored one after its range is stretched.
Result<Frame> read_heif(const std::string& path, const Context& context) {
  const Opened opened = TRY(open_heif(path, context));
  const Owned<heif_image> image = TRY(decode(*opened.handle));
  Plane rgb = plane_of(*image);
  if (rgb.empty()) return make_error(Code::corrupt, "the main picture could not be decoded");
  FrameInfo info;
  info.bit_depth = std::max(8, heif_image_handle_get_luma_bits_per_pixel(opened.handle.get()));
  info.colour = "full range";
  return Frame::from_plane(std::move(rgb), std::move(info));
}

}  // namespace bonafide::media
