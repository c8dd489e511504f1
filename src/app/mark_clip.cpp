#include "app/mark_clip.h"

#include <optional>

#include "media/decode/decode.h"
#include "provenance/mark/clip_embed.h"
#include "provenance/mark/sound_embed.h"

namespace bonafide::app {

namespace {

using provenance::mark::ClipMarker;
using provenance::mark::SoundMarker;

}  // namespace

Result<MarkedClip> mark_clip(const media::Media& media, const MarkClipRequest& request, const Context& context) {
  ClipMarker marker = TRY(ClipMarker::create(request.picture_key, request.id, request.psnr));
  const media::PictureFilter pictures{
      [&](std::uint8_t* luma, int width, int height, std::ptrdiff_t stride, double seconds) {
        return marker.mark({luma, width, height, stride}, seconds);
      }};
  std::optional<SoundMarker> sounds;
  media::SoundFilter sound;
  sound.start = [&](int rate, int channels) -> Result<void> {
    sounds = TRY(SoundMarker::create(request.sound_key, {.id = request.id}, rate, channels));
    return {};
  };
  sound.push = [&](const SoundMarker::Channels& in, SoundMarker::Channels& out) { return sounds->push(in, out); };
  sound.finish = [&](SoundMarker::Channels& out) {
    if (sounds) sounds->finish(out);
  };
  media::RewriteRequest rewrite;
  rewrite.path = request.out;
  rewrite.overwrite = request.overwrite;
  rewrite.picture = &pictures;
  if (request.sound) rewrite.sound = &sound;
  rewrite.quality = request.quality;
  rewrite.preset = request.preset;
  rewrite.to_8_bits = request.to_8_bits;
  MarkedClip marked;
  marked.written = TRY(media::rewrite(media, rewrite, context));
  marked.psnr = marker.psnr();
  return marked;
}

Result<provenance::mark::ClipAnswer> read_clip_mark(const media::Media& media, const provenance::mark::MarkKey& key,
                                                    const provenance::mark::ClipSearch& search, const Context& context,
                                                    double most_seconds) {
  provenance::mark::ClipReader reader(key, search);
  media::PassPlan plan{.spans = {}, .frames = true, .audio = false};
  if (most_seconds < media.duration_s) plan.spans = {{0, most_seconds}};
  std::optional<Error> error;
  std::int64_t frames = 0;
  media::PassSink sink;
  sink.on_frame = [&](const media::Frame& frame) {
    if (error) return;
    const media::Plane& luma = frame.luma();
    ++frames;
    auto added = reader.add({luma.data(), luma.width(), luma.height(), static_cast<std::ptrdiff_t>(luma.stride())},
                            frame.time_s(), context);
    if (!added) error = added.error();
  };
  TRY(media::run_pass(media, plan, sink, context));
  if (error) return *error;
  if (frames == 0) return make_error(Code::not_found, "there are no moving pictures in it");
  return reader.finish(context);
}

}  // namespace bonafide::app
