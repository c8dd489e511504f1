#include "media/dsp/double_jpeg.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "media/dsp/cell_places.h"
#include "media/dsp/dct.h"

namespace bonafide::media {

namespace {

constexpr int kRange = 1100;    // DCT coefficients of 8-bit samples stay within ±1024 (T.81 A.3.3)
constexpr int kMostFirst = 64;  // larger first steps mean a first saving below about quality 20
constexpr int kMostLast = 255;  // 8-bit tables; coarser ones keep nothing to look at
constexpr int kMostValue = 80;  // quantised values beyond are too rare to show a comb
// Between two savings samples are rounded: Y once after the first decoder, its way through RGB and once more before
// the second coder: variance (1 + 0.447 + 1) / 12 in the orthonormal DCT domain.
constexpr double kRoundingSigma = 0.452;
constexpr float kMargin = 2;        // grey levels: the colour within a block varies around its mean
constexpr double kOutliers = 0.02;  // of saved-twice blocks that fit no model: bounds one mode's voice to ln 50

double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

// How often the size of an unquantised coefficient lies below x, interpolated between whole units.
class Distribution {
 public:
  // Bin i counts sizes i - 0.5 … i + 0.5 (bin 0: below 0.5).
  explicit Distribution(const std::vector<double>& histogram) : below_(histogram.size() + 1, 0) {
    for (std::size_t i = 0; i < histogram.size(); ++i) below_[i + 1] = below_[i] + histogram[i];
    if (below_.back() > 0)
      for (double& value : below_) value /= below_.back();
  }
  double between(double low, double high) const { return std::max(0.0, below(high) - below(low)); }

 private:
  double below(double x) const {
    if (x <= 0) return 0;
    if (x <= 0.5) return below_[1] * 2 * x;
    const double at = std::min(x + 0.5, static_cast<double>(below_.size() - 1));
    const auto i = std::min(static_cast<std::size_t>(at), below_.size() - 2);
    return below_[i] + (at - static_cast<double>(i)) * (below_[i + 1] - below_[i]);
  }
  std::vector<double> below_;
};

// Probability of each size 0, 1, … of a quantised value.
using Model = std::vector<double>;

void normalise(Model& model) {
  double sum = 0;
  for (double& p : model) {
    p += 1e-7;
    sum += p;
  }
  for (double& p : model) p /= sum;
}

Model saved_once(const Distribution& raw, int last, std::size_t sizes, double scale) {
  Model model(sizes);
  for (std::size_t c = 0; c < sizes; ++c)
    model[c] =
        raw.between((static_cast<double>(c) - 0.5) * last / scale, (static_cast<double>(c) + 0.5) * last / scale);
  normalise(model);
  return model;
}

Model saved_twice(const Distribution& raw, int first, int last, std::size_t sizes, double scale) {
  Model model(sizes, 0);
  const auto most = static_cast<int>(sizes) - 1;
  const int steps = std::min((most + 1) * last, kRange) / first + 1;
  for (int k = 0; k <= steps; ++k) {
    const double value = static_cast<double>(k) * first;
    const double mass = raw.between((k - 0.5) * first / scale, (k + 0.5) * first / scale);
    const int nearest = static_cast<int>(std::lround(value / last));
    for (int c = nearest - 2; c <= nearest + 2; ++c) {
      const int size = std::abs(c);
      if (size > most) continue;
      model[static_cast<std::size_t>(size)] += mass * (normal_cdf(((c + 0.5) * last - value) / kRoundingSigma) -
                                                       normal_cdf(((c - 0.5) * last - value) / kRoundingSigma));
    }
  }
  normalise(model);
  return model;
}

void temper(Model& twice, const Model& once) {
  for (std::size_t i = 0; i < twice.size(); ++i) twice[i] = (1 - kOutliers) * twice[i] + kOutliers * once[i];
}

// ln likelihood of counts under a mixture whose weight of `once` is found by expectation-maximisation.
double mix(const std::vector<double>& counts, const Model& once, const Model& twice, double& share) {
  double total = 0;
  for (const double count : counts) total += count;
  share = 0.3;
  for (int round = 0; round < 10; ++round) {
    double expected = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const double a = share * once[i];
      expected += counts[i] * a / (a + (1 - share) * twice[i]);
    }
    share = std::clamp(expected / total, 1e-4, 1 - 1e-4);
  }
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0) sum += counts[i] * std::log(share * once[i] + (1 - share) * twice[i]);
  return sum;
}

