#include "forensics/run_clip.h"

#include <fmt/format.h>

#include <algorithm>
#include <latch>
#include <map>
#include <thread>

#include "base/channel.h"
#include "base/time.h"
#include "forensics/preview.h"

namespace bonafide::forensics {

namespace {

// Queues bound memory: frames by their bytes (eight of 1080p), sixteen audio blocks are under 10 MB.
constexpr std::size_t kFrameBytesQueued = std::size_t{25} << 20;
constexpr std::size_t kMostFramesQueued = 8;
constexpr std::size_t kBlocksQueued = 16;
constexpr int kMostPreviews = 48;
constexpr int kPreview_px = 320;
constexpr double kBoxEvery_s = 0.5;

/// Queued behind the last item of a span: the decoder waits on it until both workers have caught up.
using Barrier = std::shared_ptr<std::latch>;
template <typename T>
struct Queued {
  T item;
  Barrier barrier;  ///< when set, there is no item
};

std::size_t frames_queued(const media::Media& media) {
  const auto pixels =
      static_cast<std::size_t>(std::max(1, media.width)) * static_cast<std::size_t>(std::max(1, media.height));
  return std::clamp<std::size_t>(kFrameBytesQueued / (pixels * 3 / 2 + 1), 2, kMostFramesQueued);
}

double total_length(const std::vector<TimeSpan>& spans, double duration) {
  double sum = 0;
  for (const TimeSpan& span : spans) {
    sum += std::max(0.0, (duration > 0 ? std::min(span.end_s, duration) : span.end_s) - span.begin_s);
  }
  return sum;
}

/// Everything that happens to a frame: faces, sessions, previews, face summaries. One thread at a time.
class FrameWorker {
 public:
  FrameWorker(std::vector<SessionSlot>& slots, PipelineResult& result, std::unique_ptr<face::FaceTracker> tracker,
              double preview_every_s, const Listener* listener)
      : slots_(slots),
        result_(result),
        tracker_(std::move(tracker)),
        preview_every_s_(preview_every_s),
        listener_(listener) {}

  void begin(const TimeSpan& span) {
    if (tracker_) tracker_->reset();
    next_preview_s_ = std::max(next_preview_s_, span.begin_s);
  }

  void take(const media::Frame& frame) {
    for (SessionSlot& slot : slots_) {
      if (slot.wants(kNeedsFrames)) slot.feed([&](DetectorSession& session) { session.on_frame(frame); });
    }
    if (tracker_) faces(frame);
    if (listener_ != nullptr && listener_->on_frame) listener_->on_frame(frame);
    if (preview_every_s_ > 0 && frame.time_s() >= next_preview_s_ && previews_ < kMostPreviews) preview(frame);
  }

  void finish() {
    for (auto& [track, summary] : summaries_) result_.faces.push_back(std::move(summary));
  }

 private:
  void faces(const media::Frame& frame) {
    const face::FrameFaces seen = tracker_->next(frame);
    for (SessionSlot& slot : slots_) {
      if (slot.wants(kNeedsFaces)) slot.feed([&](DetectorSession& session) { session.on_faces(seen); });
    }
    for (const face::FaceObservation& one : seen.faces) {
      FaceSummary& summary = summaries_[one.track];
      const double count = ++frames_of_[one.track];
      if (count == 1) {
        summary.track = one.track;
        summary.seen.begin_s = seen.time_s;
      }
      summary.seen.end_s = seen.time_s;
      summary.mean_size += (static_cast<double>(one.size) - summary.mean_size) / count;
      if (summary.boxes.empty() || seen.time_s - summary.boxes.back().first >= kBoxEvery_s) {
        summary.boxes.emplace_back(seen.time_s, one.box);
      }
    }
  }

  void preview(const media::Frame& frame) {
    if (auto made = make_preview(frame, kPreview_px)) result_.previews.push_back(std::move(*made));
    ++previews_;
    next_preview_s_ = frame.time_s() + preview_every_s_;
  }

  std::vector<SessionSlot>& slots_;
  PipelineResult& result_;
  std::unique_ptr<face::FaceTracker> tracker_;
  double preview_every_s_;
  const Listener* listener_;
  double next_preview_s_ = 0;
  int previews_ = 0;
  std::map<int, FaceSummary> summaries_;
  std::map<int, double> frames_of_;
};

class AudioWorker {
 public:
  AudioWorker(std::vector<SessionSlot>& slots, const Listener* listener) : slots_(slots), listener_(listener) {}
  void take(const media::AudioBlock& block) {
    for (SessionSlot& slot : slots_) {
      if (slot.wants(kNeedsAudio)) slot.feed([&](DetectorSession& session) { session.on_audio(block); });
    }
    if (listener_ != nullptr && listener_->on_audio) listener_->on_audio(block);
  }

