#include "crypto/random.h"

#include <openssl/rand.h>

#include "crypto/hash.h"

namespace bonafide::crypto {

Result<Bytes> Random::bytes(std::size_t count) {
  Bytes made;
  if (!seed_) {
    made.resize(count);
    if (count > 0 && RAND_bytes(made.data(), static_cast<int>(count)) != 1) {
      return make_error(Code::unavailable, "the system gives no random numbers");
    }
    return made;
  }
  while (made.size() < count) {
    Bytes input;
    for (const std::uint64_t number : {*seed_, counter_++}) {
      for (int shift = 56; shift >= 0; shift -= 8) input.push_back(static_cast<std::uint8_t>(number >> shift));
    }
    const Bytes block = digest(HashAlgorithm::sha256, input);
    made.insert(made.end(), block.begin(), block.end());
  }
  made.resize(count);
  return made;
}

Result<std::string> Random::uuid4() {
  Bytes id = TRY(bytes(16));
  id[6] = static_cast<std::uint8_t>((id[6] & 0x0F) | 0x40);
  id[8] = static_cast<std::uint8_t>((id[8] & 0x3F) | 0x80);
  std::string text = to_hex(id);
  for (const std::size_t place : {8U, 13U, 18U, 23U}) text.insert(place, "-");
  return text;
}

}  // namespace bonafide::crypto
