// image.spectrum: does the picture's spectrum show the regular peaks that generators' up-sampling leaves?
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "forensics/still_session.h"
#include "media/dsp/acontrario.h"
#include "media/dsp/spectrum_peaks.h"

namespace bonafide::forensics {

namespace {

using media::PeakLattice;
using media::SpectrumPeaks;

constexpr int kLeastSide = 130;
constexpr double kLeastLevel_dB = 1;  // mean over a lattice

std::optional<std::string> cannot_apply(const media::Media& file) { return not_a_picture_of(file, kLeastSide); }

std::vector<Finding> examine(const media::Frame& frame, const media::Media&, const Context& context) {
  if (std::min(frame.width(), frame.height()) < kLeastSide)
    return {not_applicable(fmt::format("The picture is too small ({} × {} pixels).", frame.width(), frame.height()))};
  const auto peaks = media::find_spectrum_peaks(grey_view(frame.luma()), context);
  if (!peaks) return {not_looked(Result<SpectrumPeaks>(peaks).error().message)};
  const PeakLattice& best = peaks->lattices.front();
  Finding finding;
  if (best.log10_p <= media::kLog10Epsilon && best.level >= kLeastLevel_dB) {
    finding.outcome = Outcome::sign;
    finding.claim = "image.spectrum.peaks";
    finding.grade = Strength::weak;
    finding.sentence = fmt::format(
        "The spectrum has regular peaks with a period of {} pixels, as up-sampling in a generator or in a program that "
        "enlarges pictures leaves them.",
        best.period);
    finding.limits.emplace_back(
        "Screens and prints photographed, patterns and enlarged pictures have such peaks, too.");
  } else {
    finding =
        nothing_found("image.spectrum.none", "The spectrum shows no regular peaks of the kind some generators leave.");
  }
  finding.score_name = "z";
  finding.score = best.z;
  for (const PeakLattice& lattice : peaks->lattices)
    finding.details.emplace_back(fmt::format("period {}", lattice.period),
                                 fmt::format("{:+.2f} dB, z {:.1f}", lattice.level, lattice.z));
  finding.details.emplace_back("tiles", fmt::format("{} of {} pixels", peaks->tiles, peaks->tile));
  return {finding};
}

}  // namespace

extern const Detector detector_image_spectrum;
const Detector detector_image_spectrum{
    .id = "image.spectrum",
    .version = 1,
    .group = Group::synthesis,
    .needs = kNeedsStill,
    .title = "Spectrum",
    .question = "Has the spectrum the regular peaks that generators leave?",
    .not_applicable = cannot_apply,
    .start = start_still<examine>,
};

}  // namespace bonafide::forensics