double log_likelihood(const std::vector<double>& counts, const Model& model) {
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0) sum += counts[i] * std::log(model[i]);
  return sum;
}

struct ModeModels {
  ModeFit fit;
  Model once, twice;
};

ModeModels fit_mode(int mode, int last, const std::vector<double>& counts, const Distribution& raw) {
  ModeModels best;
  best.fit.mode = mode;
  best.fit.last_step = last;
  const std::size_t sizes = counts.size();
  // The raw distribution comes from a shifted copy, a little smoother than the picture: let its width float.
  double scale = 1;
  double single = -1e300;
  for (const double candidate : {0.8, 0.85, 0.9, 0.95, 1.0, 1.05, 1.1, 1.15, 1.2, 1.3}) {
    Model once = saved_once(raw, last, sizes, candidate);
    const double value = log_likelihood(counts, once);
    if (value <= single) continue;
    single = value;
    scale = candidate;
    best.once = std::move(once);
  }
  double twofold = -1e300;
  const auto attempt = [&](int first, double width) {
    const Model once = saved_once(raw, last, sizes, width);
    Model twice = saved_twice(raw, first, last, sizes, width);
    temper(twice, once);
    double share = 1;
    const double value = mix(counts, once, twice, share);
    if (value <= twofold) return;
    twofold = value;
    best.fit.first_step = first;
    best.fit.single_share = share;
    best.once = once;
    best.twice = std::move(twice);
  };
  for (int first = 2; first <= kMostFirst; ++first)
    if (first != last) attempt(first, scale);  // equal steps leave no comb
  const int chosen = best.fit.first_step;
  for (const double change : {0.85, 0.92, 1.08, 1.16}) attempt(chosen, scale * change);
  best.fit.gain = twofold - single;
  return best;
}

// The picture as it decodes, two rows of blocks at a time, for the raw distribution and for saturation.
class Decoded {
 public:
  Decoded(const CoefficientView& luma, const ChromaView& chroma)
      : luma_(luma), chroma_(chroma), width_(static_cast<std::size_t>(luma.blocks_wide) * 8) {
    rows_.resize(width_ * 16);
  }
  // Moves down: block row `by` becomes the lower half. Marks saturated blocks.
  void next(int by, std::uint8_t* saturated) {
    std::copy(rows_.begin() + static_cast<std::ptrdiff_t>(width_ * 8), rows_.end(), rows_.begin());
    Block8 coefficients;
    Block8 samples;
    for (int bx = 0; bx < luma_.blocks_wide; ++bx) {
      const std::int16_t* block =
          luma_.values +
          (static_cast<std::size_t>(by) * static_cast<std::size_t>(luma_.blocks_wide) + static_cast<std::size_t>(bx)) *
              64;
      for (std::size_t i = 0; i < 64; ++i)
        coefficients[i] = static_cast<float>(block[i]) * static_cast<float>(luma_.quant[i]);
      inverse_dct8(coefficients, samples);
      float least = 127;
      float most = -128;
      for (std::size_t i = 0; i < 64; ++i) {
        least = std::min(least, samples[i]);
        most = std::max(most, samples[i]);
        rows_[(8 + i / 8) * width_ + static_cast<std::size_t>(bx) * 8 + i % 8] =
            std::clamp(std::nearbyint(samples[i]), -128.0F, 127.0F);
      }
      saturated[bx] = clips(least, most, bx, by) ? 1 : 0;
    }
  }
  // The block half-way between four of the file's, between block columns bx and bx + 1.
  void between(int bx, Block8& samples) const {
    for (std::size_t i = 0; i < 64; ++i)
      samples[i] = rows_[(4 + i / 8) * width_ + static_cast<std::size_t>(bx) * 8 + 4 + i % 8];
  }

