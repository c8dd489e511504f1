// image.resampling: was the picture, or a part of it, enlarged or turned?
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "forensics/still_session.h"
#include "media/dsp/acontrario.h"
#include "media/dsp/resampling.h"

namespace bonafide::forensics {

namespace {

using media::ResamplingSearch;

constexpr int kLeastSide = 192;
constexpr std::int64_t kLeastTiles = 8;
constexpr double kLeastShare = 0.7;

std::optional<std::string> cannot_apply(const media::Media& file) { return not_a_picture_of(file, kLeastSide); }

Finding sign(const media::Frame& frame, const ResamplingSearch& search) {
  std::vector<ShownPlace> places;
  for (const auto& place : search.places) {
    if (place.crowd.log10_nfa > media::kLog10Epsilon || place.crowd.voices < kLeastTiles ||
        place.crowd.share < kLeastShare)
      continue;
    places.push_back({&place.crowd.place, 1,
                      fmt::format("as if enlarged to {:.0f} %, log10 NFA {:.1f}, {:.0f} % of its tiles",
                                  100 * place.factor, place.crowd.log10_nfa, 100 * place.crowd.share)});
  }
  Finding finding;
  if (places.empty()) return finding;
  finding.outcome = Outcome::sign;
  finding.claim = "image.resampling.region";
  finding.grade = Strength::weak;
  finding.sentence = "A part of the picture was enlarged or turned and the rest was not, or not so.";
  finding.limits.emplace_back("Regular patterns that run in two directions leave the same trace.");
  show_places(frame, {media::kResampleTile, media::kResampleStep, 0, 0}, places, "resampled parts",
              "Bright: periodic dependence between neighbours that the rest lacks.", finding);
  return finding;
}

std::vector<Finding> examine(const media::Frame& frame, const media::Media&, const Context& context) {
  if (std::min(frame.width(), frame.height()) < kLeastSide)
    return {not_applicable(fmt::format("The picture is too small ({} × {} pixels).", frame.width(), frame.height()))};
  const auto search = media::find_resampling(grey_view(frame.luma()), context);
  if (!search) return {not_looked(Result<ResamplingSearch>(search).error().message)};
  if (search->tiles < 2) return {not_applicable("The picture is too flat to show how its pixels were computed.")};
  std::vector<Finding> findings;
  Finding found = sign(frame, *search);
  if (found.outcome != Outcome::sign)
    found = nothing_found("image.resampling.none",
                          "No part was seen that was enlarged or turned by itself. Reducing leaves no such trace.");
  found.score_name = "log10 NFA";
  found.score = 0;
  for (const auto& place : search->places)
    if (place.crowd.voices >= kLeastTiles) found.score = std::min(*found.score, place.crowd.log10_nfa);
  found.details.emplace_back("tiles with texture", std::to_string(search->tiles));
  findings.push_back(std::move(found));
  if (!search->whole.empty()) {
    const auto& line = search->whole.front();
    Finding fact;
    fact.outcome = Outcome::fact;
    fact.claim = "image.resampling.whole";
    fact.sentence =
        fmt::format("The whole picture was enlarged or turned, most likely enlarged to about {:.0f} % of its size.",
                    100 * line.factor);
    fact.limits.emplace_back("Enlarging is an everyday edit: this speaks neither for nor against the picture.");
    fact.details.emplace_back(
        "line", fmt::format("{:.3f} cycles a pixel in {:.0f} % of the tiles", line.frequency, 100 * line.share));
    findings.push_back(std::move(fact));
  }
  return findings;
}

}  // namespace

extern const Detector detector_image_resampling;
const Detector detector_image_resampling{
    .id = "image.resampling",
    .version = 1,
    .group = Group::noise,
    .needs = kNeedsStill,
    .title = "Resampling",
    .question = "Was a part enlarged or turned by itself?",
    .not_applicable = cannot_apply,
    .start = start_still<examine>,
};

}  // namespace bonafide::forensics
