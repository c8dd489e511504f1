// Was a JPEG saved before with other quantisation steps, and which blocks were not? Two savings on one grid leave
// combs in the histograms of quantised DCT coefficients; blocks pasted in between lack the first comb. After Bianchi
// and Piva, "Image forgery localization via block-grained analysis of JPEG artifacts", IEEE TIFS 7(3), 2012.
#pragma once
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/context.h"
#include "base/result.h"

namespace bonafide::media {

/// Brightness coefficients as the file stores them: [block row][block column][64], natural order, in steps of `quant`.
struct CoefficientView {
  const std::int16_t* values = nullptr;
  int blocks_wide = 0, blocks_high = 0;
  const std::uint16_t* quant = nullptr;  ///< 64, natural order
};

/// Colour of the same picture, for seeing where a colour channel is saturated. Empty for grey pictures.
struct ChromaView {
  CoefficientView blue, red;  ///< Cb and Cr
  int across = 1, down = 1;   ///< brightness blocks per colour block
};

/// What the histogram of one DCT mode says.
struct ModeFit {
  int mode = 0;             ///< natural index 1…63
  int last_step = 0;        ///< quantisation step of the file
  int first_step = 0;       ///< most likely step of an earlier saving
  double gain = 0;          ///< ln likelihood, mixture with an earlier saving over a single one
  double single_share = 1;  ///< of the blocks, mixture weight of "saved once"
  double informative = 0;   ///< coefficients other than zero
  bool used = false;        ///< strong enough to speak about blocks
};

struct DoubleJpeg {
  int across = 0, down = 0;   ///< blocks
  std::vector<ModeFit> fits;  ///< the first modes in zigzag order
  bool found = false;         ///< an earlier saving is seen in at least kLeastModes modes
  /// Per block: ln odds of "saved once" over "saved twice", summed over the modes used; 0 where nothing can be said
  /// (saturated, or no coefficient of the modes used differs from zero).
  std::vector<float> log_odds;
  std::vector<std::uint8_t> speaks;  ///< per block: it had something to say

  /// First steps of the modes used, natural order, 0 elsewhere: for nearest_ijg_quality.
  std::array<std::uint16_t, 64> first_table() const;
};

inline constexpr int kModes = 15;  ///< low frequencies, where coefficients differ from zero (Bianchi and Piva use 15)

inline constexpr double kLeastDifferent = 100;  ///< coefficients other than zero a mode must have to be fitted
inline constexpr double kLeastGain = 20;        ///< ln likelihood a mode must gain
inline constexpr double kLeastGainEach = 0.05;  ///< the same per coefficient other than zero
inline constexpr double kMostSingleShare = 0.7;
inline constexpr int kLeastModes = 8;
inline constexpr double kMostTableDistance = 4;  ///< steps, mean over the modes used, from libjpeg's nearest table

/// Fails with `cancelled` or `limit` (deadline) only.
Result<DoubleJpeg> find_double_jpeg(const CoefficientView& luma, const ChromaView& chroma, const Context& context);

/// What a place must show beside its NFA: blocks do not err independently of texture and colour.
inline constexpr int kLeastSpeaking = 40;
inline constexpr double kLeastShare = 0.65;
inline constexpr double kLeastMeanOdds = 2.5;
inline constexpr double kMostElsewhere = 0.1;

/// A connected place of blocks that look saved once.
struct SingleRegion {
  int x = 0, y = 0, width = 0, height = 0;  ///< blocks
  double log10_nfa = 0;      ///< (blocks)^1.5 tests of the bounding box against the rate in the rest of the picture
  double share = 0;          ///< of the component's speaking blocks that look saved once
  double elsewhere = 0;      ///< the same outside all components
  double mean_log_odds = 0;  ///< of the component's speaking blocks
  std::vector<std::pair<int, int>> cells;  ///< (column, row), blocks
};

/// Strongest first. Nothing when `jpeg.found` is false.
std::vector<SingleRegion> single_regions(const DoubleJpeg& jpeg, double log10_epsilon);

}  // namespace bonafide::media