 private:
  // Does R, G or B reach its limit? Clipping breaks the comb of the earlier saving. The block's mean colour decides.
  bool clips(float least, float most, int bx, int by) const {
    const float blue = mean(chroma_.blue, bx / chroma_.across, by / chroma_.down);
    const float red = mean(chroma_.red, bx / chroma_.across, by / chroma_.down);
    // T.871 (JFIF) conversion; samples are centred on zero here.
    for (const float shift : {1.402F * red, -0.344136F * blue - 0.714136F * red, 1.772F * blue})
      if (least + shift <= -128 + kMargin || most + shift >= 127 - kMargin) return true;
    return false;
  }
  static float mean(const CoefficientView& colour, int bx, int by) {
    if (colour.values == nullptr || bx >= colour.blocks_wide || by >= colour.blocks_high) return 0;
    const auto block =
        static_cast<std::size_t>(by) * static_cast<std::size_t>(colour.blocks_wide) + static_cast<std::size_t>(bx);
    return static_cast<float>(colour.values[block * 64]) * static_cast<float>(colour.quant[0]) / 8;
  }
  const CoefficientView& luma_;
  const ChromaView& chroma_;
  std::size_t width_;
  std::vector<float> rows_;
};

struct Statistics {
  std::array<std::vector<double>, kModes> raw;     // sizes of shifted coefficients, whole units
  std::array<std::vector<double>, kModes> stored;  // sizes of the file's quantised values
};

bool may_go_on(const Context& context) { return !context.stopped() && !context.out_of_time(); }

int mode_of(std::size_t i) { return kZigzag[i + 1]; }  // without DC

void gather(const CoefficientView& luma, Decoded& decoded, int by, std::vector<std::uint8_t>& saturated,
            Statistics& statistics) {
  const auto across = static_cast<std::size_t>(luma.blocks_wide);
  decoded.next(by, saturated.data() + static_cast<std::size_t>(by) * across);
  for (std::size_t bx = 0; bx < across; ++bx) {
    const std::size_t index = static_cast<std::size_t>(by) * across + bx;
    if (saturated[index] != 0) continue;
    for (std::size_t m = 0; m < kModes; ++m) {
      const auto size =
          static_cast<std::size_t>(std::abs(luma.values[index * 64 + static_cast<std::size_t>(mode_of(m))]));
      if (size <= kMostValue) ++statistics.stored[m][size];
    }
  }
  if (by == 0) return;
  Block8 samples;
  Block8 coefficients;
  for (int bx = 0; bx + 1 < luma.blocks_wide; ++bx) {
    decoded.between(bx, samples);
    forward_dct8(samples, coefficients);
    for (std::size_t m = 0; m < kModes; ++m) {
      const float size = std::fabs(coefficients[static_cast<std::size_t>(mode_of(m))]);
      ++statistics.raw[m][static_cast<std::size_t>(std::min(std::lround(size), static_cast<long>(kRange)))];
    }
  }
}

}  // namespace

std::array<std::uint16_t, 64> DoubleJpeg::first_table() const {
  std::array<std::uint16_t, 64> table{};
  for (const ModeFit& fit : fits)
    if (fit.used) table[static_cast<std::size_t>(fit.mode)] = static_cast<std::uint16_t>(fit.first_step);
  return table;
}

Result<DoubleJpeg> find_double_jpeg(const CoefficientView& luma, const ChromaView& chroma, const Context& context) {
  DoubleJpeg result;
  result.across = luma.blocks_wide;
  result.down = luma.blocks_high;
  const auto blocks = static_cast<std::size_t>(luma.blocks_wide) * static_cast<std::size_t>(luma.blocks_high);
  result.log_odds.assign(blocks, 0);
  result.speaks.assign(blocks, 0);
  if (luma.blocks_wide < 2 || luma.blocks_high < 2) return result;

  Statistics statistics;
  for (auto& histogram : statistics.raw) histogram.assign(kRange + 1, 0);
  for (auto& histogram : statistics.stored) histogram.assign(kMostValue + 1, 0);
  std::vector<std::uint8_t> saturated(blocks, 0);
  Decoded decoded(luma, chroma);
  for (int by = 0; by < luma.blocks_high; ++by) {
    if (!may_go_on(context))
      return make_error(context.stopped() ? Code::cancelled : Code::limit,
                        context.stopped() ? "stopped" : "out of time");
    gather(luma, decoded, by, saturated, statistics);
  }

  for (std::size_t m = 0; m < kModes; ++m) {
    auto& stored = statistics.stored[m];
    while (stored.size() > 2 && stored.back() == 0) stored.pop_back();
    double different = 0;
    for (std::size_t i = 1; i < stored.size(); ++i) different += stored[i];
    const int last = luma.quant[mode_of(m)];
    if (different < kLeastDifferent || last == 0 || last > kMostLast) continue;
    ModeModels models = fit_mode(mode_of(m), last, stored, Distribution(statistics.raw[m]));
    models.fit.informative = different;
    models.fit.used = models.fit.gain >= std::max(kLeastGain, kLeastGainEach * different) &&
                      models.fit.single_share <= kMostSingleShare;
    result.fits.push_back(models.fit);
    if (!models.fit.used) continue;
    for (std::size_t b = 0; b < blocks; ++b) {
      if (saturated[b] != 0) continue;
      const auto size = static_cast<std::size_t>(std::abs(luma.values[b * 64 + static_cast<std::size_t>(mode_of(m))]));
      if (size >= stored.size()) continue;
      if (size > 0) result.speaks[b] = 1;
      result.log_odds[b] += static_cast<float>(std::log(models.once[size] / models.twice[size]));
    }
  }
  const auto used = std::count_if(result.fits.begin(), result.fits.end(), [](const ModeFit& fit) { return fit.used; });
  result.found = used >= kLeastModes && nearest_ijg_quality(result.first_table()).distance <= kMostTableDistance;
  return result;
}

