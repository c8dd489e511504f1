// Cyclic redundancy checks over bits: how a decoded mark is told from a guess. Bits are 0 or 1, one in a byte.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace bonafide::media {

using Bits = std::vector<std::uint8_t>;

/// `width` check bits (1…32); `polynomial` without its leading term, most significant first; the register starts with
/// `initial`. Nothing is reflected or inverted.
struct CrcCode {
  std::string_view name;
  int width = 16;
  std::uint32_t polynomial = 0;
  std::uint32_t initial = 0;
};

/// ITU-T X.25's polynomial x^16+x^12+x^5+1, started with ones (catalogued as CRC-16/IBM-3740).
inline constexpr CrcCode kCrc16{"CRC-16", 16, 0x1021, 0xFFFF};
/// Generator of the BCH(127,106) code (octal 11554743: Lin and Costello, Error Control Coding, appendix C) times x+1:
/// any two messages of up to 105 bits differ in at least 8 bits with their check bits. Started with ones, so that a row
/// of zeros does not pass.
inline constexpr CrcCode kCrc22{"CRC-22", 22, 0x2B6A25, 0x3FFFFF};
/// RFC 9580 section 6.1 (OpenPGP), its starting value included.
inline constexpr CrcCode kCrc24{"CRC-24", 24, 0x864CFB, 0xB704CE};

std::uint32_t crc_of(const CrcCode& code, std::span<const std::uint8_t> bits);
/// The message followed by its check bits.
Bits with_crc(const CrcCode& code, Bits message);
/// Whether the last `width` bits are the check of those before them; false when there are no others.
bool crc_holds(const CrcCode& code, std::span<const std::uint8_t> bits);

/// `count` (0…64) bits of a number, most significant first, and back.
Bits bits_of(std::uint64_t value, int count);
std::uint64_t number_of(std::span<const std::uint8_t> bits);

}  // namespace bonafide::media
