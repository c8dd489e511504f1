#include "app/mark_listener.h"

#include <fmt/format.h>

#include <algorithm>

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

void MarkListener::frame(const media::Frame& frame) {
  const media::Plane& luma = frame.luma();
  const media::GreyView view{luma.data(), luma.width(), luma.height(), static_cast<std::ptrdiff_t>(luma.stride())};
  frames_ = true;
  if (still_) {
    const auto answer = provenance::mark::TileReader(keys_.pictures).read(view, {}, context_);
    if (!answer) {
      trouble_ = answer.error().message;
    } else if (answer->reading) {
      found_.marks.push_back({"picture", answer->reading->id, static_cast<std::uint32_t>(answer->reading->id >> 32),
                              answer->reading->evidence, 0, 0, ""});
    }
    return;
  }
  if (auto added = clip_.add(view, frame.time_s(), context_); !added) trouble_ = added.error().message;
}

Source MarkListener::finish(const provenance::Credential* credential) {
  if (!still_ && frames_ && trouble_.empty()) {
    auto answer = clip_.finish(context_);
    if (answer)
      take(*answer, found_);
    else
      trouble_ = answer.error().message;
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
  return source;
}

}  // namespace bonafide::app
