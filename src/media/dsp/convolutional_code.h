// Convolutional codes with soft decoding: how a mark's bits survive when most of what carries them is noise. Viterbi,
// IEEE Trans. Inf. Theory 13(2), 1967. A message is followed by zeros until the encoder is empty again ("tail").
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "media/dsp/crc.h"

namespace bonafide::media {

/// Each message bit gives one coded bit per generator: the parity of the generator's taps over this bit and the
/// `constraint`-1 before it.
struct ConvolutionalCode {
  std::string_view name;
  int constraint = 7;                         ///< K, 3…15: memory K-1, 2^(K-1) states
  std::span<const std::uint32_t> generators;  ///< 1…16 of them; bit 0 taps the newest bit, bit K-1 the oldest
  int free_distance = 0;                      ///< fewest coded bits in which two messages differ; tested

  int rate() const { return static_cast<int>(generators.size()); }
  int tail() const { return constraint - 1; }
  /// Coded bits of a message.
  std::size_t coded_size(std::size_t message_bits) const {
    return (message_bits + static_cast<std::size_t>(tail())) * generators.size();
  }
};

/// K=7, rate 1/2: CCSDS 131.0-B, the oldest and best known.
const ConvolutionalCode& code_k7_r2();
/// K=9, rate 1/2: 561 753 octal (Larsen, IEEE Trans. Inf. Theory 19(3), 1973, table I).
const ConvolutionalCode& code_k9_r2();
/// K=9, rate 1/4: 463 535 733 745 (Larsen 1973, table III).
const ConvolutionalCode& code_k9_r4();
/// K=11, rate 1/8, for the image and video mark. Published tables of rate 1/8 end at K=8 (Daut, Modestino and Wismer,
/// IEEE Trans. Inf. Theory 28(5), 1982); repeating Larsen's K=11 rate 1/4 gives 58; these give 59 and were found by our
/// own random search with `free_distance_of`.
const ConvolutionalCode& code_k11_r8();
/// K=15, rate 1/4 and 1/6: the deep-space codes of Galileo and Cassini (JPL TDA Progress Report 42-103 and 42-115).
const ConvolutionalCode& code_k15_r4();
const ConvolutionalCode& code_k15_r6();

/// Coded bits, generator by generator for each message bit, the tail included.
Bits encode(const ConvolutionalCode& code, std::span<const std::uint8_t> message);

struct SoftDecoded {
  Bits message;       ///< without the tail
  double metric = 0;  ///< correlation of the values with the code word found: their sum of magnitudes if all agree
};

/// The most likely message of `message_bits` bits. `soft`: coded_size() values, positive for 0, negative for 1, 0 for
/// "unknown"; only their proportions matter. Empty when the number of values does not fit.
SoftDecoded decode_soft(const ConvolutionalCode& code, std::span<const float> soft, std::size_t message_bits);

/// The free distance by a shortest-path search over the states.
int free_distance_of(const ConvolutionalCode& code);

}  // namespace bonafide::media
