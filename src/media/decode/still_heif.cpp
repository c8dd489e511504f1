// HEIC and AVIF through libheif, which turns the picture upright itself (irot, imir): orientation is 1 afterwards.
extern "C" {
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
}
#include <fmt/format.h>
#include <libheif/heif.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "media/decode/av.h"
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

/// FFmpeg's name for the planes libheif made; none when it is not plain Y'CbCr or grey.
AVPixelFormat layout_of(const heif_image& image) {
  const int bits = heif_image_get_bits_per_pixel_range(&image, heif_channel_Y);
  const auto pick = [&](AVPixelFormat eight, AVPixelFormat ten, AVPixelFormat twelve) {
    return bits == 8 ? eight : bits == 10 ? ten : bits == 12 ? twelve : AV_PIX_FMT_NONE;
  };
  switch (heif_image_get_chroma_format(&image)) {
    case heif_chroma_monochrome: return pick(AV_PIX_FMT_GRAY8, AV_PIX_FMT_GRAY10LE, AV_PIX_FMT_GRAY12LE);
    case heif_chroma_420: return pick(AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV420P10LE, AV_PIX_FMT_YUV420P12LE);
    case heif_chroma_422: return pick(AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV422P10LE, AV_PIX_FMT_YUV422P12LE);
    case heif_chroma_444: return pick(AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV444P10LE, AV_PIX_FMT_YUV444P12LE);
    default: return AV_PIX_FMT_NONE;
  }
}

/// Copies what fits; false when libheif made no such plane.
bool copy_plane(const heif_image& image, heif_channel channel, int sample_bytes, AVFrame& frame, int plane, int width,
                int height) {
  int stride = 0;
  const std::uint8_t* from = heif_image_get_plane_readonly(&image, channel, &stride);
  if (from == nullptr || heif_image_get_width(&image, channel) < width ||
      heif_image_get_height(&image, channel) < height)
    return false;
  std::uint8_t* to = frame.data[plane];
  for (int y = 0; y < height; ++y, from += stride, to += frame.linesize[plane])
    std::memcpy(to, from, static_cast<std::size_t>(width) * static_cast<std::size_t>(sample_bytes));
  return true;
}

void describe_colour(const heif_image& image, AVFrame& frame) {
  // Not stated: full range, BT.601 matrix (ISO/IEC 23000-22, 7.3.6.4).
  frame.color_range = AVCOL_RANGE_JPEG;
  frame.colorspace = AVCOL_SPC_SMPTE170M;
  heif_color_profile_nclx* profile = nullptr;
  if (heif_image_get_nclx_color_profile(&image, &profile).code == heif_error_Ok && profile != nullptr) {
    frame.color_range = profile->full_range_flag != 0 ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    // Both sides number the matrices as ITU-T H.273 does.
    if (profile->matrix_coefficients != heif_matrix_coefficients_unspecified)
      frame.colorspace = static_cast<AVColorSpace>(profile->matrix_coefficients);
  }
  heif_nclx_color_profile_free(profile);
}

Result<av::Owned<AVFrame>> picture_of(const heif_image& image) {
  av::Owned<AVFrame> frame = av::new_frame();
  frame->format = layout_of(image);
  if (frame->format == AV_PIX_FMT_NONE) return make_error(Code::unsupported, "this HEIF sample layout is not read");
  frame->width = heif_image_get_width(&image, heif_channel_Y);
  frame->height = heif_image_get_height(&image, heif_channel_Y);
  if (frame->width <= 0 || frame->height <= 0) return make_error(Code::corrupt, "the main picture is empty");
  describe_colour(image, *frame);
  if (frame->colorspace == AVCOL_SPC_RGB) {  // "identity" matrix: the planes are green, blue and red
    if (frame->format == AV_PIX_FMT_YUV444P) frame->format = AV_PIX_FMT_GBRP;
    if (frame->format == AV_PIX_FMT_YUV444P10LE) frame->format = AV_PIX_FMT_GBRP10LE;
    if (frame->format == AV_PIX_FMT_YUV444P12LE) frame->format = AV_PIX_FMT_GBRP12LE;
  }
  if (av_frame_get_buffer(frame.get(), 0) < 0) return make_error(Code::limit, "not enough memory for this picture");
  const AVPixFmtDescriptor& layout = *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame->format));
  const int sample_bytes = layout.comp[0].depth > 8 ? 2 : 1;
  const std::array<heif_channel, 3> channels = {heif_channel_Y, heif_channel_Cb, heif_channel_Cr};
  for (int plane = 0; plane < layout.nb_components; ++plane) {
    const int width = plane == 0 ? frame->width : AV_CEIL_RSHIFT(frame->width, layout.log2_chroma_w);
    const int height = plane == 0 ? frame->height : AV_CEIL_RSHIFT(frame->height, layout.log2_chroma_h);
    if (!copy_plane(image, channels.at(static_cast<std::size_t>(plane)), sample_bytes, *frame, plane, width, height))
      return make_error(Code::corrupt, "the main picture could not be decoded");
  }
  return frame;
}

Result<Owned<heif_image>> decode(const heif_image_handle& handle, heif_colorspace space, heif_chroma chroma) {
  const Owned<heif_decoding_options> options(heif_decoding_options_alloc());
  if (!options) throw std::bad_alloc();
  heif_image* image = nullptr;
  const heif_error error = heif_decode_image(&handle, &image, space, chroma, options.get());
  Owned<heif_image> owned(image);
  if (error.code != heif_error_Ok) return failure(error, "cannot decode the main picture");
  return owned;
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

Result<Frame> read_heif(const std::string& path, const Context& context) {
  const Opened opened = TRY(open_heif(path, context));
  // As stored (Y'CbCr), not libheif's RGB: brightness must be the file's own samples.
  const Owned<heif_image> image = TRY(decode(*opened.handle, heif_colorspace_YCbCr, heif_chroma_undefined));
  if (heif_image_get_colorspace(image.get()) == heif_colorspace_RGB)
    return make_error(Code::unsupported, "HEIF pictures stored as RGB are not read");
  const av::Owned<AVFrame> picture = TRY(picture_of(*image));
  return av::make_frame(*picture, FrameInfo{}, 1);
}

}  // namespace bonafide::media
