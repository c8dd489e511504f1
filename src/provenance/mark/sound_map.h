// What a reader sees of a sound: for every step of 5.8 ms and every band, how much louder the half slot that begins
// here is than the next one, compared with the bands around and freed of scale. Speed and tempo are undone on the way.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "media/dsp/block_fft.h"
#include "provenance/mark/sound_layout.h"

namespace bonafide::provenance::mark {

/// Power spectra of mono samples at 44.1 kHz, every kSoundStep samples, in constant memory.
class SoundSpectra {
 public:
  static constexpr std::size_t kBins = kSoundFrame / 2 + 1;
  SoundSpectra();
  using OnSpectrum = std::function<void(std::span<const float> power)>;  ///< kBins values
  void push(std::span<const float> samples, const OnSpectrum& on_spectrum);

 private:
  media::BlockFft fft_;
  std::vector<float> window_, waiting_, real_, imaginary_, first_, second_;
};

/// How the sound differs from what was marked.
struct SoundWarp {
  double speed = 1;  ///< faster and higher by this factor
  double tempo = 1;  ///< faster by this factor, at the same pitch
};

class SoundMap {
 public:
  static constexpr float kUnit = 100;  ///< stored values are whole hundredths
  explicit SoundMap(const SoundWarp& warp = {});

  void push(std::span<const float> power);
  void finish();

  /// Rows of bands(), in the time of what was marked: row j begins at j·kSoundStep samples of it.
  std::size_t rows() const { return values_.size() / bands_; }
  std::span<const std::int8_t> row(std::size_t j) const { return std::span(values_).subspan(j * bands_, bands_); }
  std::size_t bands() const { return bands_; }

 private:
  void add_levels(std::span<const float> before, std::span<const float> after, float part);
  void differ();
  void settle(std::size_t ready);

  SoundWarp warp_;
  std::size_t bands_;
  std::vector<float> edges_;           ///< of the bands, in bins of the sound
  std::vector<float> before_, after_;  ///< powers summed up to each edge, last two spectra
  std::int64_t spectra_ = 0, made_ = 0;
  std::vector<float> levels_;           ///< powers of the last steps
  std::vector<float> changes_, sizes_;  ///< rows not settled, and kReach before them
  std::size_t base_ = 0;                ///< row number of changes_' first row
  std::vector<std::int8_t> values_;
};

}  // namespace bonafide::provenance::mark
