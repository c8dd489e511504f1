#include "media/decode/av.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/log.h>
#include <libavutil/pixdesc.h>
}
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <mutex>

namespace bonafide::media::av {

void Free::operator()(AVFormatContext* object) const { avformat_close_input(&object); }
void Free::operator()(AVCodecContext* object) const { avcodec_free_context(&object); }
void Free::operator()(AVPacket* object) const { av_packet_free(&object); }
void Free::operator()(AVFrame* object) const { av_frame_free(&object); }
void Free::operator()(AVIOContext* object) const {
  av_freep(&object->buffer);
  avio_context_free(&object);
}

namespace {
template <typename T>
T* must(T* object) {
  if (object == nullptr) throw std::bad_alloc();
  return object;
}
}  // namespace

Owned<AVPacket> new_packet() { return Owned<AVPacket>(must(av_packet_alloc())); }
Owned<AVFrame> new_frame() { return Owned<AVFrame>(must(av_frame_alloc())); }

std::string words(int error) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(error, text.data(), text.size());
  return text.data();
}

Error failure(int error, Code code, std::string_view doing, const Context& context) {
  if (context.stopped()) return make_error(Code::cancelled, "stopped on request");
  if (context.out_of_time()) return make_error(Code::limit, fmt::format("{}: out of time", doing));
  if (error == AVERROR(ENOMEM)) code = Code::limit;
  if (error == AVERROR_PATCHWELCOME || error == AVERROR_DECODER_NOT_FOUND) code = Code::unsupported;
  return make_error(code, fmt::format("{}: {}", doing, words(error)));
}

void quieten() {
  static std::once_flag once;
  std::call_once(once, [] {
    av_log_set_level(AV_LOG_QUIET);
    av_log_set_callback([](void*, int, const char*, va_list) {});
    av_max_alloc(std::size_t{1} << 30);
  });
}

namespace {
/// By our own reading of the first bytes; FFmpeg's guessing never runs, so no playlist or script demuxer can start.
const char* demuxer_name(Format format) {
  switch (format) {
    case Format::mp4:
    case Format::mov:
    case Format::m4a: return "mov";
    case Format::matroska: return "matroska";
    case Format::avi: return "avi";
    case Format::mpegts: return "mpegts";
    case Format::mpegps: return "mpeg";
    case Format::flv: return "flv";
    case Format::asf: return "asf";
    case Format::wav: return "wav";
    case Format::flac: return "flac";
    case Format::mp3: return "mp3";
    case Format::ogg: return "ogg";
    case Format::aac: return "aac";
    case Format::aiff: return "aiff";
    case Format::amr: return "amr";
    case Format::caf: return "caf";
    default: return nullptr;
  }
}
}  // namespace

struct Demuxer::Source {
  FileReader file;
  const Context* context = nullptr;
  std::uint64_t position = 0;

  bool interrupted() const { return context->stopped() || context->out_of_time(); }

  static int read(void* opaque, std::uint8_t* into, int size) {
    auto& self = *static_cast<Source*>(opaque);
    if (self.interrupted()) return AVERROR_EXIT;
    const auto got = self.file.read_some(self.position, {into, static_cast<std::size_t>(std::max(0, size))});
    if (!got) return AVERROR(EIO);
    if (*got == 0) return AVERROR_EOF;
    self.position += *got;
    return static_cast<int>(*got);
  }

  static std::int64_t seek(void* opaque, std::int64_t offset, int whence) {
    auto& self = *static_cast<Source*>(opaque);
    const auto size = static_cast<std::int64_t>(self.file.size());
    if ((whence & AVSEEK_SIZE) != 0) return size;
    whence &= ~AVSEEK_FORCE;
    const std::int64_t from = whence == SEEK_CUR   ? static_cast<std::int64_t>(self.position)
                              : whence == SEEK_END ? size
                                                   : 0;
    std::int64_t target = 0;
    if (__builtin_add_overflow(from, offset, &target) || target < 0) return AVERROR(EINVAL);
    self.position = static_cast<std::uint64_t>(target);
    return target;
  }
};

