// A decoded AVFrame as a Frame: brightness by copying rows, colour by swscale, both only when asked for.
extern "C" {
#include <libavutil/frame.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}
#include <algorithm>
#include <cstring>

#include "media/decode/av.h"
#include "media/decode/planes.h"

namespace bonafide::media::av {

namespace {

struct FreeScaler {
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
};

/// Setting up a scaler costs far more than using it; each thread keeps its last one.
SwsContext* scaler_for(const AVFrame& frame, AVPixelFormat format) {
  thread_local std::unique_ptr<SwsContext, FreeScaler> kept;
  constexpr int kFlags = SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_BITEXACT;
  kept.reset(sws_getCachedContext(kept.release(), frame.width, frame.height, format, frame.width, frame.height,
                                  AV_PIX_FMT_RGB24, kFlags, nullptr, nullptr, nullptr));
  return kept.get();
}

/// The old names for full-range formats make swscale guess; the range is given explicitly instead.
AVPixelFormat plain(AVPixelFormat format, bool& full_range) {
  switch (format) {
    case AV_PIX_FMT_YUVJ420P: full_range = true; return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P: full_range = true; return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P: full_range = true; return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P: full_range = true; return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ411P: full_range = true; return AV_PIX_FMT_YUV411P;
    default: return format;
  }
}

int matrix_of(const AVFrame& frame) {
  switch (frame.colorspace) {
    case AVCOL_SPC_BT709: return SWS_CS_ITU709;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M: return SWS_CS_ITU601;
    case AVCOL_SPC_SMPTE240M: return SWS_CS_SMPTE240M;
    case AVCOL_SPC_FCC: return SWS_CS_FCC;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL: return SWS_CS_BT2020;
    default:
      // Not stated: players take BT.709 for high definition (720 lines and more) and BT.601 below.
      return std::min(frame.width, frame.height) >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
  }
}

Plane colour_plane(const AVFrame& frame) {
  bool full_range = frame.color_range == AVCOL_RANGE_JPEG;
  const AVPixelFormat format = plain(static_cast<AVPixelFormat>(frame.format), full_range);
  const std::size_t stride = static_cast<std::size_t>(frame.width) * 3;
  std::vector<std::uint8_t> samples(stride * static_cast<std::size_t>(frame.height));
  SwsContext* const scaler = scaler_for(frame, format);
  if (scaler != nullptr) {
    const int* const from = sws_getCoefficients(matrix_of(frame));
    sws_setColorspaceDetails(scaler, from, full_range ? 1 : 0, sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16,
                             1 << 16);
    // swscale's vector loops may write past a row's end: the rows are packed, so a padded copy takes the overrun.
    const int padded = (frame.width * 3 + 63) / 64 * 64;
    std::vector<std::uint8_t> rows(static_cast<std::size_t>(padded) * static_cast<std::size_t>(frame.height) + 64);
    std::uint8_t* const planes[4] = {rows.data(), nullptr, nullptr, nullptr};
    const int strides[4] = {padded, 0, 0, 0};
    sws_scale(scaler, frame.data, frame.linesize, 0, frame.height, planes, strides);
    for (int y = 0; y < frame.height; ++y)
      std::memcpy(samples.data() + stride * static_cast<std::size_t>(y),
                  rows.data() + static_cast<std::size_t>(padded) * static_cast<std::size_t>(y), stride);
  }
  return {frame.width, frame.height, 3, std::move(samples)};
}

/// True when component 0 is brightness (or the only component) and can be read sample by sample.
bool has_luma(const AVPixFmtDescriptor& format) {
  constexpr std::uint64_t kOther = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                                   AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BAYER;
  return (format.flags & kOther) == 0 && format.comp[0].depth >= 8 && format.comp[0].depth <= 16;
}

void take_row(const std::uint8_t* from, const AVComponentDescriptor& component, bool big_endian, std::uint8_t* to,
              int width) {
  from += component.offset;
  if (component.depth == 8) {
    for (int x = 0; x < width; ++x, from += component.step) to[x] = *from;
    return;
  }
  const int down = component.depth - 8;
  const unsigned half = 1U << (down - 1);
  for (int x = 0; x < width; ++x, from += component.step) {
    const unsigned low = from[big_endian ? 1 : 0];
    const unsigned high = from[big_endian ? 0 : 1];
    const unsigned sample = (((high << 8) | low) >> component.shift) & ((1U << component.depth) - 1);
    to[x] = static_cast<std::uint8_t>(std::min(255U, (sample + half) >> down));
  }
}

Plane luma_plane(const AVFrame& frame) {
  const AVPixFmtDescriptor* const format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  if (format == nullptr || !has_luma(*format)) return luma_of(colour_plane(frame));
  const AVComponentDescriptor& component = format->comp[0];
  const std::size_t width = static_cast<std::size_t>(frame.width);
  const std::uint8_t* from = frame.data[component.plane];
  const std::ptrdiff_t line = frame.linesize[component.plane];
  std::vector<std::uint8_t> samples;
  if (component.depth == 8 && component.step == 1) {
    samples.reserve(width * static_cast<std::size_t>(frame.height));
    for (int y = 0; y < frame.height; ++y, from += line)
      samples.insert(samples.end(), from + component.offset, from + component.offset + width);
  } else {
    samples.resize(width * static_cast<std::size_t>(frame.height));
    const bool big_endian = (format->flags & AV_PIX_FMT_FLAG_BE) != 0;
    for (int y = 0; y < frame.height; ++y, from += line)
      take_row(from, component, big_endian, samples.data() + width * static_cast<std::size_t>(y), frame.width);
  }
  return {frame.width, frame.height, 1, std::move(samples)};
}

class PictureSource : public Frame::Source {
 public:
  PictureSource(const AVFrame& frame, int orientation) : frame_(new_frame()), orientation_(orientation) {
    if (av_frame_ref(frame_.get(), &frame) < 0) throw std::bad_alloc();
  }
  Plane luma() override { return upright(luma_plane(*frame_), orientation_); }
  Plane rgb() override { return upright(colour_plane(*frame_), orientation_); }

 private:
  Owned<AVFrame> frame_;
  int orientation_;
};

}  // namespace

Frame make_frame(const AVFrame& picture, FrameInfo info, int orientation) {
  const bool swapped = orientation >= 5;
  info.width = swapped ? picture.height : picture.width;
  info.height = swapped ? picture.width : picture.height;
  info.bit_depth = bit_depth_of(picture.format);
  info.colour = colour_of(picture.color_primaries, picture.color_trc, picture.colorspace, picture.color_range);
  info.key_frame = picture.key_frame != 0;
  return {std::move(info), std::make_unique<PictureSource>(picture, orientation)};
}

}  // namespace bonafide::media::av
