#include "media/dsp/crc.h"

namespace bonafide::media {

std::uint32_t crc_of(const CrcCode& code, std::span<const std::uint8_t> bits) {
  const std::uint64_t top = std::uint64_t{1} << (code.width - 1);
  const std::uint64_t mask = (top << 1) - 1;
  std::uint64_t state = code.initial & mask;
  for (const std::uint8_t bit : bits) {
    const bool carry = ((state & top) != 0) != (bit != 0);
    state = (state << 1) & mask;
    if (carry) state ^= code.polynomial;
  }
  return static_cast<std::uint32_t>(state & mask);
}

Bits with_crc(const CrcCode& code, Bits message) {
  const Bits check = bits_of(crc_of(code, message), code.width);
  message.insert(message.end(), check.begin(), check.end());
  return message;
}

bool crc_holds(const CrcCode& code, std::span<const std::uint8_t> bits) {
  const auto width = static_cast<std::size_t>(code.width);
  if (bits.size() <= width) return false;
  return crc_of(code, bits.first(bits.size() - width)) == number_of(bits.last(width));
}

Bits bits_of(std::uint64_t value, int count) {
  Bits bits;
  bits.reserve(static_cast<std::size_t>(count));
  for (int i = count - 1; i >= 0; --i) bits.push_back(static_cast<std::uint8_t>(value >> i & 1));
  return bits;
}

std::uint64_t number_of(std::span<const std::uint8_t> bits) {
  std::uint64_t value = 0;
  for (const std::uint8_t bit : bits) value = value << 1 | (bit != 0 ? 1U : 0U);
  return value;
}

}  // namespace bonafide::media
