// Stills whose whole file is one packet to FFmpeg's decoder. No demuxer runs: nothing is guessed or opened.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}
#include <fmt/format.h>

#include <cstdlib>
#include <cstring>

#include "media/decode/av.h"
#include "media/decode/rewrite_still_formats.h"
#include "media/decode/still.h"

namespace bonafide::media {

namespace {

AVCodecID codec_of(Format format) {
  switch (format) {
    case Format::png: return AV_CODEC_ID_PNG;
    case Format::webp: return AV_CODEC_ID_WEBP;
    case Format::tiff: return AV_CODEC_ID_TIFF;
    case Format::gif: return AV_CODEC_ID_GIF;
    case Format::bmp: return AV_CODEC_ID_BMP;
    case Format::jxl: return AV_CODEC_ID_JPEGXL;
    default: return AV_CODEC_ID_NONE;
  }
}

Result<StillHeader> png_header(ByteReader reader) {  // PNG 11.2.2: signature, length, "IHDR", width, height, …
  StillHeader header;
  TRY(reader.skip(16));
  header.width = TRY(reader.u32be());
  header.height = TRY(reader.u32be());
  header.bit_depth = TRY(reader.u8());
  if (TRY(reader.u8()) == 3) header.bit_depth = 8;  // indices into a palette of 8-bit colours
  return header;
}

Result<StillHeader> bmp_header(ByteReader reader) {  // BITMAPINFOHEADER: biWidth, biHeight (negative: top row first)
  StillHeader header;
  TRY(reader.skip(14));
  if (TRY(reader.u32le()) < 40) {  // OS/2: 16 bits each
    header.width = TRY(reader.u16le());
    header.height = TRY(reader.u16le());
    return header;
  }
  const auto width = static_cast<std::int32_t>(TRY(reader.u32le()));
  const auto height = static_cast<std::int32_t>(TRY(reader.u32le()));
  header.width = static_cast<std::uint64_t>(std::abs(static_cast<std::int64_t>(width)));
  header.height = static_cast<std::uint64_t>(std::abs(static_cast<std::int64_t>(height)));
  return header;
}

Result<StillHeader> gif_header(ByteReader reader) {  // GIF89a 18: logical screen
  StillHeader header;
  TRY(reader.skip(6));
  header.width = TRY(reader.u16le());
  header.height = TRY(reader.u16le());
  return header;
}

Result<StillHeader> webp_header(ByteReader reader) {  // RFC 9649, 2.5 to 2.7: the first chunk after "WEBP"
  StillHeader header;
  TRY(reader.skip(12));
  const std::string_view chunk = as_text(TRY(reader.take(4)));
  TRY(reader.skip(4));
  if (chunk == "VP8X") {
    TRY(reader.skip(4));
    const auto u24le = [&]() -> Result<std::uint64_t> {
      const std::uint64_t low = TRY(reader.u16le());
      return low | static_cast<std::uint64_t>(TRY(reader.u8())) << 16;
    };
    header.width = TRY(u24le()) + 1;
    header.height = TRY(u24le()) + 1;
  } else if (chunk == "VP8L") {
    TRY(reader.skip(1));
    const std::uint32_t packed = TRY(reader.u32le());
    header.width = (packed & 0x3FFF) + 1;
    header.height = ((packed >> 14) & 0x3FFF) + 1;
  } else if (chunk == "VP8 ") {
    TRY(reader.skip(6));
    header.width = TRY(reader.u16le()) & 0x3FFF;
    header.height = TRY(reader.u16le()) & 0x3FFF;
  }
  return header;
}

/// What the header says in fixed places; width 0 for formats that need a parser.
Result<StillHeader> stated(ByteView bytes, Format format) {
  switch (format) {
    case Format::png: return png_header(ByteReader(bytes));
    case Format::bmp: return bmp_header(ByteReader(bytes));
    case Format::gif: return gif_header(ByteReader(bytes));
    case Format::webp: return webp_header(ByteReader(bytes));
    default: return StillHeader{};
  }
}

bool says_its_size(Format format) {
  return format == Format::png || format == Format::bmp || format == Format::gif || format == Format::webp;
}

// Two views of together 4 bytes a pixel stand beside what the decoder makes.
constexpr std::uint64_t kViewBytes = 4;

struct Guard {
  const Context* context;
  std::optional<Error> refused;
};

/// FFmpeg asks here before each picture it allocates.
int guarded_buffer(AVCodecContext* decoder, AVFrame* frame, int flags) {
  auto& guard = *static_cast<Guard*>(decoder->opaque);
  const int bytes = av_image_get_buffer_size(static_cast<AVPixelFormat>(frame->format), frame->width, frame->height, 1);
  const auto pixels = static_cast<std::uint64_t>(frame->width) * static_cast<std::uint64_t>(frame->height);
  const std::uint64_t each = pixels == 0 || bytes < 0 ? 16 : (static_cast<std::uint64_t>(bytes) + pixels - 1) / pixels;
  const auto fits = check_size(static_cast<std::uint64_t>(frame->width), static_cast<std::uint64_t>(frame->height),
                               each + kViewBytes, *guard.context);
  if (!fits) {
    guard.refused = fits.error();
    return AVERROR(ENOMEM);
  }
  return avcodec_default_get_buffer2(decoder, frame, flags);
}

struct Decoded {
  av::Owned<AVFrame> picture;
  std::vector<std::string> damage;
};

Result<Decoded> decode(ByteView bytes, Format format, const Context& context) {
  av::quieten();
  if (says_its_size(format)) {
    const StillHeader header = TRY(stated(bytes, format));
    TRY(check_size(header.width, header.height, kViewBytes, context));
  }
  // libjxl writes to standard error about anything else.
  if (format == Format::jxl && sniff(bytes) != Format::jxl) return make_error(Code::corrupt, "this is not JPEG XL", 0);
  const AVCodec* const codec = avcodec_find_decoder(codec_of(format));
  if (codec == nullptr)
    return make_error(Code::unsupported, fmt::format("this build cannot decode {}", to_string(format)));
  av::Owned<AVCodecContext> decoder(avcodec_alloc_context3(codec));
  if (!decoder) throw std::bad_alloc();
  Guard guard{&context, std::nullopt};
  decoder->opaque = &guard;
  decoder->get_buffer2 = guarded_buffer;
  decoder->thread_count = 1;
  int status = avcodec_open2(decoder.get(), codec, nullptr);
  if (status < 0) return av::failure(status, Code::unsupported, "cannot start the decoder", context);

  const av::Owned<AVPacket> packet = av::new_packet();
  if (bytes.size() > static_cast<std::size_t>(INT32_MAX) - AV_INPUT_BUFFER_PADDING_SIZE ||
      av_new_packet(packet.get(), static_cast<int>(bytes.size())) < 0)
    return make_error(Code::limit, "the file is too large to decode in one piece");
  std::memcpy(packet->data, bytes.data(), bytes.size());
  packet->flags |= AV_PKT_FLAG_KEY;

  Decoded decoded{av::new_frame(), {}};
  status = avcodec_send_packet(decoder.get(), packet.get());
  if (status >= 0) status = avcodec_receive_frame(decoder.get(), decoded.picture.get());
  if (status == AVERROR(EAGAIN)) {  // nothing came of the only packet: perhaps it is held back
    avcodec_send_packet(decoder.get(), nullptr);
    status = avcodec_receive_frame(decoder.get(), decoded.picture.get());
  }
  if (guard.refused) return *guard.refused;
  if (status == AVERROR_EOF) return make_error(Code::corrupt, "the file holds no picture");
  if (status < 0) return av::failure(status, Code::corrupt, "cannot decode the picture", context);
  if ((decoded.picture->flags & AV_FRAME_FLAG_CORRUPT) != 0 || decoded.picture->decode_error_flags != 0)
    decoded.damage.emplace_back("parts of the picture could not be decoded");
  return decoded;
}

}  // namespace

Result<av::Owned<AVFrame>> decode_plain(ByteView bytes, Format format, const Context& context) {
  Decoded decoded = TRY(decode(bytes, format, context));
  if (!decoded.damage.empty()) return make_error(Code::corrupt, decoded.damage.front());
  return std::move(decoded.picture);
}

Result<StillHeader> read_plain_header(ByteView bytes, Format format, const Context& context) {
  if (says_its_size(format)) {
    StillHeader header = TRY(stated(bytes, format));
    TRY(check_size(header.width, header.height, kViewBytes, context));
    header.codec = avcodec_get_name(codec_of(format));
    return header;
  }
  // FFmpeg knows the headers of TIFF and JPEG XL only by decoding.
  const Decoded decoded = TRY(decode(bytes, format, context));
  StillHeader header;
  header.width = static_cast<std::uint64_t>(decoded.picture->width);
  header.height = static_cast<std::uint64_t>(decoded.picture->height);
  header.bit_depth = av::bit_depth_of(decoded.picture->format);
  header.codec = avcodec_get_name(codec_of(format));
  if (const char* const name = av_get_pix_fmt_name(static_cast<AVPixelFormat>(decoded.picture->format)))
    header.pixel_format = name;
  return header;
}

Result<Frame> read_plain(ByteView bytes, Format format, int orientation, const Context& context) {
  Decoded decoded = TRY(decode(bytes, format, context));
  FrameInfo info;
  info.orientation = orientation;
  info.damage = std::move(decoded.damage);
  return av::make_frame(*decoded.picture, std::move(info), 1);
}

}  // namespace bonafide::media
