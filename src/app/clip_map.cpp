#include "app/clip_map.h"

#include <algorithm>
#include <optional>

#include "media/decode/decode.h"

namespace bonafide::app {

namespace {

namespace mark = provenance::mark;

mark::RgbView rgb_of(const media::Frame& frame) {
  const media::Plane& rgb = frame.rgb();
  return {rgb.data(), rgb.width(), rgb.height()};
}

media::GreyView luma_of(const media::Frame& frame) {
  const media::Plane& luma = frame.luma();
  return {luma.data(), luma.width(), luma.height(), static_cast<std::ptrdiff_t>(luma.stride())};
}

bool has(const media::Media& media, media::Track::Kind kind) {
  return std::ranges::any_of(media.tracks, [&](const media::Track& track) { return track.kind == kind; });
}

/// A pass that was cut short by its deadline says nothing: what was not seen is not missing.
Result<void> pass(const media::Media& media, const media::PassPlan& plan, const media::PassSink& sink,
                  const Context& context) {
  const media::PassResult done = TRY(media::run_pass(media, plan, sink, context));
  if (done.out_of_time) return make_error(Code::limit, "the time was up");
  return {};
}

/// One slot of the suspect and a little before, since decoders begin at a key frame.
Result<mark::MapPlacement> place_by(const mark::ClipMap& map, const mark::ClipProbe& probe, const media::Media& suspect,
                                    const Context& context) {
  mark::ClipPlacer placer(map, probe);
  const double begin = std::max(0.0, probe.begin_s - 0.3);
  media::PassPlan plan{.spans = {{begin, probe.begin_s + mark::kClipSlot + 0.1}}, .frames = true, .audio = false};
  media::PassSink sink;
  sink.on_frame = [&](const media::Frame& frame) { placer.picture(rgb_of(frame), frame.time_s()); };
  TRY(pass(suspect, plan, sink, context));
  return placer.place(context);
}

/// The surest of the places that single slots give.
Result<mark::MapPlacement> place(const mark::ClipMap& map, const std::vector<mark::ClipPiece>& pieces,
                                 const media::Media& suspect, const Context& context) {
  mark::MapPlacement best;
  for (const mark::ClipProbe& probe : mark::clip_probes(map, pieces)) {
    const mark::MapPlacement found = TRY(place_by(map, probe, suspect, context));
    if (found.found && (!best.found || found.agreement > best.agreement)) best = found;
    constexpr double kSure = 0.9;
    if (best.found && best.agreement > kSure) break;
  }
  return best;
}

class Comparing {
 public:
  Comparing(const mark::ClipMap& map, const media::Media& suspect, const Context& context)
      : map_(map), suspect_(suspect), context_(context), scout_(map) {}

  Result<mark::ClipComparison> run() {
    TRY(scout());
    answer_.times = scout_.times();
    scout_.judge_sound(answer_.times, answer_);
    answer_.pictures = map_.pictures() && answer_.times.pictures_s > 0;
    if (answer_.pictures) TRY(judge_pictures());
    std::ranges::stable_sort(answer_.spans, {}, &mark::ClipSpan::begin_s);
    return std::move(answer_);
  }

 private:
  Result<void> scout() {
    media::PassPlan plan;
    plan.frames = map_.pictures() && has(suspect_, media::Track::Kind::video);
    plan.audio = !map_.sound.empty() && has(suspect_, media::Track::Kind::audio);
    media::PassSink sink;
    sink.on_frame = [&](const media::Frame& frame) {
      if (scout_.wants(frame.time_s())) scout_.picture(luma_of(frame), frame.time_s());
    };
    sink.on_audio = [&](media::AudioBlock&& block) { scout_.sound(block.speech, block.speech_time_s); };
    if (plan.frames || plan.audio) TRY(pass(suspect_, plan, sink, context_));
    return {};
  }

  /// By the thumbnails; when they do not show it (a crop, or nothing moves), when the sound is, or as it is.
  Result<void> find_place() {
    const double length = static_cast<double>(map_.slots.size()) * mark::kClipSlot;
    std::vector<std::vector<mark::ClipPiece>> tries;
    for (const auto* pieces : {&answer_.times.pictures, &answer_.times.sound})
      if (!pieces->empty()) tries.push_back(*pieces);
    tries.push_back({{0, length, 0, 0}});
    for (const auto& pieces : tries) {
      answer_.placement = TRY(place(map_, pieces, suspect_, context_));
      answer_.times.pictures = pieces;
      if (answer_.placement.found) return {};
    }
    answer_.times.pictures.clear();
    return {};
  }

  Result<void> judge_pictures() {
    TRY(find_place());
    if (!answer_.placement.found) return {};
    mark::ClipJudge judge(map_, answer_.times.pictures, answer_.placement);
    media::PassPlan plan{.spans = {}, .frames = true, .audio = false};
    media::PassSink sink;
    sink.on_frame = [&](const media::Frame& frame) {
      if (judge.wants(frame.time_s())) judge.picture(rgb_of(frame), frame.time_s());
    };
    TRY(pass(suspect_, plan, sink, context_));
    judge.finish(answer_);
    constexpr double kLeastAgreement = 0.72;  // as one slot's
    answer_.pictures_found = answer_.agreement >= kLeastAgreement;
    if (!answer_.pictures_found) {
      answer_.regions.clear();
      std::erase_if(answer_.spans, [](const mark::ClipSpan& span) { return !span.sound; });
      return {};
    }
    const double length = static_cast<double>(map_.slots.size()) * mark::kClipSlot;
    mark::add_jumps(mark::clip_jumps(answer_.times.pictures, length, answer_.times.pictures_s, false), answer_);
    return {};
  }

  const mark::ClipMap& map_;
  const media::Media& suspect_;
  const Context& context_;
  mark::ClipScout scout_;
  mark::ClipComparison answer_;
};

}  // namespace

Result<mark::ClipMap> clip_map_of(const media::Media& media, const Context& context) {
  media::PassPlan plan;
  plan.frames = has(media, media::Track::Kind::video);
  plan.audio = has(media, media::Track::Kind::audio);
  if (!plan.frames && !plan.audio) return make_error(Code::unsupported, "has neither moving pictures nor sound");
  mark::ClipMapper mapper(mark::clip_block(media.duration_s));
  std::optional<Error> error;
  media::PassSink sink;
  sink.on_frame = [&](const media::Frame& frame) {
    if (error || !mapper.wants(frame.time_s())) return;
    if (auto taken = mapper.picture(rgb_of(frame), frame.time_s()); !taken) error = taken.error();
  };
  sink.on_audio = [&](media::AudioBlock&& block) { mapper.sound(block.speech, block.speech_time_s); };
  TRY(pass(media, plan, sink, context));
  if (error) return *error;
  return mapper.finish();
}

Result<report::ClipComparison> compare_clip(const mark::ClipMap& map, const media::Media& suspect,
                                            const Context& context) {
  report::ClipComparison comparison;
  comparison.suspect = suspect.path;
  comparison.width = suspect.width, comparison.height = suspect.height;
  comparison.original_width = map.width, comparison.original_height = map.height;
  comparison.columns = map.columns, comparison.rows = map.rows;
  comparison.result = TRY(Comparing(map, suspect, context).run());
  return comparison;
}

}  // namespace bonafide::app
