// image.ghost: was a part of the picture once saved as JPEG at another quality than the rest?
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "forensics/still_session.h"
#include "media/dsp/acontrario.h"
#include "media/dsp/jpeg_ghost.h"
#include "media/dsp/jpeg_grid.h"

namespace bonafide::forensics {

namespace {

using media::Format;
using media::GhostPlace;
using media::GhostSearch;

constexpr int kLeastSide = 128;
// Beside the NFA: blocks of one texture dip together.
constexpr std::int64_t kLeastVoices = 48;
constexpr double kLeastShare = 0.9;
constexpr double kMostLog10Nfa = -10;
constexpr double kMostPixels = 8e6;  // for finding the grid of what is not a JPEG file

std::optional<std::string> cannot_apply(const media::Media& file) {
  if (file.format == Format::webp || file.format == Format::avif || file.format == Format::heic ||
      file.format == Format::jxl)
    return "This format compresses in its own blocks, which hide those of an earlier JPEG saving.";
  return not_a_picture_of(file, kLeastSide);
}

// The grid to look on: the file's own, or the one an earlier saving left. -1 when there is none.
Result<int> grid_of(const media::Frame& frame, const media::Media& file, const Context& context) {
  if (file.format == Format::jpeg) return 0;
  if (static_cast<double>(frame.width()) * frame.height() > kMostPixels) return -1;
  const media::GridVotes votes = TRY(media::grid_votes(grey_view(frame.luma()), context));
  return media::main_grid(votes).grid;
}

std::vector<Finding> examine(const media::Frame& frame, const media::Media& file, const Context& context) {
  if (std::min(frame.width(), frame.height()) < kLeastSide)
    return {not_applicable(fmt::format("The picture is too small ({} × {} pixels).", frame.width(), frame.height()))};
  const auto grid = grid_of(frame, file, context);
  if (!grid) return {not_looked(Result<int>(grid).error().message)};
  if (*grid < 0) return {not_applicable("The picture shows no trace of JPEG saving, so there can be no ghost of one.")};
  const auto search = media::find_ghosts(grey_view(frame.luma()), *grid & 7, *grid >> 3, context);
  if (!search) return {not_looked(Result<GhostSearch>(search).error().message)};
  if (search->voices < kLeastVoices)
    return {not_applicable("The picture is too flat: quantising it again changes next to nothing.")};
  std::vector<ShownPlace> places;
  for (const GhostPlace& place : search->places) {
    if (place.missing || place.crowd.log10_nfa > kMostLog10Nfa || place.crowd.voices < kLeastVoices ||
        place.crowd.share < kLeastShare)
      continue;
    places.push_back({&place.crowd.place, 1,
                      fmt::format("quality {}, log10 NFA {:.1f}, {:.0f} % of its blocks", place.quality,
                                  place.crowd.log10_nfa, 100 * place.crowd.share)});
  }
  Finding finding;
  if (places.empty()) {
    finding =
        nothing_found("image.ghost.none", "No part was seen that an earlier JPEG saving sets apart from the rest.");
  } else {
    finding.outcome = Outcome::sign;
    finding.claim = "image.ghost.region";
    finding.grade = Strength::weak;
    finding.sentence = "A part of the picture was once saved as JPEG at another quality than the rest.";
    finding.limits.emplace_back("Fine regular textures can look like a ghost.");
    show_places(frame, {8, 8, static_cast<double>(*grid & 7), static_cast<double>(*grid >> 3)}, places, "JPEG ghosts",
                "Bright: quantising again at another quality than the rest's changes next to nothing here.", finding);
  }
  finding.score_name = "log10 NFA";
  finding.score = 0;
  for (const GhostPlace& place : search->places)
    if (!place.missing && place.crowd.voices >= kLeastVoices && place.crowd.share >= kLeastShare)
      finding.score = std::min(*finding.score, place.crowd.log10_nfa);
  std::string whole;
  for (const int quality : search->whole) whole += fmt::format("{}{}", whole.empty() ? "" : ", ", quality);
  finding.details.emplace_back("ghosts of the whole picture", whole.empty() ? "none" : "near quality " + whole);
  return {finding};
}

}  // namespace

extern const Detector detector_image_ghost;
const Detector detector_image_ghost{
    .id = "image.ghost",
    .version = 1,
    .group = Group::compression,
    .needs = kNeedsStill,
    .title = "JPEG ghosts",
    .question = "Was a part once saved as JPEG at another quality than the rest?",
    .not_applicable = cannot_apply,
    .start = start_still<examine>,
};

}  // namespace bonafide::forensics
