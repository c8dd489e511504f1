#include "forensics/cell_finding.h"

#include <fmt/format.h>

#include <algorithm>

#include "forensics/cell_map.h"
#include "forensics/orient.h"

namespace bonafide::forensics {

void show_places(const media::Frame& frame, const CellLayout& layout, std::span<const ShownPlace> places,
                 std::string map_name, std::string reading, Finding& into) {
  const Extent extent{frame.width(), frame.height()};
  const int orientation = frame.info().orientation;
  CellMap map(extent.width, extent.height);
  for (const ShownPlace& shown : places) {
    for (const auto& [cx, cy] : shown.place->cells) {
      const int x0 = static_cast<int>(layout.left + cx * layout.step);
      const int y0 = static_cast<int>(layout.top + cy * layout.step);
      for (int y = y0 / 8; y <= (y0 + static_cast<int>(layout.side) - 1) / 8; ++y)
        for (int x = x0 / 8; x <= (x0 + static_cast<int>(layout.side) - 1) / 8; ++x) map.raise(x, y, shown.value);
    }
    if (into.regions.size() >= kMostShownRegions) continue;
    const int left = std::clamp(static_cast<int>(layout.left + shown.place->x * layout.step), 0, extent.width - 1);
    const int top = std::clamp(static_cast<int>(layout.top + shown.place->y * layout.step), 0, extent.height - 1);
    const int width = static_cast<int>((shown.place->width - 1) * layout.step + layout.side);
    const int height = static_cast<int>((shown.place->height - 1) * layout.step + layout.side);
    into.regions.push_back(to_shown(
        {left, top, std::min(width, extent.width - left), std::min(height, extent.height - top)}, extent, orientation));
    into.details.emplace_back(fmt::format("region {}", into.regions.size()), shown.detail);
  }
  into.maps.push_back({std::move(map_name), std::move(reading), to_shown(map.plane(), orientation)});
}

media::GreyView grey_view(const media::Plane& plane) {
  return {plane.data(), plane.width(), plane.height(), static_cast<std::ptrdiff_t>(plane.stride())};
}

std::optional<std::string> not_a_picture_of(const media::Media& file, int least_side) {
  if (file.kind != media::Kind::image) return "This test looks at still pictures only.";
  if (file.width > 0 && file.height > 0 && std::min(file.width, file.height) < least_side)
    return fmt::format("The picture is too small ({} × {} pixels; {} are needed each way).", file.width, file.height,
                       least_side);
  return std::nullopt;
}

Finding not_looked(std::string reason) {
  Finding finding;
  finding.outcome = Outcome::not_examined;
  finding.reason = std::move(reason);
  return finding;
}

}  // namespace bonafide::forensics
