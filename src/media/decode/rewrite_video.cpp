// Pictures decoded, changed and encoded again, at the times at which they are shown.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}
#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <thread>

#include "base/channel.h"
#include "media/decode/rewrite_recoder.h"

namespace bonafide::media {

namespace {

struct FreeScaler {
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
};

/// Formats whose first plane is luma in bytes.
constexpr std::array kPlainLuma{AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUVJ422P,
                                AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_NV12,    AV_PIX_FMT_GRAY8};

class VideoRecoder final : public Recoder {
 public:
  VideoRecoder(const AVStream& stream, const PictureFilter& filter, const RewriteRequest& request, double zero,
               const Context& context)
      : stream_(stream), filter_(filter), request_(request), zero_(zero), context_(context) {}

  Result<void> open(const AVOutputFormat& format) override;
  Result<void> take(const AVPacket* packet) override;
  const AVCodecContext& encoder() const override { return *encoder_; }
  ~VideoRecoder() override {
    changed_.close();
    if (encoding_.joinable()) encoding_.join();
  }
  VideoRecoder(const VideoRecoder&) = delete;
  VideoRecoder& operator=(const VideoRecoder&) = delete;
  void tell(Rewritten& done) const override {
    done.video_codec = encoder_->codec->name;
    done.frames = frames_;
  }

 private:
  const AVCodec* choose_codec(const AVOutputFormat& format) const;
  void choose_pixels(const AVCodec& codec);
  void choose_quality();
  Result<void> check_depth() const;
  Result<void> change(AVFrame& frame);
  Result<void> convert(AVFrame& frame);
  void encode();
  Result<void> hand_over(av::Owned<AVFrame> frame);
  Error failed(int status, std::string_view doing) const { return av::failure(status, Code::corrupt, doing, context_); }

  const AVStream& stream_;
  const PictureFilter& filter_;
  const RewriteRequest& request_;
  double zero_ = 0;
  const Context& context_;
  av::Owned<AVCodecContext> decoder_, encoder_;
  std::unique_ptr<SwsContext, FreeScaler> scaler_;
  std::int64_t last_ = AV_NOPTS_VALUE;
  int frames_ = 0;

  // Encoding goes on beside decoding and changing.
  Channel<av::Owned<AVFrame>> changed_{8};
  std::mutex failing_;
  std::optional<Error> failure_;
  std::thread encoding_;  ///< last: it uses what stands above
};

const AVCodec* VideoRecoder::choose_codec(const AVOutputFormat& format) const {
  struct Writer {
    AVCodecID id;
    const char* name;
  };
  constexpr std::array<Writer, 5> kWriters{{{AV_CODEC_ID_H264, "libx264"},
                                            {AV_CODEC_ID_HEVC, "libx265"},
                                            {AV_CODEC_ID_VP9, "libvpx-vp9"},
                                            {AV_CODEC_ID_VP8, "libvpx"},
                                            {AV_CODEC_ID_FFV1, "ffv1"}}};
  const AVCodec* usual = nullptr;
  for (const Writer& writer : kWriters) {
    const AVCodec* const codec = avcodec_find_encoder_by_name(writer.name);
    if (codec == nullptr || !holds(format, writer.id)) continue;
    if (writer.id == decoder_->codec_id) return codec;
    if (usual == nullptr && writer.id != AV_CODEC_ID_FFV1) usual = codec;
  }
  return usual != nullptr ? usual : avcodec_find_encoder(format.video_codec);
}

void VideoRecoder::choose_pixels(const AVCodec& codec) {
  const auto offered = [&](AVPixelFormat wanted) {
    for (const AVPixelFormat* format = codec.pix_fmts; format != nullptr && *format != AV_PIX_FMT_NONE; ++format)
      if (*format == wanted) return true;
    return codec.pix_fmts == nullptr;
  };
  encoder_->pix_fmt = AV_PIX_FMT_YUV420P;
  const bool plain = std::ranges::find(kPlainLuma, decoder_->pix_fmt) != kPlainLuma.end();
  if (plain && offered(decoder_->pix_fmt)) encoder_->pix_fmt = decoder_->pix_fmt;
}

void VideoRecoder::choose_quality() {
  AVCodecContext& e = *encoder_;
  const std::string quality = std::to_string(request_.quality);
  if (av_opt_set(e.priv_data, "crf", quality.c_str(), 0) >= 0) {
    av_opt_set(e.priv_data, "preset", request_.preset.c_str(), 0);
    if (e.codec_id == AV_CODEC_ID_HEVC) av_opt_set(e.priv_data, "x265-params", "log-level=none", 0);
    if (e.codec_id == AV_CODEC_ID_VP9 || e.codec_id == AV_CODEC_ID_VP8) {
      e.bit_rate = 0;  // constant quality
      av_opt_set(e.priv_data, "row-mt", "1", 0);
      av_opt_set(e.priv_data, "cpu-used", "3", 0);
    }
    return;
  }
  e.bit_rate = decoder_->bit_rate > 0 ? decoder_->bit_rate : 4'000'000;
}

Result<void> VideoRecoder::check_depth() const {
  const AVPixFmtDescriptor* const pixels = av_pix_fmt_desc_get(decoder_->pix_fmt);
  if (request_.to_8_bits || pixels == nullptr || pixels->comp[0].depth <= 8) return {};
  return make_error(Code::unsupported, "its pictures have " + std::to_string(pixels->comp[0].depth) +
                                           " bits a sample, and 8 would be written; mark add --8bit allows that");
}

Result<void> VideoRecoder::open(const AVOutputFormat& format) {
  const int threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 16U));
  decoder_ = TRY(av::open_decoder(stream_, threads, context_));
  TRY(check_depth());
  const AVCodec* const codec = choose_codec(format);
  if (codec == nullptr || codec->type != AVMEDIA_TYPE_VIDEO)
    return make_error(Code::unsupported, "that container holds no moving pictures that can be written");
  encoder_.reset(avcodec_alloc_context3(codec));
  AVCodecContext& e = *encoder_;
  e.width = decoder_->width;
  e.height = decoder_->height;
  e.sample_aspect_ratio =
      stream_.sample_aspect_ratio.num > 0 ? stream_.sample_aspect_ratio : decoder_->sample_aspect_ratio;
  e.time_base = stream_.time_base;
  e.framerate = stream_.avg_frame_rate;
  e.color_range = decoder_->color_range;
  e.color_primaries = decoder_->color_primaries;
  e.color_trc = decoder_->color_trc;
  e.colorspace = decoder_->colorspace;
  e.chroma_sample_location = decoder_->chroma_sample_location;
  e.thread_count = 0;  // as many as the encoder likes
  choose_pixels(*codec);
  choose_quality();
  if ((format.flags & AVFMT_GLOBALHEADER) != 0) e.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  const int status = avcodec_open2(&e, codec, nullptr);
  if (status < 0) return av::failure(status, Code::unsupported, "starting the encoder", context_);
  return {};
}

