// Inside this room only: the sound mark by itself, at 44.1 kHz, slot by slot.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "media/dsp/block_fft.h"
#include "provenance/mark/sound_embed.h"
#include "provenance/mark/sound_layout.h"

namespace bonafide::provenance::mark {

class SlotMarker {
 public:
  SlotMarker(const MarkKey& key, const SoundMarkOptions& options, std::size_t channels);

  /// What comes in is appended here, equally many samples of every channel.
  SoundMarker::Channels& input() { return in_; }
  /// Appends the mark (to be added to the samples) of every slot that is complete.
  void run(SoundMarker::Channels& mark);
  /// Samples of silence after which everything has come out.
  static std::size_t flush_samples();

 private:
  static constexpr std::size_t kFrames = kSoundSlot / kSoundHop;
  static constexpr std::size_t kMostBands = 80;
  struct Frame {  ///< two channels as one complex signal
    std::vector<float> real, imaginary;
  };

  void analyse();
  void transform(std::size_t pair, std::size_t frame);
  void measure(std::size_t frame);
  void choose();
  void shape(std::size_t band, float deviation);
  float strength_within(double allowed) const;
  void synthesise(SoundMarker::Channels& mark);
  void add_frame(std::size_t pair, std::size_t frame, std::size_t base, SoundMarker::Channels& mark);

  SoundLayout layout_;
  double energy_share_;
  media::BlockFft fft_;
  std::vector<float> window_, place_;
  std::array<std::vector<float>, kSoundQuarters> signs_;
  SoundMarker::Channels in_, tail_;
  std::vector<std::array<Frame, kFrames>> pairs_;
  std::vector<float> mid_real_, mid_imaginary_, real_, imaginary_;
  std::array<std::array<float, kFrames>, kMostBands> mid_{};  ///< power of the channels' sum
  std::array<float, kMostBands> energy_{};                    ///< of all channels in this slot
  std::array<float, kMostBands> spread_{};                    ///< how much a band usually moves, dB
  std::array<float, kMostBands> cap_{}, want_{}, gain_{};     ///< dB
  double total_ = 0;
  float loudest_ = 0;
  std::int64_t slot_ = 0;
};

}  // namespace bonafide::provenance::mark
