#include "media/decode/rewrite.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}
#include <unistd.h>

#include <filesystem>
#include <mutex>

#include "media/decode/rewrite_recoder.h"

namespace bonafide::media {

namespace {

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
  Rewrite(const Media& media, const RewriteRequest& request, const Context& context)
      : media_(media), request_(request), context_(context) {}

  Result<Rewritten> run();

 private:
  struct Way {
    int to = -1;                     ///< stream of the output; -1: left out
    std::unique_ptr<Recoder> track;  ///< nothing: copied
  };

  Result<void> open_input();
  Result<void> open_output();
  Result<void> add_way(const AVStream& from);
  Result<void> loop();
  Result<void> close();
  Result<void> write(AVPacket& packet, AVRational base, int stream);
  Error failed(int status, std::string_view doing, Code code = Code::corrupt) const {
    return av::failure(status, code, doing, context_);
  }

  const Media& media_;
  const RewriteRequest& request_;
  const Context& context_;
  std::unique_ptr<av::Demuxer> input_;
  int sound_ = -1, video_ = -1;  ///< the streams that are changed
  Output output_;
  std::mutex muxing_;      ///< encoders write from threads of their own
  std::vector<Way> ways_;  ///< for each stream of the input
  Rewritten done_;
};

Result<void> Rewrite::open_input() {
  input_ = TRY(av::Demuxer::open(media_, context_));
  av::Demuxer& in = *input_;
  for (unsigned i = 0; i < in->nb_streams; ++i) {
    const AVStream& stream = *in->streams[i];
    if (request_.sound != nullptr && sound_ < 0 && av::Demuxer::is_audio(stream)) sound_ = static_cast<int>(i);
    if (request_.picture != nullptr && video_ < 0 && av::Demuxer::is_video(stream)) video_ = static_cast<int>(i);
  }
  if (sound_ < 0 && video_ < 0) {
    return make_error(Code::not_found, request_.picture == nullptr ? "there is no sound in it"
                                                                   : "there is no track in it that could be changed");
  }
  return {};
}

/// A track of the output for one of the input, when the container can hold it.
Result<void> Rewrite::add_way(const AVStream& from) {
  ways_.emplace_back();
  Way& way = ways_.back();
  const AVOutputFormat& format = *output_.format->oformat;
  if (from.index == sound_) way.track = sound_recoder(from, *request_.sound, context_);
  if (from.index == video_) way.track = video_recoder(from, *request_.picture, request_, input_->zero(), context_);
  const auto type = from.codecpar->codec_type;
  const bool known = type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO || type == AVMEDIA_TYPE_SUBTITLE;
  const bool cover = (from.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
  if (!way.track && (!known || cover || !holds(format, from.codecpar->codec_id))) return {};
  if (way.track) TRY(way.track->open(format));
  AVStream* const to = avformat_new_stream(output_.format, nullptr);
  if (to == nullptr) return make_error(Code::limit, "no memory for a track");
  const int status = way.track ? avcodec_parameters_from_context(to->codecpar, &way.track->encoder())
                               : avcodec_parameters_copy(to->codecpar, from.codecpar);
  if (status < 0) return failed(status, "describing a track");
  if (!way.track) {
    to->codecpar->codec_tag = 0;
    ++done_.copied;
  }
  to->time_base = way.track ? way.track->encoder().time_base : from.time_base;
  to->disposition = from.disposition;
  to->avg_frame_rate = from.avg_frame_rate;
  to->sample_aspect_ratio = from.sample_aspect_ratio;
  av_dict_copy(&to->metadata, from.metadata, 0);
  for (int i = 0; i < from.nb_side_data; ++i) {  // the turn of a telephone's video among them
    const AVPacketSideData& side = from.side_data[i];
    if (way.track && side.type == AV_PKT_DATA_CPB_PROPERTIES) continue;  // the old encoder's
    std::uint8_t* const into = av_stream_new_side_data(to, side.type, side.size);
    if (into == nullptr) return make_error(Code::limit, "no memory for a track");
    std::copy_n(side.data, side.size, into);
  }
  way.to = to->index;
  if (way.track) {
    way.track->sink = [this, index = to->index, base = to->time_base](AVPacket& packet) {
      return write(packet, base, index);
    };
  }
  return {};
}

Result<void> Rewrite::open_output() {
  if (!request_.overwrite && std::filesystem::exists(request_.path))
    return make_error(Code::invalid_argument, "the file exists already");
  int status = avformat_alloc_output_context2(&output_.format, nullptr, nullptr, request_.path.c_str());
  if (status < 0) return make_error(Code::unsupported, "the extension names no container that can be written");
  av::Demuxer& in = *input_;
  for (unsigned i = 0; i < in->nb_streams; ++i) TRY(add_way(*in->streams[i]));
  av_dict_copy(&output_.format->metadata, in->metadata, 0);
  output_.temporary = request_.path + ".part" + std::to_string(::getpid());
  status = avio_open(&output_.format->pb, ("file:" + output_.temporary).c_str(), AVIO_FLAG_WRITE);
  if (status < 0) return failed(status, "writing", Code::io);
  output_.open = true;
  status = avformat_write_header(output_.format, nullptr);
  return status < 0 ? Result<void>(failed(status, "writing the header", Code::unsupported)) : Result<void>();
}

Result<void> Rewrite::write(AVPacket& packet, AVRational base, int stream) {
  av_packet_rescale_ts(&packet, base, output_.format->streams[stream]->time_base);
  packet.stream_index = stream;
  packet.pos = -1;
  const std::lock_guard lock(muxing_);
  const int status = av_interleaved_write_frame(output_.format, &packet);
  return status < 0 ? Result<void>(failed(status, "writing", Code::io)) : Result<void>();
}

Result<void> Rewrite::loop() {
  const auto packet = av::new_packet();
  const auto microseconds = static_cast<std::uint64_t>(std::max<std::int64_t>((*input_)->duration, 0));
  while (true) {
    if (context_.stopped() || context_.out_of_time()) return make_error(Code::cancelled, "stopped");
    const int status = av_read_frame(input_->get(), packet.get());
    if (status == AVERROR_EOF) break;
    if (status < 0) return failed(status, "reading");
    const Way& way = ways_[static_cast<std::size_t>(packet->stream_index)];
    const AVRational base = (*input_)->streams[packet->stream_index]->time_base;
    if (packet->pts != AV_NOPTS_VALUE && packet->pts > 0) {
      const std::int64_t at = av_rescale_q(packet->pts, base, AVRational{1, AV_TIME_BASE});
      context_.report("writing", static_cast<std::uint64_t>(at), microseconds);
    }
    if (way.track) {
      TRY(way.track->take(packet.get()));
    } else if (way.to >= 0) {
      TRY(write(*packet, base, way.to));
    }
    av_packet_unref(packet.get());
  }
  for (const Way& way : ways_) {
    if (!way.track) continue;
    TRY(way.track->take(nullptr));
    way.track->tell(done_);
  }
  return {};
}

Result<void> Rewrite::close() {
  int status = av_write_trailer(output_.format);
  if (status >= 0) {
    avio_flush(output_.format->pb);
    status = avio_closep(&output_.format->pb);
    output_.open = false;
  }
  if (status < 0) return failed(status, "writing", Code::io);
  std::error_code wrong;
  std::filesystem::rename(output_.temporary, request_.path, wrong);
  if (wrong) return make_error(Code::io, "renaming: " + wrong.message());
  output_.temporary.clear();
  return {};
}

Result<Rewritten> Rewrite::run() {
  av::quieten();
  TRY(open_input());
  TRY(open_output());
  TRY(loop());
  TRY(close());
  return done_;
}

}  // namespace

bool holds(const AVOutputFormat& format, int codec_id) {
  return avformat_query_codec(&format, static_cast<AVCodecID>(codec_id), FF_COMPLIANCE_NORMAL) == 1;
}

Result<void> encode_frame(AVCodecContext& encoder, const AVFrame* frame, const Recoder::Sink& sink,
                          const Context& context) {
  int status = avcodec_send_frame(&encoder, frame);
  if (status < 0 && status != AVERROR_EOF) return av::failure(status, Code::corrupt, "encoding", context);
  const auto packet = av::new_packet();
  while ((status = avcodec_receive_packet(&encoder, packet.get())) >= 0) TRY(sink(*packet));
  if (status != AVERROR(EAGAIN) && status != AVERROR_EOF)
    return av::failure(status, Code::corrupt, "encoding", context);
  return {};
}

Result<Rewritten> rewrite(const Media& media, const RewriteRequest& request, const Context& context) {
  return Rewrite(media, request, context).run();
}

}  // namespace bonafide::media
