// Which 8×8 grid an earlier JPEG saving left behind, pixel by pixel. After Nikoukhah, Anger, Colom, Morel and Grompone
// von Gioi, "ZERO: a Local JPEG Grid Origin Detector Based on the Number of DCT Zeros", IPOL 11, 2021 (written from the
// paper's description; the chance model of missing_regions is ours).
#pragma once
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "media/dsp/dct.h"

namespace bonafide::media {

/// A grid is named by where its block corners lie modulo 8: grid = y * 8 + x, 0…63. A JPEG file's own grid is 0.
inline constexpr std::uint8_t kNoVote = 255;

struct GridVotes {
  int width = 0, height = 0;
  /// Per pixel: the grid of the one covering block with the most zero coefficients, or kNoVote for a draw, a flat
  /// neighbourhood or the outermost 7 pixels.
  std::vector<std::uint8_t> votes;

  std::array<std::int64_t, 64> counts() const;
};
/// About 50 ms a megapixel. Fails with `cancelled` or `limit` (deadline) only.
Result<GridVotes> grid_votes(GreyView picture, const Context& context);

struct MainGrid {
  int grid = -1;         ///< the grid with the most votes when log10_nfa <= kLog10Epsilon, else -1
  double log10_nfa = 0;  ///< of the most voted grid; 64 tests
  double share = 0;      ///< of the pixels that could vote
};
MainGrid main_grid(const GridVotes& votes);

/// The most voted other grid, when it too is beyond chance over the whole picture; grid -1 when there is none.
MainGrid second_grid(const GridVotes& votes, int main);

/// A connected place. Shares are measured over its own cells of 8×8 pixels, not over its box.
struct GridRegion {
  int x = 0, y = 0, width = 0, height = 0;  ///< pixels
  int grid = 0;
  double log10_nfa = 0;                    ///< 64 (width height)^1.5 tests, of the bounding box
  double share = 0;                        ///< of its pixels that carry the sign
  double main_share = 0;                   ///< of its pixels that vote for the main grid
  std::vector<std::pair<int, int>> cells;  ///< (column, row), 8 pixels each
};

/// What a place must show beside its NFA. The NFA alone is not enough: pixels' votes are not independent of texture,
/// and on 486 genuine pictures it raised 13 false foreign grids (figures: docs/methods/image.jpeg_grid.md).
inline constexpr double kLeastForeignShare = 0.4;      ///< genuine texture stayed below 0.30, pasted places above 0.46
inline constexpr double kMostMainShare = 0.05;         ///< genuine crop-and-save: above 0.08; pasted: at most 0.04
inline constexpr double kMostMainShareMissing = 0.07;  ///< genuine: above 0.11; pasted: at most 0.06
inline constexpr double kLeastCover = 0.8;             ///< how surely the grid must be seen elsewhere to be missed here

/// Connected places that vote for another grid than `main` (-1: none) with NFA <= 10^log10_epsilon and hardly for
/// `main`, strongest first. Grid `own` (0 for a JPEG file, else -1) is never foreign.
std::vector<GridRegion> foreign_regions(const GridVotes& votes, int main, int own, double log10_epsilon);

/// Connected places where the main grid would be seen after the gentlest saving (quality 99 on that grid) but is not
/// seen now. `resaved` are the votes of resave(picture, ijg_luma_table(99), main grid). Nothing when elsewhere, too,
/// the grid is seen in less than kLeastCover of the pixels where it could be (savings above quality 97 or so).
std::vector<GridRegion> missing_regions(const GridVotes& votes, const GridVotes& resaved, int main,
                                        double log10_epsilon);

}  // namespace bonafide::media
