#include "app/mark_sound.h"

#include <fmt/format.h>

#include <cmath>

#include "app/open_media.h"
#include "media/decode/decode.h"
#include "provenance/mark/sound_embed.h"

namespace bonafide::app {

namespace {

using provenance::mark::SoundMarker;
using provenance::mark::SoundReader;

constexpr double kLookFor = 60;  // seconds in which a mark that is there already shows

}  // namespace

void SoundFeed::take(const media::AudioBlock& block) {
  if (error_ || block.native.empty() || block.native[0].empty()) return;
  const auto channels = static_cast<int>(block.native.size());
  if (!reader_) {
    auto made = SoundReader::create(key_, block.rate, channels);
    if (!made) {
      error_ = made.error();
      return;
    }
    reader_ = std::move(*made);
    rate_ = block.rate;
    channels_ = channels;
    next_s_ = block.time_s;
  }
  if (block.rate != rate_ || channels != channels_) return;  // another sound: the reader keeps to the first
  const double gap = block.time_s - next_s_;
  constexpr double kMostGap = 60;
  if (gap > 0.02 && gap < kMostGap) {
    const auto missing = static_cast<std::size_t>(std::lround(gap * rate_));
    give(std::vector<std::vector<float>>(block.native.size(), std::vector<float>(missing, 0.0F)));
  }
  give(block.native);
  next_s_ = block.time_s + static_cast<double>(block.native[0].size()) / rate_;
}

Result<provenance::mark::SoundReading> SoundFeed::finish(bool deep) {
  if (error_) return *error_;
  if (!reader_) return make_error(Code::not_found, "there is no sound in it");
  return reader_->finish({.deep = deep});
}

void SoundFeed::give(const std::vector<std::vector<float>>& samples) {
  if (auto given = reader_->push(samples); !given) error_ = given.error();
}

namespace {

Result<void> listen(const media::Media& media, double most_seconds, SoundFeed& feed, const Context& context) {
  media::PassPlan plan{.spans = {}, .frames = false, .audio = true};
  if (most_seconds < media.duration_s) plan.spans = {{0, most_seconds}};
  media::PassSink sink;
  sink.on_audio = [&](media::AudioBlock&& block) { feed.take(block); };
  TRY(media::run_pass(media, plan, sink, context));
  return {};
}

}  // namespace

Result<provenance::mark::SoundReading> read_sound_mark(const media::Media& media, const provenance::mark::MarkKey& key,
                                                       bool deep, const Context& context, double most_seconds) {
  SoundFeed feed(key);
  TRY(listen(media, most_seconds, feed, context));
  return feed.finish(deep);
}

Result<LocatedSound> locate_sound_mark(const std::string& path, const provenance::mark::MarkKey& key, bool deep,
                                       const Context& context) {
  const media::Media media = TRY(open_media(path, context));
  SoundFeed feed(key);
  TRY(listen(media, 1e9, feed, context));
  LocatedSound located;
  located.reading = TRY(feed.finish(deep));
  const auto& warp = located.reading.warp;
  if (located.reading.id)
    located.places = locate_sound(feed.reader().map(), key, *located.reading.id, warp.speed * warp.tempo);
  return located;
}

Result<MarkedSound> mark_sound(const media::Media& media, const MarkSoundRequest& request, const Context& context) {
  MarkedSound done;
  auto there = TRY(read_sound_mark(media, request.key, false, context, kLookFor));
  if (there.upper) {
    const std::string id = there.id ? fmt::format("{:016x}", *there.id) : fmt::format("{:08x}…", *there.upper);
    if (!request.over)
      return make_error(Code::denied, fmt::format("its sound carries the mark {} already ({})", id,
                                                  provenance::mark::to_string(there.evidence)));
    done.earlier = std::move(there);
  }
  std::optional<SoundMarker> marker;
  media::SoundFilter filter;
  filter.start = [&](int rate, int channels) -> Result<void> {
    marker = TRY(SoundMarker::create(request.key, {.id = request.id}, rate, channels));
    return {};
  };
  filter.push = [&](const SoundMarker::Channels& in, SoundMarker::Channels& out) { return marker->push(in, out); };
  filter.finish = [&](SoundMarker::Channels& out) { marker->finish(out); };
  media::RewriteRequest rewrite;
  rewrite.path = request.out;
  rewrite.overwrite = request.overwrite;
  rewrite.sound = &filter;
  done.written = TRY(media::rewrite(media, rewrite, context));
  return done;
}

}  // namespace bonafide::app
