// image.noise: is the noise of a part other than that of equally bright, equally smooth parts?
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "forensics/still_session.h"
#include "media/dsp/acontrario.h"
#include "media/dsp/block_noise.h"

namespace bonafide::forensics {

namespace {

using media::NoisePlace;
using media::NoiseSearch;

constexpr int kLeastSide = 256;
// Beside the NFA, since smooth things in a scene gather, too (docs/methods/image.noise.md has the figures).
constexpr std::int64_t kLeastVoices = 24;
constexpr double kLeastShare = 0.8;
constexpr double kMostRatio = 0.25;  // quiet: a quarter of the noise power of the rest
constexpr double kLeastRatio = 6;    // loud

std::optional<std::string> cannot_apply(const media::Media& file) { return not_a_picture_of(file, kLeastSide); }

bool stands_out(const NoisePlace& place) {
  return place.crowd.log10_nfa <= media::kLog10Epsilon && place.crowd.voices >= kLeastVoices &&
         place.crowd.share >= kLeastShare && (place.quiet ? place.ratio <= kMostRatio : place.ratio >= kLeastRatio);
}

std::vector<Finding> examine(const media::Frame& frame, const media::Media&, const Context& context) {
  if (std::min(frame.width(), frame.height()) < kLeastSide)
    return {not_applicable(fmt::format("The picture is too small ({} × {} pixels).", frame.width(), frame.height()))};
  const auto search = media::find_noise_places(grey_view(frame.luma()), context);
  if (!search) return {not_looked(Result<NoiseSearch>(search).error().message)};
  if (search->smooth < media::kLeastSmooth)
    return {not_applicable(
        "Too little of the picture is smooth and neither black nor white: its noise cannot be compared.")};
  if (search->silent_share > media::kMostSilentShare)
    return {not_applicable("Compression or smoothing has removed the noise of the picture.")};
  std::vector<ShownPlace> places;
  for (const NoisePlace& place : search->places) {
    if (!stands_out(place)) continue;
    places.push_back(
        {&place.crowd.place, place.quiet ? 0.6 : 1,
         fmt::format("{} noise: {:.2f} of the power elsewhere, log10 NFA {:.1f}, {:.0f} % of its smooth blocks",
                     place.quiet ? "less" : "more", place.ratio, place.crowd.log10_nfa, 100 * place.crowd.share)});
  }
  Finding finding;
  if (places.empty()) {
    finding = nothing_found("image.noise.even", "No part was seen whose noise is far from that of parts like it.");
  } else {
    finding.outcome = Outcome::sign;
    finding.claim = "image.noise.region";
    finding.grade = Strength::weak;
    finding.sentence = "A part of the picture has other noise than parts that are as bright and as smooth.";
    finding.limits.emplace_back(
        "Things out of focus, fine cloth and the smoothing of portrait modes differ in noise, too.");
    show_places(frame, {}, places, "noise", "Bright: more noise than parts like it; grey: less.", finding);
  }
  finding.score_name = "log10 NFA";
  double best = 0;
  for (const NoisePlace& place : search->places)
    if (place.crowd.voices >= kLeastVoices) best = std::min(best, place.crowd.log10_nfa);
  finding.score = best;
  finding.details.emplace_back("smooth blocks", fmt::format("{}, {:.0f} % of them without fine detail", search->smooth,
                                                            100 * search->silent_share));
  return {finding};
}

}  // namespace

extern const Detector detector_image_noise;
const Detector detector_image_noise{
    .id = "image.noise",
    .version = 1,
    .group = Group::noise,
    .needs = kNeedsStill,
    .title = "Noise",
    .question = "Is the noise of a part other than that of parts like it?",
    .not_applicable = cannot_apply,
    .start = start_still<examine>,
};

}  // namespace bonafide::forensics
