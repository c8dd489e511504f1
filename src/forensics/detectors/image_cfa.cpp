// image.cfa: does the chequerboard that a camera's colour filter leaves run through the whole picture?
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "forensics/still_session.h"
#include "media/dsp/acontrario.h"
#include "media/dsp/cfa_votes.h"

namespace bonafide::forensics {

namespace {

using media::CfaSearch;
using media::CrowdedPlace;

constexpr int kLeastSide = 256;
// Beside the NFA: blocks err together on regular textures.
constexpr std::int64_t kLeastVoices = 12;
constexpr double kLeastShare = 0.8;

std::optional<std::string> cannot_apply(const media::Media& file) { return not_a_picture_of(file, kLeastSide); }

std::vector<Finding> examine(const media::Frame& frame, const media::Media&, const Context& context) {
  if (std::min(frame.width(), frame.height()) < kLeastSide)
    return {not_applicable(fmt::format("The picture is too small ({} × {} pixels).", frame.width(), frame.height()))};
  const media::Plane& rgb = frame.rgb();
  const auto search = media::find_cfa_places(
      {rgb.data() + 1, rgb.width(), rgb.height(), 3, static_cast<std::ptrdiff_t>(rgb.stride())}, context);
  if (!search) return {not_looked(Result<CfaSearch>(search).error().message)};
  if (search->phase < 0 || search->share < media::kLeastCfaShare)
    return {
        not_applicable("The picture shows no trace of a colour filter: it was resized or compressed too much since, or "
                       "never had one.")};
  std::vector<ShownPlace> places;
  for (const CrowdedPlace& crowd : search->places) {
    if (crowd.log10_nfa > media::kLog10Epsilon || crowd.voices < kLeastVoices || crowd.share < kLeastShare) continue;
    places.push_back(
        {&crowd.place, 1, fmt::format("log10 NFA {:.1f}, {:.0f} % of its blocks", crowd.log10_nfa, 100 * crowd.share)});
  }
  Finding finding;
  if (places.empty()) {
    finding =
        nothing_found("image.cfa.consistent",
                      "No part was seen whose colour-filter pattern is shifted. Every second pasted part lines up.");
  } else {
    finding.outcome = Outcome::sign;
    finding.claim = "image.cfa.shifted";
    finding.grade = Strength::weak;  // its false alarms are measured on one genuine picture: too few for more
    finding.sentence =
        "The colour-filter pattern of a part is shifted against the rest, as when it was pasted in or moved.";
    finding.limits.emplace_back("Fine regular textures can look like a shifted pattern.");
    show_places(frame, {media::kCfaBlock, media::kCfaBlock, 0, 0}, places, "shifted colour filter",
                "Bright: the pattern is shifted by a pixel.", finding);
  }
  finding.score_name = "log10 NFA";
  finding.score = 0;
  for (const CrowdedPlace& crowd : search->places)
    if (crowd.voices >= kLeastVoices) finding.score = std::min(*finding.score, crowd.log10_nfa);
  finding.details.emplace_back("main pattern", fmt::format("{:.0f} % of {} blocks, log10 NFA {:.0f}",
                                                           100 * search->share, search->voices, search->log10_nfa));
  return {finding};
}

}  // namespace

extern const Detector detector_image_cfa;
const Detector detector_image_cfa{
    .id = "image.cfa",
    .version = 1,
    .group = Group::noise,
    .needs = kNeedsStill,
    .title = "Colour filter",
    .question = "Does the pattern of one camera's colour filter run through the whole picture?",
    .not_applicable = cannot_apply,
    .start = start_still<examine>,
};

}  // namespace bonafide::forensics
