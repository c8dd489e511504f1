// PNG and WebP: FFmpeg decodes and encodes the samples; every other chunk is copied here, byte for byte.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "media/decode/rewrite_still_formats.h"

namespace bonafide::media {

namespace {

using Picture = av::Owned<AVFrame>;

Result<Picture> blank(int width, int height, AVPixelFormat format) {
  Picture picture = av::new_frame();
  picture->width = width;
  picture->height = height;
  picture->format = format;
  if (av_frame_get_buffer(picture.get(), 0) < 0) throw std::bad_alloc();
  return picture;
}

std::uint8_t* row_of(const AVFrame& frame, int plane, int y) {
  return frame.data[plane] + static_cast<std::ptrdiff_t>(y) * frame.linesize[plane];
}

using Option = std::pair<const char*, const char*>;

Result<Bytes> encode(const AVFrame& picture, const char* name, std::initializer_list<Option> options,
                     const Context& context) {
  const AVCodec* const codec = avcodec_find_encoder_by_name(name);
  if (codec == nullptr)
    return make_error(Code::unsupported, fmt::format("this build of FFmpeg has no {} encoder", name));
  av::Owned<AVCodecContext> encoder(avcodec_alloc_context3(codec));
  if (!encoder) throw std::bad_alloc();
  encoder->width = picture.width;
  encoder->height = picture.height;
  encoder->pix_fmt = static_cast<AVPixelFormat>(picture.format);
  encoder->color_range = picture.color_range;
  encoder->time_base = {1, 1};
  encoder->thread_count = 1;
  for (const auto& [key, value] : options) {
    const int status = av_opt_set(encoder.get(), key, value, AV_OPT_SEARCH_CHILDREN);
    if (status < 0) return av::failure(status, Code::unsupported, fmt::format("{}: option {}", name, key), context);
  }
  int status = avcodec_open2(encoder.get(), codec, nullptr);
  if (status < 0) return av::failure(status, Code::unsupported, fmt::format("cannot start {}", name), context);
  const av::Owned<AVPacket> packet = av::new_packet();
  status = avcodec_send_frame(encoder.get(), &picture);
  if (status >= 0) status = avcodec_send_frame(encoder.get(), nullptr);
  if (status >= 0) status = avcodec_receive_packet(encoder.get(), packet.get());
  if (status < 0) return av::failure(status, Code::internal, "cannot encode the picture", context);
  return Bytes(packet->data, packet->data + packet->size);
}

void append(Bytes& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

// ---- PNG ----

/// Palettes and grey with transparency as RGB, or RGB and transparency where some is.
Result<Picture> spread(const AVFrame& from) {
  const bool palette = from.format == AV_PIX_FMT_PAL8;
  bool clear = !palette;
  const auto colour = [&](int x, int y) -> std::array<std::uint8_t, 4> {
    const std::uint8_t* const row = row_of(from, 0, y);
    if (!palette) return {row[2 * x], row[2 * x], row[2 * x], row[2 * x + 1]};
    std::uint32_t entry = 0;
    std::memcpy(&entry, from.data[1] + 4 * std::ptrdiff_t{row[x]}, 4);
    return {static_cast<std::uint8_t>(entry >> 16), static_cast<std::uint8_t>(entry >> 8),
            static_cast<std::uint8_t>(entry), static_cast<std::uint8_t>(entry >> 24)};
  };
  for (int y = 0; y < from.height && !clear; ++y)
    for (int x = 0; x < from.width && !clear; ++x) clear = colour(x, y)[3] != 255;
  Picture picture = TRY(blank(from.width, from.height, clear ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24));
  const std::size_t channels = clear ? 4 : 3;
  for (int y = 0; y < from.height; ++y) {
    std::uint8_t* to = row_of(*picture, 0, y);
    for (int x = 0; x < from.width; ++x, to += channels) std::copy_n(colour(x, y).begin(), channels, to);
  }
  return picture;
}

Result<Picture> plain_samples(Picture picture) {
  switch (picture->format) {
    case AV_PIX_FMT_GRAY8:
    case AV_PIX_FMT_RGB24:
    case AV_PIX_FMT_RGBA: {
      if (av_frame_make_writable(picture.get()) < 0) throw std::bad_alloc();
      return picture;
    }
    case AV_PIX_FMT_PAL8:
    case AV_PIX_FMT_YA8: return spread(*picture);
    default: {
      const char* const name = av_get_pix_fmt_name(static_cast<AVPixelFormat>(picture->format));
      return make_error(Code::unsupported, fmt::format("PNG with samples of {} is not rewritten",
                                                       name != nullptr ? name : "another kind"));
    }
  }
}

struct PngChunk {
  std::string_view type;
  ByteView whole;  ///< with length, type and checksum
};

Result<std::vector<PngChunk>> png_chunks(ByteView bytes) {
  std::vector<PngChunk> chunks;
  ByteReader reader(bytes);
  TRY(reader.skip(8));
  constexpr std::size_t kFrame = 12;
  while (reader.remaining() >= kFrame) {
    const std::size_t start = reader.position();
    const std::uint32_t size = TRY(reader.u32be());
    const std::string_view type = as_text(TRY(reader.take(4)));
    TRY(reader.skip(size));
    TRY(reader.skip(4));
    chunks.push_back({type, bytes.subspan(start, size + kFrame)});
    if (type == "IEND") break;
  }
  return chunks;
}

/// Chunks that are about the picture as a whole and hold for any kind of samples.
bool is_kept(std::string_view type) {
  static constexpr std::array<std::string_view, 12> kKept{"iCCP", "sRGB", "gAMA", "cHRM", "cICP", "pHYs",
                                                          "eXIf", "tEXt", "zTXt", "iTXt", "tIME", "mDCv"};
  return std::ranges::find(kKept, type) != kKept.end();
}

// ---- WebP ----

struct RiffChunk {
  std::string_view type;
  ByteView body;
};

Result<std::vector<RiffChunk>> riff_chunks(ByteView bytes) {
  std::vector<RiffChunk> chunks;
  ByteReader reader(bytes);
  TRY(reader.skip(12));
  constexpr std::size_t kHead = 8;
  while (reader.remaining() >= kHead) {
    const std::string_view type = as_text(TRY(reader.take(4)));
    const std::uint32_t size = TRY(reader.u32le());
    chunks.push_back({type, TRY(reader.take(size))});
    if (size % 2 != 0 && !reader.at_end()) TRY(reader.skip(1));
  }
  return chunks;
}

void append_u32le(Bytes& to, std::size_t value) {
  for (int shift = 0; shift < 32; shift += 8) to.push_back(static_cast<std::uint8_t>(value >> shift));
}

void append_chunk(Bytes& to, std::string_view type, ByteView body) {
  append(to, as_bytes(type));
  append_u32le(to, body.size());
  append(to, body);
  if (body.size() % 2 != 0) to.push_back(0);
}

/// Brightness of 16…235 is spread to 0…255 for the change, and the difference put back.
Result<void> change_video_range(AVFrame& picture, const StillChange& change) {
  const auto width = static_cast<std::size_t>(picture.width);
  Bytes before(width * static_cast<std::size_t>(picture.height));
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x)
      before[static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x)] =
          static_cast<std::uint8_t>(std::clamp((row_of(picture, 0, y)[x] - 16) * 255.0 / 219 + 0.5, 0.0, 255.0));
  Bytes after = before;
  TRY(change({after.data(), picture.width, picture.height, 1, picture.width}));
  for (int y = 0; y < picture.height; ++y) {
    std::uint8_t* const row = row_of(picture, 0, y);
    for (int x = 0; x < picture.width; ++x) {
      const std::size_t at = static_cast<std::size_t>(y) * width + static_cast<std::size_t>(x);
      const double difference = (after[at] - before[at]) * 219.0 / 255;
      row[x] = static_cast<std::uint8_t>(std::clamp(row[x] + difference + 0.5, 0.0, 255.0));
    }
  }
  return {};
}

/// ARGB as the decoder of lossless WebP gives it, to BGRA as the encoder wants it, changed as RGBA between.
Result<Picture> changed_argb(const AVFrame& from, const StillChange& change) {
  const std::size_t stride = static_cast<std::size_t>(from.width) * 4;
  Bytes rgba(stride * static_cast<std::size_t>(from.height));
  for (int y = 0; y < from.height; ++y)
    for (std::size_t i = 0; i < stride; i += 4)
      for (std::size_t c = 0; c < 4; ++c)
        rgba[static_cast<std::size_t>(y) * stride + i + c] = row_of(from, 0, y)[i + (c + 1) % 4];
  TRY(change({rgba.data(), from.width, from.height, 4, static_cast<std::ptrdiff_t>(stride)}));
  Picture picture = TRY(blank(from.width, from.height, AV_PIX_FMT_BGRA));
  constexpr std::array<std::size_t, 4> kOrder{2, 1, 0, 3};
  for (int y = 0; y < from.height; ++y)
    for (std::size_t i = 0; i < stride; i += 4)
      for (std::size_t c = 0; c < 4; ++c)
        row_of(*picture, 0, y)[i + c] = rgba[static_cast<std::size_t>(y) * stride + i + kOrder[c]];
  return picture;
}

/// The new picture with the old file's profile, Exif and XMP (RFC 9649, 2.7).
Result<Bytes> webp_of(ByteView encoded, const std::vector<RiffChunk>& old, const AVFrame& picture) {
  constexpr std::uint8_t kProfile = 0x20, kAlpha = 0x10, kExif = 0x08, kXmp = 0x04;
  std::uint8_t flags = 0;
  for (const RiffChunk& chunk : old) {
    if (chunk.type == "ICCP") flags |= kProfile;
    if (chunk.type == "EXIF") flags |= kExif;
    if (chunk.type == "XMP ") flags |= kXmp;
  }
  Bytes body;
  const std::vector<RiffChunk> fresh = TRY(riff_chunks(encoded));
  for (const RiffChunk& chunk : fresh) {
    if (chunk.type == "ALPH") flags |= kAlpha;
    constexpr std::size_t kAlphaByte = 4;  // VP8L: signature, then width-1, height-1 (14 bits each), "alpha is used"
    if (chunk.type == "VP8L" && chunk.body.size() > kAlphaByte && (chunk.body[kAlphaByte] & 0x10) != 0) flags |= kAlpha;
    if (chunk.type == "ALPH" || chunk.type == "VP8 " || chunk.type == "VP8L")
      append_chunk(body, chunk.type, chunk.body);
  }
  Bytes file;
  append(file, as_bytes("WEBP"));
  const auto copy = [&](std::string_view type) {
    for (const RiffChunk& chunk : old)
      if (chunk.type == type) {
        append_chunk(file, type, chunk.body);
        return;
      }
  };
  if (flags != 0) {
    Bytes head{flags, 0, 0, 0};
    for (const int side : {picture.width - 1, picture.height - 1})
      for (int shift = 0; shift < 24; shift += 8) head.push_back(static_cast<std::uint8_t>(side >> shift));
    append_chunk(file, "VP8X", head);
  }
  copy("ICCP");
  append(file, body);
  copy("EXIF");
  copy("XMP ");
  Bytes whole;
  append(whole, as_bytes("RIFF"));
  append_u32le(whole, file.size());
  append(whole, file);
  return whole;
}

constexpr const char* kCredential = "its Content Credential, which would be broken";

}  // namespace