Demuxer::Demuxer() = default;
Demuxer::~Demuxer() = default;

Result<std::unique_ptr<Demuxer>> Demuxer::open(const Media& media, const Context& context) {
  quieten();
  const char* const name = demuxer_name(media.format);
  if (name == nullptr)
    return make_error(Code::unsupported, fmt::format("{} carries no tracks we can read", to_string(media.format)));
  std::unique_ptr<Demuxer> self(new Demuxer());
  self->source_ = std::make_unique<Source>(Source{TRY(FileReader::open(media.path)), &context, 0});

  constexpr int kBuffer = 1 << 16;
  auto* const buffer = static_cast<unsigned char*>(must(av_malloc(kBuffer)));
  self->io_.reset(avio_alloc_context(buffer, kBuffer, 0, self->source_.get(), &Source::read, nullptr, &Source::seek));
  if (!self->io_) {
    av_free(buffer);
    throw std::bad_alloc();
  }
  AVFormatContext* raw = must(avformat_alloc_context());
  raw->pb = self->io_.get();
  raw->flags |= AVFMT_FLAG_CUSTOM_IO;  // no GENPTS: it queues packets without a bound
  raw->max_streams = 64;
  raw->interrupt_callback = {[](void* opaque) { return static_cast<Source*>(opaque)->interrupted() ? 1 : 0; },
                             self->source_.get()};
  raw->io_open = [](AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) { return AVERROR(EPERM); };
  int status = avformat_open_input(&raw, "", av_find_input_format(name), nullptr);  // frees raw when it fails
  if (status < 0) return failure(status, Code::corrupt, "cannot read the container", context);
  self->format_.reset(raw);
  status = avformat_find_stream_info(raw, nullptr);
  if (status < 0) return failure(status, Code::corrupt, "cannot read the tracks", context);
  return self;
}

bool Demuxer::is_video(const AVStream& stream) {
  return stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
         (stream.disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS)) == 0;
}

bool Demuxer::is_audio(const AVStream& stream) { return stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO; }

double Demuxer::start_of(const AVStream& stream) {
  if (stream.start_time == AV_NOPTS_VALUE) return 0;
  double start = static_cast<double>(stream.start_time) * av_q2d(stream.time_base);
  // Matroska starts encoder padding before zero; the decoder drops it again, so it is not the first sound heard.
  const AVCodecParameters& parameters = *stream.codecpar;
  if (is_audio(stream) && start < 0 && parameters.initial_padding > 0 && parameters.sample_rate > 0)
    start = std::min(0.0, start + static_cast<double>(parameters.initial_padding) / parameters.sample_rate);
  return start;
}

double Demuxer::zero() const {
  double earliest = std::numeric_limits<double>::infinity();
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    const AVStream& stream = *format_->streams[i];
    if (stream.start_time != AV_NOPTS_VALUE && (is_video(stream) || is_audio(stream)))
      earliest = std::min(earliest, start_of(stream));
  }
  return std::isfinite(earliest) ? earliest : 0;
}

