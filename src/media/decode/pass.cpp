// The one pass: a single demux loop feeding a picture and a sound decoder, span by span. It queues nothing.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <limits>
#include <utility>

#include "media/decode/av.h"
#include "media/decode/decode.h"
#include "media/decode/sound.h"

namespace bonafide::media {

namespace {

constexpr double kEpsilon = 1e-6;  // seconds; far below any frame's length, above rounding
// Reading on is cheaper than seeking over this much.
constexpr double kReadOn = 2.0;
// Sound codecs need what came before (Opus 80 ms, MP3's bit reservoir up to 10 frames = 260 ms).
constexpr double kPreroll = 0.5;

struct Lane {
  int index = -1;
  av::Owned<AVCodecContext> decoder;
  bool done = false;  ///< the current span needs no more of it
  explicit operator bool() const { return decoder != nullptr; }
};

class Pass {
 public:
  Pass(const Media& media, const PassPlan& plan, const PassSink& sink, const Context& context)
      : media_(media), plan_(plan), sink_(sink), context_(context), sound_([this](AudioBlock&& block) {
          sink_.on_audio(std::move(block));
        }) {}

  Result<PassResult> run();

 private:
  Result<void> open();
  Result<void> open_lane(Lane& lane, const AVStream& stream, int threads);
  std::vector<TimeSpan> spans() const;
  Result<void> enter(const TimeSpan& span);
  Result<bool> try_entry(double target, double begin);
  Result<void> run_span(const TimeSpan& span);
  bool next_packet(int& status);
  Result<void> feed(const AVPacket* packet, Lane& lane);
  void take_picture(AVFrame& frame);
  void take_sound(AVFrame& frame);
  void leave(const TimeSpan& span);
  void note_missing_data(const AVStream& each);
  void note_damage();
  double time_of(const AVFrame& frame, const Lane& lane, bool& known) const;
  bool finished() const { return (!picture_ || picture_.done) && (!audio_ || audio_.done); }
  AVStream& stream(const Lane& lane) const { return *(*demuxer_)->streams[lane.index]; }

  const Media& media_;
  const PassPlan& plan_;
  const PassSink& sink_;
  const Context& context_;

  std::unique_ptr<av::Demuxer> demuxer_;
  double zero_ = 0;
  Lane picture_, audio_;
  int orientation_ = 1;
  double frame_step_ = 0.04;
  av::Owned<AVPacket> packet_ = av::new_packet();
  av::Owned<AVFrame> frame_ = av::new_frame();
  std::deque<av::Owned<AVPacket>> waiting_;  ///< read while looking for a way in; bounded by kMostLookahead
  SoundAssembler sound_;

  TimeSpan span_;
  double position_ = 0;  ///< how far packets were read, seconds
  bool fresh_ = true;    ///< nothing was read yet
  bool drained_ = false;
  double last_time_ = 0;
  bool first_in_span_ = true;
  double reached_ = 0;
  double first_reached_ = 0;
  std::uint64_t bytes_read_ = 0, packets_read_ = 0;

