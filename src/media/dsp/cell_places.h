// The part of a-contrario testing that every localising test shares: a picture is a grid of cells, each cell says yes,
// no or nothing, and a connected place is strange when its box holds more yes than the rest of the picture explains.
#pragma once
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace bonafide::media {

/// Cells that hang together, corners included.
struct CellPlace {
  int x = 0, y = 0, width = 0, height = 0;  ///< of the box, in cells
  std::vector<std::pair<int, int>> cells;   ///< (column, row)
};

/// Places of the cells that are not 0, in reading order. `marked` holds across × down cells.
std::vector<CellPlace> connected_places(std::span<const std::uint8_t> marked, int across, int down);

/// What one cell says.
enum Voice : std::uint8_t { kSilent = 0, kSaysNo = 1, kSaysYes = 2 };

struct CellVotes {
  int across = 0, down = 0;
  std::vector<std::uint8_t> voices;  ///< Voice
};

/// The cells whose 3 × 3 neighbourhood says yes more often than `share` of what it says, and at least twice.
std::vector<std::uint8_t> mostly_yes(const CellVotes& votes, double share);

struct CrowdedPlace {
  CellPlace place;
  std::int64_t voices = 0, yes = 0;  ///< of the place's own cells
  double share = 0;                  ///< yes / voices
  double log10_nfa = 0;              ///< of the box: 10^log10_more_tests · cells^1.5 tests against the rate elsewhere
};

struct Crowding {
  double elsewhere = 0;              ///< rate of yes outside all places, by Laplace's rule: never quite 0
  std::vector<CrowdedPlace> places;  ///< strongest first; every place with a voice, no bar applied
};

/// Tests each connected place of `marked` cells. Chance is max(elsewhere, least_rate); one voice in `dependence` counts
/// as independent.
Crowding crowded_places(const CellVotes& votes, std::span<const std::uint8_t> marked, double least_rate,
                        double log10_more_tests = 0, int dependence = 1);

}  // namespace bonafide::media