Result<Owned<AVCodecContext>> open_decoder(const AVStream& stream, int threads, const Context& context) {
  const AVCodec* const codec = avcodec_find_decoder(stream.codecpar->codec_id);
  if (codec == nullptr)
    return make_error(Code::unsupported,
                      fmt::format("no decoder for the codec {}", avcodec_get_name(stream.codecpar->codec_id)));
#if LIBAVCODEC_VERSION_MAJOR < 60
  // Its decoder would skip every frame without a word.
  if (codec->id == AV_CODEC_ID_FLAC && stream.codecpar->bits_per_raw_sample > 24)
    return make_error(Code::unsupported, "FLAC of 32 bits a sample needs FFmpeg 6 or newer");
#endif
  Owned<AVCodecContext> decoder(must(avcodec_alloc_context3(codec)));
  int status = avcodec_parameters_to_context(decoder.get(), stream.codecpar);
  if (status < 0) return failure(status, Code::corrupt, "cannot set up the decoder", context);
  decoder->pkt_timebase = stream.time_base;
  decoder->thread_count = std::clamp(threads, 1, 16);
  // A decoder holds up to 16 references and one picture a thread, of up to 2 bytes × 1.5 samples a pixel.
  constexpr std::uint64_t kHeldBytesAPixel = 3 * 12;
  decoder->max_pixels = static_cast<std::int64_t>(
      std::min<std::uint64_t>(context.limits.pixels, context.limits.memory / kHeldBytesAPixel));
  if (decoder->codec_type == AVMEDIA_TYPE_VIDEO &&
      static_cast<std::int64_t>(decoder->width) * decoder->height > decoder->max_pixels)
    return make_error(Code::limit, fmt::format("pictures of {} x {} pixels are over the limit of {} pixels",
                                               decoder->width, decoder->height, decoder->max_pixels));
  status = avcodec_open2(decoder.get(), codec, nullptr);
  if (status < 0) return failure(status, Code::corrupt, "cannot start the decoder", context);
  return decoder;
}

int orientation_of(const AVStream& stream) {
  std::size_t size = 0;
  const std::uint8_t* const data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (data == nullptr || size < 9 * sizeof(std::int32_t)) return 1;
  std::array<std::int32_t, 9> matrix{};
  std::copy_n(data, sizeof matrix, reinterpret_cast<std::uint8_t*>(matrix.data()));
  // Shown u = a x + c y, v = b x + d y: only the signs of a quarter turn matter (16.16 fixed point).
  const auto sign = [](std::int32_t value) { return value > 0x8000 ? 1 : value < -0x8000 ? -1 : 0; };
  const int a = sign(matrix[0]), b = sign(matrix[1]), c = sign(matrix[3]), d = sign(matrix[4]);
  struct Turn {
    int a, b, c, d, orientation;
  };
  static constexpr std::array<Turn, 8> kTurns = {{{1, 0, 0, 1, 1},
                                                  {-1, 0, 0, 1, 2},
                                                  {-1, 0, 0, -1, 3},
                                                  {1, 0, 0, -1, 4},
                                                  {0, 1, 1, 0, 5},
                                                  {0, 1, -1, 0, 6},
                                                  {0, -1, -1, 0, 7},
                                                  {0, -1, 1, 0, 8}}};
  for (const Turn& turn : kTurns)
    if (turn.a == a && turn.b == b && turn.c == c && turn.d == d) return turn.orientation;
  return 1;
}

std::string colour_of(int primaries, int transfer, int space, int range) {
  std::string text;
  const auto add = [&](const char* part) {
    if (part == nullptr) return;
    if (!text.empty()) text += ", ";
    text += part;
  };
  if (space != AVCOL_SPC_UNSPECIFIED) {
    add(av_color_space_name(static_cast<AVColorSpace>(space)));
  } else if (primaries != AVCOL_PRI_UNSPECIFIED) {
    add(av_color_primaries_name(static_cast<AVColorPrimaries>(primaries)));
  }
  if (transfer == AVCOL_TRC_SMPTE2084 || transfer == AVCOL_TRC_ARIB_STD_B67)
    add(av_color_transfer_name(static_cast<AVColorTransferCharacteristic>(transfer)));
  if (range == AVCOL_RANGE_MPEG) add("tv range");
  if (range == AVCOL_RANGE_JPEG) add("full range");
  return text;
}

int bit_depth_of(int pixel_format) {
  const AVPixFmtDescriptor* const descriptor = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(pixel_format));
  return descriptor == nullptr || descriptor->nb_components == 0 ? 8 : descriptor->comp[0].depth;
}

}  // namespace bonafide::media::av
