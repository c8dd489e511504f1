// Sound decoded, put through a filter and encoded again.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
}
#include <algorithm>

#include "media/decode/rewrite_recoder.h"
#include "media/decode/sound.h"

namespace bonafide::media {

namespace {

using Channels = SoundFilter::Channels;

struct FreeFifo {
  void operator()(AVAudioFifo* fifo) const { av_audio_fifo_free(fifo); }
};

class SoundRecoder final : public Recoder {
 public:
  SoundRecoder(const AVStream& stream, const SoundFilter& filter, const Context& context)
      : stream_(stream), filter_(filter), context_(context) {}

  Result<void> open(const AVOutputFormat& format) override;
  Result<void> take(const AVPacket* packet) override;
  const AVCodecContext& encoder() const override { return *encoder_; }
  void tell(Rewritten& done) const override {
    done.codec = encoder_->codec->name;
    done.seconds = seconds_;
  }

 private:
  const AVCodec* choose_codec(const AVOutputFormat& format) const;
  Result<void> open_encoder(const AVCodec& codec, const AVOutputFormat& format);
  Result<void> decode(const AVPacket* packet);
  Result<void> push(const AVFrame& frame);
  Result<void> store(const Channels& samples);
  Result<void> encode(bool last);
  Error failed(int status, std::string_view doing) const { return av::failure(status, Code::corrupt, doing, context_); }