  PassResult result_;
  std::int64_t broken_pictures_ = 0, concealed_ = 0, broken_sound_ = 0, untimed_ = 0, disordered_ = 0;
  bool looping_ = false;
  bool opened_ = false;
};

Result<void> Pass::open_lane(Lane& lane, const AVStream& stream, int threads) {
  auto decoder = av::open_decoder(stream, threads, context_);
  if (!decoder) return decoder.error();
  lane.index = stream.index;
  lane.decoder = std::move(*decoder);
  lane.done = false;
  return {};
}

Result<void> Pass::open() {
  waiting_.clear();
  picture_ = {};
  audio_ = {};
  demuxer_ = TRY(av::Demuxer::open(media_, context_));
  zero_ = demuxer_->zero();
  fresh_ = true;
  drained_ = false;
  position_ = 0;
  std::optional<Error> trouble;
  const bool again = std::exchange(opened_, true);
  for (unsigned i = 0; i < (*demuxer_)->nb_streams; ++i) {
    AVStream& each = *(*demuxer_)->streams[i];
    each.discard = AVDISCARD_ALL;
    const bool wanted_picture = plan_.frames && sink_.on_frame && !picture_ && av::Demuxer::is_video(each);
    const bool wanted_sound = plan_.audio && sink_.on_audio && !audio_ && av::Demuxer::is_audio(each);
    if (!wanted_picture && !wanted_sound) continue;
    Lane& lane = wanted_picture ? picture_ : audio_;
    auto opened = open_lane(lane, each, wanted_picture ? plan_.threads : 1);
    if (!opened) {
      if (!again)
        result_.damage.push_back(
            fmt::format("the {} was not examined: {}", wanted_picture ? "picture" : "sound", opened.error().message));
      trouble = std::move(opened.error());
      continue;
    }
    each.discard = AVDISCARD_DEFAULT;
    if (!again) note_missing_data(each);
    if (wanted_picture) {
      orientation_ = av::orientation_of(each);
      const double rate = each.avg_frame_rate.num > 0 ? av_q2d(each.avg_frame_rate) : av_q2d(each.r_frame_rate);
      if (std::isfinite(rate) && rate > 0) frame_step_ = 1 / rate;
    }
  }
  if (!picture_ && !audio_ && trouble) return *trouble;
  return {};
}

/// Containers with an index say where every packet lies: those past the file's end are lost.
void Pass::note_missing_data(const AVStream& each) {
  if (media_.size == 0) return;
  // The index functions only read, but are declared for a changeable stream.
  auto* const stream = const_cast<AVStream*>(&each);
  const int count = avformat_index_get_entries_count(stream);
  std::int64_t lost = 0;
  for (int i = count - 1; i >= 0; --i) {
    const AVIndexEntry* const entry = avformat_index_get_entry(stream, i);
    if (entry != nullptr && static_cast<std::uint64_t>(entry->pos + entry->size) > media_.size) ++lost;
  }
  if (lost > 0)
    result_.damage.push_back(fmt::format("{} of {} pieces of {} lie behind the end of the file", lost, count,
                                         av::Demuxer::is_video(each) ? "picture" : "sound"));
}

std::vector<TimeSpan> Pass::spans() const {
  constexpr double kEnd = std::numeric_limits<double>::infinity();
  std::vector<TimeSpan> spans = plan_.spans;
  if (spans.empty()) spans.push_back({0, kEnd});
  for (TimeSpan& span : spans)
    if (span.end_s >= media_.duration_s - 1e-3) span.end_s = kEnd;
  return spans;
}

bool Pass::next_packet(int& status) {
  if (!waiting_.empty()) {
    av_packet_unref(packet_.get());
    av_packet_move_ref(packet_.get(), waiting_.front().get());
    waiting_.pop_front();
    return true;
  }
  av_packet_unref(packet_.get());
  status = av_read_frame(demuxer_->get(), packet_.get());
  if (status < 0) return false;
  fresh_ = false;
  ++packets_read_;
  bytes_read_ += static_cast<std::uint64_t>(std::max(0, packet_->size));
  return true;
}

/// Seeks to `target` and reads up to the first key frame. True when it lies at or before `begin`.
Result<bool> Pass::try_entry(double target, double begin) {
  constexpr std::size_t kMostLookahead = 512;
  waiting_.clear();
  const Lane& guide = picture_ ? picture_ : audio_;
  const double base = av_q2d(stream(guide).time_base);
  const auto stamp = static_cast<std::int64_t>(std::floor((target + zero_) / base));
  if (av_seek_frame(demuxer_->get(), guide.index, stamp, AVSEEK_FLAG_BACKWARD) < 0) return false;
  fresh_ = false;
  if (picture_) avcodec_flush_buffers(picture_.decoder.get());
  if (audio_) avcodec_flush_buffers(audio_.decoder.get());
  drained_ = false;
  while (waiting_.size() < kMostLookahead) {
    av::Owned<AVPacket> packet = av::new_packet();
    if (av_read_frame(demuxer_->get(), packet.get()) < 0) return false;
    const bool way_in = packet->stream_index == guide.index && (packet->flags & AV_PKT_FLAG_KEY) != 0;
    const std::int64_t stamp_here = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
    const bool guides = packet->stream_index == guide.index;
    if (guides && !way_in) continue;  // undecodable without its key frame
    waiting_.push_back(std::move(packet));
    if (!way_in) continue;
    return stamp_here != AV_NOPTS_VALUE && static_cast<double>(stamp_here) * base - zero_ <= begin + kEpsilon;
  }
  return false;
}

/// Brings the demuxer to a place from which everything in the span can be decoded.
Result<void> Pass::enter(const TimeSpan& span) {
  const bool from_start = fresh_ && span.begin_s < kReadOn;
  const bool close = !fresh_ && !drained_ && span.begin_s >= position_ && span.begin_s - position_ < kReadOn;
  if (!from_start && !close) {
    bool entered = false;
    for (const double margin : {kPreroll, 4.0, 30.0}) {
      const double target = span.begin_s - margin;
      if (target <= 0) break;
      if (TRY(try_entry(target, span.begin_s))) {
        entered = true;
        break;
      }
      if (context_.stopped() || context_.out_of_time()) return {};
    }
    if (!entered && !fresh_) TRY(open());  // from the very beginning
  }
  span_ = span;
  picture_.done = audio_.done = false;
  first_in_span_ = true;
  first_reached_ = std::numeric_limits<double>::infinity();
  reached_ = span.begin_s;
  sound_.begin(span);
  if (sink_.on_span) sink_.on_span(span);
  return {};
}

double Pass::time_of(const AVFrame& frame, const Lane& lane, bool& known) const {
  known = frame.best_effort_timestamp != AV_NOPTS_VALUE;
  return known ? static_cast<double>(frame.best_effort_timestamp) * av_q2d(stream(lane).time_base) - zero_ : 0;
}

void Pass::take_picture(AVFrame& frame) {
  bool known = false;
  double time = time_of(frame, picture_, known);
  if (!known) {
    if (first_in_span_) {
      time = span_.begin_s;  // nothing to count from
    } else {
      time = last_time_ + frame_step_;
    }
  }
  const bool damaged = (frame.flags & AV_FRAME_FLAG_CORRUPT) != 0 || frame.decode_error_flags != 0;
  if (!first_in_span_ && time <= last_time_) {
    if (last_time_ >= span_.begin_s) ++disordered_;
    time = last_time_ + frame_step_;
  }
  first_in_span_ = false;
  last_time_ = time;
  if (time >= span_.end_s - kEpsilon) {
    picture_.done = true;
    return;
  }
  if (time < span_.begin_s - kEpsilon) return;
  if (!known) ++untimed_;
  if (damaged) ++concealed_;
  FrameInfo info;
  info.time_s = time;
  info.index = result_.frames++;
  if (damaged) info.damage.emplace_back("parts of the picture were broken and are guessed");
  first_reached_ = std::min(first_reached_, time);
  reached_ = std::max(reached_, time + frame_step_);
  sink_.on_frame(av::make_frame(frame, std::move(info), orientation_));
}

void Pass::take_sound(AVFrame& frame) {
  bool known = false;
  const double time = time_of(frame, audio_, known);
  if (!sound_.add(frame, known ? &time : nullptr)) {
    ++broken_sound_;
    return;
  }
  const double end = sound_.clock();
  if (end > span_.begin_s) {
    first_reached_ = std::min(
        first_reached_, std::max(span_.begin_s, end - frame.nb_samples / std::max(1.0, double(frame.sample_rate))));
    reached_ = std::max(reached_, end);
  }
  if (end >= span_.end_s) audio_.done = true;
}

Result<void> Pass::feed(const AVPacket* packet, Lane& lane) {
  if (packet != nullptr && av_packet_get_side_data(packet, AV_PKT_DATA_ENCRYPTION_INFO, nullptr) != nullptr)
    return make_error(Code::unsupported, "the file is encrypted");
  const bool is_picture = &lane == &picture_;
  std::int64_t& broken = is_picture ? broken_pictures_ : broken_sound_;
  const int sent = avcodec_send_packet(lane.decoder.get(), packet);
  if (sent == AVERROR(ENOMEM)) return make_error(Code::limit, "not enough memory to decode");
  if (sent < 0 && sent != AVERROR_EOF && position_ >= span_.begin_s - kEpsilon) ++broken;
  while (!lane.done) {
    const int got = avcodec_receive_frame(lane.decoder.get(), frame_.get());
    if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) break;
    if (got < 0) {
      if (got == AVERROR(ENOMEM)) return make_error(Code::limit, "not enough memory to decode");
      if (position_ >= span_.begin_s - kEpsilon) ++broken;
      if (packet != nullptr) break;
      continue;
    }
    is_picture ? take_picture(*frame_) : take_sound(*frame_);
    av_frame_unref(frame_.get());
    if (context_.stopped()) break;
  }
  return {};
}

Result<void> Pass::run_span(const TimeSpan& span) {
  TRY(enter(span));
  bytes_read_ = packets_read_ = 0;
  // A stream without packets for this long past the span's end has none to give.
  constexpr double kPatience = 10;
  // Edit lists may play the same bytes again and again; genuine files stay far below.
  const std::uint64_t most_bytes = media_.size * 8 + (std::uint64_t{1} << 20);
  constexpr std::uint64_t kMostPackets = 100'000'000;
  while (!finished()) {
    if (context_.stopped()) return make_error(Code::cancelled, "stopped on request");
    if (context_.out_of_time()) {
      result_.out_of_time = true;
      break;
    }
    if (packets_read_ > kMostPackets || (media_.size > 0 && bytes_read_ > most_bytes)) {
      looping_ = true;
      break;
    }
    int status = 0;
    if (!next_packet(status)) {
      if (context_.stopped() || context_.out_of_time()) continue;
      if (status != AVERROR_EOF) result_.damage.push_back(fmt::format("reading stopped early: {}", av::words(status)));
      if (picture_) TRY(feed(nullptr, picture_));
      if (audio_) TRY(feed(nullptr, audio_));
      drained_ = true;
      break;
    }
    Lane* const lane = picture_ && packet_->stream_index == picture_.index ? &picture_
                       : audio_ && packet_->stream_index == audio_.index   ? &audio_
                                                                           : nullptr;
    if (lane == nullptr) continue;
    const std::int64_t stamp = packet_->dts != AV_NOPTS_VALUE ? packet_->dts : packet_->pts;
    if (stamp != AV_NOPTS_VALUE) position_ = static_cast<double>(stamp) * av_q2d(stream(*lane).time_base) - zero_;
    if (position_ > span.end_s + kPatience) break;
    if (!lane->done) TRY(feed(packet_.get(), *lane));
  }
  if (context_.stopped()) return make_error(Code::cancelled, "stopped on request");
  leave(span);
  return {};
}

void Pass::leave(const TimeSpan& span) {
  if (audio_) sound_.finish();
  const double end = std::min(span.end_s, reached_);
  if (first_reached_ < end) result_.examined.push_back({std::max(span.begin_s, first_reached_), end});
  // Decoders hold frames of this span that the next one must not get.
  drained_ = true;
}

void Pass::note_damage() {
  const auto note = [&](std::int64_t count, std::string_view what) {
    if (count > 0) result_.damage.push_back(fmt::format("{} {}", count, what));
  };
  note(broken_pictures_, broken_pictures_ == 1 ? "picture could not be decoded" : "pictures could not be decoded");
  note(concealed_, "pictures were broken in part and filled in by the decoder");
  note(broken_sound_, "pieces of sound could not be decoded");
  // AVI with B-pictures cannot stamp its very last ones: that is its format, not damage.
  if (untimed_ > 2) note(untimed_, "pictures had no time stamp; theirs follow from the frame rate");
  note(disordered_, "pictures had time stamps that ran backwards");
  note(sound_.disorders(), "pieces of sound had time stamps that ran backwards");
  if (looping_) result_.damage.emplace_back("the file repeats its own bytes; the repetition was not followed");
}

Result<PassResult> Pass::run() {
  if (Result<void> opened = open(); !opened) {
    if (context_.stopped() || !context_.out_of_time()) return opened.error();
    result_.out_of_time = true;
    return std::move(result_);
  }
  if (picture_ || audio_) {
    for (const TimeSpan& span : spans()) {
      if (context_.out_of_time()) result_.out_of_time = true;
      if (result_.out_of_time || looping_) break;
      if (!(span.end_s > span.begin_s)) return make_error(Code::invalid_argument, "a span that ends before it begins");
      TRY(run_span(span));
    }
  }
  result_.audio_s = sound_.emitted_s();
  note_damage();
  // Only when read from the start: a later span may lie past the end of a short track.
  const bool silent = audio_ && result_.audio_s <= 0;
  const bool blind = picture_ && result_.frames == 0;
  if ((silent || blind) && !result_.out_of_time && spans().front().begin_s <= 0) {
    if ((silent || !audio_) && (blind || !picture_))
      return make_error(Code::corrupt, "the file has tracks, but nothing in them could be decoded");
    result_.damage.push_back(fmt::format("nothing of the {} could be decoded", silent ? "sound" : "picture"));
  }
  return std::move(result_);
}

}  // namespace

Result<PassResult> run_pass(const Media& media, const PassPlan& plan, const PassSink& sink, const Context& context) {
  try {
    auto result = Pass(media, plan, sink, context).run();
    if (!result) result.error().file = media.path;
    return result;
  } catch (const std::bad_alloc&) {
    Error error = make_error(Code::limit, "not enough memory to decode");
    error.file = media.path;
    return error;
  }
}

}  // namespace bonafide::media