Result<Bytes> rewrite_png(ByteView bytes, const StillChange& change, std::vector<std::string>& left_out,
                          const Context& context) {
  const std::vector<PngChunk> old = TRY(png_chunks(bytes));
  for (const PngChunk& chunk : old)
    if (chunk.type == "acTL") return make_error(Code::unsupported, "animated PNG is not rewritten");
  Picture decoded = TRY(decode_plain(bytes, Format::png, context));
  const Picture picture = TRY(plain_samples(std::move(decoded)));
  const int channels = picture->format == AV_PIX_FMT_GRAY8 ? 1 : picture->format == AV_PIX_FMT_RGB24 ? 3 : 4;
  TRY(change({picture->data[0], picture->width, picture->height, channels, picture->linesize[0]}));
  const Bytes encoded = TRY(encode(*picture, "png", {{"pred", "mixed"}}, context));
  Bytes file(encoded.begin(), encoded.begin() + 8);
  const std::vector<PngChunk> fresh = TRY(png_chunks(encoded));
  for (const PngChunk& chunk : fresh) {
    if (chunk.type == "IHDR" || chunk.type == "IDAT" || chunk.type == "IEND") append(file, chunk.whole);
    if (chunk.type != "IHDR") continue;
    for (const PngChunk& kept : old) {
      const bool grey_profile = kept.type == "iCCP" && channels != 1 && (bytes[25] & 2) == 0;  // grey became RGB
      if (is_kept(kept.type) && !grey_profile) append(file, kept.whole);
      if (grey_profile) left_out.emplace_back("its colour profile, which is of grey");
      if (kept.type == "caBX") left_out.emplace_back(kCredential);
    }
  }
  return file;
}

