// From connected cells (media/dsp/cell_places.h) to what a Finding carries: regions, one line of detail each, a heat
// map.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "forensics/finding.h"
#include "media/container/media.h"
#include "media/decode/frame.h"
#include "media/dsp/cell_places.h"
#include "media/dsp/dct.h"

namespace bonafide::forensics {

/// How the cells lie in the picture as stored.
struct CellLayout {
  double side = 8;           ///< pixels a cell covers
  double step = 8;           ///< pixels from cell to cell; less than `side` where cells overlap
  double left = 0, top = 0;  ///< of the first cell
};

struct ShownPlace {
  const media::CellPlace* place = nullptr;
  double value = 1;    ///< in the map, 0…1
  std::string detail;  ///< its line among the details
};

inline constexpr std::size_t kMostShownRegions = 8;  ///< named in a report; the map shows all

/// Adds regions, details "region 1" … and the map, turned as the picture is shown.
void show_places(const media::Frame& frame, const CellLayout& layout, std::span<const ShownPlace> places,
                 std::string map_name, std::string reading, Finding& into);

media::GreyView grey_view(const media::Plane& plane);

/// Beginnings that every test of still pictures shares.
std::optional<std::string> not_a_picture_of(const media::Media& file, int least_side);
Finding not_looked(std::string reason);  ///< Outcome::not_examined

}  // namespace bonafide::forensics
