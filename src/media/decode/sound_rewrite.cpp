#include "media/decode/sound_rewrite.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>
}
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "media/decode/av.h"
#include "media/decode/sound.h"

namespace bonafide::media {

namespace {

using Channels = SoundFilter::Channels;

struct FreeFifo {
  void operator()(AVAudioFifo* fifo) const { av_audio_fifo_free(fifo); }
};

/// The muxer and its temporary file, which goes away unless it is kept.
struct Output {
  AVFormatContext* format = nullptr;
  std::string temporary;
  bool open = false;

  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() {
    if (format != nullptr && open) avio_closep(&format->pb);
    avformat_free_context(format);
    if (!temporary.empty()) ::unlink(temporary.c_str());
  }
};

class Rewrite {
 public:
  Rewrite(const Media& media, const RewriteRequest& request, const SoundFilter& filter, const Context& context)
      : media_(media), request_(request), filter_(filter), context_(context) {}

  Result<Rewritten> run();

 private:
  Result<void> open_input();
  Result<void> open_output();
  Result<void> open_encoder(const AVCodec& codec);
  const AVCodec* choose_codec() const;
  Result<void> copy_tracks();
  Result<void> loop();
  Result<void> decode(const AVPacket* packet);
  Result<void> take(const AVFrame& frame);
  Result<void> store(const Channels& samples);
  Result<void> encode(bool last);
  Result<void> send(const AVFrame* frame);
  Result<void> write(AVPacket& packet, AVRational base, int stream);
  Error failed(int status, std::string_view doing) const { return av::failure(status, Code::corrupt, doing, context_); }

