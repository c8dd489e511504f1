// PDQ, a perceptual print of a still picture: 256 bits that change little when the picture is saved again, made smaller
// or toned, and half of which differ for another picture. Written from the published description (Facebook, "The
// TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm", 2019).
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "media/dsp/dct.h"

namespace bonafide::provenance::print {

/// Bit k stands for row k / 16 and column k % 16 of the low frequencies.
using Bits = std::array<std::uint64_t, 4>;

struct PicturePrint {
  Bits bits = {};
  int quality = 0;  ///< 0 to 100: how much there is to see; prints below 50 are alike without meaning anything
  bool operator==(const PicturePrint&) const = default;
};

inline constexpr int kBits = 256;
inline constexpr int kLeastQuality = 50;  ///< the published advice: quality 49 and less is not compared
inline constexpr int kNear = 31;          ///< and this its distance for "the same picture"
inline constexpr int kLeastSide = 16;     ///< pixels

/// The eight ways a picture can be turned and mirrored: bits 0 and 1 count quarter turns clockwise, bit 2 says that it
/// was mirrored left to right before.
using EightPrints = std::array<PicturePrint, 8>;

/// unsupported: a side shorter than 16 pixels.
Result<PicturePrint> picture_print(media::GreyView luma);
/// Of the picture turned and mirrored in all eight ways, for the price of one.
Result<EightPrints> eight_prints(media::GreyView luma);

int distance(const Bits& a, const Bits& b);
/// 64 hexadecimal digits, the highest frequency first, as PDQ's own tools write it.
std::string to_hex(const Bits& bits);
Result<Bits> parse_bits(std::string_view hex);
/// "mirrored, turned by 90°"; empty for 0.
std::string turn_words(int turn);

}  // namespace bonafide::provenance::print