  const AVStream& stream_;
  const SoundFilter& filter_;
  const Context& context_;
  av::Owned<AVCodecContext> decoder_, encoder_;
  std::unique_ptr<SwrContext, FreeResampler> to_float_, from_float_;
  std::unique_ptr<AVAudioFifo, FreeFifo> fifo_;
  std::int64_t next_ = 0;  ///< time of the encoder's next sample
  bool started_ = false;
  double seconds_ = 0;
};

const AVCodec* SoundRecoder::choose_codec(const AVOutputFormat& format) const {
  const AVCodecID old = decoder_->codec_id;
  if (const AVCodec* const same = avcodec_find_encoder(old); same != nullptr && holds(format, old)) {
    if ((same->capabilities & AV_CODEC_CAP_EXPERIMENTAL) == 0) return same;
  }
  if (old == AV_CODEC_ID_MP3 && holds(format, old))
    if (const AVCodec* const lame = avcodec_find_encoder_by_name("libmp3lame")) return lame;
  // Ogg's usual codec is Vorbis, of which FFmpeg's own encoder is experimental
  for (const char* const name : {"libvorbis", "libopus"}) {
    const AVCodec* const codec = avcodec_find_encoder_by_name(name);
    if (codec != nullptr && format.audio_codec == codec->id) return codec;
  }
  return avcodec_find_encoder(format.audio_codec);
}

Result<void> SoundRecoder::open_encoder(const AVCodec& codec, const AVOutputFormat& format) {
  encoder_.reset(avcodec_alloc_context3(&codec));
  AVCodecContext& e = *encoder_;
  e.sample_rate = decoder_->sample_rate;
  if (codec.supported_samplerates != nullptr) {
    int best = codec.supported_samplerates[0];  // the nearest that loses nothing, else the highest
    for (const int* rate = codec.supported_samplerates; *rate != 0; ++rate) {
      const bool enough = *rate >= e.sample_rate, best_enough = best >= e.sample_rate;
      if (enough ? !best_enough || *rate < best : !best_enough && *rate > best) best = *rate;
    }
    e.sample_rate = best;
  }
  av_channel_layout_copy(&e.ch_layout, &decoder_->ch_layout);
  e.sample_fmt = codec.sample_fmts != nullptr ? codec.sample_fmts[0] : AV_SAMPLE_FMT_FLTP;
  const AVSampleFormat wanted = decoder_->sample_fmt;
  for (const AVSampleFormat* one = codec.sample_fmts; one != nullptr && *one != AV_SAMPLE_FMT_NONE; ++one)
    if (av_get_packed_sample_fmt(*one) == av_get_packed_sample_fmt(wanted)) e.sample_fmt = *one;
  e.time_base = {1, e.sample_rate};
  const std::int64_t channels = e.ch_layout.nb_channels;
  e.bit_rate = std::clamp<std::int64_t>(decoder_->bit_rate, 48000 * channels, 128000 * channels);
  if (decoder_->bits_per_raw_sample > 0) e.bits_per_raw_sample = decoder_->bits_per_raw_sample;
  if ((format.flags & AVFMT_GLOBALHEADER) != 0) e.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  int status = avcodec_open2(&e, &codec, nullptr);
  if (status < 0) return av::failure(status, Code::unsupported, "starting the encoder", context_);
  const auto converter = [&](AVSampleFormat to, int to_rate, AVSampleFormat from, int from_rate) {
    SwrContext* made = nullptr;
    status = swr_alloc_set_opts2(&made, &e.ch_layout, to, to_rate, &e.ch_layout, from, from_rate, 0, nullptr);
    std::unique_ptr<SwrContext, FreeResampler> owned(made);
    if (status >= 0) status = swr_init(made);
    return owned;
  };
  from_float_ = converter(e.sample_fmt, e.sample_rate, AV_SAMPLE_FMT_FLTP, decoder_->sample_rate);
  if (status < 0) return failed(status, "converting samples");
  fifo_.reset(av_audio_fifo_alloc(e.sample_fmt, e.ch_layout.nb_channels, 1));
  if (fifo_ == nullptr) return make_error(Code::limit, "no memory for the sound");
  return {};
}

Result<void> SoundRecoder::open(const AVOutputFormat& format) {
  decoder_ = TRY(av::open_decoder(stream_, 1, context_));
  if (decoder_->ch_layout.nb_channels < 1 || decoder_->ch_layout.nb_channels > 64 || decoder_->sample_rate < 1)
    return make_error(Code::unsupported, "its sound has no known rate or number of channels");
  if (decoder_->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
    av_channel_layout_default(&decoder_->ch_layout, decoder_->ch_layout.nb_channels);
  TRY(filter_.start(decoder_->sample_rate, decoder_->ch_layout.nb_channels));
  const AVCodec* const codec = choose_codec(format);
  if (codec == nullptr || codec->type != AVMEDIA_TYPE_AUDIO)
    return make_error(Code::unsupported, "that container holds no sound that can be written");
  return open_encoder(*codec, format);
}

/// Sends what fills the encoder's frames; with `last`, everything.
Result<void> SoundRecoder::encode(bool last) {
  const int size = encoder_->frame_size > 0 ? encoder_->frame_size : 4096;
  while (av_audio_fifo_size(fifo_.get()) >= (last ? 1 : size)) {
    const auto frame = av::new_frame();
    frame->nb_samples = std::min(size, av_audio_fifo_size(fifo_.get()));
    frame->format = encoder_->sample_fmt;
    frame->sample_rate = encoder_->sample_rate;
    av_channel_layout_copy(&frame->ch_layout, &encoder_->ch_layout);
    const int status = av_frame_get_buffer(frame.get(), 0);
    if (status < 0) return failed(status, "encoding");
    av_audio_fifo_read(fifo_.get(), reinterpret_cast<void**>(frame->extended_data), frame->nb_samples);
    frame->pts = next_;
    next_ += frame->nb_samples;
    TRY(encode_frame(*encoder_, frame.get(), sink, context_));
  }
  return {};
}

/// Filtered samples, on their way to the encoder's format; none: what the converter still holds.
Result<void> SoundRecoder::store(const Channels& samples) {
  const std::size_t count = samples.empty() ? 0 : samples[0].size();
  const auto frame = av::new_frame();
  const std::int64_t room = swr_get_out_samples(from_float_.get(), static_cast<int>(count));
  if (room <= 0) return {};
  frame->nb_samples = static_cast<int>(room);
  frame->format = encoder_->sample_fmt;
  av_channel_layout_copy(&frame->ch_layout, &encoder_->ch_layout);
  if (const int status = av_frame_get_buffer(frame.get(), 0); status < 0) return failed(status, "converting samples");
  std::vector<const std::uint8_t*> in;
  for (const auto& channel : samples) in.push_back(reinterpret_cast<const std::uint8_t*>(channel.data()));
  const int made = swr_convert(from_float_.get(), frame->extended_data, frame->nb_samples,
                               in.empty() ? nullptr : in.data(), static_cast<int>(count));
  if (made < 0) return failed(made, "converting samples");
  if (av_audio_fifo_write(fifo_.get(), reinterpret_cast<void**>(frame->extended_data), made) < made)
    return make_error(Code::limit, "no memory for the sound");
  return encode(false);
}

Result<void> SoundRecoder::push(const AVFrame& frame) {
  if (frame.sample_rate != decoder_->sample_rate || frame.ch_layout.nb_channels != encoder_->ch_layout.nb_channels)
    return make_error(Code::unsupported, "its sound changes rate or number of channels on the way");
  if (!started_) {
    started_ = true;
    if (frame.best_effort_timestamp != AV_NOPTS_VALUE)
      next_ =
          std::max<std::int64_t>(av_rescale_q(frame.best_effort_timestamp, stream_.time_base, encoder_->time_base), 0);
  }
  if (to_float_ == nullptr) {
    SwrContext* made = nullptr;
    AVChannelLayout& layout = encoder_->ch_layout;
    int status = swr_alloc_set_opts2(&made, &layout, AV_SAMPLE_FMT_FLTP, frame.sample_rate, &layout,
                                     static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
    to_float_.reset(made);
    if (status >= 0) status = swr_init(made);
    if (status < 0) return failed(status, "converting samples");
  }
  Channels samples(static_cast<std::size_t>(frame.ch_layout.nb_channels)), out(samples.size());
  std::vector<std::uint8_t*> into;
  for (auto& channel : samples) {
    channel.resize(static_cast<std::size_t>(frame.nb_samples));
    into.push_back(reinterpret_cast<std::uint8_t*>(channel.data()));
  }
  const int made = swr_convert(to_float_.get(), into.data(), frame.nb_samples,
                               const_cast<const std::uint8_t**>(frame.extended_data), frame.nb_samples);
  if (made < 0) return failed(made, "converting samples");
  seconds_ += static_cast<double>(frame.nb_samples) / frame.sample_rate;
  TRY(filter_.push(samples, out));
  return store(out);
}

Result<void> SoundRecoder::decode(const AVPacket* packet) {
  int status = avcodec_send_packet(decoder_.get(), packet);
  if (status == AVERROR_INVALIDDATA) return {};  // a broken packet is passed over, as players do
  if (status < 0 && status != AVERROR_EOF) return failed(status, "decoding");
  const auto frame = av::new_frame();
  while ((status = avcodec_receive_frame(decoder_.get(), frame.get())) >= 0)
    if (frame->nb_samples > 0) TRY(push(*frame));
  if (status != AVERROR(EAGAIN) && status != AVERROR_EOF && status != AVERROR_INVALIDDATA)
    return failed(status, "decoding");
  return {};
}

Result<void> SoundRecoder::take(const AVPacket* packet) {
  TRY(decode(packet));
  if (packet != nullptr) return {};
  Channels out(static_cast<std::size_t>(encoder_->ch_layout.nb_channels));
  filter_.finish(out);
  TRY(store(out));
  TRY(store({}));
  TRY(encode(true));
  return encode_frame(*encoder_, nullptr, sink, context_);
}

}  // namespace

std::unique_ptr<Recoder> sound_recoder(const AVStream& stream, const SoundFilter& filter, const Context& context) {
  return std::make_unique<SoundRecoder>(stream, filter, context);
}

}  // namespace bonafide::media