Result<Bytes> rewrite_webp(ByteView bytes, const StillChange& change, std::vector<std::string>& left_out,
                           const Context& context) {
  const std::vector<RiffChunk> old = TRY(riff_chunks(bytes));
  for (const RiffChunk& chunk : old) {
    if (chunk.type == "ANMF" || chunk.type == "ANIM")
      return make_error(Code::unsupported, "animated WebP is not rewritten");
    if (chunk.type == "C2PA") left_out.emplace_back(kCredential);
  }
  Picture picture = TRY(decode_plain(bytes, Format::webp, context));
  if (picture->format == AV_PIX_FMT_ARGB) {
    picture = TRY(changed_argb(*picture, change));
    const Bytes encoded = TRY(encode(*picture, "libwebp", {{"lossless", "1"}}, context));
    return webp_of(encoded, old, *picture);
  }
  if (picture->format != AV_PIX_FMT_YUV420P && picture->format != AV_PIX_FMT_YUVA420P)
    return make_error(Code::unsupported, "this kind of WebP is not rewritten");
  if (av_frame_make_writable(picture.get()) < 0) throw std::bad_alloc();
  TRY(change_video_range(*picture, change));
  const Bytes encoded = TRY(encode(*picture, "libwebp", {{"quality", "95"}}, context));
  return webp_of(encoded, old, *picture);
}

}  // namespace bonafide::media
