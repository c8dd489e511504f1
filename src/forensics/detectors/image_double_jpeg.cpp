// image.double_jpeg: was the picture saved as JPEG before, and does a part of it lack that earlier saving?
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "forensics/cell_map.h"
#include "forensics/detector.h"
#include "forensics/orient.h"
#include "media/dsp/acontrario.h"
#include "media/dsp/dct.h"
#include "media/dsp/double_jpeg.h"

namespace bonafide::forensics {

namespace {

using media::DoubleJpeg;
using media::SingleRegion;

constexpr std::size_t kMostRegions = 8;  // named in a report; the map shows all
// A mean difference of half a step: libjpeg's neighbouring qualities differ by about as much at quality 75.
constexpr double kSameTable = 0.5;

std::optional<std::string> cannot_apply(const media::Media& file) {
  if (file.kind != media::Kind::image || file.format != media::Format::jpeg)
    return "This test reads the coefficients of a JPEG picture; this file has none.";
  return std::nullopt;
}

media::CoefficientView view(const media::JpegComponent& component) {
  return {component.values.data(), component.blocks_wide, component.blocks_high, component.quant.data()};
}

bool complete(const media::JpegComponent& component) {
  return component.quant.size() == 64 && component.blocks_wide > 0 && component.blocks_high > 0 &&
         component.values.size() ==
             static_cast<std::size_t>(component.blocks_wide) * static_cast<std::size_t>(component.blocks_high) * 64;
}

std::string quality_words(const DoubleJpeg& jpeg) {
  const media::NearestQuality nearest = media::nearest_ijg_quality(jpeg.first_table());
  if (nearest.distance <= kSameTable) return fmt::format("at about quality {}", nearest.quality);
  return fmt::format("at a quality near {} (its table is not libjpeg's)", nearest.quality);
}

void add_details(Finding& finding, const DoubleJpeg& jpeg) {
  std::string steps;
  int used = 0;
  for (const media::ModeFit& fit : jpeg.fits) {
    if (!fit.used) continue;
    ++used;
    steps += fmt::format("{}{}→{}", steps.empty() ? "" : ", ", fit.first_step, fit.last_step);
  }
  finding.details.emplace_back("modes with an earlier comb", fmt::format("{} of {}", used, jpeg.fits.size()));
  finding.details.emplace_back("steps, earlier → last", steps);
}

Finding twice(const DoubleJpeg& jpeg) {
  Finding fact;
  fact.outcome = Outcome::fact;
  fact.claim = "image.double_jpeg.twice";
  fact.sentence = fmt::format("The picture was saved as JPEG at least twice, earlier {}.", quality_words(jpeg));
  fact.limits.emplace_back("Saving again is an everyday act: this speaks neither for nor against the picture.");
  add_details(fact, jpeg);
  return fact;
}

class Session final : public DetectorSession {
 public:
  explicit Session(const DetectorInput& input) : context_(input.context), orientation_(input.media.orientation) {}

  void on_coefficients(const media::JpegCoefficients& jpeg) override { findings_ = examine(jpeg); }

  std::vector<Finding> finish() override {
    if (findings_.empty()) {
      Finding finding;
      finding.outcome = Outcome::not_examined;
      finding.reason = "The coefficients could not be read.";
      findings_.push_back(std::move(finding));
    }
    return std::move(findings_);
  }

 private:
  std::vector<Finding> examine(const media::JpegCoefficients& jpeg) const;
  Finding sign(const media::JpegCoefficients& jpeg, const DoubleJpeg& found,
               const std::vector<SingleRegion>& regions) const;

