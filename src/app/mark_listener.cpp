#include "app/mark_listener.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/mark_clip_places.h"
#include "provenance/mark/tile_reader.h"

namespace bonafide::app {

namespace {

using provenance::Source;
using provenance::State;

/// The ids that the active manifest says it was marked with.
std::vector<std::string> named_by(const provenance::Credential* credential) {
  std::vector<std::string> ids;
  if (credential == nullptr || !credential->validation || credential->source.state == State::broken) return ids;
  if (credential->validation->manifests.empty()) return ids;
  for (const auto& binding : credential->validation->manifests.front().soft_bindings) {
    if (!binding.alg.starts_with("org.bonafide.mark.")) continue;
    for (const auto& block : binding.blocks) ids.push_back(block.value);
  }
  return ids;
}

/// `contradicted`: a credential that holds for these very bytes names the mark.
void tell_layer(const LocatedStill& located, bool contradicted, Source& source) {
  using provenance::mark::QimState;
  const provenance::mark::QimAnswer& layer = located.layer;
  if (!layer.found) {
    source.sentence += "; no fragile layer that would show changes was found beside it";
    return;
  }
  const double unknown = 100 * layer.share(QimState::unverifiable);
  source.maps.push_back(altered_map(located));
  if (layer.regions.empty()) {
    source.sentence +=
        fmt::format("; its fragile layer shows no change, and cannot tell for {:.0f} % of the picture", unknown);
    return;
  }
  source.altered = altered_places(located);
  source.sentence += fmt::format(
      "; its fragile layer shows {} changed place{}, {:.1f} % of the picture, and cannot tell for {:.0f} %",
      layer.regions.size(), layer.regions.size() == 1 ? "" : "s", 100 * layer.share(QimState::altered), unknown);
  if (source.state == State::broken) return;
  source.state = contradicted ? State::broken : State::altered;
  if (contradicted)
    source.sentence += "; the credential names this mark and fits the changed picture: the two contradict each other";
}

}  // namespace

MarkListener::MarkListener(bool still, const Context& context)
    : context_(context), still_(still), keys_(mark_keys({}).value()), clip_(keys_.pictures, {}), sound_(keys_.sound) {}

forensics::Listener MarkListener::listener() {
  forensics::Listener listener;
  listener.on_frame = [this](const media::Frame& one) { frame(one); };
  if (still_) return listener;
  listener.on_audio = [this](const media::AudioBlock& block) {
    if (spans_ > 1) return;
    blocks_ = true;
    sound_.take(block);
  };
  listener.on_span = [this] { ++spans_; };
  return listener;
}

void MarkListener::take_still(const media::Frame& frame) {
  frames_ = true;
  auto located = locate_still_mark(frame, keys_.pictures, keys_.fragile, false, context_);
  if (!located) {
    trouble_ = located.error().message;
    return;
  }
  const auto& reading = located->mark.reading;
  if (!reading) return;
  found_.marks.push_back(
      {"picture", reading->id, static_cast<std::uint32_t>(reading->id >> 32), reading->evidence, 0, 0, ""});
  still_mark_ = std::move(*located);
}

void MarkListener::frame(const media::Frame& frame) {
  if (still_) return take_still(frame);
  const media::Plane& luma = frame.luma();
  const media::GreyView view{luma.data(), luma.width(), luma.height(), static_cast<std::ptrdiff_t>(luma.stride())};
  frames_ = true;
  if (auto added = clip_.add(view, frame.time_s(), context_); !added) trouble_ = added.error().message;
}

/// What is not found missing says little, and is not told: see docs/methods/mark.tamper.md.
void MarkListener::tell_holes(const media::Media& media, Source& source) {
  const auto places = clip_places(media, keys_.pictures, *clip_mark_, context_);
  if (!places || places->holes.empty()) return;
  source.altered = altered_places(*places, media.width, media.height);
  source.sentence +=
      fmt::format("; it is missing in {} place{}", source.altered.size(), source.altered.size() == 1 ? "" : "s");
  if (source.state != State::broken) source.state = State::altered;
}

Source MarkListener::finish(const provenance::Credential* credential, const media::Media& media) {
  if (!still_ && frames_ && trouble_.empty()) {
    auto answer = clip_.finish(context_);
    if (answer) {
      take(*answer, found_);
      for (const auto& reading : answer->readings)
        if (!clip_mark_ || reading.to - reading.from > clip_mark_->to - clip_mark_->from) clip_mark_ = reading;
    } else {
      trouble_ = answer.error().message;
    }
  }
  if (blocks_) {
    auto reading = sound_.finish(false);
    if (reading) take(*reading, found_);
  }
  Source source{"mark", State::none,
                "no mark of the published key (secret keys, crops and changed speed: bonafide mark get)"};
  if (!frames_ && !blocks_) {
    source.state = State::not_examined;
    source.sentence = "not examined: nothing was decoded";
  }
  if (!trouble_.empty()) {
    source.state = State::not_examined;
    source.sentence = "not examined: " + trouble_;
  }
  if (found_.marks.empty()) return source;
  const FoundMark& best =
      *std::ranges::min_element(found_.marks, {}, [](const FoundMark& mark) { return mark.evidence.log10_p; });
  const std::string id = best.id ? fmt::format("{:016x}", *best.id) : fmt::format("{:08x}", best.upper);
  source.state = State::found;
  source.sentence = fmt::format("id {} in the {}, {}", id, best.in, provenance::mark::to_string(best.evidence));
  const std::vector<std::string> named = named_by(credential);
  if (named.empty()) {
    source.sentence += "; a pointer: what it stands for must match this file";
  } else if (std::ranges::any_of(named, [&](const std::string& value) { return value.starts_with(id); })) {
    source.sentence += "; the credential names the same mark";
  } else {
    source.state = State::broken;
    source.sentence += fmt::format("; the credential names another mark ({}): the two contradict each other", named[0]);
  }
  const bool holds = credential != nullptr && !named.empty() &&
                     (credential->source.state == State::intact || credential->source.state == State::trusted);
  if (still_mark_) tell_layer(*still_mark_, holds, source);
  if (clip_mark_ && !holds) tell_holes(media, source);
  return source;
}

}  // namespace bonafide::app
