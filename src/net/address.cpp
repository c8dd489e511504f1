#include "net/address.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace bonafide::net {
namespace {

struct Range4 {
  std::uint32_t first;
  int bits;
};
// RFC 6890 section 2.2.2, and what the registry has gained since.
constexpr std::array kSpecial4 = {
    Range4{0x00000000, 8},   // this network
    Range4{0x0A000000, 8},   // private
    Range4{0x64400000, 10},  // shared by a provider's customers
    Range4{0x7F000000, 8},   // loopback
    Range4{0xA9FE0000, 16},  // link-local, where clouds answer about themselves
    Range4{0xAC100000, 12},  // private
    Range4{0xC0000000, 24},  // protocol assignments
    Range4{0xC0000200, 24},  // documentation
    Range4{0xC0586300, 24},  // 6to4 relays
    Range4{0xC0A80000, 16},  // private
    Range4{0xC6120000, 15},  // benchmarks
    Range4{0xC6336400, 24},  // documentation
    Range4{0xCB007100, 24},  // documentation
    Range4{0xE0000000, 3},   // multicast, reserved, broadcast
};

bool is_public_4(ByteView address) {
  std::uint32_t number = 0;
  for (const std::uint8_t byte : address) number = number << 8 | byte;
  return std::ranges::none_of(kSpecial4,
                              [&](const Range4& range) { return (number ^ range.first) >> (32 - range.bits) == 0; });
}

bool begins(ByteView address, std::initializer_list<std::uint8_t> prefix) {
  return std::ranges::equal(address.first(prefix.size()), prefix);
}

bool is_public_6(ByteView address) {
  if (begins(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF})) return is_public_4(address.last(4));     // mapped
  if (begins(address, {0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0})) return is_public_4(address.last(4));  // NAT64
  if (begins(address, {0x20, 0x02})) return is_public_4(address.subspan(2, 4));                             // 6to4
  const bool global = (address[0] & 0xE0) == 0x20;  // 2000::/3, all that is given out (RFC 4291 section 2.4)
  const bool assignments = begins(address, {0x20, 0x01}) && (address[2] & 0xFE) == 0;  // 2001::/23, Teredo in it
  const bool documentation = begins(address, {0x20, 0x01, 0x0D, 0xB8}) ||
                             (begins(address, {0x3F, 0xFF}) && (address[2] & 0xF0) == 0);  // RFC 9637
  return global && !assignments && !documentation;
}

}  // namespace

bool is_public_address(ByteView address) {
  if (address.size() == 4) return is_public_4(address);
  return address.size() == 16 && is_public_6(address);
}

}  // namespace bonafide::net
