#include "app/mark_still.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/open_media.h"
#include "media/decode/decode.h"
#include "provenance/mark/tile_layout.h"

namespace bonafide::app {

namespace {

using provenance::mark::TileReader;
using provenance::mark::TileSearch;

Result<provenance::mark::TileAnswer> read(const media::Media& media, const provenance::mark::MarkKey& key,
                                          const TileSearch& search, const Context& context) {
  const media::Frame frame = TRY(media::read_still(media, context));
  const media::Plane& luma = frame.luma();
  return TileReader(key).read({luma.data(), luma.width(), luma.height(), static_cast<std::ptrdiff_t>(luma.stride())},
                              search, context);
}

// Compression may have taken a mark at once: the file's own steps swallow changes that are smaller than half of them.
Result<void> read_back(const MarkStillRequest& request, MarkedStill& done, const Context& context) {
  const media::Media written = TRY(open_media(request.out, context));
  const media::Frame frame = TRY(media::read_still(written, context));
  const LocatedStill located =
      TRY(locate_still_mark(frame, request.key, request.fragile.value_or(request.key), false, context));
  done.reads = located.mark.reading && located.mark.reading->id == request.id;
  if (request.fragile) done.holds = located.layer.share(provenance::mark::QimState::unaltered);
  return {};
}

}  // namespace

Result<provenance::mark::TileAnswer> read_still_mark(const media::Media& media, const provenance::mark::MarkKey& key,
                                                     bool deep, const Context& context) {
  return read(media, key, {.deep = deep, .aspect = deep}, context);
}

double MarkedStill::psnr() const {
  if (!fragile) return placed.psnr;
  return -10 * std::log10(std::pow(10, -placed.psnr / 10) + std::pow(10, -fragile->psnr / 10));
}

Result<MarkedStill> mark_still(const media::Media& media, const MarkStillRequest& request, const Context& context) {
  MarkedStill done;  // crops of marked pictures are found too
  done.earlier = TRY(read(media, request.key, {.deep = true, .most_angle = 0}, context)).reading;
  if (done.earlier && !request.over)
    return make_error(Code::denied, fmt::format("it carries the mark {:016x} already ({})", done.earlier->id,
                                                provenance::mark::to_string(done.earlier->evidence)));
  provenance::mark::TileStrength strength{.psnr = request.psnr};
  if (done.earlier) strength.not_layout = done.earlier->layout;
  const auto change = [&](const media::StillSamples& samples) -> Result<void> {
    done.small = std::min(samples.width, samples.height) < provenance::mark::kSmallSide;
    done.placed = TRY(provenance::mark::place_tile(
        {samples.data, samples.width, samples.height, samples.channels, samples.stride, false}, request.key, request.id,
        strength, context));
    if (request.fragile)
      done.fragile = TRY(provenance::mark::place_qim(
          {samples.data, samples.width, samples.height, samples.channels, samples.stride, false}, *request.fragile,
          request.id, context));
    return {};
  };
  constexpr int kTries = 3;
  constexpr double kStronger = 2;  // dB
  for (int attempt = 1; attempt <= kTries && !done.reads; ++attempt) {
    done.written = TRY(media::rewrite_still(media, {request.out, request.overwrite || attempt > 1, change}, context));
    TRY(read_back(request, done, context));
    strength.psnr -= kStronger;
    strength.weaker = 0;
  }
  return done;
}

std::string way_of(const provenance::mark::TileReading& reading) {
  std::string way = fmt::format("cells of {:.2f} × {:.2f} pixels", reading.cell_px, reading.cell_py);
  if ((reading.turn & 4) != 0) way += ", mirrored";
  if ((reading.turn & 3) != 0) way += fmt::format(", turned by {}°", 90 * (reading.turn & 3));
  constexpr double kStraight = 0.05;
  if (std::abs(reading.angle) > kStraight) way += fmt::format(", turned by {:.1f}°", reading.angle);
  return way;
}

}  // namespace bonafide::app
