// image.jpeg_grid: does one JPEG block grid run through the whole picture? Pasted parts bring their own, or none.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "forensics/cell_map.h"
#include "forensics/detector.h"
#include "forensics/orient.h"
#include "media/dsp/acontrario.h"
#include "media/dsp/jpeg_grid.h"

namespace bonafide::forensics {

namespace {

using media::Format;
using media::GridRegion;
using media::GridVotes;

constexpr int kLeastSide = 64;              // 8 blocks: below, no region could reach the bar
constexpr std::size_t kMostRegions = 8;     // named in a report; the map shows all
constexpr double kLeastVoters = 0.05;       // of the pixels; below, the picture is flat or saturated
constexpr double kLeastSecondShare = 0.05;  // texture alone gave up to 0.042 in 216 pictures saved once or evenly
constexpr int kGentleQuality = 99;          // ZERO, section 5
// Votes of the picture, votes after the gentle saving, and that saving itself: one byte a pixel each.
constexpr std::uint64_t kBytesPerPixel = 4;

std::optional<std::string> cannot_apply(const media::Media& file) {
  if (file.kind != media::Kind::image) return "This test looks at still pictures only.";
  if (file.format == Format::webp || file.format == Format::avif || file.format == Format::heic ||
      file.format == Format::jxl)
    return "This format compresses in its own blocks, which hide those of an earlier JPEG saving.";
  if (file.width > 0 && file.height > 0 && std::min(file.width, file.height) < kLeastSide)
    return fmt::format("The picture is too small ({} × {} pixels; {} are needed each way).", file.width, file.height,
                       kLeastSide);
  return std::nullopt;
}

std::string grid_name(int grid) { return fmt::format("({}, {})", grid & 7, grid >> 3); }

class Session final : public DetectorSession {
 public:
  explicit Session(const DetectorInput& input)
      : context_(input.context), own_grid_(input.media.format == Format::jpeg ? 0 : -1) {}

  void on_still(const media::Frame& frame) override { findings_ = examine(frame); }

  std::vector<Finding> finish() override {
    if (findings_.empty()) {
      Finding finding;
      finding.outcome = Outcome::not_examined;
      finding.reason = "The picture was not decoded.";
      findings_.push_back(std::move(finding));
    }
    return std::move(findings_);
  }

 private:
  std::vector<Finding> examine(const media::Frame& frame) const;
  std::vector<Finding> judge(const media::Frame& frame, const GridVotes& votes, const GridVotes* resaved) const;
  Finding sign(const media::Frame& frame, const std::vector<GridRegion>& regions, bool foreign) const;
  std::optional<Finding> cropped(const media::MainGrid& main, const media::MainGrid& second) const;