/// Into the encoder's pixels, unless it has them.
Result<void> VideoRecoder::convert(AVFrame& frame) {
  if (frame.format == encoder_->pix_fmt && frame.width == encoder_->width && frame.height == encoder_->height)
    return {};
  scaler_.reset(sws_getCachedContext(scaler_.release(), frame.width, frame.height,
                                     static_cast<AVPixelFormat>(frame.format), encoder_->width, encoder_->height,
                                     encoder_->pix_fmt, SWS_BICUBIC | SWS_ACCURATE_RND, nullptr, nullptr, nullptr));
  const auto made = av::new_frame();
  made->format = encoder_->pix_fmt;
  made->width = encoder_->width;
  made->height = encoder_->height;
  int status = scaler_ == nullptr ? AVERROR(EINVAL) : av_frame_get_buffer(made.get(), 0);
  if (status >= 0)
    status = sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, made->data, made->linesize);
  if (status >= 0) status = av_frame_copy_props(made.get(), &frame);
  if (status < 0) return failed(status, "converting pixels");
  av_frame_unref(&frame);
  av_frame_move_ref(&frame, made.get());
  return {};
}

void VideoRecoder::encode() {
  while (auto frame = changed_.pop()) {
    if (auto done = encode_frame(*encoder_, frame->get(), sink, context_); !done) {
      const std::lock_guard lock(failing_);
      failure_ = done.error();
      changed_.close();
      return;
    }
  }
}

Result<void> VideoRecoder::hand_over(av::Owned<AVFrame> frame) {
  if (!encoding_.joinable()) encoding_ = std::thread([this] { encode(); });
  if (changed_.push(std::move(frame))) return {};
  const std::lock_guard lock(failing_);
  if (failure_) return *failure_;
  return make_error(Code::internal, "the encoder stopped early");
}

Result<void> VideoRecoder::change(AVFrame& frame) {
  std::int64_t at = frame.best_effort_timestamp;
  if (at == AV_NOPTS_VALUE) at = last_ == AV_NOPTS_VALUE ? 0 : last_ + std::max<std::int64_t>(frame.pkt_duration, 1);
  if (last_ != AV_NOPTS_VALUE && at <= last_) at = last_ + 1;
  last_ = at;
  TRY(convert(frame));
  if (const int status = av_frame_make_writable(&frame); status < 0) return failed(status, "changing a picture");
  const double seconds = static_cast<double>(at) * av_q2d(stream_.time_base) - zero_;
  TRY(filter_.change(frame.data[0], frame.width, frame.height, frame.linesize[0], seconds));
  frame.pts = at;
  frame.pict_type = AV_PICTURE_TYPE_NONE;
  ++frames_;
  auto moved = av::new_frame();
  av_frame_move_ref(moved.get(), &frame);
  return hand_over(std::move(moved));
}

Result<void> VideoRecoder::take(const AVPacket* packet) {
  int status = avcodec_send_packet(decoder_.get(), packet);
  if (status == AVERROR_INVALIDDATA) return {};  // a broken packet is passed over, as players do
  if (status < 0 && status != AVERROR_EOF) return failed(status, "decoding");
  const auto frame = av::new_frame();
  while ((status = avcodec_receive_frame(decoder_.get(), frame.get())) >= 0) {
    TRY(change(*frame));
    av_frame_unref(frame.get());
  }
  if (status != AVERROR(EAGAIN) && status != AVERROR_EOF && status != AVERROR_INVALIDDATA)
    return failed(status, "decoding");
  if (packet != nullptr) return {};
  changed_.close();
  if (encoding_.joinable()) encoding_.join();
  if (failure_) return *failure_;
  return encode_frame(*encoder_, nullptr, sink, context_);
}

}  // namespace

std::unique_ptr<Recoder> video_recoder(const AVStream& stream, const PictureFilter& filter,
                                       const RewriteRequest& request, double zero, const Context& context) {
  return std::make_unique<VideoRecoder>(stream, filter, request, zero, context);
}

}  // namespace bonafide::media
