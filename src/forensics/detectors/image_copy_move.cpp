// image.copy_move: does a part of the picture appear in it twice, pixel for pixel?
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "forensics/cell_map.h"
#include "forensics/detector.h"
#include "forensics/orient.h"
#include "media/dsp/copy_move.h"

namespace bonafide::forensics {

namespace {

using media::CopyPair;
using media::CopySearch;

constexpr int kLeastSide = 64;
constexpr double kMostPixels = 1.6e6;  // searched; larger pictures are reduced: detail enough for a copied object
constexpr double kBytesPerPixel = 6;   // the whole picture once more as floating point, and what is made of it
constexpr std::size_t kMostPairs = 4;  // named in a report; the map shows all

std::string too_small(int width, int height) {
  return fmt::format("The picture is too small ({} × {} pixels; {} are needed each way).", width, height, kLeastSide);
}

std::optional<std::string> cannot_apply(const media::Media& file) {
  if (file.kind != media::Kind::image) return "This test looks at still pictures only.";
  if (file.width > 0 && file.height > 0 && std::min(file.width, file.height) < kLeastSide)
    return too_small(file.width, file.height);
  return std::nullopt;
}

class Session final : public DetectorSession {
 public:
  explicit Session(const DetectorInput& input) : context_(input.context) {}
  void on_still(const media::Frame& frame) override { finding_ = examine(frame); }
  std::vector<Finding> finish() override {
    if (!finding_) {
      finding_.emplace();
      finding_->outcome = Outcome::not_examined;
      finding_->reason = "The picture was not decoded.";
    }
    return {std::move(*finding_)};
  }

 private:
  Finding examine(const media::Frame& frame) const;

  const Context& context_;
  std::optional<Finding> finding_;
};

// Cells of the searched picture, painted into the map and boxed in pixels of the whole one.
Region paint(const std::vector<std::pair<int, int>>& cells, double factor, double value, CellMap& map) {
  double left = 1e9, top = 1e9, right = 0, bottom = 0;
  for (const auto& [cx, cy] : cells) {
    const double x0 = cx * media::kCopyCell * factor, y0 = cy * media::kCopyCell * factor;
    const double x1 = x0 + media::kCopyCell * factor, y1 = y0 + media::kCopyCell * factor;
    left = std::min(left, x0), top = std::min(top, y0), right = std::max(right, x1), bottom = std::max(bottom, y1);
    for (int y = static_cast<int>(y0) / 8; y <= static_cast<int>(y1 - 1) / 8; ++y)
      for (int x = static_cast<int>(x0) / 8; x <= static_cast<int>(x1 - 1) / 8; ++x) map.raise(x, y, value);
  }
  return {static_cast<int>(left), static_cast<int>(top), static_cast<int>(right - left),
          static_cast<int>(bottom - top)};
}

std::string how_moved(const CopyPair& pair) {
  std::string text;
  if (std::fabs(pair.map.turn()) > 1) text += fmt::format(", turned by {:.0f}°", pair.map.turn());
  if (std::fabs(pair.map.scale() - 1) > 0.02) text += fmt::format(", scaled to {:.0f} %", 100 * pair.map.scale());
  return text;
}

void add_pairs(const CopySearch& search, double factor, const media::Frame& frame, Finding& finding) {
  const Extent extent{frame.width(), frame.height()};
  const int orientation = frame.info().orientation;
  CellMap map(extent.width, extent.height);
  for (const CopyPair& pair : search.pairs) {
    if (!pair.proven) continue;
    const Region from = paint(pair.from, factor, 1.0, map);
    const Region to = paint(pair.to, factor, 0.6, map);
    if (finding.regions.size() >= 2 * kMostPairs) continue;
    finding.regions.push_back(to_shown(from, extent, orientation));
    finding.regions.push_back(to_shown(to, extent, orientation));
    finding.details.emplace_back(
        fmt::format("regions {} and {}", finding.regions.size() - 1, finding.regions.size()),
        fmt::format("{} matching points (log10 NFA {:.0f}), {:.0f} pixels alike ({:.3f}), fine detail {:.2f}{}",
                    pair.points, pair.log10_nfa, pair.area * factor * factor, pair.likeness, pair.detail,
                    how_moved(pair)));
  }
  finding.maps.push_back({"copied parts",
                          "Bright: one place of each pair; grey: the other. Which came first cannot be told.",
                          to_shown(map.plane(), orientation)});
}

Finding Session::examine(const media::Frame& frame) const {
  if (std::min(frame.width(), frame.height()) < kLeastSide)
    return not_applicable(too_small(frame.width(), frame.height()));
  const double pixels = static_cast<double>(frame.width()) * frame.height();
  if (pixels * kBytesPerPixel > static_cast<double>(context_.limits.memory)) {
    Finding finding;
    finding.outcome = Outcome::not_examined;
    finding.reason = "The picture is too large for the memory allowed.";
    return finding;
  }
  const int width =
      pixels > kMostPixels ? static_cast<int>(frame.width() * std::sqrt(kMostPixels / pixels)) : frame.width();
  const media::Plane& luma = frame.scaled(width);
  const double factor = static_cast<double>(frame.width()) / luma.width();
  const auto view = [](const media::Plane& plane) {
    return media::GreyView{plane.data(), plane.width(), plane.height(), static_cast<std::ptrdiff_t>(plane.stride())};
  };
  const auto search = media::find_copies(view(luma), view(frame.luma()), context_);
  Finding finding;
  if (!search) {
    finding.outcome = Outcome::not_examined;
    finding.reason = Result<CopySearch>(search).error().message;
    return finding;
  }
  if (search->points < 2 * media::kLeastPoints)
    return not_applicable("The picture is too flat: it has hardly any point that could be found again.");
  if (!search->pairs.empty() && search->pairs[0].proven) {
    finding.outcome = Outcome::sign;
    finding.claim = "image.copy_move.pair";
    finding.grade = Strength::moderate;
    finding.sentence = "Two parts of the picture are the same pixel for pixel, as when one was copied over the other.";
    finding.limits.emplace_back(
        "Printed or drawn things can truly be there twice: labels, tiles, screens, collages of one photograph.");
    add_pairs(*search, factor, frame, finding);
  } else {
    finding = nothing_found("image.copy_move.none",
                            "No part was found twice. Smooth parts, small ones and copies that were changed much "
                            "would not show.");
  }
  const CopyPair best = search->pairs.empty() ? CopyPair{} : search->pairs[0];
  finding.score_name = "copied pixels";
  finding.score = best.area;
  finding.details.emplace_back("points",
                               fmt::format("{}, {} of them resemble another", search->points, search->matches));
  if (best.points > 0 && !best.proven)
    finding.details.emplace_back(
        "best pair, not proven",
        fmt::format("{} points, log10 NFA {:.1f}, area {:.0f}, like {:.3f}, detail {:.2f}, repeats {:.2f}", best.points,
                    best.log10_nfa, best.area, best.likeness, best.detail, best.repeats));
  return finding;
}

std::unique_ptr<DetectorSession> start(const DetectorInput& input) { return std::make_unique<Session>(input); }

}  // namespace

extern const Detector detector_image_copy_move;
const Detector detector_image_copy_move{
    .id = "image.copy_move",
    .version = 1,
    .group = Group::content,
    .needs = kNeedsStill,
    .title = "Copied parts",
    .question = "Does a part of the picture appear in it twice?",
    .not_applicable = cannot_apply,
    .start = start,
};

}  // namespace bonafide::forensics