  const Context& context_;
  media::Orientation orientation_;
  std::vector<Finding> findings_;
};

std::vector<Finding> Session::examine(const media::JpegCoefficients& jpeg) const {
  if (jpeg.components.empty() || !complete(jpeg.components[0])) return {};
  const media::JpegComponent& luma = jpeg.components[0];
  media::ChromaView chroma;
  if (jpeg.components.size() == 3 && complete(jpeg.components[1]) && complete(jpeg.components[2])) {
    const media::JpegComponent& blue = jpeg.components[1];
    chroma.blue = view(blue);
    chroma.red = view(jpeg.components[2]);
    chroma.across = std::max(1, luma.horizontal / std::max(1, blue.horizontal));
    chroma.down = std::max(1, luma.vertical / std::max(1, blue.vertical));
  }
  const auto found = media::find_double_jpeg(view(luma), chroma, context_);
  if (!found) {
    Finding finding;
    finding.outcome = Outcome::not_examined;
    finding.reason = Result<DoubleJpeg>(found).error().message;
    return {finding};
  }
  if (found->fits.empty())
    return {not_applicable("The picture is too small or too flat for its coefficients to speak.")};
  if (!found->found)
    return {not_applicable(
        "The picture was saved as JPEG once, or the earlier saving cannot be seen: there is nothing to compare.")};
  const auto regions = media::single_regions(*found, media::kLog10Epsilon);
  if (!regions.empty()) return {sign(jpeg, *found, regions), twice(*found)};
  Finding nothing = nothing_found("image.double_jpeg.consistent",
                                  "No part of the picture was seen to lack the earlier JPEG saving. A part that went "
                                  "through the same saving on the same grid would not show.");
  nothing.details.emplace_back("false alarms expected", "at most 0.001 a picture under the chance model");
  return {std::move(nothing), twice(*found)};
}

Finding Session::sign(const media::JpegCoefficients& jpeg, const DoubleJpeg& found,
                      const std::vector<SingleRegion>& regions) const {
  const media::JpegComponent& luma = jpeg.components[0];
  int most_across = 1;
  int most_down = 1;
  for (const auto& component : jpeg.components) {
    most_across = std::max(most_across, component.horizontal);
    most_down = std::max(most_down, component.vertical);
  }
  const int block_width = 8 * most_across / std::max(1, luma.horizontal);  // 8 but for odd sampling factors
  const int block_height = 8 * most_down / std::max(1, luma.vertical);
  const Extent extent{jpeg.width, jpeg.height};

  Finding finding;
  finding.outcome = Outcome::sign;
  finding.claim = "image.double_jpeg.region";
  finding.grade = Strength::moderate;  // uncalibrated: never more
  finding.sentence = fmt::format(
      "The picture was saved as JPEG at least twice, earlier {}, but a part of it lacks the earlier saving, as when it "
      "was pasted in or painted over in between.",
      quality_words(found));
  finding.score_name = "log10 NFA";
  finding.score = regions.front().log10_nfa;
  CellMap map(found.across * 8, found.down * 8);
  for (int y = 0; y < found.down; ++y)
    for (int x = 0; x < found.across; ++x) {
      const auto i = static_cast<std::size_t>(y) * static_cast<std::size_t>(found.across) + static_cast<std::size_t>(x);
      // Logistic: even odds are mid-grey; blocks that say nothing stay black.
      if (found.speaks[i] != 0) map.raise(x, y, 1 / (1 + std::exp(-static_cast<double>(found.log_odds[i]))));
    }
  for (const SingleRegion& region : regions) {
    if (finding.regions.size() >= kMostRegions) break;
    Region box{region.x * block_width, region.y * block_height, region.width * block_width,
               region.height * block_height};
    box.width = std::min(box.width, extent.width - box.x);
    box.height = std::min(box.height, extent.height - box.y);
    finding.regions.push_back(to_shown(box, extent, orientation_));
    finding.details.emplace_back(
        fmt::format("region {}", finding.regions.size()),
        fmt::format("log10 NFA {:.1f}; {:.0f} % of its blocks look saved once, {:.1f} % elsewhere", region.log10_nfa,
                    100 * region.share, 100 * region.elsewhere));
  }
  add_details(finding, found);
  finding.details.emplace_back("false alarms expected", "at most 0.001 a picture under the chance model");
  finding.limits.emplace_back("Lettering or a local filter applied between the savings leaves the same trace.");
  finding.maps.push_back({"saved once", "Bright: blocks that lack the earlier JPEG saving. Black: no word.",
                          to_shown(map.plane(), orientation_)});
  return finding;
}

std::unique_ptr<DetectorSession> start(const DetectorInput& input) { return std::make_unique<Session>(input); }

}  // namespace

extern const Detector detector_image_double_jpeg;
const Detector detector_image_double_jpeg{
    .id = "image.double_jpeg",
    .version = 1,
    .group = Group::compression,
    .needs = kNeedsCoefficients,
    .title = "Double JPEG saving",
    .question = "Did all of the picture go through the same JPEG savings?",
    .not_applicable = cannot_apply,
    .start = start,
};

}  // namespace bonafide::forensics