namespace {

// One block's voice is bounded so that a few confident ones do not speak for their neighbours.
constexpr float kMostVoice = 5;

// The blocks whose neighbourhood of 3×3 looks saved once, in the sum of its voices.
std::vector<std::uint8_t> smoothed(const DoubleJpeg& jpeg) {
  std::vector<std::uint8_t> marked(jpeg.log_odds.size(), 0);
  for (int y = 0; y < jpeg.down; ++y)
    for (int x = 0; x < jpeg.across; ++x) {
      float sum = 0;
      for (int ny = std::max(0, y - 1); ny <= std::min(jpeg.down - 1, y + 1); ++ny)
        for (int nx = std::max(0, x - 1); nx <= std::min(jpeg.across - 1, x + 1); ++nx) {
          const auto i =
              static_cast<std::size_t>(ny) * static_cast<std::size_t>(jpeg.across) + static_cast<std::size_t>(nx);
          if (jpeg.speaks[i] != 0) sum += std::clamp(jpeg.log_odds[i], -kMostVoice, kMostVoice);
        }
      if (sum > 0)
        marked[static_cast<std::size_t>(y) * static_cast<std::size_t>(jpeg.across) + static_cast<std::size_t>(x)] = 1;
    }
  return marked;
}

}  // namespace

std::vector<SingleRegion> single_regions(const DoubleJpeg& jpeg, double log10_epsilon) {
  std::vector<SingleRegion> regions;
  if (!jpeg.found) return regions;
  CellVotes votes{jpeg.across, jpeg.down, std::vector<std::uint8_t>(jpeg.speaks.size(), kSilent)};
  for (std::size_t i = 0; i < jpeg.speaks.size(); ++i)
    if (jpeg.speaks[i] != 0) votes.voices[i] = jpeg.log_odds[i] > 0 ? kSaysYes : kSaysNo;
  const Crowding crowding = crowded_places(votes, smoothed(jpeg), 1.0 / 64);
  for (const CrowdedPlace& crowd : crowding.places) {
    SingleRegion r;
    for (const auto& [x, y] : crowd.place.cells) {
      const auto i = static_cast<std::size_t>(y) * static_cast<std::size_t>(jpeg.across) + static_cast<std::size_t>(x);
      if (jpeg.speaks[i] != 0) r.mean_log_odds += jpeg.log_odds[i];
    }
    r.mean_log_odds /= static_cast<double>(crowd.voices);
    r.share = crowd.share;
    r.elsewhere = crowding.elsewhere;
    r.x = crowd.place.x;
    r.y = crowd.place.y;
    r.width = crowd.place.width;
    r.height = crowd.place.height;
    r.log10_nfa = crowd.log10_nfa;
    r.cells = crowd.place.cells;
    if (r.log10_nfa <= log10_epsilon && crowd.voices >= kLeastSpeaking && r.share >= kLeastShare &&
        r.mean_log_odds >= kLeastMeanOdds && r.elsewhere <= kMostElsewhere)
      regions.push_back(std::move(r));
  }
  std::sort(regions.begin(), regions.end(),
            [](const SingleRegion& a, const SingleRegion& b) { return a.log10_nfa < b.log10_nfa; });
  return regions;
}

}  // namespace bonafide::media
