// Random bytes and names: from OpenSSL's generator, or, for fixtures that must come out the same, from a seed.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace bonafide::crypto {

class Random {
 public:
  /// With a seed: SHA-256 over seed and counter, the same every time and good for nothing secret.
  explicit Random(std::optional<std::uint64_t> seed = {}) : seed_(seed) {}
  Result<Bytes> bytes(std::size_t count);
  /// RFC 9562 version 4: "9b72acd0-164f-4558-8cd8-736ab7d3ca1b".
  Result<std::string> uuid4();

 private:
  std::optional<std::uint64_t> seed_;
  std::uint64_t counter_ = 0;
};

}  // namespace bonafide::crypto