 private:
  std::vector<SessionSlot>& slots_;
  const Listener* listener_;
};

/// The tracker, unless nobody needs faces or it cannot be had: then the sessions that need it say why.
std::unique_ptr<face::FaceTracker> make_tracker(const Plan& plan, std::vector<SessionSlot>& slots) {
  if ((plan.needs & kNeedsFaces) == 0) return nullptr;
  auto tracker = [&]() -> Result<std::unique_ptr<face::FaceTracker>> {
    auto provider = TRY(face::dlib_landmarks());
    return face::FaceTracker::create({}, std::move(provider));
  }();
  if (tracker) return std::move(*tracker);
  for (SessionSlot& slot : slots) {
    if (!slot.wants(kNeedsFaces)) continue;
    Finding finding;
    finding.outcome = Outcome::not_examined;
    finding.reason = tracker.error().message;
    slot.settle(std::move(finding));
  }
  return nullptr;
}

void say_what_was_left_out(const media::Media& media, const Plan& plan, const media::PassResult& pass,
                           PipelineResult& result) {
  double seen = 0;
  for (const TimeSpan& span : pass.examined) seen += span.length();
  const std::string of = media.duration_s > 0 ? " of " + to_clock(media.duration_s) : "";
  if (pass.out_of_time) {
    result.not_examined.push_back(
        fmt::format("The time budget ended: {}{} was examined; the rest was not.", to_clock(seen), of));
  } else if (plan.sampled) {
    result.not_examined.push_back(
        fmt::format("Only {}{} was examined, in {} span{} spread over the file; --whole examines everything.",
                    to_clock(seen), of, pass.examined.size(), pass.examined.size() == 1 ? "" : "s"));
  }
}

/// Takes items off a channel until it is closed; a barrier is only counted.
template <typename T, typename Worker>
void drain(Channel<Queued<T>>& items, Worker& worker) {
  while (auto next = items.pop()) {
    if (next->barrier)
      next->barrier->count_down();
    else
      worker.take(next->item);
  }
}

/// The pass with the two workers on threads of their own, fed through bounded channels. Before each span both have
/// caught up, so sessions see the same order of calls as without threads.
Result<media::PassResult> run_threaded(const media::Media& media, const media::PassPlan& plan,
                                       const media::PassSink& direct, FrameWorker& frames, AudioWorker& audio,
                                       const Context& context) {
  Channel<Queued<media::Frame>> frame_items(frames_queued(media));
  Channel<Queued<media::AudioBlock>> audio_items(kBlocksQueued);
  const std::jthread frame_thread([&] { drain(frame_items, frames); });
  const std::jthread audio_thread([&] { drain(audio_items, audio); });
  media::PassSink sink;
  sink.on_frame = [&](const media::Frame& frame) { frame_items.push({frame, nullptr}); };
  sink.on_audio = [&](media::AudioBlock&& block) { audio_items.push({std::move(block), nullptr}); };
  sink.on_span = [&](const TimeSpan& span) {
    const auto barrier = std::make_shared<std::latch>(2);
    frame_items.push({{}, barrier});
    audio_items.push({{}, barrier});
    barrier->wait();
    direct.on_span(span);
  };
  auto pass = media::run_pass(media, plan, sink, context);
  frame_items.close();
  audio_items.close();
  return pass;
}

}  // namespace

Result<void> run_clip(const media::Media& media, const Plan& plan, const PipelineSettings& settings,
                      const Context& context, std::vector<SessionSlot>& slots, PipelineResult& result) {
  const bool has_picture = media.first(media::Track::Kind::video) != nullptr;
  media::PassPlan pass_plan;
  pass_plan.spans = plan.spans;
  const Listener* const listener = settings.listener;
  const bool watched = listener != nullptr && listener->on_frame, heard = listener != nullptr && listener->on_audio;
  pass_plan.frames = has_picture && ((plan.needs & (kNeedsFrames | kNeedsFaces)) != 0 || settings.previews || watched);
  pass_plan.audio = (plan.needs & kNeedsAudio) != 0 || (heard && media.first(media::Track::Kind::audio) != nullptr);
  if (!pass_plan.frames && !pass_plan.audio) return {};

  const double length = total_length(plan.spans, media.duration_s);
  const double preview_every =
      settings.previews && has_picture ? std::max(1.0, length > 1e8 ? 10.0 : length / kMostPreviews) : 0;
  FrameWorker frames(slots, result, make_tracker(plan, slots), preview_every, listener);
  AudioWorker audio(slots, listener);

  media::PassSink direct;
  direct.on_frame = [&](const media::Frame& frame) { frames.take(frame); };
  direct.on_audio = [&](media::AudioBlock&& block) { audio.take(block); };
  direct.on_span = [&](const TimeSpan& span) {
    frames.begin(span);
    if (listener != nullptr && listener->on_span) listener->on_span();
    for (SessionSlot& slot : slots) slot.feed([&](DetectorSession& session) { session.on_span(span); });
  };
  auto pass = settings.threaded ? run_threaded(media, pass_plan, direct, frames, audio, context)
                                : media::run_pass(media, pass_plan, direct, context);
  if (!pass && pass.error().code != Code::cancelled && context.out_of_time()) {
    for (SessionSlot& slot : slots) {
      if (slot.wants(kNeedsFrames | kNeedsFaces | kNeedsAudio)) slot.settle(out_of_time());
    }
    result.not_examined.emplace_back("The time budget ended before anything could be examined.");
    return {};
  }
  if (!pass) return pass.error();
  frames.finish();
  result.examined = pass->examined;
  result.frames = pass->frames;
  result.damage.insert(result.damage.end(), pass->damage.begin(), pass->damage.end());
  say_what_was_left_out(media, plan, *pass, result);
  return {};
}

}  // namespace bonafide::forensics
