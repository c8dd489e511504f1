#include "media/dsp/cell_places.h"

#include <algorithm>
#include <cmath>

#include "media/dsp/acontrario.h"

namespace bonafide::media {

namespace {

CellPlace take_place(std::vector<std::uint8_t>& left, int across, int down, int x0, int y0) {
  const auto at = [&](int x, int y) -> std::uint8_t& {
    return left[static_cast<std::size_t>(y) * static_cast<std::size_t>(across) + static_cast<std::size_t>(x)];
  };
  CellPlace place;
  int right = x0, bottom = y0;
  place.x = x0;
  place.y = y0;
  place.cells.assign(1, {x0, y0});
  at(x0, y0) = 0;
  for (std::size_t next = 0; next < place.cells.size(); ++next) {
    const auto [cx, cy] = place.cells[next];
    place.x = std::min(place.x, cx);
    place.y = std::min(place.y, cy);
    right = std::max(right, cx);
    bottom = std::max(bottom, cy);
    for (int ny = std::max(0, cy - 1); ny <= std::min(down - 1, cy + 1); ++ny)
      for (int nx = std::max(0, cx - 1); nx <= std::min(across - 1, cx + 1); ++nx)
        if (at(nx, ny) != 0) {
          at(nx, ny) = 0;
          place.cells.emplace_back(nx, ny);
        }
  }
  place.width = right - place.x + 1;
  place.height = bottom - place.y + 1;
  return place;
}

}  // namespace

std::vector<CellPlace> connected_places(std::span<const std::uint8_t> marked, int across, int down) {
  std::vector<CellPlace> places;
  if (across <= 0 || down <= 0 || marked.size() != static_cast<std::size_t>(across) * static_cast<std::size_t>(down))
    return places;
  std::vector<std::uint8_t> left(marked.begin(), marked.end());
  for (int y = 0; y < down; ++y)
    for (int x = 0; x < across; ++x)
      if (left[static_cast<std::size_t>(y) * static_cast<std::size_t>(across) + static_cast<std::size_t>(x)] != 0)
        places.push_back(take_place(left, across, down, x, y));
  return places;
}

std::vector<std::uint8_t> mostly_yes(const CellVotes& votes, double share) {
  std::vector<std::uint8_t> marked(votes.voices.size(), 0);
  const auto across = static_cast<std::size_t>(votes.across);
  for (int y = 0; y < votes.down; ++y)
    for (int x = 0; x < votes.across; ++x) {
      int yes = 0, all = 0;
      for (int ny = std::max(0, y - 1); ny <= std::min(votes.down - 1, y + 1); ++ny)
        for (int nx = std::max(0, x - 1); nx <= std::min(votes.across - 1, x + 1); ++nx) {
          const auto voice = votes.voices[static_cast<std::size_t>(ny) * across + static_cast<std::size_t>(nx)];
          all += voice != kSilent ? 1 : 0;
          yes += voice == kSaysYes ? 1 : 0;
        }
      if (yes >= 2 && yes > share * all) marked[static_cast<std::size_t>(y) * across + static_cast<std::size_t>(x)] = 1;
    }
  return marked;
}

Crowding crowded_places(const CellVotes& votes, std::span<const std::uint8_t> marked, double least_rate,
                        double log10_more_tests, int dependence) {
  Crowding result;
  const auto across = static_cast<std::size_t>(votes.across);
  std::int64_t heard = 0, yes = 0;
  for (std::size_t i = 0; i < marked.size(); ++i) {
    if (marked[i] != 0 || votes.voices[i] == kSilent) continue;
    ++heard;
    if (votes.voices[i] == kSaysYes) ++yes;
  }
  result.elsewhere = (static_cast<double>(yes) + 1) / (static_cast<double>(heard) + 2);
  const double rate = std::max(result.elsewhere, least_rate);
  const double tests =
      log10_more_tests + 1.5 * std::log10(std::max(1.0, static_cast<double>(votes.across) * votes.down));
  for (CellPlace& place : connected_places(marked, votes.across, votes.down)) {
    CrowdedPlace crowded;
    for (const auto& [x, y] : place.cells) {
      const auto voice = votes.voices[static_cast<std::size_t>(y) * across + static_cast<std::size_t>(x)];
      crowded.voices += voice != kSilent ? 1 : 0;
      crowded.yes += voice == kSaysYes ? 1 : 0;
    }
    if (crowded.voices == 0) continue;
    crowded.share = static_cast<double>(crowded.yes) / static_cast<double>(crowded.voices);
    std::int64_t n = 0, k = 0;
    for (int y = place.y; y < place.y + place.height; ++y)
      for (int x = place.x; x < place.x + place.width; ++x) {
        const auto voice = votes.voices[static_cast<std::size_t>(y) * across + static_cast<std::size_t>(x)];
        n += voice != kSilent ? 1 : 0;
        k += voice == kSaysYes ? 1 : 0;
      }
    crowded.log10_nfa = log10_nfa(tests, k / dependence, (n + dependence - 1) / dependence, rate);
    crowded.place = std::move(place);
    result.places.push_back(std::move(crowded));
  }
  std::stable_sort(result.places.begin(), result.places.end(),
                   [](const CrowdedPlace& a, const CrowdedPlace& b) { return a.log10_nfa < b.log10_nfa; });
  return result;
}

}  // namespace bonafide::media
