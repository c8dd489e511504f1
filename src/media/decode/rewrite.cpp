#include "media/decode/rewrite.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}
#include <algorithm>
#include <mutex>
#include <optional>

#include "base/files.h"
#include "media/decode/rewrite_recoder.h"

namespace bonafide::media {

namespace {

/// The muxer and the file it writes, which shows under its name when it is whole.
class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output() { avformat_free_context(format); }

  Result<void> create(const std::string& path, bool overwrite) {
    file_.emplace(TRY(FileWriter::create(path, overwrite)));
    constexpr int kBuffer = 1 << 16;
    auto* const buffer = static_cast<unsigned char*>(av_malloc(kBuffer));
    if (buffer != nullptr) io_.reset(avio_alloc_context(buffer, kBuffer, 1, this, nullptr, &write, &seek));
    if (io_) {
      format->pb = io_.get();
      format->flags |= AVFMT_FLAG_CUSTOM_IO;
      return {};
    }
    av_free(buffer);
    return make_error(Code::limit, "no memory for the file");
  }
  /// What the system said when it refused to write, if it did.
  const std::optional<Error>& trouble() const { return trouble_; }
  Result<void> commit() {
    avio_flush(io_.get());
    if (trouble_) return *trouble_;
    return file_->commit();
  }

  AVFormatContext* format = nullptr;

 private:
  static int write(void* self, std::uint8_t* bytes, int size) {
    auto& output = *static_cast<Output*>(self);
    return output.noted(output.file_->write(ByteView(bytes, static_cast<std::size_t>(size)))) ? moved(output, size)
                                                                                              : AVERROR(EIO);
  }
  static int moved(Output& output, int size) {
    output.position_ += size;
    output.size_ = std::max(output.size_, output.position_);
    return size;
  }
  static std::int64_t seek(void* self, std::int64_t offset, int whence) {
    auto& output = *static_cast<Output*>(self);
    if ((whence & AVSEEK_SIZE) != 0) return output.size_;
    if (whence == SEEK_CUR) offset += output.position_;
    if (whence == SEEK_END) offset += output.size_;
    if (offset < 0 || !output.noted(output.file_->seek(static_cast<std::uint64_t>(offset)))) return AVERROR(EIO);
    return output.position_ = offset;
  }
  bool noted(const Result<void>& done) {
    if (!done && !trouble_) trouble_ = done.error();
    return done.has_value();
  }

  std::optional<FileWriter> file_;
  av::Owned<AVIOContext> io_;
  std::int64_t position_ = 0, size_ = 0;
  std::optional<Error> trouble_;
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
    if (output_.trouble()) return *output_.trouble();
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
  int status = avformat_alloc_output_context2(&output_.format, nullptr, nullptr, request_.path.c_str());
  if (status < 0) return make_error(Code::unsupported, "the extension names no container that can be written");
  av::Demuxer& in = *input_;
  for (unsigned i = 0; i < in->nb_streams; ++i) TRY(add_way(*in->streams[i]));
  av_dict_copy(&output_.format->metadata, in->metadata, 0);
  TRY(output_.create(request_.path, request_.overwrite));
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
  const int status = av_write_trailer(output_.format);
  if (status < 0) return failed(status, "writing", Code::io);
  return output_.commit();
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