  const Media& media_;
  const RewriteRequest& request_;
  const SoundFilter& filter_;
  const Context& context_;
  std::unique_ptr<av::Demuxer> input_;
  int index_ = -1;  ///< of the sound
  av::Owned<AVCodecContext> decoder_, encoder_;
  std::unique_ptr<SwrContext, FreeResampler> to_float_, from_float_;
  std::unique_ptr<AVAudioFifo, FreeFifo> fifo_;
  Output output_;
  std::vector<int> streams_;  ///< of the output, for each of the input; -1: left out
  std::int64_t next_ = 0;     ///< time of the encoder's next sample
  bool started_ = false;
  Rewritten done_;
};

Result<void> Rewrite::open_input() {
  input_ = TRY(av::Demuxer::open(media_, context_));
  av::Demuxer& in = *input_;
  for (unsigned i = 0; i < in->nb_streams && index_ < 0; ++i)
    if (av::Demuxer::is_audio(*in->streams[i])) index_ = static_cast<int>(i);
  if (index_ < 0) return make_error(Code::not_found, "there is no sound in it");
  decoder_ = TRY(av::open_decoder(*in->streams[index_], 1, context_));
  if (decoder_->ch_layout.nb_channels < 1 || decoder_->ch_layout.nb_channels > 64 || decoder_->sample_rate < 1)
    return make_error(Code::unsupported, "its sound has no known rate or number of channels");
  if (decoder_->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
    av_channel_layout_default(&decoder_->ch_layout, decoder_->ch_layout.nb_channels);
  return filter_.start(decoder_->sample_rate, decoder_->ch_layout.nb_channels);
}

const AVCodec* Rewrite::choose_codec() const {
  const auto holds = [&](AVCodecID id) {
    return avformat_query_codec(output_.format->oformat, id, FF_COMPLIANCE_NORMAL) == 1;
  };
  const AVCodecID old = decoder_->codec_id;
  if (const AVCodec* const same = avcodec_find_encoder(old); same != nullptr && holds(old)) {
    if ((same->capabilities & AV_CODEC_CAP_EXPERIMENTAL) == 0) return same;
  }
  if (old == AV_CODEC_ID_MP3 && holds(old))
    if (const AVCodec* const lame = avcodec_find_encoder_by_name("libmp3lame")) return lame;
  // Ogg's usual codec is Vorbis, of which FFmpeg's own encoder is experimental
  for (const char* const name : {"libvorbis", "libopus"}) {
    const AVCodec* const codec = avcodec_find_encoder_by_name(name);
    if (codec != nullptr && output_.format->oformat->audio_codec == codec->id) return codec;
  }
  return avcodec_find_encoder(output_.format->oformat->audio_codec);
}

Result<void> Rewrite::open_encoder(const AVCodec& codec) {
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
  for (const AVSampleFormat* format = codec.sample_fmts; format != nullptr && *format != AV_SAMPLE_FMT_NONE; ++format)
    if (av_get_packed_sample_fmt(*format) == av_get_packed_sample_fmt(wanted)) e.sample_fmt = *format;
  e.time_base = {1, e.sample_rate};
  const std::int64_t channels = e.ch_layout.nb_channels;
  e.bit_rate = std::clamp<std::int64_t>(decoder_->bit_rate, 48000 * channels, 128000 * channels);
  if (decoder_->bits_per_raw_sample > 0) e.bits_per_raw_sample = decoder_->bits_per_raw_sample;
  if ((output_.format->oformat->flags & AVFMT_GLOBALHEADER) != 0) e.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
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
  done_.codec = codec.name;
  return {};
}

/// A track of the output for each of the input that it can hold.
Result<void> Rewrite::copy_tracks() {
  av::Demuxer& in = *input_;
  for (unsigned i = 0; i < in->nb_streams; ++i) {
    const AVStream& from = *in->streams[i];
    const bool sound = static_cast<int>(i) == index_;
    const auto type = from.codecpar->codec_type;
    const bool known = type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO || type == AVMEDIA_TYPE_SUBTITLE;
    const bool cover = (from.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
    if (!sound && (!known || cover ||
                   avformat_query_codec(output_.format->oformat, from.codecpar->codec_id, FF_COMPLIANCE_NORMAL) != 1)) {
      streams_.push_back(-1);
      continue;
    }
    AVStream* const to = avformat_new_stream(output_.format, nullptr);
    if (to == nullptr) return make_error(Code::limit, "no memory for a track");
    const int status = sound ? avcodec_parameters_from_context(to->codecpar, encoder_.get())
                             : avcodec_parameters_copy(to->codecpar, from.codecpar);
    if (status < 0) return failed(status, "describing a track");
    if (!sound) to->codecpar->codec_tag = 0;
    to->time_base = sound ? encoder_->time_base : from.time_base;
    to->disposition = from.disposition;
    av_dict_copy(&to->metadata, from.metadata, 0);
    streams_.push_back(to->index);
    if (!sound) ++done_.copied;
  }
  av_dict_copy(&output_.format->metadata, in->metadata, 0);
  return {};
}

Result<void> Rewrite::open_output() {
  if (!request_.overwrite && std::filesystem::exists(request_.path))
    return make_error(Code::invalid_argument, "the file exists already");
  int status = avformat_alloc_output_context2(&output_.format, nullptr, nullptr, request_.path.c_str());
  if (status < 0) return make_error(Code::unsupported, "the extension names no container that can be written");
  const AVCodec* const codec = choose_codec();
  if (codec == nullptr || codec->type != AVMEDIA_TYPE_AUDIO)
    return make_error(Code::unsupported, "that container holds no sound that can be written");
  TRY(open_encoder(*codec));
  TRY(copy_tracks());
  output_.temporary = request_.path + ".part" + std::to_string(::getpid());
  status = avio_open(&output_.format->pb, ("file:" + output_.temporary).c_str(), AVIO_FLAG_WRITE);
  if (status < 0) return av::failure(status, Code::io, "writing", context_);
  output_.open = true;
  status = avformat_write_header(output_.format, nullptr);
  return status < 0 ? Result<void>(av::failure(status, Code::unsupported, "writing the header", context_))
                    : Result<void>();
}

Result<void> Rewrite::write(AVPacket& packet, AVRational base, int stream) {
  av_packet_rescale_ts(&packet, base, output_.format->streams[stream]->time_base);
  packet.stream_index = stream;
  packet.pos = -1;
  const int status = av_interleaved_write_frame(output_.format, &packet);
  return status < 0 ? Result<void>(av::failure(status, Code::io, "writing", context_)) : Result<void>();
}

Result<void> Rewrite::send(const AVFrame* frame) {
  int status = avcodec_send_frame(encoder_.get(), frame);
  if (status < 0 && status != AVERROR_EOF) return failed(status, "encoding");
  const auto packet = av::new_packet();
  while ((status = avcodec_receive_packet(encoder_.get(), packet.get())) >= 0)
    TRY(write(*packet, encoder_->time_base, streams_[static_cast<std::size_t>(index_)]));
  if (status != AVERROR(EAGAIN) && status != AVERROR_EOF) return failed(status, "encoding");
  return {};
}

/// Sends what fills the encoder's frames; with `last`, everything.
Result<void> Rewrite::encode(bool last) {
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
    TRY(send(frame.get()));
  }
  return {};
}

/// Filtered samples, on their way to the encoder's format; none: what the converter still holds.
Result<void> Rewrite::store(const Channels& samples) {
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

Result<void> Rewrite::take(const AVFrame& frame) {
  if (frame.sample_rate != decoder_->sample_rate || frame.ch_layout.nb_channels != encoder_->ch_layout.nb_channels)
    return make_error(Code::unsupported, "its sound changes rate or number of channels on the way");
  if (!started_) {
    started_ = true;
    const AVStream& stream = *(*input_)->streams[index_];
    if (frame.best_effort_timestamp != AV_NOPTS_VALUE)
      next_ =
          std::max<std::int64_t>(av_rescale_q(frame.best_effort_timestamp, stream.time_base, encoder_->time_base), 0);
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
  done_.seconds += static_cast<double>(frame.nb_samples) / frame.sample_rate;
  TRY(filter_.push(samples, out));
  return store(out);
}

Result<void> Rewrite::decode(const AVPacket* packet) {
  int status = avcodec_send_packet(decoder_.get(), packet);
  if (status == AVERROR_INVALIDDATA) return {};  // a broken packet is passed over, as players do
  if (status < 0 && status != AVERROR_EOF) return failed(status, "decoding");
  const auto frame = av::new_frame();
  while ((status = avcodec_receive_frame(decoder_.get(), frame.get())) >= 0)
    if (frame->nb_samples > 0) TRY(take(*frame));
  if (status != AVERROR(EAGAIN) && status != AVERROR_EOF && status != AVERROR_INVALIDDATA)
    return failed(status, "decoding");
  return {};
}

Result<void> Rewrite::loop() {
  const auto packet = av::new_packet();
  while (true) {
    if (context_.stopped() || context_.out_of_time()) return failed(0, "marking");
    const int status = av_read_frame(input_->get(), packet.get());
    if (status == AVERROR_EOF) break;
    if (status < 0) return failed(status, "reading");
    const int to = streams_[static_cast<std::size_t>(packet->stream_index)];
    if (packet->stream_index == index_) {
      TRY(decode(packet.get()));
    } else if (to >= 0) {
      TRY(write(*packet, (*input_)->streams[packet->stream_index]->time_base, to));
    }
    av_packet_unref(packet.get());
  }
  TRY(decode(nullptr));
  Channels out(static_cast<std::size_t>(encoder_->ch_layout.nb_channels));
  filter_.finish(out);
  TRY(store(out));
  TRY(store({}));
  TRY(encode(true));
  return send(nullptr);
}

Result<Rewritten> Rewrite::run() {
  av::quieten();
  TRY(open_input());
  TRY(open_output());
  TRY(loop());
  int status = av_write_trailer(output_.format);
  if (status >= 0) status = avio_closep(&output_.format->pb);
  output_.open = false;
  if (status < 0) return av::failure(status, Code::io, "writing", context_);
  std::error_code wrong;
  std::filesystem::rename(output_.temporary, request_.path, wrong);
  if (wrong) return make_error(Code::io, "renaming: " + wrong.message());
  output_.temporary.clear();
  return done_;
}

}  // namespace

Result<Rewritten> rewrite_sound(const Media& media, const RewriteRequest& request, const SoundFilter& filter,
                                const Context& context) {
  return Rewrite(media, request, filter, context).run();
}

}  // namespace bonafide::media