  const Context& context_;
  int own_grid_;
  std::vector<Finding> findings_;
};

Finding not_examined(const Error& error) {
  Finding finding;
  finding.outcome = Outcome::not_examined;
  finding.reason = error.message;
  return finding;
}

std::vector<Finding> Session::examine(const media::Frame& frame) const {
  const media::Plane& luma = frame.luma();
  if (std::min(luma.width(), luma.height()) < kLeastSide)
    return {not_applicable(fmt::format("The picture is too small ({} × {} pixels; {} are needed each way).",
                                       luma.width(), luma.height(), kLeastSide))};
  const auto pixels = static_cast<std::uint64_t>(luma.width()) * static_cast<std::uint64_t>(luma.height());
  if (pixels * kBytesPerPixel > context_.limits.memory)
    return {not_examined(make_error(Code::limit, "The picture is too large for the memory allowed."))};
  const media::GreyView picture{luma.data(), luma.width(), luma.height(), static_cast<std::ptrdiff_t>(luma.stride())};
  const auto votes = media::grid_votes(picture, context_);
  if (!votes) return {not_examined(Result<GridVotes>(votes).error())};
  const media::MainGrid main = media::main_grid(*votes);
  if (main.grid < 0) return judge(frame, *votes, nullptr);
  const auto gentle = media::resave(picture, media::ijg_luma_table(kGentleQuality), main.grid & 7, main.grid >> 3);
  const auto resaved = media::grid_votes({gentle.data(), luma.width(), luma.height(), luma.width()}, context_);
  if (!resaved) return {not_examined(Result<GridVotes>(resaved).error())};
  return judge(frame, *votes, &*resaved);
}

Finding Session::sign(const media::Frame& frame, const std::vector<GridRegion>& regions, bool foreign) const {
  const int orientation = frame.info().orientation;
  const Extent extent{frame.width(), frame.height()};
  Finding finding;
  finding.outcome = Outcome::sign;
  finding.claim = foreign ? "image.jpeg_grid.foreign" : "image.jpeg_grid.missing";
  // Without calibration a sign is at most moderate; a missing grid rests on a weaker chance model than a foreign one.
  finding.grade = foreign ? Strength::moderate : Strength::weak;
  finding.sentence =
      foreign ? "A part of the picture carries traces of a JPEG saving that do not line up with the rest, as when it "
                "was pasted in from another picture or moved."
              : "A part of the picture lacks the JPEG traces that the rest shows, as when it was pasted in, painted "
                "or smoothed after the last JPEG saving.";
  finding.score_name = "log10 NFA";
  finding.score = regions.front().log10_nfa;
  CellMap map(extent.width, extent.height);
  for (const GridRegion& region : regions) {
    for (const auto& [column, row] : region.cells) map.raise(column, row, region.share);
    if (finding.regions.size() >= kMostRegions) continue;
    finding.regions.push_back(to_shown({region.x, region.y, region.width, region.height}, extent, orientation));
    finding.details.emplace_back(fmt::format("region {}", finding.regions.size()),
                                 fmt::format("grid {}, log10 NFA {:.1f}, {:.0f} % of it votes so",
                                             grid_name(region.grid), region.log10_nfa, 100 * region.share));
  }
  finding.limits.emplace_back(
      foreign ? "A part copied within the picture lines up by chance once in 64 times and is then not seen."
              : "Lettering, logos and filters applied to a part of the picture after saving leave the same trace.");
  finding.maps.push_back({foreign ? "foreign grid" : "missing grid",
                          foreign ? "Bright: votes for another JPEG grid than the picture's own."
                                  : "Bright: the picture's JPEG grid should be seen here and is not.",
                          to_shown(map.plane(), orientation)});
  return finding;
}

std::optional<Finding> Session::cropped(const media::MainGrid& main, const media::MainGrid& second) const {
  const bool moved = main.grid > 0;
  const bool two = main.grid == 0 && second.grid > 0 && second.share >= kLeastSecondShare;
  if (!moved && !two) return std::nullopt;
  Finding finding;
  finding.outcome = Outcome::fact;
  finding.claim = "image.jpeg_grid.cropped";
  finding.sentence = own_grid_ == 0
                         ? "The picture was saved as JPEG, then cropped, turned or moved, and saved as JPEG again."
                         : "The picture was cropped, turned or moved after it had been saved as JPEG.";
  finding.score_name = "log10 NFA";
  finding.score = moved ? main.log10_nfa : second.log10_nfa;
  finding.limits.emplace_back("Cropping is an everyday edit: this speaks neither for nor against the picture.");
  return finding;
}

std::vector<Finding> Session::judge(const media::Frame& frame, const GridVotes& votes, const GridVotes* resaved) const {
  const media::MainGrid main = media::main_grid(votes);
  const auto foreign = media::foreign_regions(votes, main.grid, own_grid_, media::kLog10Epsilon);
  std::vector<GridRegion> missing;
  if (resaved != nullptr) missing = media::missing_regions(votes, *resaved, main.grid, media::kLog10Epsilon);

  std::vector<Finding> findings;
  if (!foreign.empty()) findings.push_back(sign(frame, foreign, true));
  if (!missing.empty()) findings.push_back(sign(frame, missing, false));
  const media::MainGrid second = foreign.empty() ? media::second_grid(votes, main.grid) : media::MainGrid{};
  if (auto fact = cropped(main, second)) findings.push_back(std::move(*fact));

  const auto counts = votes.counts();
  std::int64_t voters = 0;
  for (const std::int64_t count : counts) voters += count;
  const double voting = static_cast<double>(voters) / static_cast<double>(votes.votes.size());
  if (findings.empty() && main.grid < 0)
    return {not_applicable(voting < kLeastVoters
                               ? "The picture is flat or saturated nearly everywhere: no block grid can be seen."
                               : "The picture shows no trace of JPEG saving, so a broken grid cannot be seen.")};
  if (foreign.empty() && missing.empty())
    findings.insert(findings.begin(),
                    nothing_found("image.jpeg_grid.consistent",
                                  "No part of the picture was seen to break the JPEG block grid of the rest. A part "
                                  "that was saved again with the whole, or lines up by chance, would not show."));
  for (Finding& finding : findings) {
    if (main.grid >= 0)
      finding.details.emplace_back("main grid", fmt::format("{}, log10 NFA {:.1f}, {:.0f} % of the pixels",
                                                            grid_name(main.grid), main.log10_nfa, 100 * main.share));
    if (second.grid >= 0)
      finding.details.emplace_back(
          "second grid", fmt::format("{}, {:.1f} % of the pixels", grid_name(second.grid), 100 * second.share));
    finding.details.emplace_back("false alarms expected", "at most 0.001 a picture under the chance model");
  }
  return findings;
}

std::unique_ptr<DetectorSession> start(const DetectorInput& input) { return std::make_unique<Session>(input); }

}  // namespace

extern const Detector detector_image_jpeg_grid;
const Detector detector_image_jpeg_grid{
    .id = "image.jpeg_grid",
    .version = 1,
    .group = Group::compression,
    .needs = kNeedsStill,
    .title = "JPEG block grid",
    .question = "Does one JPEG block grid run through the whole picture?",
    .not_applicable = cannot_apply,
    .start = start,
};

}  // namespace bonafide::forensics
